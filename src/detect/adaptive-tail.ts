import type { Layout, Memory } from './adaptive-memory.js';

/** The share of samples that count as the tail. */
const TAIL_SHARE = 0.02;
/** How fast the scale of the feature is forgotten, a sample. */
const SCALE_RATE = 0.004;
/** How fast the tail is followed: faster, as few samples reach it. */
const TAIL_RATE = 0.02;
/** How far the start of the tail moves, in mean features. */
const STEP = 3;
/** Nothing is surprising before so many samples. */
const SAMPLES_MIN = 50;
/** What never happened before is not infinitely surprising. */
const SURPRISE_MAX = 10;
/** Keeps a division by nothing defined. */
const TINY = 1e-300;

/** The places of its numbers. */
const SAMPLES = 0;
const MEAN = 1;
const START = 2;
const EXCESS = 3;
const NUMBERS = 4;

/**
 * Tells how surprising a feature is against its own past, so that features of any unit and sensor compare.
 *
 * Peaks over a threshold: what lies above the quantile 1 − `TAIL_SHARE` is taken as exponentially distributed (Siffer
 * et al. 2017, "Anomaly detection in streams with extreme value theory", shape 0). The surprise is the excess in mean
 * excesses: how many e-folds rarer than the start of the tail. The quantile is followed by stochastic approximation
 * (Robbins and Monro 1951).
 */
export class Tail {
  readonly #numbers: number;

  constructor(layout: Layout) {
    this.#numbers = layout.takeNumbers(NUMBERS);
  }

  /** Learns `feature`, at least 0, and tells its surprise, 0 to `SURPRISE_MAX`. */
  step({ numbers }: Memory, feature: number): number {
    const at = this.#numbers;
    numbers[at + SAMPLES]++;
    const excess = feature - numbers[at + START];
    const isTold = excess > 0 && numbers[at + SAMPLES] > SAMPLES_MIN;
    const surprise = isTold ? Math.min(excess / (numbers[at + EXCESS] + TINY), SURPRISE_MAX) : 0;
    this.#learn(numbers, feature);
    return surprise;
  }

  #learn(numbers: Float64Array, feature: number): void {
    const at = this.#numbers;
    const samples = numbers[at + SAMPLES];
    numbers[at + MEAN] += Math.max(1 / samples, SCALE_RATE) * (feature - numbers[at + MEAN]);
    const step = STEP * numbers[at + MEAN] * Math.max(2 / samples, TAIL_RATE);
    if (feature <= numbers[at + START]) {
      numbers[at + START] -= step * TAIL_SHARE;
      return;
    }
    numbers[at + START] += step * (1 - TAIL_SHARE);
    const excess = Math.max(feature - numbers[at + START], 0);
    const rate = Math.max(1 / (samples * TAIL_SHARE + 1), TAIL_RATE);
    numbers[at + EXCESS] += rate * (excess - numbers[at + EXCESS]);
  }
}
