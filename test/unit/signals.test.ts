import {
  constant,
  noise,
  PARTS_MAX,
  ramp,
  replay,
  sine,
  sum,
  windowed,
} from '../../host-sim/world/signals.js';
import type { Signal } from '../../host-sim/world/signals.js';

const none: Signal = () => undefined;

const SERIES = {
  times: Float64Array.of(1_000, 2_000, 2_000, 4_000, 50_000),
  values: Float64Array.of(10, 20, 30, 50, 60),
  rewinds: 0,
};

describe('plain signals', () => {
  test('a constant stays', () => {
    expect([0, 1e9].map(constant(21))).toEqual([21, 21]);
  });

  test('a sine goes through mean, crest and trough, and a phase sets it ahead', () => {
    const wave = sine({ mean: 20, amplitude: 5, periodS: 4 });
    expect([0, 1_000, 2_000, 3_000].map((ms) => Math.round(wave(ms) ?? NaN))).toEqual([20, 25, 20, 15]);
    expect(sine({ mean: 20, amplitude: 5, periodS: 4, phaseS: 1 })(0)).toBeCloseTo(25);
  });

  test('a ramp waits for its start and then moves by its slope', () => {
    expect([0, 10_000, 12_500].map(ramp({ from: 7, slopePerS: -2, startS: 10 }))).toEqual([7, 7, 2]);
  });

  test('a sum adds up, and has no value where a part has none', () => {
    expect(sum([constant(1), constant(2)])(0)).toBe(3);
    expect(sum([constant(1), none])(0)).toBeUndefined();
  });
});

describe('replay', () => {
  const at = (options: { interpolate?: 'hold' | 'linear' }) =>
    replay(SERIES, { originUtcMs: 1_000, gapMsMax: 5_000, ...options });

  test('holds a value until the next, and takes the last of equal times', () => {
    expect([0, 999, 1_000, 2_999, 3_000].map(at({}))).toEqual([10, 10, 30, 30, 50]);
  });

  test('draws a line between two values', () => {
    expect([0, 500, 1_000, 2_000, 3_000].map(at({ interpolate: 'linear' }))).toEqual([10, 15, 30, 40, 50]);
  });

  test.each(['hold', 'linear'] as const)(
    '%s has no value before, after and in a wide hole',
    (interpolate) => {
      const signal = at({ interpolate });
      expect([-1, 8_000, 8_001, 48_999].map(signal)).toEqual([undefined, 50, undefined, undefined]);
      expect([49_000, 54_000, 54_001].map(signal)).toEqual([60, 60, undefined]);
    },
  );
});

describe('noise', () => {
  const values = (seed: number, stepMs = 1) => {
    const signal = noise({ stdDev: 2, seed });
    return Array.from({ length: 20_000 }, (_, i) => signal(i * stepMs) ?? NaN);
  };
  const meanOf = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0) / numbers.length;
  const correlation = (a: number[], b: number[]) => meanOf(b.map((number, i) => number * a[i])) / 4;

  test('depends on the seed and the moment only, not on what was read before', () => {
    const signal = noise({ stdDev: 1, seed: 5 });
    const first = signal(123_456_789_012);
    signal(7);
    expect(signal(123_456_789_012)).toBe(first);
    expect(noise({ stdDev: 1, seed: 6 })(123_456_789_012)).not.toBe(first);
    expect(signal(123_456_789_012 + 2 ** 32)).not.toBe(first);
  });

  test.each([1, 1_000, 60_000])('is Gaussian and without memory at steps of %d ms', (stepMs) => {
    const numbers = values(1, stepMs);
    expect(Math.abs(meanOf(numbers))).toBeLessThan(0.06);
    expect(Math.sqrt(meanOf(numbers.map((number) => number * number)))).toBeCloseTo(2, 1);
    expect(numbers.filter((number) => Math.abs(number) < 2).length / numbers.length).toBeCloseTo(0.6827, 1);
    for (const lag of [1, 2, 7])
      expect(Math.abs(correlation(numbers, numbers.slice(lag)))).toBeLessThan(0.03);
  });

  test('of neighbouring seeds is independent', () => {
    expect(Math.abs(correlation(values(1), values(2)))).toBeLessThan(0.03);
  });
});

describe('windowed', () => {
  const signal = windowed(constant(1), [
    { fromS: 10, toS: 20, signal: constant(2) },
    { fromS: 15, toS: 16, signal: none },
  ]);

  test('replaces the signal from its beginning to just before its end', () => {
    expect([9_999, 10_000, 19_999, 20_000].map(signal)).toEqual([1, 2, 2, 1]);
  });

  test('lets the last window of the list stand, even without a value', () => {
    expect([14_999, 15_000, 16_000].map(signal)).toEqual([2, undefined, 2]);
  });
});

describe('misuse', () => {
  test.each([
    ['"value" expected a finite number', () => constant(NaN)],
    ['"periodS" expected a number above 0', () => sine({ mean: 0, amplitude: 1, periodS: 0 })],
    ['"slopePerS" expected a finite number', () => ramp({ from: 0, slopePerS: Infinity })],
    ['"gapMsMax" expected 0 or above', () => replay(SERIES, { originUtcMs: 0, gapMsMax: -1 })],
    ['"stdDev" expected 0 or above', () => noise({ stdDev: -1, seed: 1 })],
    ['"parts" expected 1..', () => sum([])],
    ['"parts" expected 1..', () => sum(new Array<Signal>(PARTS_MAX + 1).fill(none))],
    ['"toS" expected more than 5', () => windowed(none, [{ fromS: 5, toS: 5, signal: none }])],
  ])('is told: %s', (message, act) => {
    expect(act).toThrow(RangeError);
    expect(act).toThrow(message);
  });
});
