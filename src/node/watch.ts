import { noDataCodeOf } from '../base/no-data.js';
import { OPINION, type RunningDetector, type Sample, type Verdict } from '../detect/detector.js';
import { REGISTRY } from '../detect/registry.js';
import type { Reading } from '../sample/sampler.js';
import type { DetectorConfig, SensorConfig } from './config.js';

/** Marks a time that has not come yet. */
const NEVER = -Infinity;

/**
 * One detector of one channel and the life of its alert: raised when an alarm has lasted, cleared when calm has. What
 * is raised again within `flapMs` of being cleared is the same incident. Allocates nothing from sample to sample.
 */
export class Watch {
  readonly config: DetectorConfig;
  /** Place of the channel. */
  readonly channel: number;
  readonly #running: RunningDetector;
  readonly #verdict: Verdict = { opinion: OPINION.none, score: 0, value: 0, limit: 0 };
  readonly #sample: Sample = { takenMs: 0, values: [], isRaised: false };
  readonly #holdMs: number;
  readonly #clearMs: number;
  readonly #flapMs: number;
  #pendingMs = NEVER;
  #clearedMs = NEVER;
  #toldMs = NEVER;
  #toldId = 0;
  #isToldRaised = false;
  #suppressed = 0;
  /** The running or last incident; 0 before the first. */
  id = 0;
  /** When it began, how many times it was raised, and the last change with its value and limit. */
  firstMs = 0;
  count = 0;
  changedMs = 0;
  value = 0;
  limit = 0;

  constructor(sensor: SensorConfig, config: DetectorConfig, flapMs: number) {
    this.config = config;
    this.channel = sensor.channels.findIndex(({ name }) => name === config.channel);
    const { start } = REGISTRY[config.kind];
    this.#running = start(config as never, { channel: this.channel, channels: sensor.channels });
    this.#holdMs = config.holdMs;
    this.#clearMs = config.clearMs ?? config.holdMs;
    this.#flapMs = flapMs;
  }

  get isRaised(): boolean {
    return this.#sample.isRaised;
  }

  /** Whether the last alert that left said `raised`. */
  get isToldRaised(): boolean {
    return this.#isToldRaised;
  }

  /** Alerts that were held back until they were no longer true. */
  get suppressed(): number {
    return this.#suppressed;
  }

  /** Of the last sample, 0..1; 0 while the detector has no opinion. */
  get score(): number {
    return this.#verdict.opinion === OPINION.none ? 0 : this.#verdict.score;
  }

  get stateBytes(): number {
    return this.#running.stateBytes;
  }

  /**
   * Judges a reading.
   * @param nextId gives a new incident its number.
   * @returns true when there is something to tell that may be told now.
   */
  step({ values, takenMs }: Reading, nextId: () => number): boolean {
    if (this.#running.seesNoData || noDataCodeOf(values[this.channel]) === 0) {
      this.#sample.takenMs = takenMs;
      this.#sample.values = values;
      this.#running.step(this.#sample, this.#verdict);
      this.#debounce(takenMs, nextId);
    }
    return this.#wantsToTell && takenMs - this.#toldMs >= this.#flapMs;
  }

  /** Notes that the present state has left. */
  told(nowMs: number): void {
    this.#toldMs = nowMs;
    this.#toldId = this.id;
    this.#isToldRaised = this.isRaised;
  }

  get #wantsToTell(): boolean {
    return this.isRaised !== this.#isToldRaised || (this.isRaised && this.id !== this.#toldId);
  }

  #debounce(takenMs: number, nextId: () => number): void {
    const { opinion } = this.#verdict;
    if (opinion === OPINION.none) return;
    if ((opinion === OPINION.alarm) === this.isRaised) {
      this.#pendingMs = NEVER;
      return;
    }
    if (this.#pendingMs === NEVER) this.#pendingMs = takenMs;
    const waitMs = this.isRaised ? this.#clearMs : this.#holdMs;
    if (takenMs - this.#pendingMs >= waitMs) this.#change(takenMs, nextId);
  }

  #change(takenMs: number, nextId: () => number): void {
    // What has not been told yet never will be; and when this takes it back, neither has this to be told.
    if (this.#wantsToTell) this.#suppressed++;
    this.#sample.isRaised = !this.isRaised;
    if (this.isRaised) this.#begin(takenMs, nextId);
    else this.#clearedMs = takenMs;
    if (!this.#wantsToTell) this.#suppressed++;
    this.changedMs = takenMs;
    this.value = Math.round(this.#verdict.value);
    this.limit = Math.round(this.#verdict.limit);
    this.#pendingMs = NEVER;
  }

  #begin(takenMs: number, nextId: () => number): void {
    if (takenMs - this.#clearedMs >= this.#flapMs) {
      this.id = nextId();
      this.firstMs = this.#pendingMs;
      this.count = 0;
    }
    this.count++;
  }
}
