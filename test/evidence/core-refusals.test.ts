import { GatewayCore } from '../../gateway/core.js';
import { Store } from '../../gateway/store.js';
import { KIND, topicOf } from '../../src/wire/envelope.js';
import { encodeBirth } from '../../src/wire/birth.js';
import { Sealer } from '../../src/seal/sealer.js';
import { provisionedFlash, SeededEntropy, TEST_PARTIES, TEST_ROOT } from '../support/memory-ports.js';

const CHANNEL = { name: 'value', unit: 'Cel', exponent: 0 };
const BIRTH = encodeBirth({
  firmware: '1',
  bundleSha256: new Uint8Array(32),
  resetReason: 'powerOn',
  heartbeatS: 60,
  sensors: [{ name: 'one', tickMs: 3_600_000, channels: [CHANNEL] }],
});

function gateway(): { core: GatewayCore; store: Store; sealer: Sealer } {
  const store = new Store(':memory:');
  const core = new GatewayCore(store);
  core.register(TEST_PARTIES.nodeId, TEST_PARTIES.gatewayId, TEST_ROOT);
  return { core, store, sealer: new Sealer(provisionedFlash(), new SeededEntropy(1), TEST_PARTIES) };
}

const topic = (kind: (typeof KIND)[keyof typeof KIND]) => topicOf(TEST_PARTIES.nodeId, kind);

describe('authentic bytes that are no record', () => {
  it.each([
    ['no CBOR', Uint8Array.of(0xff)],
    ['a sensor that there is not', Uint8Array.of(8, 0, 1)],
    ['a time of 2^53 hours', Uint8Array.of(0, 0x1b, 0, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1)],
    ['nothing', new Uint8Array(0)],
  ])('%s: counted as malformed, acknowledged, and the next message is stored', (_, plaintext) => {
    const { core, store, sealer } = gateway();
    core.receive(topic(KIND.birth), sealer.birth(BIRTH), 1_000_000_000_000);
    const events = core.receive(
      topic(KIND.telemetry),
      sealer.message(KIND.telemetry, plaintext),
      1_000_000_000_001,
    );
    expect(events.at(-1)).toMatchObject({ type: 'refusal', reason: 'malformed' });
    core.receive(
      topic(KIND.telemetry),
      sealer.message(KIND.telemetry, Uint8Array.of(0, 0, 7)),
      1_000_000_000_002,
    );
    expect(store.countReadings()).toBe(1);
    expect(store.refusals()).toEqual([{ nodeId: TEST_PARTIES.nodeId, reason: 'malformed', count: 1 }]);
  });

  it.each([0, 1, 9e15])('a clock that says %d is not believed: the time of arrival stands', (utcMs) => {
    const { core, store, sealer } = gateway();
    const birth = encodeBirth({
      firmware: '1',
      bundleSha256: new Uint8Array(32),
      resetReason: 'powerOn',
      heartbeatS: 60,
      utcMs,
      sensors: [{ name: 'one', tickMs: 1_000, channels: [CHANNEL] }],
    });
    core.receive(topic(KIND.birth), sealer.birth(birth), 1_700_000_000_000);
    core.receive(
      topic(KIND.telemetry),
      sealer.message(KIND.telemetry, Uint8Array.of(0, 0, 7)),
      1_700_000_000_500,
    );
    expect(store.readings(TEST_PARTIES.nodeId)[0].utcMs).toBe(1_700_000_000_000);
  });

  it('messages on topics and of nodes that are unknown are counted', () => {
    const { core, store } = gateway();
    core.receive('m/../x', new Uint8Array(40), 1);
    core.receive('m/zzzzzzzz/t', new Uint8Array(40), 1);
    expect(store.refusals().map(({ reason }) => reason)).toEqual(['unknownNode', 'unknownTopic']);
  });
});
