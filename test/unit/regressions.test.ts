import { checkConfig } from '../../src/node/config.js';
import { encodeBirth } from '../../src/wire/birth.js';
import { CborWriter } from '../../src/wire/cbor-writer.js';
import { readTelemetry, writeTelemetry } from '../../src/wire/telemetry.js';
import { Sampler } from '../../src/sample/sampler.js';
import { noDataValue } from '../../src/base/no-data.js';
import { KIND } from '../../src/wire/envelope.js';
import { AIR, HOT, NODE_CONFIG, NodeRig } from '../support/node-rig.js';
import { FakeSensor, celsius } from '../support/fake-sensor.js';
import { onlineRig } from '../support/uplink-rig.js';
const hot = (change: object) => ({ sensors: [{ ...AIR, detectors: [{ ...HOT, ...change }] }] }) as never;
const check = (change: object) => () => checkConfig({ ...NODE_CONFIG, ...change });

it('a password without a user name is refused by checkConfig', () => {
  expect(check({ broker: { ...NODE_CONFIG.broker, password: 'x' } })).toThrow(/^"broker/);
});
it('limits that no reading can hold are refused', () =>
  expect(check(hot({ above: -1e15 }))).toThrow(/above/));
it('a severity that there is not is refused', () =>
  expect(check(hot({ severity: 'fatal' }))).toThrow(/severity/));
it('a batch larger than the outbox is refused', () => {
  expect(check({ batch: { readings: 60, ageMs: 0 } })).toThrow(/batch.readings/);
});
it('QoS 0 traffic does not hide a silent broker', () => {
  const rig = onlineRig();
  rig.broker.script.pongs = false;
  for (let t = 1_000; t <= 600_000; t += 1_000) {
    rig.run(t);
    if (rig.uplink.canPublish) rig.publish(1, 0);
  }
  expect(rig.broker.opens).toBeGreaterThan(1);
});
it('the error of bundleSha256 names it', () =>
  expect(check({ firmware: { version: '1', bundleSha256: 'zz'.repeat(32) } })).toThrow(
    /^"firmware.bundleSha256/,
  ));
it('a channel without scale is refused, not a reading of 0', () =>
  expect(check({ sensors: [{ ...AIR, channels: [{ ...AIR.channels[0], scale: undefined }] }] })).toThrow(
    /scale/,
  ));
it('a birth that could not be decoded is not encoded', () => {
  const birth = {
    firmware: '1',
    bundleSha256: new Uint8Array(32),
    resetReason: 'x'.repeat(33),
    heartbeatS: 1,
    sensors: [AIR],
  };
  expect(() => encodeBirth(birth)).toThrow(RangeError);
});
it('telemetry that was written can be read', () => {
  const writer = new CborWriter(512);
  writeTelemetry(
    writer,
    [0, 2 ** 31].map((tick) => ({ sensor: 0, tick, values: [1] })),
  );
  expect(() => readTelemetry(writer.finish(), [AIR])).not.toThrow();
});
it('an overflowed writer writes nothing more', () => {
  const writer = new CborWriter(4).text('abcdefgh');
  const { length } = writer;
  expect(writer.integer(1).length).toBe(length);
});
it('any error with a reason gives that reason (ports.ts)', () => {
  const values: unknown[] = [];
  new Sampler(
    [AIR],
    () => new FakeSensor(() => Object.assign(new Error('x'), { reason: 'deviceOff' })),
    0,
  ).step(0, (one) => values.push(...one.values));
  expect(values).toEqual([noDataValue('deviceOff')]);
});
it('a flapping channel does not silence the heartbeat', () => {
  const rig = new NodeRig({
    config: { pace: { burst: 1, perMinute: 30 }, ...(hot({}) as object) },
    openSensor: () => new FakeSensor((n) => celsius(n % 2 ? 35 : 20)),
  });
  rig.run(600_000);
  expect(rig.of(KIND.heartbeat).length).toBeGreaterThan(1);
});
