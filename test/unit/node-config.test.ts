import type { NodeConfig } from '../../src/node/config.js';
import { checkConfig } from '../../src/node/config.js';
import { ROOT_FLASH_NAME } from '../../src/seal/sealer.js';
import { MemoryFlash, provisionedFlash } from '../support/memory-ports.js';
import { AIR, HOT, NODE_CONFIG, NodeRig } from '../support/node-rig.js';

const { broker, pace } = NODE_CONFIG;
const { backoff } = broker;
const sensor = (change: object): Partial<NodeConfig> => ({ sensors: [{ ...AIR, ...change }] });
const channel = (change: object) => sensor({ channels: [{ ...AIR.channels[0], ...change }] });
const detector = (change: object) => sensor({ detectors: [{ ...HOT, ...change }] });

const LONG_CHANNEL = { ...AIR.channels[0], name: 'n'.repeat(32) };

/** The field that the message must name, and the change that breaks it. */
const BROKEN: readonly (readonly [string, object])[] = [
  ['nodeId', { nodeId: 'abcd1234' }],
  ['nodeId', { nodeId: 'abcd23456' }],
  ['gatewayId', { gatewayId: '' }],
  ['gatewayId', { gatewayId: 'g'.repeat(33) }],
  ['gatewayId', { gatewayId: 'gw\n' }],
  ['firmware.version', { firmware: { ...NODE_CONFIG.firmware, version: 'é' } }],
  ['firmware.bundleSha256', { firmware: { version: '1', bundleSha256: 'ab' } }],
  ['broker.keepAliveS', { broker: { ...broker, keepAliveS: 0 } }],
  ['broker.keepAliveS', { broker: { ...broker, keepAliveS: 65_536 } }],
  ['broker.qos', { broker: { ...broker, qos: 2 } }],
  ['broker.backoff.minMs', { broker: { ...broker, backoff: { ...backoff, minMs: 0 } } }],
  ['broker.backoff.maxMs', { broker: { ...broker, backoff: { ...backoff, maxMs: 999 } } }],
  ['broker.backoff.stableMs', { broker: { ...broker, backoff: { ...backoff, stableMs: -1 } } }],
  ['heartbeatMs', { heartbeatMs: 999 }],
  ['heartbeatMs', { heartbeatMs: '60000' }],
  ['batch.readings', { batch: { readings: 0, ageMs: 0 } }],
  ['batch.readings', { batch: { readings: 256, ageMs: 0 } }],
  ['batch.ageMs', { batch: { readings: 1, ageMs: -1 } }],
  ['outbox.readings', { outbox: { readings: 0, alerts: 1 } }],
  ['outbox.readings', { outbox: { readings: 65_537, alerts: 1 } }],
  ['outbox.alerts', { outbox: { readings: 50, alerts: 0 } }],
  ['pace.burst', { pace: { ...pace, burst: 0 } }],
  ['pace.perMinute', { pace: { ...pace, perMinute: 0 } }],
  ['pace.perMinute', { pace: { ...pace, perMinute: Number.NaN } }],
  ['sensors.length', { sensors: [] }],
  ['sensors.length', { sensors: new Array(17).fill(AIR) }],
  ['sensors[0].name', sensor({ name: '' })],
  ['sensors[0].intervalMs', sensor({ intervalMs: 99 })],
  ['sensors[0].intervalMs', sensor({ intervalMs: 1_000.5 })],
  ['sensors[0].tickMs', sensor({ tickMs: 0 })],
  ['sensors[0].timeoutMs', sensor({ timeoutMs: 1_001 })],
  ['sensors[0].channels.length', sensor({ channels: [] })],
  ['sensors[0].channels.length', sensor({ channels: new Array(9).fill(AIR.channels[0]) })],
  ['sensors[0].channels.name', channel({ name: 'x'.repeat(33) })],
  ['sensors[0].channels.unit', channel({ unit: '' })],
  ['sensors[0].channels.exponent', channel({ exponent: -10 })],
  ['sensors[0].detectors[0].channel', detector({ channel: 'humidity' })],
  ['sensors[0].detectors[0]', detector({ above: undefined })],
  ['sensors[0].detectors[0].hysteresis', detector({ hysteresis: -1 })],
  ['sensors[0].detectors[0].holdMs', detector({ holdMs: -1 })],
  ['birth', { sensors: new Array(4).fill({ ...AIR, channels: new Array(8).fill(LONG_CHANNEL) }) }],
  ['sensors[1].name', { sensors: [AIR, { ...AIR, name: '' }] }],
];

describe('a configuration that cannot work', () => {
  it.each(BROKEN)('is refused with the name of the field: %s %j', (field, change) => {
    let message = 'nothing was thrown';
    try {
      checkConfig({ ...NODE_CONFIG, ...change });
    } catch (error) {
      expect(error instanceof TypeError || error instanceof RangeError).toBe(true);
      message = (error as Error).message;
    }
    expect(message.startsWith(`"${field}`)).toBe(true);
    expect(message).toContain('expected');
  });

  it('makes no node and touches no flash', () => {
    const flash = provisionedFlash();
    expect(() => new NodeRig({ flash, config: { heartbeatMs: 0 } })).toThrow(/^"heartbeatMs"/);
    expect(flash.writes).toEqual([]);
  });
});

describe('a configuration that works', () => {
  it('is taken', () => {
    expect(() => checkConfig(NODE_CONFIG)).not.toThrow();
  });

  it('is plain JSON: it can be stored and read', () => {
    expect(() => checkConfig(JSON.parse(JSON.stringify(NODE_CONFIG)) as NodeConfig)).not.toThrow();
  });
});

describe('a node without a root key', () => {
  it('is not made from a flash that was never provisioned', () => {
    expect(() => new NodeRig({ flash: new MemoryFlash() })).toThrow(/provision this node first/);
  });

  it('is not made from a flash whose root is damaged', () => {
    const flash = new MemoryFlash();
    flash.write(ROOT_FLASH_NAME, new Uint8Array(37));
    expect(() => new NodeRig({ flash })).toThrow(/provision this node first/);
  });
});
