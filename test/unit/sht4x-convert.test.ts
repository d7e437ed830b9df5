import fc from 'fast-check';
import { convert, crc8, relativeHumidity, temperatureCelsius } from '../../hal/drivers/sht4x/convert.js';

/** Any seed; a failing run prints it beside its counterexample. */
const RUNS = { seed: 20_240_601, numRuns: 500 };

/** Six bytes as the part sends them. */
function frame(rawTemperature: number, rawHumidity: number): Uint8Array {
  const words = [rawTemperature, rawHumidity].map((raw) => Uint8Array.of(raw >> 8, raw & 0xff));
  return Uint8Array.from(words.flatMap((word) => [...word, crc8(word)]));
}

const word = fc.integer({ min: 0, max: 65_535 });

describe('crc8', () => {
  it("gives the datasheet's example: 0xBE 0xEF has 0x92", () => {
    expect(crc8(Uint8Array.of(0xbe, 0xef))).toBe(0x92);
  });
});

describe('formulas of the datasheet', () => {
  it.each([
    [0, -45],
    [65_535, 130],
    [0x6666, 25],
  ])('raw %d is %d degrees Celsius', (raw, celsius) => {
    expect(temperatureCelsius(raw)).toBeCloseTo(celsius, 9);
  });

  it.each([
    [0, 0],
    [3145, 0],
    [29_360, 0.5],
    [55_574, 1],
    [65_535, 1],
  ])('raw %d is a relative humidity of %d, clipped to 0..1', (raw, fraction) => {
    expect(relativeHumidity(raw)).toBeCloseTo(fraction, 4);
  });
});

describe('convert', () => {
  it('gives both quantities of a good frame', () => {
    fc.assert(
      fc.property(word, word, (rawTemperature, rawHumidity) => {
        expect(convert(frame(rawTemperature, rawHumidity))).toEqual({
          temperature: temperatureCelsius(rawTemperature),
          humidity: relativeHumidity(rawHumidity),
        });
      }),
      RUNS,
    );
  });

  it('notices every single bit that is wrong', () => {
    fc.assert(
      fc.property(word, word, fc.integer({ min: 0, max: 47 }), (rawTemperature, rawHumidity, bit) => {
        const bytes = frame(rawTemperature, rawHumidity);
        bytes[bit >> 3] ^= 0x80 >> (bit & 7);
        expect(convert(bytes)).toBeUndefined();
      }),
      RUNS,
    );
  });
});
