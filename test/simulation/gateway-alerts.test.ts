import { join } from 'node:path';
import { GatewayCore } from '../../gateway/core.js';
import { Store } from '../../gateway/store.js';
import { celsius, FakeSensor } from '../support/fake-sensor.js';
import { TEST_PARTIES, TEST_ROOT } from '../support/memory-ports.js';
import { AIR, HOT, NodeRig } from '../support/node-rig.js';
import { mamori, scratch } from '../support/processes.js';

const START_MS = 1_767_225_600_000;

/** Hot from 2 s to 4 s and from 6 s on; the gateway gets what the node published, but for the n-th alert. */
function storeAfter(path: string, { lost }: { lost?: number } = {}): void {
  const rig = new NodeRig({
    config: { sensors: [{ ...AIR, detectors: [HOT] }] },
    openSensor: () => new FakeSensor((asked) => celsius([2, 3, 4].includes(asked) || asked > 5 ? 35 : 20)),
  }).run(10_000);
  const store = new Store(path, { durable: false });
  const core = new GatewayCore(store);
  core.register(TEST_PARTIES.nodeId, TEST_PARTIES.gatewayId, TEST_ROOT, 'room');
  const published = rig.broker.all('publish');
  const alerts = published.filter(({ topic }) => topic?.endsWith('/a'));
  for (const packet of published) {
    if (lost !== undefined && packet === alerts[lost]) continue;
    const payload = Uint8Array.from(packet.payload ?? []);
    // Everything comes twice, as quality of service 1 may deliver it.
    for (let i = 0; i < 2; i++) core.receive(packet.topic ?? '', payload, START_MS);
  }
  store.close();
}

interface Listed {
  readonly alerts: readonly { id: string; state: string; ended?: string; value: number; limit: number }[];
}

describe('mamori gateway alerts', () => {
  const folder = scratch();
  const at = (name: string) => join(folder.path, name);
  afterAll(() => folder.remove());
  const list = (store: string, ...args: string[]) => {
    const { status, stdout, stderr } = mamori('gateway', 'alerts', '--store', store, ...args);
    expect([status, stderr]).toEqual([0, '']);
    return stdout;
  };

  test('lists each incident once, with its state, value and limit', () => {
    storeAfter(at('all.sqlite'));
    const { alerts } = JSON.parse(list(at('all.sqlite'), '--json')) as Listed;
    expect(alerts).toMatchObject([
      { id: 'abcd2345-1-2', state: 'raised', cause: 'threshold', value: 35, limit: 30, node: 'room' },
      { id: 'abcd2345-1-1', state: 'cleared', ended: 'told', value: 20, limit: 30, unit: 'Cel' },
    ]);
    expect(list(at('all.sqlite'), '--open').trimEnd().split('\n')).toHaveLength(1);
  });

  test('heals a lost clear by the next incident of the detector', () => {
    storeAfter(at('lost.sqlite'), { lost: 1 });
    const { alerts } = JSON.parse(list(at('lost.sqlite'), '--json')) as Listed;
    expect(alerts.map(({ state, ended }) => [state, ended])).toEqual([
      ['raised', undefined],
      ['cleared', 'superseded'],
    ]);
  });

  test('says where there is no store', () => {
    const { status, stderr } = mamori('gateway', 'alerts', '--store', at('none.sqlite'));
    expect([status, stderr.split('\n').length]).toEqual([1, 2]);
    expect(stderr).toContain('provision a node first');
  });
});
