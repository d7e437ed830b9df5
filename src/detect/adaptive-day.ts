const HOURS = 24;
const HOUR_MS = 3_600_000;
/** A day later, what an hour brought counts for this much. */
const KEEP = 0.8;
/** How much the surprise of yesterday's hour holds back that of today. */
const HOLD_BACK = 0.3;

/**
 * Holds back what surprises every day at the same hour: sun on a sensor, a nightly job, the morning rush. Keeps the
 * largest surprise of each hour of the day; only the phase of the clock matters, so an uptime serves as well.
 */
export class DayMemory {
  readonly #peaks = new Float32Array(HOURS);
  #hour = -1;
  #peak = 0;

  get arrayBytes(): number {
    return this.#peaks.byteLength;
  }

  /** Learns a surprise, at least 0, and gives it back smaller if this hour or a neighbour is known for the like. */
  step(surprise: number, takenMs: number): number {
    const hours = Math.floor(takenMs / HOUR_MS);
    const hour = hours - HOURS * Math.floor(hours / HOURS);
    if (hour !== this.#hour) this.#turn(hour);
    if (surprise > this.#peak) this.#peak = surprise;
    if (surprise <= 0) return 0;
    return (surprise * surprise) / (surprise + HOLD_BACK * this.#known(hour));
  }

  #turn(hour: number): void {
    if (this.#hour >= 0) this.#peaks[this.#hour] = Math.max(this.#peaks[this.#hour]! * KEEP, this.#peak);
    this.#hour = hour;
    this.#peak = 0;
  }

  #known(hour: number): number {
    const before = this.#peaks[(hour + HOURS - 1) % HOURS]!;
    const after = this.#peaks[(hour + 1) % HOURS]!;
    return Math.max(before, this.#peaks[hour]!, after);
  }
}
