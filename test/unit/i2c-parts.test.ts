import {
  convert,
  fineTemperature,
  pressurePa,
  readCalibration,
} from '../../hal/drivers/bme280/compensate.js';
import { busVolts, INA219, shuntVolts } from '../../hal/drivers/ina219/ina219.js';
import { convertOutput, MPU6050 } from '../../hal/drivers/mpu6050/mpu6050.js';
import { temperatureCelsius } from '../../hal/drivers/tmp117/tmp117.js';
import { thrownBy } from '../contract/driver-contract.js';
import { createPartBench } from '../support/part-bench.js';

const AIR = { temperature: 21.5, humidity: 40, pressure: 101_325 };
const REST = { x: 0.5, y: -1.25, z: 9.80665, temperature: 30 };

describe('TMP117', () => {
  // TMP117 datasheet, table "16-Bit Temperature Data Format".
  it.each([
    [0x7fff, 255.9921875],
    [0x0c80, 25],
    [0x0001, 0.0078125],
    [0x0000, 0],
    [-0x0001, -0.0078125],
    [-0x0c80, -25],
  ])('%d is %d degrees', (word, celsius) => expect(temperatureCelsius(word)).toBe(celsius));

  it.each([-55, -0.01, 0, 21.5, 150])('measures %d degrees within half a digit', (temperature) => {
    const { open, sampleOnce } = createPartBench('tmp117', { temperature });
    const sample = sampleOnce(open()) as { temperature: number };
    expect(Math.abs(sample.temperature - temperature)).toBeLessThanOrEqual(1 / 256);
  });

  it('gives nothing before eight conversions have gone by', () => {
    const { clock, open } = createPartBench('tmp117', { temperature: 20 });
    const sensor = open();
    expect(sensor.sample()).toBeUndefined();
    clock.nowMs = 139;
    expect(sensor.sample()).toBeUndefined();
    clock.nowMs = 140;
    expect(sensor.sample()).toEqual({ temperature: 20 });
  });

  it('reports deviceNotPresent while the power is away, and converts anew when it is back', () => {
    const bench = createPartBench('tmp117', { temperature: 20 });
    const sensor = bench.open();
    sensor.sample();
    bench.world.temperature = undefined;
    expect(thrownBy(() => sensor.sample())).toMatchObject({ reason: 'deviceNotPresent' });
    bench.world.temperature = 20;
    expect(bench.sampleOnce(sensor)).toEqual({ temperature: 20 });
  });
});

describe('BME280', () => {
  // The worked example of the BMP280 datasheet (BST-BMP280-DS001), section 3.12; both parts share these formulas.
  const T = [27_504, 26_435, -1_000];
  const P = [36_477, -10_685, 3_024, 2_855, 140, -7, 15_500, -14_600, 6_000];

  it('gives 25.08 degrees and 100,653 Pa for the example of the datasheet', () => {
    const fine = fineTemperature(519_888, T);
    expect(fine).toBe(128_422);
    expect((fine * 5 + 128) >> 8).toBe(2_508);
    // The example's 100,653.27 Pa are from the 64-bit formula; the 32-bit one may be a few pascals off.
    expect(Math.abs(pressurePa(415_148, fine, P) - 100_653)).toBeLessThanOrEqual(4);
  });

  it('reads signed and split trimming parameters', () => {
    const low = new Uint8Array(26).fill(0xff);
    const high = Uint8Array.of(0x00, 0x80, 0x12, 0xff, 0x5a, 0x80, 0xfe);
    const { t, p, h } = readCalibration(low, high);
    expect(t).toEqual([65_535, -1, -1]);
    expect(p[0]).toBe(65_535);
    expect(h).toEqual([255, -32_768, 0x12, -6, -2_043, -2]);
  });

  it.each([
    [-40, 10, 30_000],
    [0, 0, 110_000],
    [21.5, 40, 101_325],
    [25, 99, 95_000],
    [85, 55.5, 70_000],
  ])('measures %d degrees, %d %%, %d Pa within what the formulas give', (temperature, humidity, pressure) => {
    const { open, sampleOnce } = createPartBench('bme280', { temperature, humidity, pressure });
    const sample = sampleOnce(open()) as Record<string, Record<string, number>>;
    expect(Math.abs(sample.thermometer.temperature - temperature)).toBeLessThanOrEqual(0.011);
    expect(Math.abs(sample.hygrometer.humidity * 100 - humidity)).toBeLessThanOrEqual(0.05);
    expect(Math.abs(sample.barometer.pressure - pressure)).toBeLessThanOrEqual(6);
  });

  it('takes a quantity that was not measured for no measurement', () => {
    const calibration = readCalibration(new Uint8Array(26).fill(1), new Uint8Array(7).fill(1));
    expect(convert(Uint8Array.of(0x80, 0, 0, 0x50, 0, 0, 0x60, 0), calibration)).toBeUndefined();
    expect(convert(Uint8Array.of(0x50, 0, 0, 0x80, 0, 0, 0x60, 0), calibration)).toBeUndefined();
    expect(convert(Uint8Array.of(0x50, 0, 0, 0x50, 0, 0, 0x80, 0), calibration)).toBeUndefined();
  });

  it('gives nothing before 9.3 ms have gone by', () => {
    const { clock, open } = createPartBench('bme280', { ...AIR });
    const sensor = open();
    expect(sensor.sample()).toBeUndefined();
    clock.nowMs = 9;
    expect(sensor.sample()).toBeUndefined();
    clock.nowMs = 10;
    expect(sensor.sample()).toBeDefined();
  });

  it('takes another part at its address, such as a BMP280, for its own absence', () => {
    class Bmp280 {
      read = (count: number) => new Uint8Array(count).fill(0x58).buffer;
      write = () => undefined;
      close = () => undefined;
    }
    const bench = createPartBench('bme280', { ...AIR });
    bench.options.sensor = { io: Bmp280 };
    expect(thrownBy(() => bench.open())).toMatchObject({ reason: 'deviceNotPresent' });
  });
});

describe('INA219', () => {
  it('weighs bits as the datasheet does', () => {
    // Datasheet, figure 24 and table 7: 0x5D98 on the bus is 11.98 V, 0xF830 on the shunt is -20 mV.
    expect([busVolts(0x5d98), shuntVolts(0x07d0), shuntVolts(0xf830)]).toEqual([11.98, 0.02, -0.02]);
  });

  it.each([
    [3.3, 0.5],
    [12, -1.2345],
    [0, 0],
    [26, 3.2],
  ])('measures %d V and %d A within half a digit', (voltage, current) => {
    const { open, sampleOnce } = createPartBench('ina219', { voltage, current });
    const sample = sampleOnce(open()) as Record<'voltage' | 'current', number>;
    expect(Math.abs(sample.voltage - voltage)).toBeLessThanOrEqual(0.002 + 1e-9);
    expect(Math.abs(sample.current - current)).toBeLessThanOrEqual(0.00005 + 1e-9);
  });

  it('divides by the shunt that it is told, and refuses one that cannot be', () => {
    const { options, sampleOnce } = createPartBench('ina219', { voltage: 5, current: 1 });
    const sensor = new INA219(options as never);
    sensor.configure({ shuntOhms: 0.05 });
    expect(sampleOnce(sensor)).toMatchObject({ current: 2 });
    for (const shuntOhms of [0, -1, NaN, 101])
      expect(() => sensor.configure({ shuntOhms })).toThrow(RangeError);
  });

  it('reports deviceNotPresent while the power is away, and triggers anew when it is back', () => {
    const bench = createPartBench('ina219', { voltage: 5, current: 1 });
    const sensor = bench.open();
    sensor.sample();
    bench.world.current = undefined;
    expect(thrownBy(() => sensor.sample())).toMatchObject({ reason: 'deviceNotPresent' });
    bench.world.current = 1;
    expect(bench.sampleOnce(sensor)).toMatchObject({ current: 1 });
  });
});

describe('MPU6050', () => {
  it('converts as the register map says', () => {
    const bytes = Uint8Array.of(0x40, 0, 0xc0, 0, 0x7f, 0xff, 0, 0);
    const { x, y, z, temperature } = convertOutput(bytes, 2);
    expect([x, y, temperature]).toEqual([9.80665, -9.80665, 36.53]);
    expect(z).toBeCloseTo(2 * 9.80665, 2);
    expect(convertOutput(bytes, 16).x).toBe(8 * 9.80665);
  });

  it.each([2, 4, 8, 16] as const)('measures within half a digit at %d g', (range) => {
    const { options, sampleOnce } = createPartBench('mpu6050', { ...REST });
    const sensor = new MPU6050(options as never);
    sensor.configure({ range });
    const sample = sampleOnce(sensor) as typeof REST;
    const halfDigit = ((range / 2 / 16_384) * 9.80665) / 2;
    for (const name of ['x', 'y', 'z'] as const) {
      expect(Math.abs(sample[name] - REST[name])).toBeLessThanOrEqual(halfDigit + 1e-12);
    }
    expect(Math.abs(sample.temperature - REST.temperature)).toBeLessThanOrEqual(1 / 680);
  });

  it('refuses a range that the part does not have', () => {
    const sensor = new MPU6050(createPartBench('mpu6050', { ...REST }).options as never);
    expect(() => sensor.configure({ range: 3 as 2 })).toThrow(RangeError);
  });

  it('reports deviceNotPresent without power, and samples with the same range when it is back', () => {
    const bench = createPartBench('mpu6050', { ...REST, z: 39 });
    const sensor = new MPU6050(bench.options as never);
    sensor.configure({ range: 8 });
    bench.sampleOnce(sensor);
    bench.world.z = undefined;
    expect(thrownBy(() => sensor.sample())).toMatchObject({ reason: 'deviceNotPresent' });
    bench.world.z = 39;
    expect(bench.sampleOnce(sensor)).toMatchObject({ z: expect.closeTo(39, 1) as number });
  });
});

describe('a power cut that nobody saw', () => {
  // The wires are shared, so that a second talker can tell the part of its power cut without the driver's knowledge.
  it.each([
    ['tmp117', 'temperature', { temperature: 20 }],
    ['bme280', 'pressure', { ...AIR }],
    ['ina219', 'current', { voltage: 5, current: 1 }],
    ['mpu6050', 'z', { ...REST }],
  ] as const)('%s: is deviceUnavailable, and the next sample is whole', (part, signal, world) => {
    const bench = createPartBench(part, { ...world });
    let isCut = false;
    const Inner = bench.bus.io.sensor as unknown as new (options: object) => {
      read(count: number): ArrayBuffer;
      write(bytes: Uint8Array): void;
      close(): void;
    };
    class Io extends Inner {
      override write(bytes: Uint8Array): void {
        if (isCut) {
          isCut = false;
          const value = bench.world[signal];
          bench.world[signal] = undefined;
          expect(() => super.write(bytes)).toThrow();
          bench.world[signal] = value;
        }
        super.write(bytes);
      }
    }
    bench.options.sensor = { io: Io };
    const sensor = bench.open();
    if (part !== 'mpu6050') sensor.sample();
    isCut = true;
    expect(thrownBy(() => bench.sampleOnce(sensor))).toMatchObject({ reason: 'deviceUnavailable' });
    expect(bench.sampleOnce(sensor)).toBeDefined();
  });
});
