/** Limits how many envelopes leave: a burst at once, then a steady rate. */
export class TokenBucket {
  readonly #burst: number;
  readonly #perMs: number;
  #tokens: number;
  #atMs: number;

  /**
   * @param burst tokens that a full bucket holds, at least 1.
   * @param perMinute tokens that come back a minute, above 0.
   */
  constructor(burst: number, perMinute: number, nowMs: number) {
    this.#burst = burst;
    this.#perMs = perMinute / 60_000;
    this.#tokens = burst;
    this.#atMs = nowMs;
  }

  /** Takes a token when there is one. */
  take(nowMs: number): boolean {
    this.#refill(nowMs);
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** When the next token will be there; `nowMs` when it is. */
  wakeMs(nowMs: number): number {
    this.#refill(nowMs);
    return this.#tokens >= 1 ? nowMs : nowMs + Math.ceil((1 - this.#tokens) / this.#perMs);
  }

  #refill(nowMs: number): void {
    this.#tokens = Math.min(this.#burst, this.#tokens + (nowMs - this.#atMs) * this.#perMs);
    this.#atMs = nowMs;
  }
}
