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
const SURPRISE_MAX = 20;
/** Keeps a division by nothing defined. */
const TINY = 1e-300;

/**
 * Tells how surprising a feature is against its own past, so that features of any unit and sensor compare.
 *
 * Peaks over a threshold: what lies above the quantile 1 − `TAIL_SHARE` is taken as exponentially distributed (Siffer
 * et al. 2017, "Anomaly detection in streams with extreme value theory", shape 0). The surprise is the excess in mean
 * excesses: how many e-folds rarer than the start of the tail. The quantile is followed by stochastic approximation
 * (Robbins and Monro 1951).
 */
export class Tail {
  #samples = 0;
  #mean = 0;
  #start = 0;
  #excess = 0;

  /** Learns `feature`, at least 0, and tells its surprise, 0 to `SURPRISE_MAX`. */
  step(feature: number): number {
    this.#samples++;
    const excess = feature - this.#start;
    const isTold = excess > 0 && this.#samples > SAMPLES_MIN;
    const surprise = isTold ? Math.min(excess / (this.#excess + TINY), SURPRISE_MAX) : 0;
    this.#learn(feature);
    return surprise;
  }

  #learn(feature: number): void {
    const samples = this.#samples;
    this.#mean += Math.max(1 / samples, SCALE_RATE) * (feature - this.#mean);
    const step = STEP * this.#mean * Math.max(2 / samples, TAIL_RATE);
    if (feature <= this.#start) {
      this.#start -= step * TAIL_SHARE;
      return;
    }
    this.#start += step * (1 - TAIL_SHARE);
    const excess = Math.max(feature - this.#start, 0);
    this.#excess += Math.max(1 / (samples * TAIL_SHARE + 1), TAIL_RATE) * (excess - this.#excess);
  }
}
