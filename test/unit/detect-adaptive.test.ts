import {
  ADAPTIVE_THRESHOLD,
  adaptiveStateBytes,
  createAdaptiveState,
  stepAdaptive,
  type AdaptiveState,
} from '../../src/detect/adaptive.js';
import { log2 } from '../../src/detect/adaptive-spread.js';

const STEP_MS = 300_000;
const DAY_SAMPLES = 288;
/** Ten days, and then somewhere in the morning. */
const LEARNED = 10 * DAY_SAMPLES + 100;
const SEEDS = [1, 2, 3, 4, 5];

type Signal = (index: number) => number;

/** Numerical Recipes' linear congruential generator, 0 to 1. */
function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 0x1_0000_0000;
  };
}

/** Nearly normal noise of deviation 1: the sum of twelve uniforms. */
function noise(seed: number): () => number {
  const next = uniform(seed);
  return () => {
    let sum = -6;
    for (let count = 0; count < 12; count++) sum += next();
    return sum;
  };
}

function scoresOf(signal: Signal, samples: number, state = createAdaptiveState()): number[] {
  return Array.from({ length: samples }, (_, index) =>
    stepAdaptive(state, { value: signal(index), takenMs: index * STEP_MS }),
  );
}

/** The indexes of the alarms from `from` on, and before `to`. */
function alarms(scores: readonly number[], from = 0, to = scores.length): number[] {
  return scores.flatMap((score, index) =>
    score >= ADAPTIVE_THRESHOLD && index >= from && index < to ? [index] : [],
  );
}

/** Lively readings around 500, as scaled integers. */
function lively(seed: number): Signal {
  const next = noise(seed);
  return () => Math.round(500 + 30 * next());
}

const wave = (index: number) => 2000 + 800 * Math.sin((index / DAY_SAMPLES) * 2 * Math.PI);

/** A daily season with a little noise. */
function seasonal(seed: number): Signal {
  const next = noise(seed);
  return (index) => Math.round(wave(index) + 20 * next());
}

/** Passes `signal` through `change` from `LEARNED` on. */
function changed(signal: Signal, change: (value: number, index: number) => number): Signal {
  return (index) => {
    const value = signal(index);
    return index < LEARNED ? value : change(value, index);
  };
}

function expectAlarmWithin(signal: Signal, samples: number): void {
  const scores = scoresOf(signal, LEARNED + samples);
  expect(alarms(scores, LEARNED).length).toBeGreaterThan(0);
}

function expectScores(scores: readonly number[]): void {
  for (const score of scores) if (!(score >= 0 && score < 1)) throw new Error(`a score of ${score}`);
}

function copyOf({ floats, numbers }: AdaptiveState): AdaptiveState {
  return { floats: floats.slice(), numbers: numbers.slice() };
}

describe('adaptive detector, its state', () => {
  test('gives the same scores for the same readings, with two signals in turns', () => {
    const expected = scoresOf(seasonal(7), 2_000);
    const [one, other] = [createAdaptiveState(), createAdaptiveState()];
    const [signal, different] = [seasonal(7), lively(8)];
    const scores = expected.map((_, index) => {
      stepAdaptive(other, { value: different(index), takenMs: index });
      return stepAdaptive(one, { value: signal(index), takenMs: index * STEP_MS });
    });
    expect(scores).toEqual(expected);
  });

  test('goes on from a copy of its two arrays as if nothing had happened', () => {
    const state = createAdaptiveState();
    scoresOf(lively(3), 1_500, state);
    const restored = copyOf(state);
    expect(scoresOf(lively(4), 500, restored)).toEqual(scoresOf(lively(4), 500, state));
  });

  test('takes 4,096 bytes at most, and the same arrays after 20,000 readings', () => {
    const state = createAdaptiveState();
    const { floats, numbers } = state;
    const bytes = adaptiveStateBytes(state);
    expect(bytes).toBeLessThanOrEqual(4_096);
    scoresOf(lively(1), 20_000, state);
    expect(state.floats).toBe(floats);
    expect(state.numbers).toBe(numbers);
    expect(adaptiveStateBytes(state)).toBe(bytes);
  });
});

describe('adaptive detector, silence', () => {
  test.each([0, 21_500, -(2 ** 31), 2 ** 31])('never calls a constant %d anomalous', (value) => {
    expect(Math.max(...scoresOf(() => value, 5_000))).toBe(0);
  });

  test.each(SEEDS)('calls at most 2 in 1,000 samples of white noise anomalous, seed %d', (seed) => {
    const flat = uniform(seed);
    for (const signal of [lively(seed), () => Math.round(1_000 * flat())])
      expect(alarms(scoresOf(signal, 20_000)).length).toBeLessThanOrEqual(40);
  });

  test('is silent on a clean daily season from the fifth day on', () => {
    const scores = scoresOf((index) => Math.round(wave(index)), 30 * DAY_SAMPLES);
    expect(alarms(scores, 4 * DAY_SAMPLES)).toEqual([]);
  });

  test.each(SEEDS)(
    'calls at most three readings in fifteen days of a noisy season anomalous, seed %d',
    (seed) => {
      const scores = scoresOf(seasonal(seed), 20 * DAY_SAMPLES);
      expect(alarms(scores, 5 * DAY_SAMPLES).length).toBeLessThanOrEqual(3);
    },
  );

  test('is never in alarm within its first fifty readings', () => {
    expect(alarms(scoresOf((index) => (index < 40 ? 500 : 900), 50))).toEqual([]);
  });
});

describe('adaptive detector, alarms', () => {
  test.each(SEEDS)('tells a spike at once, seed %d', (seed) => {
    const spike: typeof seasonal = (from) =>
      changed(seasonal(from), (value, index) => (index === LEARNED ? value + 1_500 : value));
    expectAlarmWithin(spike(seed), 1);
    expectAlarmWithin(
      changed(lively(seed), (value, index) => (index === LEARNED ? value + 300 : value)),
      1,
    );
  });

  test.each(SEEDS)('tells a shift of the level within 2 samples, seed %d', (seed) => {
    expectAlarmWithin(
      changed(seasonal(seed), (value) => value + 1_000),
      2,
    );
    expectAlarmWithin(
      changed(lively(seed), (value) => value - 150),
      2,
    );
  });

  test.each(SEEDS)('tells that a lively signal is stuck within 60 samples, seed %d', (seed) => {
    let last = 0;
    const signal = lively(seed);
    expectAlarmWithin((index) => (index < LEARNED ? (last = signal(index)) : last), 60);
  });

  test.each(SEEDS)('tells that the season is gone within half a day, seed %d', (seed) => {
    expectAlarmWithin(
      changed(seasonal(seed), (value, index) => 2_000 + value - wave(index)),
      DAY_SAMPLES / 2,
    );
  });

  test('keeps weaker surprises silent right after an alarm', () => {
    const signal = changed(lively(2), (value, index) => value + (index < LEARNED + 10 ? 300 : 0));
    const scores = scoresOf(signal, LEARNED + 10);
    expect(scores[LEARNED]).toBeGreaterThan(ADAPTIVE_THRESHOLD);
    expect(alarms(scores, LEARNED).length).toBeLessThanOrEqual(3);
  });
});

describe('adaptive detector, hostile readings', () => {
  test('stays within 0 to 1 on values of ±2³¹ and far beyond', () => {
    const next = uniform(11);
    const extremes = [2 ** 31, -(2 ** 31), 2 ** 31 - 1, 0, 1, 1e300, -1e300, Number.MAX_VALUE, 5e-324];
    expectScores(scoresOf(() => extremes[Math.floor(next() * extremes.length)], 5_000));
    expectScores(scoresOf((index) => (index % 2 === 0 ? Number.MAX_VALUE : -Number.MAX_VALUE), 2_000));
  });

  test('passes over what is no finite number, and learns nothing from it', () => {
    const state = createAdaptiveState();
    scoresOf(lively(1), 500, state);
    const before = copyOf(state);
    for (const value of [NaN, Infinity, -Infinity])
      expect(stepAdaptive(state, { value, takenMs: 0 })).toBe(0);
    expect(stepAdaptive(state, { value: 1, takenMs: NaN })).toBe(0);
    expect(copyOf(state)).toEqual(before);
  });

  test('bears irregular sampling, gaps of weeks, clocks before 1970 and clocks set back', () => {
    const next = uniform(5);
    const signal = lively(5);
    const state = createAdaptiveState();
    let takenMs = -5e9;
    const scores = Array.from({ length: 5_000 }, (_, index) => {
      takenMs += next() < 0.01 ? next() * 2e9 : next() < 0.01 ? -next() * 1e9 : next() * 600_000;
      return stepAdaptive(state, { value: signal(index), takenMs });
    });
    expectScores(scores);
    expect(alarms(scores).length).toBeLessThanOrEqual(20);
  });
});

describe('log2 of the four operations', () => {
  test('is off by less than 2e-5 from 2⁻¹⁹ to 2¹⁹, and is cut off beyond', () => {
    for (let value = 2 ** -19; value < 2 ** 19; value *= 1.0137)
      expect(Math.abs(log2(value) - Math.log2(value))).toBeLessThan(2e-5);
    expect([log2(0), log2(1e-300), log2(1e300), log2(Infinity)]).toEqual([-20, -20, 20, 20]);
    expect([log2(1), log2(2), log2(0.25)]).toEqual([0, 1, -2]);
  });
});
