import type { Layout, Memory } from './adaptive-memory.js';

const HOURS = 24;
const HOUR_MS = 3_600_000;
/** How fast the profile of the day follows the signal, a sample of that hour. */
const PROFILE_RATE = 0.02;
/** A day later, what an hour brought counts for this much. */
const KEEP = 0.8;
/** How much the surprise of yesterday's hour holds back that of today. */
const HOLD_BACK = 0.3;

/** The hour of the day, 0 to 23. Only the phase matters: the hours of an uptime serve as well as those of a clock. */
export function hourOf(takenMs: number): number {
  const hours = Math.floor(takenMs / HOUR_MS);
  return hours - HOURS * Math.floor(hours / HOURS);
}

/** What the signal usually is at each hour of the day. */
export class DayProfile {
  readonly #means: number;
  readonly #samples: number;

  constructor(layout: Layout) {
    this.#means = layout.takeFloats(HOURS);
    this.#samples = layout.takeFloats(HOURS);
  }

  /** Learns a value and tells by how much it is above what is usual at that hour; 0 at an hour's first value. */
  step({ floats }: Memory, value: number, hour: number): number {
    const samples = floats[this.#samples + hour] + 1;
    if (samples * PROFILE_RATE <= 1) floats[this.#samples + hour] = samples;
    const residual = value - floats[this.#means + hour];
    floats[this.#means + hour] += Math.max(1 / samples, PROFILE_RATE) * residual;
    return samples === 1 ? 0 : residual;
  }
}

/** The places of the numbers of a `DayMemory`: the hour counts from 1, as 0 is that of a new memory. */
const HOUR_FROM_1 = 0;
const PEAK = 1;
const NUMBERS = 2;

/**
 * Holds back what surprises every day at the same hour: sun on a sensor, a nightly job, the morning rush. Keeps the
 * largest surprise of each hour of the day.
 */
export class DayMemory {
  readonly #peaks: number;
  readonly #numbers: number;

  constructor(layout: Layout) {
    this.#peaks = layout.takeFloats(HOURS);
    this.#numbers = layout.takeNumbers(NUMBERS);
  }

  /** Learns a surprise, at least 0, and gives it back smaller if this hour or a neighbour is known for the like. */
  step(memory: Memory, surprise: number, hour: number): number {
    const { numbers } = memory;
    const at = this.#numbers;
    if (hour + 1 !== numbers[at + HOUR_FROM_1]) this.#turn(memory, hour);
    if (surprise > numbers[at + PEAK]) numbers[at + PEAK] = surprise;
    if (surprise <= 0) return 0;
    return (surprise * surprise) / (surprise + HOLD_BACK * this.#known(memory.floats, hour));
  }

  #turn({ floats, numbers }: Memory, hour: number): void {
    const at = this.#numbers;
    if (numbers[at + HOUR_FROM_1] > 0) {
      const peak = this.#peaks + numbers[at + HOUR_FROM_1] - 1;
      floats[peak] = Math.max(floats[peak] * KEEP, numbers[at + PEAK]);
    }
    numbers[at + HOUR_FROM_1] = hour + 1;
    numbers[at + PEAK] = 0;
  }

  #known(floats: Float32Array, hour: number): number {
    const before = floats[this.#peaks + ((hour + HOURS - 1) % HOURS)];
    const after = floats[this.#peaks + ((hour + 1) % HOURS)];
    return Math.max(before, floats[this.#peaks + hour], after);
  }
}
