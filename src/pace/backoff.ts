import type { SeededRandom } from '../base/random.js';

/** Times in milliseconds. */
export interface BackoffConfig {
  /** The least delay, also of the first retry: a broker that kicks us is never asked again at once. */
  readonly minMs: number;
  /** The most that a delay can be. */
  readonly maxMs: number;
  /** How long a connection must hold before the delays start small again. */
  readonly stableMs: number;
  /**
   * The least ceiling of the delays after an established connection was lost: as a rule a whole fleet loses its
   * broker at one moment, and this is the time over which it comes back. Default 0: no more than the back-off's own.
   */
  readonly spreadMs?: number;
}

/** Doublings after which the ceiling is `maxMs` whatever `minMs` is. */
const DOUBLINGS_MAX = 30;

/**
 * Capped exponential back-off with full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter", 2015): the
 * delay is uniform between `minMs` and `min(maxMs, minMs × 2^attempt)`, and once there has been a connection the
 * second bound is at least `min(maxMs, spreadMs)`. `bench/storm.ts` measures what a fleet makes of it.
 */
export class Backoff {
  readonly #config: BackoffConfig;
  readonly #random: SeededRandom;
  #attempt = 0;
  #hadConnection = false;

  constructor(config: BackoffConfig, random: SeededRandom) {
    this.#config = config;
    this.#random = random;
  }

  /** The delay before the next try. */
  nextDelayMs(): number {
    this.#attempt = Math.min(this.#attempt + 1, DOUBLINGS_MAX);
    const { minMs, maxMs, spreadMs = 0 } = this.#config;
    const leastMs = this.#hadConnection ? spreadMs : 0;
    const ceiling = Math.min(maxMs, Math.max(leastMs, minMs * 2 ** this.#attempt));
    return minMs + Math.floor(this.#random.nextUnit() * Math.max(0, ceiling - minMs));
  }

  /** Says that an established connection ended after `heldMs`. */
  connectionEnded(heldMs: number): void {
    this.#hadConnection = true;
    if (heldMs >= this.#config.stableMs) this.#attempt = 0;
  }
}
