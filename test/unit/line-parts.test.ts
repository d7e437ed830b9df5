import * as fc from 'fast-check';
import { crc8, temperatureCelsius } from '../../hal/drivers/ds18b20/ds18b20.js';
import { GPS } from '../../hal/drivers/gps/gps.js';
import {
  checksum,
  readSentence,
  SENTENCE_CHARACTERS_MAX,
  SentenceReader,
} from '../../hal/drivers/gps/nmea.js';
import { HX711 } from '../../hal/drivers/hx711/hx711.js';
import { Microphone, rootMeanSquare } from '../../hal/drivers/microphone/microphone.js';
import { SensorError } from '../../src/base/no-data.js';
import { thrownBy } from '../contract/driver-contract.js';
import { createPartBench } from '../support/part-bench.js';

const sentence = (body: string) => `$${body}*${checksum(body)}`;
const HERE = { latitude: 48.1173, longitude: -11.5167, altitude: 545.4, satellites: 8 };

describe('HX711', () => {
  it.each([0, 0.001, 1.5, 5, -2])('weighs %d kg within half a digit', (weight) => {
    const { open, sampleOnce } = createPartBench('hx711', { weight });
    const sample = sampleOnce(open()) as { weight: number };
    expect(Math.abs(sample.weight - weight)).toBeLessThanOrEqual(0.5 / 858_993);
  });

  it('reckons with the cell that it is told, and refuses one that cannot be', () => {
    const { options, sampleOnce } = createPartBench('hx711', { weight: 1 });
    const sensor = new HX711(options as never);
    sensor.configure({ capacityKg: 10, sensitivityMvPerV: 1, zeroDigits: 8_590 });
    expect(sampleOnce(sensor)).toMatchObject({ weight: expect.closeTo(3.96, 5) as number });
    for (const bad of [{ capacityKg: 0 }, { sensitivityMvPerV: NaN }, { zeroDigits: 0x80_0000 }]) {
      expect(() => sensor.configure(bad)).toThrow(RangeError);
    }
  });

  it('takes the end of the range for corrupt', () => {
    const { open, sampleOnce } = createPartBench('hx711', { weight: 20 });
    expect(thrownBy(() => sampleOnce(open()))).toMatchObject({ reason: 'corrupt' });
  });

  it('takes a data line that is held low for the absence of the part', () => {
    class Low {
      static readonly Input = 0;
      static readonly Output = 8;
      read = () => 0;
      write = () => undefined;
      close = () => undefined;
    }
    const sensor = new HX711({ data: { io: Low }, clock: { io: Low } });
    sensor.sample();
    sensor.sample();
    expect(thrownBy(() => sensor.sample())).toMatchObject({ reason: 'deviceNotPresent' });
  });

  it('gives each conversion once, and the first after settling', () => {
    const { clock, open } = createPartBench('hx711', { weight: 1 });
    const sensor = open();
    sensor.sample();
    clock.nowMs = 10;
    sensor.sample();
    clock.nowMs = 409;
    expect(sensor.sample()).toBeUndefined();
    clock.nowMs = 410;
    expect(sensor.sample()).toBeDefined();
    clock.nowMs = 509;
    expect(sensor.sample()).toBeUndefined();
    clock.nowMs = 510;
    expect(sensor.sample()).toBeDefined();
  });
});

describe('GPS', () => {
  it('reads the example of the NMEA standard', () => {
    const line = '$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47';
    const { latitude, longitude, ...rest } = readSentence(line) as typeof HERE;
    expect(latitude).toBeCloseTo(48.1173, 6);
    expect(longitude).toBeCloseTo(11.516667, 6);
    expect(rest).toEqual({ altitude: 545.4, satellites: 8 });
  });

  it.each([
    ['south and west', 'GNGGA,1,3351.0000,S,07040.5000,W,2,12,1,-3.5,M,,,,'],
    ['the poles', 'GLGGA,1,9000.0000,S,18000.0000,W,1,04,1,0,M,,,,'],
  ])('%s are negative', (_, body) => {
    const { latitude, longitude } = readSentence(sentence(body)) as typeof HERE;
    expect([latitude < 0, longitude < 0]).toEqual([true, true]);
  });

  it.each([
    ['a wrong checksum', '$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*48'],
    ['no checksum', '$GPGGA,123519'],
    ['too few fields', sentence('GPGGA,1,4807.0,N,01131.0,E,1')],
    ['sixty minutes', sentence('GPGGA,1,4860.000,N,01131.000,E,1,08,1,5,M,,,,')],
    ['more than 90 degrees', sentence('GPGGA,1,9000.001,N,01131.000,E,1,08,1,5,M,,,,')],
    ['letters in a number', sentence('GPGGA,1,48x7.000,N,01131.000,E,1,08,1,5,M,,,,')],
    ['a hemisphere that is none', sentence('GPGGA,1,4807.000,Q,01131.000,E,1,08,1,5,M,,,,')],
    ['no altitude', sentence('GPGGA,1,4807.000,N,01131.000,E,1,08,1,,M,,,,')],
  ])('%s is corrupt', (_, line) => expect(readSentence(line)).toBe('corrupt'));

  it('passes over other sentences and knows when there is no fix', () => {
    expect(readSentence(sentence('GPRMC,1,A'))).toBe('other');
    expect(readSentence(sentence('GPGGA,1,,,,,0,00,99.9,,M,,M,,'))).toBe('noFix');
  });

  it('never throws and never keeps more than a sentence, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => {
        const reader = new SentenceReader();
        for (const byte of bytes) {
          const line = reader.push(byte);
          if (line === undefined) continue;
          expect(line.length).toBeLessThanOrEqual(SENTENCE_CHARACTERS_MAX);
          readSentence(line);
        }
      }),
      { seed: 183, numRuns: 300 },
    );
  });

  it('never gives a position that is none, whatever fields a checked sentence has', () => {
    const field = fc.oneof(
      fc.string({ maxLength: 8 }),
      fc.stringMatching(/^[0-9]{1,6}(\.[0-9]{1,4})?$/),
      fc.constantFrom('N', 'E', '1'),
    );
    fc.assert(
      fc.property(fc.array(field, { minLength: 9, maxLength: 14 }), (fields) => {
        const result = readSentence(sentence(`GPGGA,${fields.join(',').replaceAll(/[*$]/g, '')}`));
        if (typeof result === 'string') return;
        expect(Math.abs(result.latitude)).toBeLessThanOrEqual(90);
        expect(Math.abs(result.longitude)).toBeLessThanOrEqual(180);
        expect(Number.isFinite(result.altitude) && result.satellites >= 0).toBe(true);
      }),
      { seed: 184, numRuns: 500 },
    );
  });

  it('finds a good sentence behind any garbage, and gives nothing but SensorErrors meanwhile', () => {
    const good = [...`\r\n${sentence('GPGGA,1,4807.000,N,01131.000,E,1,08,1,5,M,,,,')}\r\n`];
    const goodBytes = good.map((character) => character.charCodeAt(0));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (garbage) => {
        const chunks = [[], [...garbage], goodBytes];
        class Port {
          read = () => Uint8Array.from(chunks.shift() ?? goodBytes).buffer;
          close = () => undefined;
        }
        const sensor = new GPS({ sensor: { io: Port } });
        for (let call = 0; call < 6; call++) {
          try {
            if (sensor.sample() !== undefined) return;
          } catch (error) {
            expect(error).toBeInstanceOf(SensorError);
          }
        }
        throw new Error('no sample');
      }),
      { seed: 185, numRuns: 300 },
    );
  });

  it('says deviceUnavailable without a fix', () => {
    const { open, sampleOnce } = createPartBench('gps', { ...HERE, satellites: 3 });
    expect(thrownBy(() => sampleOnce(open()))).toMatchObject({ reason: 'deviceUnavailable' });
  });

  it('gives the position of now, not the one that waited in the port', () => {
    const bench = createPartBench('gps', { ...HERE });
    const sensor = bench.open();
    bench.sampleOnce(sensor);
    bench.world.latitude = -10.25;
    bench.clock.nowMs += 60_000;
    expect(bench.sampleOnce(sensor)).toMatchObject({ latitude: expect.closeTo(-10.25, 6) as number });
  });
});

describe('microphone', () => {
  it('gives the root mean square about the mean', () => {
    expect(rootMeanSquare([5, 5, 5, 5])).toBe(0);
    expect(rootMeanSquare([0, 2, 0, 2])).toBe(1);
    expect(rootMeanSquare(new Array(64).fill(0).map((_, i) => (i % 2 === 0 ? 0 : 65_535)))).toBe(32_767.5);
  });

  it.each([0.005, 0.1, 0.5])('measures %d V within a digit', (level) => {
    const { open, sampleOnce } = createPartBench('microphone', { level });
    const sample = sampleOnce(open()) as { level: number };
    expect(Math.abs(sample.level - level)).toBeLessThanOrEqual(3.3 / 4_095);
  });

  it('needs four calls for a level', () => {
    const sensor = createPartBench('microphone', { level: 0.1 }).open();
    expect([1, 2, 3].map(() => sensor.sample())).toEqual([undefined, undefined, undefined]);
    expect(sensor.sample()).toBeDefined();
  });

  it('reckons with the reference that it is told, and refuses one that cannot be', () => {
    const { options, sampleOnce } = createPartBench('microphone', { level: 0.3 });
    const sensor = new Microphone(options as never);
    sensor.configure({ referenceVolts: 1.1 });
    expect(sampleOnce(sensor)).toMatchObject({ level: expect.closeTo(0.1, 3) as number });
    expect(() => sensor.configure({ referenceVolts: 0 })).toThrow(RangeError);
  });

  it('takes an input without power for corrupt', () => {
    const { open, sampleOnce } = createPartBench('microphone', { level: undefined });
    expect(thrownBy(() => sampleOnce(open()))).toMatchObject({ reason: 'corrupt' });
  });
});

describe('DS18B20', () => {
  // DS18B20 datasheet, table 1, "Temperature/Data Relationship".
  it.each([
    [0x07d0, 125],
    [0x0550, 85],
    [0x0191, 25.0625],
    [0x0008, 0.5],
    [0x0000, 0],
    [0xfff8, -0.5],
    [0xff5e, -10.125],
    [0xfc90, -55],
  ])('%d is %d degrees', (word, celsius) => {
    expect(temperatureCelsius(Uint8Array.of(word & 0xff, word >> 8))).toBe(celsius);
  });

  it('has the checksum of the example in application note 27', () => {
    expect(crc8(Uint8Array.of(0x02, 0x1c, 0xb8, 0x01, 0, 0, 0))).toBe(0xa2);
  });

  it.each([-55, -10.2, 0, 21.53, 125])('measures %d degrees within half a digit', (temperature) => {
    const { open, sampleOnce } = createPartBench('ds18b20', { temperature });
    const sample = sampleOnce(open()) as { temperature: number };
    expect(Math.abs(sample.temperature - temperature)).toBeLessThanOrEqual(1 / 32);
  });

  it('never takes the 85 degrees of power-on for a measurement', () => {
    const bench = createPartBench('ds18b20', { temperature: 20 });
    const sensor = bench.open();
    sensor.sample();
    bench.clock.nowMs = 100;
    bench.world.temperature = undefined;
    expect(thrownBy(() => sensor.sample())).toMatchObject({ reason: 'deviceNotPresent' });
    bench.world.temperature = 20;
    expect(bench.sampleOnce(sensor)).toEqual({ temperature: 20 });
  });

  it('takes a line that is held low for no measurement', () => {
    class Low {
      reset = () => true;
      read = (count: number) => new Uint8Array(count).fill(count === 1 ? 1 : 0).buffer;
      write = () => undefined;
      close = () => undefined;
    }
    const bench = createPartBench('ds18b20', { temperature: 20 });
    bench.options.sensor = { io: Low };
    const sensor = bench.open();
    sensor.sample();
    expect(thrownBy(() => sensor.sample())).toMatchObject({ reason: 'deviceUnavailable' });
  });
});
