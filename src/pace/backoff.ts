import type { SeededRandom } from '../base/random.js';

/** Times in milliseconds. */
export interface BackoffConfig {
  /** The least delay, also of the first retry: a broker that kicks us is never asked again at once. */
  readonly minMs: number;
  /** The most that a delay can be. */
  readonly maxMs: number;
  /** How long a connection must hold before the delays start small again. */
  readonly stableMs: number;
}

/** Doublings after which the ceiling is `maxMs` whatever `minMs` is. */
const DOUBLINGS_MAX = 30;

/**
 * Capped exponential back-off with full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter", 2015): the
 * delay is uniform between `minMs` and `min(maxMs, minMs × 2^attempt)`.
 */
export class Backoff {
  readonly #config: BackoffConfig;
  readonly #random: SeededRandom;
  #attempt = 0;

  constructor(config: BackoffConfig, random: SeededRandom) {
    this.#config = config;
    this.#random = random;
  }

  /** The delay before the next try. */
  nextDelayMs(): number {
    this.#attempt = Math.min(this.#attempt + 1, DOUBLINGS_MAX);
    const { minMs, maxMs } = this.#config;
    const ceiling = Math.min(maxMs, minMs * 2 ** this.#attempt);
    return minMs + Math.floor(this.#random.nextUnit() * Math.max(0, ceiling - minMs));
  }

  /** Says that a connection ended after `heldMs`. */
  connectionEnded(heldMs: number): void {
    if (heldMs >= this.#config.stableMs) this.#attempt = 0;
  }
}
