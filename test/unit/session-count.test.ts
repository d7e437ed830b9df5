import { SESSION_COUNT_MAX } from '../../src/seal/sealer.js';
import { KIND, readHeader } from '../../src/wire/envelope.js';
import { celsius, FakeSensor } from '../support/fake-sensor.js';
import { provisionedFlash } from '../support/memory-ports.js';
import { AIR, HOT, NODE_CONFIG, NodeRig } from '../support/node-rig.js';
import { newSealer } from '../support/sealed-pair.js';

/** The node's limit is 20 here; the Sealer keeps its own of 2^20. */
const COUNT_MAX = 20;
jest.mock('../../src/seal/sealer.js', () => ({
  ...jest.requireActual<object>('../../src/seal/sealer.js'),
  SESSION_COUNT_MAX: 20,
}));
// A million real seals would take seven seconds; what is counted does not depend on them.
const mockSeal = { real: true };
jest.mock('../../src/seal/secretbox.js', () => {
  const actual = jest.requireActual<Record<string, (...args: unknown[]) => void>>(
    '../../src/seal/secretbox.js',
  );
  return {
    ...actual,
    sealInto: (...args: unknown[]) => (mockSeal.real ? actual.sealInto(...args) : undefined),
  };
});

test('the node’s limit is the small one in these tests', () => {
  expect(SESSION_COUNT_MAX).toBe(COUNT_MAX);
});

test('a Sealer seals 2^20 messages and not one more', () => {
  mockSeal.real = false;
  const sealer = newSealer(provisionedFlash(), 1);
  let last = new Uint8Array(0);
  for (let i = 0; i < 2 ** 20; i++) last = sealer.message(KIND.alert, new Uint8Array(0)) as typeof last;
  mockSeal.real = true;
  expect(readHeader(last)?.counter).toBe(2 ** 20 - 1);
  expect(() => sealer.message(KIND.alert, new Uint8Array(0))).toThrow(RangeError);
});

describe('a session that ends by count', () => {
  /** Eight alerts at once each second, so that the limit falls into a burst. */
  const bursts = () =>
    new NodeRig({
      config: {
        sensors: [{ ...AIR, detectors: new Array<typeof HOT>(8).fill(HOT) }],
        outbox: { readings: 1_000, alerts: 1_000 },
      },
      openSensor: () => new FakeSensor((asked) => celsius(asked % 2 === 0 ? 35 : 20)),
    }).run(60_000);

  it('never takes a counter beyond the limit, also in the middle of a burst', () => {
    const counters = bursts()
      .broker.all('publish')
      .map(({ payload }) => readHeader(Uint8Array.from(payload ?? []))?.counter ?? -1);
    expect(Math.max(...counters)).toBe(COUNT_MAX - 1);
  });

  it('is followed by the next one, with a birth of its own', () => {
    const sessions = bursts()
      .of(KIND.birth)
      .map(({ session }) => session);
    expect(sessions.length).toBeGreaterThan(5);
    expect(sessions).toEqual(sessions.map((_, i) => i + 1));
  });

  it('loses no alert and no reading', () => {
    const rig = bursts();
    const { takenReadings, queuedReadings, queuedAlerts, raisedAlerts } = rig.node.stats();
    const alerts = rig.of(KIND.alert);
    expect(rig.readings().length + queuedReadings).toBe(takenReadings);
    const raised = alerts.filter(({ alert }) => alert?.state === 'raised').length;
    expect(raised).toBeLessThanOrEqual(raisedAlerts);
    expect(alerts.length + queuedAlerts).toBe(takenReadings * 8);
  });
});

test('the heartbeat goes on over sessions that end by count', () => {
  const rig = new NodeRig({ config: { ...NODE_CONFIG, heartbeatMs: 1_000 } }).run(120_000);
  expect(rig.of(KIND.heartbeat).length).toBeGreaterThan(60);
});
