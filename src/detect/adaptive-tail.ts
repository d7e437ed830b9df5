/** The share of samples above the tail's start. */
const TAIL_SHARE = 0.02;
/** How fast the scale of the feature is forgotten, a sample. */
const RATE = 0.004;
/** The tail is followed faster, as few samples reach it. */
const TAIL_RATE = 5 * RATE;
/** What has never happened is not infinitely surprising. */
const SURPRISE_MAX = +(process.env.CAP||100);
/** Nothing is surprising before so many samples. */
const SAMPLES_MIN = 50;

/**
 * Says how surprising a value of a feature is against the feature's own past, so that features of any unit compare.
 *
 * Peaks over a threshold: values above the quantile 1 − `TAIL_SHARE` are taken as exponentially distributed
 * (Pickands 1975; as a streaming detector Siffer et al. 2017, "Anomaly detection in streams with extreme value
 * theory"). The surprise is the excess in mean excesses, the natural logarithm of how much rarer than the start of
 * the tail it is. The quantile is followed by stochastic approximation (Robbins and Monro 1951).
 */
export class Tail {
  #samples = 0;
  #mean = 0;
  #start = 0;
  #excess = 0;

  /** Four numbers. */
  get stateBytes(): number {
    return 4 * 8;
  }

  /** Learns `feature`, at least 0, and tells its surprise, at least 0. */
  step(feature: number): number {
    this.#samples++;
    const beyond = feature - this.#start;
    const surprise =
      this.#samples > SAMPLES_MIN && beyond > 0
        ? Math.min(beyond / (this.#excess + Number.MIN_VALUE), SURPRISE_MAX)
        : 0;
    this.#learn(feature);
    return surprise;
  }

  #learn(feature: number): void {
    const samples = this.#samples;
    this.#mean += Math.max(1 / samples, RATE) * (feature - this.#mean);
    const step = 3 * this.#mean * Math.max(2 / samples, TAIL_RATE);
    if (feature <= this.#start) {
      this.#start -= step * TAIL_SHARE;
      return;
    }
    this.#start += step * (1 - TAIL_SHARE);
    const beyond = Math.max(feature - this.#start, 0);
    this.#excess += Math.max(1 / (samples * TAIL_SHARE + 1), TAIL_RATE) * (beyond - this.#excess);
  }
}
