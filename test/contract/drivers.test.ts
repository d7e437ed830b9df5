import type { Hx711Options } from '../../hal/drivers/hx711/hx711.js';
import type { AnalogSensorOptions } from '../../hal/drivers/io/analog.js';
import type { I2CSensorOptions } from '../../hal/drivers/io/i2c.js';
import type { OneWireSensorOptions } from '../../hal/drivers/io/one-wire.js';
import type { SerialSensorOptions } from '../../hal/drivers/io/serial.js';
import { LIS3DH } from '../../hal/drivers/lis3dh/lis3dh.js';
import { NOT_READY_MAX, SHT4x } from '../../hal/drivers/sht4x/sht4x.js';
import type { ChannelDescription } from '../../hal/parts.js';
import { PARTS } from '../../hal/parts.js';
import type { Signal } from '../../host-sim/devices/bus.js';
import { createBus } from '../../host-sim/devices/bus.js';
import { PARTS as SIMULATED_PARTS } from '../../host-sim/devices/parts.js';
import type { SensorPort } from '../../src/ports/ports.js';
import { describeDriverContract, i2cDriver, thrownBy } from './driver-contract.js';

const HERE = {
  latitude: () => 48.1173,
  longitude: () => -11.5167,
  altitude: () => 545.4,
  satellites: () => 8,
};

const CALLS_MAX = 30;

const ROOM = { temperature: () => 21.5, humidity: () => 40 };
const AT_REST = { x: () => 0.5, y: () => -1.25, z: () => 9.80665 };

/** The parts on I2C: address, fastest bus clock, whether what they send has checksums, and a world for each. */
const ON_I2C = {
  sht4x: { address: 0x44, hzMax: 1_000_000, hasChecksums: true, signals: ROOM },
  lis3dh: { address: 0x18, hzMax: 400_000, hasChecksums: false, signals: AT_REST },
  tmp117: { address: 0x48, hzMax: 400_000, hasChecksums: false, signals: ROOM },
  bme280: {
    address: 0x76,
    hzMax: 1_000_000,
    hasChecksums: false,
    signals: { ...ROOM, pressure: () => 101_325 },
  },
  ina219: {
    address: 0x40,
    hzMax: 400_000,
    hasChecksums: false,
    signals: { voltage: () => 5, current: () => 0.25 },
  },
  mpu6050: {
    address: 0x68,
    hzMax: 400_000,
    hasChecksums: false,
    signals: { ...AT_REST, temperature: () => 30 },
  },
};

for (const [name, { signals, ...facts }] of Object.entries(ON_I2C)) {
  const part = name as keyof typeof ON_I2C;
  describeDriverContract(
    i2cDriver({
      name,
      ...facts,
      create: (options) => PARTS[part].create(options as I2CSensorOptions),
      connect: (nowMs) => SIMULATED_PARTS[part].connect(nowMs, signals),
    }),
  );
}

const LINE_FAULTS = [
  [{ kind: 'stuck' }, 'deviceError'],
  [{ kind: 'timeout' }, 'deviceTimeout'],
] as const;

describeDriverContract({
  name: 'hx711',
  create: (options) => PARTS.hx711.create(options as Hx711Options),
  connect: (nowMs) => SIMULATED_PARTS.hx711.connect(nowMs, { weight: () => 1.5 }),
  badOptions: [],
  startFaults: ['stuck', 'timeout'],
  // Without the part the data line is high for ever, as in a long conversion: the sampler's time-out ends that.
  faults: LINE_FAULTS,
  ioOptions: { mode: expect.any(Number) as number },
  stepMs: 50,
});

describeDriverContract({
  name: 'gps',
  create: (options) => PARTS.gps.create(options as SerialSensorOptions),
  connect: (nowMs) => SIMULATED_PARTS.gps.connect(nowMs, HERE),
  badOptions: [
    ['a speed that no receiver has', { baud: 300 }, RangeError],
    ['a speed that is no integer', { baud: '9600' }, TypeError],
  ],
  startFaults: [],
  // A receiver that is silent has nothing to report yet: the sampler's time-out ends that.
  faults: [...LINE_FAULTS, [{ kind: 'badCrc' }, 'corrupt']],
  ioOptions: { baud: 9_600, format: 'buffer' },
  stepMs: 50,
});

describeDriverContract({
  name: 'microphone',
  create: (options) => PARTS.microphone.create(options as AnalogSensorOptions),
  connect: (nowMs) => SIMULATED_PARTS.microphone.connect(nowMs, { level: () => 0.2 }),
  badOptions: [],
  startFaults: [],
  faults: [...LINE_FAULTS, [{ kind: 'nack' }, 'corrupt']],
  ioOptions: {},
});

describeDriverContract({
  name: 'ds18b20',
  create: (options) => PARTS.ds18b20.create(options as OneWireSensorOptions),
  connect: (nowMs) => SIMULATED_PARTS.ds18b20.connect(nowMs, ROOM),
  badOptions: [],
  startFaults: ['nack', 'stuck', 'timeout'],
  faults: [
    ...LINE_FAULTS,
    [{ kind: 'nack' }, 'deviceNotPresent'],
    [{ kind: 'badCrc' }, 'corrupt'],
    [{ kind: 'bitFlip', bit: 13 }, 'corrupt'],
  ],
  ioOptions: {},
  stepMs: 100,
});

/** A part on a bus of its own, with a clock that the test moves. */
function createBench(part: 'sht4x' | 'lis3dh', signals: Readonly<Record<string, Signal>>) {
  const bus = createBus();
  const clock = { nowMs: 0 };
  const { address, create } = SIMULATED_PARTS[part];
  const model = create(() => clock.nowMs, signals);
  bus.attach(address, model);
  return { bus, model, clock, options: { sensor: { io: bus.io } } };
}

function sampleOnce(sensor: SensorPort, clock: { nowMs: number }, stepMs = 10): object {
  for (let i = 0; i < CALLS_MAX; i++) {
    clock.nowMs += stepMs;
    const sample = sensor.sample();
    if (sample !== undefined) return sample;
  }
  throw new Error('no sample');
}

/** The value of a channel as it stands on the wire. */
function wireValue(sample: object, { path, scale, exponent }: ChannelDescription): number {
  let value: unknown = sample;
  for (const name of path) value = (value as Record<string, unknown>)[name];
  return Math.round(((value as number) * scale) / 10 ** exponent);
}

describe('SHT4x', () => {
  it('first starts a measurement and gives it when 8.3 ms have gone by', () => {
    const { clock, options } = createBench('sht4x', ROOM);
    const sensor = new SHT4x(options);
    clock.nowMs = 1;
    expect(sensor.sample()).toBeUndefined();
    clock.nowMs = 9;
    expect(sensor.sample()).toBeUndefined();
    clock.nowMs = 10;
    const { thermometer, hygrometer } = sensor.sample()!;
    expect(thermometer.temperature).toBeCloseTo(21.5, 2);
    expect(hygrometer.humidity).toBeCloseTo(0.4, 4);
  });

  it('forgives the refusal of a part that is still resetting', () => {
    const { clock, options } = createBench('sht4x', ROOM);
    const sensor = new SHT4x(options);
    expect(sensor.sample()).toBeUndefined();
    expect(sampleOnce(sensor, clock)).toBeDefined();
  });

  it('reports deviceTimeout after the part was busy too often, and starts anew', () => {
    const { clock, options } = createBench('sht4x', ROOM);
    const sensor = new SHT4x(options);
    clock.nowMs = 1;
    for (let i = 0; i <= NOT_READY_MAX; i++) expect(sensor.sample()).toBeUndefined();
    expect(thrownBy(() => sensor.sample())).toMatchObject({ reason: 'deviceTimeout' });
    clock.nowMs = 20;
    expect(sensor.sample()).toBeUndefined();
    expect(sampleOnce(sensor, clock)).toBeDefined();
  });

  it('reports deviceNotPresent while the part has no power and samples when it is back', () => {
    let celsius: number | undefined = 20;
    const { clock, options } = createBench('sht4x', { ...ROOM, temperature: () => celsius });
    const sensor = new SHT4x(options);
    sampleOnce(sensor, clock);
    celsius = undefined;
    expect(thrownBy(() => sampleOnce(sensor, clock))).toMatchObject({ reason: 'deviceNotPresent' });
    celsius = 30;
    expect(sampleOnce(sensor, clock)).toMatchObject({
      thermometer: { temperature: expect.closeTo(30, 2) as number },
    });
  });
});

describe('LIS3DH', () => {
  it.each([2, 4, 8, 16] as const)('measures within half a digit at %d g', (range) => {
    const { clock, options } = createBench('lis3dh', AT_REST);
    const sensor = new LIS3DH(options);
    sensor.configure({ range });
    const halfDigit = (range === 16 ? 6 : range / 4) * 0.00980665;
    const sample = sampleOnce(sensor, clock) as Record<'x' | 'y' | 'z', number>;
    expect(Math.abs(sample.x - 0.5)).toBeLessThanOrEqual(halfDigit);
    expect(Math.abs(sample.y + 1.25)).toBeLessThanOrEqual(halfDigit);
    expect(Math.abs(sample.z - 9.80665)).toBeLessThanOrEqual(halfDigit);
  });

  it('refuses a range that the part does not have and goes on as before', () => {
    const { clock, options } = createBench('lis3dh', AT_REST);
    const sensor = new LIS3DH(options);
    expect(() => sensor.configure({ range: 3 as 2 })).toThrow(RangeError);
    expect(sampleOnce(sensor, clock)).toBeDefined();
  });

  it('discards what was measured with another range', () => {
    const { clock, options } = createBench('lis3dh', AT_REST);
    const sensor = new LIS3DH(options);
    clock.nowMs = 1000;
    sensor.configure({ range: 16 });
    expect(sensor.sample()).toBeUndefined();
    expect((sampleOnce(sensor, clock) as { z: number }).z).toBeCloseTo(9.8, 0);
  });

  it('gives each set of data once', () => {
    const { clock, options } = createBench('lis3dh', AT_REST);
    const sensor = new LIS3DH(options);
    clock.nowMs = 1000;
    expect(sensor.sample()).toBeDefined();
    clock.nowMs += 9;
    expect(sensor.sample()).toBeUndefined();
    clock.nowMs += 1;
    expect(sensor.sample()).toBeDefined();
  });

  it('notices that the part lost its settings, and starts it anew with the same range', () => {
    let z: number | undefined = 39;
    const { clock, options } = createBench('lis3dh', { ...AT_REST, z: () => z });
    const sensor = new LIS3DH(options);
    sensor.configure({ range: 8 });
    sampleOnce(sensor, clock);
    z = undefined;
    expect(thrownBy(() => sensor.sample())).toMatchObject({ reason: 'deviceNotPresent' });
    z = 39;
    expect(sampleOnce(sensor, clock)).toMatchObject({ z: expect.closeTo(39, 1) as number });
  });

  it('reports deviceUnavailable when a short power cut went by between two calls', () => {
    let z: number | undefined = 9.8;
    const { model, clock, options } = createBench('lis3dh', { ...AT_REST, z: () => z });
    const sensor = new LIS3DH(options);
    sampleOnce(sensor, clock);
    z = undefined;
    expect(model.read(1)).toBeUndefined();
    z = 9.8;
    expect(thrownBy(() => sampleOnce(sensor, clock))).toMatchObject({ reason: 'deviceUnavailable' });
    expect(sampleOnce(sensor, clock)).toBeDefined();
  });

  it('keeps its range when the configuration has none', () => {
    const { clock, options } = createBench('lis3dh', { ...AT_REST, z: () => 39 });
    const sensor = new LIS3DH(options);
    sensor.configure({ range: 8 });
    sensor.configure({});
    expect((sampleOnce(sensor, clock) as { z: number }).z).toBeCloseTo(39, 1);
  });

  it('takes an answer that is too short for corrupt', () => {
    const { bus } = createBench('lis3dh', AT_REST);
    class Short extends bus.io {
      override read(): ArrayBuffer {
        return new ArrayBuffer(0);
      }
    }
    expect(thrownBy(() => new LIS3DH({ sensor: { io: Short } }))).toMatchObject({ reason: 'corrupt' });
    expect(bus.openCount()).toBe(0);
  });

  it('takes another part at its address for its own absence', () => {
    const bus = createBus();
    bus.attach(0x18, { write: () => true, read: (count) => new Uint8Array(count) });
    expect(thrownBy(() => new LIS3DH({ sensor: { io: bus.io } }))).toMatchObject({
      reason: 'deviceNotPresent',
    });
    expect(bus.openCount()).toBe(0);
  });
});

describe('parts', () => {
  it.each([
    ['sht4x', ROOM, { temperature: 2150, humidity: 4000 }],
    ['lis3dh', AT_REST, { x: 500, y: -1255, z: 9807 }],
  ] as const)('%s: each channel stands on the wire as described', (name, signals, expected) => {
    const { clock, options } = createBench(name, signals);
    const { channels, create } = PARTS[name];
    const sample = sampleOnce(create(options), clock);
    const values = channels.map((channel): [string, number] => [channel.name, wireValue(sample, channel)]);
    for (const [channel, value] of values) {
      // A digit of the LIS3DH is 9.8 of these steps.
      expect(Math.abs(value - (expected as Record<string, number>)[channel])).toBeLessThanOrEqual(10);
    }
    expect(values).toHaveLength(Object.keys(expected).length);
  });

  it('have a model each, whose signals are the channels', () => {
    expect(Object.keys(SIMULATED_PARTS)).toEqual(Object.keys(PARTS));
    for (const name of ['sht4x', 'lis3dh'] as const) {
      const described = Object.fromEntries(
        PARTS[name].channels.map((channel) => [channel.name, channel.unit]),
      );
      expect(SIMULATED_PARTS[name].signals).toEqual(described);
    }
  });

  it('refuse a model without one of its signals', () => {
    expect(() => SIMULATED_PARTS.lis3dh.create(() => 0, { x: () => 0, y: () => 0 })).toThrow('"signals.z"');
  });
});
