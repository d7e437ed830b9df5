import { Ring } from '../base/ring.js';
import { checkInteger } from '../base/assert.js';

/** The part of a reading that the outbox keeps. */
export interface QueuedReading {
  readonly sensor: number;
  readonly takenMs: number;
  readonly values: readonly number[];
}

/** Sizes of the outbox. */
export interface OutboxConfig {
  /** Readings that wait at most; the oldest is dropped for a new one, and counted. */
  readonly readingsMax: number;
  /** Alerts that wait at most, in a place of their own; the oldest is dropped, and counted. */
  readonly alertsMax: number;
  /** Channels of the widest sensor. */
  readonly channelsMax: number;
}

/** Most readings that an outbox may be asked to hold. */
export const READINGS_MAX = 65_536;

/**
 * Store-and-forward between the detectors and the sealer. Alerts go first and never compete with readings for
 * room. Readings lie in typed arrays of fixed size, so a full queue costs the same memory as an empty one.
 */
export class Outbox<Alert> {
  readonly #times: Float64Array;
  readonly #cells: Int32Array;
  readonly #stride: number;
  readonly #alerts: Ring<Alert>;
  #head = 0;
  #length = 0;
  #droppedReadings = 0;
  #droppedAlerts = 0;

  /** @throws {RangeError} when a size is out of bounds. */
  constructor({ readingsMax, alertsMax, channelsMax }: OutboxConfig) {
    checkInteger('readingsMax', readingsMax, { min: 1, max: READINGS_MAX });
    this.#stride = channelsMax + 2;
    this.#times = new Float64Array(readingsMax);
    this.#cells = new Int32Array(readingsMax * this.#stride);
    this.#alerts = new Ring(alertsMax);
  }

  get queuedReadings(): number {
    return this.#length;
  }

  get droppedReadings(): number {
    return this.#droppedReadings;
  }

  get queuedAlerts(): number {
    return this.#alerts.length;
  }

  get droppedAlerts(): number {
    return this.#droppedAlerts;
  }

  pushReading({ sensor, takenMs, values }: QueuedReading): void {
    if (this.#length === this.#times.length) {
      this.dropReadings(1);
      this.#droppedReadings++;
    }
    const slot = (this.#head + this.#length++) % this.#times.length;
    const at = slot * this.#stride;
    this.#times[slot] = takenMs;
    this.#cells[at] = sensor;
    this.#cells[at + 1] = values.length;
    for (let i = 0; i < values.length; i++) this.#cells[at + 2 + i] = values[i];
  }

  /** The reading `index` places behind the oldest; `index` is below `queuedReadings`. */
  readingAt(index: number): QueuedReading {
    const slot = (this.#head + index) % this.#times.length;
    const at = slot * this.#stride;
    const values: number[] = [];
    for (let i = 0; i < this.#cells[at + 1]; i++) values.push(this.#cells[at + 2 + i]);
    return { sensor: this.#cells[at], takenMs: this.#times[slot], values };
  }

  /** When the oldest waiting reading was taken, or undefined. */
  get oldestTakenMs(): number | undefined {
    return this.#length === 0 ? undefined : this.#times[this.#head];
  }

  /** Forgets the `count` oldest readings: they have been sealed. */
  dropReadings(count: number): void {
    this.#head = (this.#head + count) % this.#times.length;
    this.#length -= count;
  }

  pushAlert(alert: Alert): void {
    if (this.#alerts.push(alert) !== undefined) this.#droppedAlerts++;
  }

  /** Takes the oldest alert. */
  shiftAlert(): Alert | undefined {
    return this.#alerts.shift();
  }
}
