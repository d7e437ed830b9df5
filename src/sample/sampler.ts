import { NO_DATA, noDataValue, VALUE_MAX, VALUE_MIN, type NoDataReason } from '../base/no-data.js';
import type { SensorPort } from '../ports/ports.js';

/** How long the sampler waits before it asks a part again whether its sample is ready. */
export const SAMPLE_POLL_MS = 10;

/** Where a channel's value stands in what a sensor gives, and how it becomes an integer. */
export interface ChannelPath {
  /** The names that lead to the value, such as `['thermometer', 'temperature']`. */
  readonly path: readonly string[];
  /** What the value is multiplied by to be in the channel's unit. */
  readonly scale: number;
  /** The reading is `round(value × scale ÷ 10^exponent)`. */
  readonly exponent: number;
}

/** When and what to sample. Times in milliseconds. */
export interface SamplePlan {
  readonly name: string;
  readonly intervalMs: number;
  /** A part that has no sample after this time is a `deviceTimeout`. */
  readonly timeoutMs: number;
  readonly channels: readonly ChannelPath[];
}

/** What was measured at one moment. */
export interface Reading {
  /** The plan's index. */
  readonly sensor: number;
  /** On the node's monotonic clock, when the sample was asked for. */
  readonly takenMs: number;
  /** Scaled 32-bit integers, or what `noDataValue` gives. */
  readonly values: readonly number[];
}

interface Slot {
  readonly plan: SamplePlan;
  port: SensorPort | undefined;
  /** The due time of the running or next sample; always a whole number of intervals from the start. */
  dueMs: number;
  /** When the running sample was asked for; undefined between samples. */
  askedMs: number | undefined;
  wakeMs: number;
}

function valueAt(sample: object, path: readonly string[]): unknown {
  let value: unknown = sample;
  for (const name of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

function scaledValue(sample: object, { path, scale, exponent }: ChannelPath): number {
  const value = valueAt(sample, path);
  if (typeof value !== 'number' || !Number.isFinite(value)) return noDataValue('deviceUnavailable');
  const scaled = Math.round(
    value * scale * (exponent < 0 ? 10 ** -exponent : 1) * (exponent > 0 ? 10 ** -exponent : 1),
  );
  return scaled >= VALUE_MIN && scaled <= VALUE_MAX ? scaled : noDataValue('corrupt');
}

/** The reason that an error carries, whoever's driver threw it; an unforeseen error is a `deviceError`. */
function reasonOf(error: unknown): NoDataReason {
  const reason = error instanceof Error ? (error as Error & { reason?: unknown }).reason : undefined;
  return typeof reason === 'string' && Object.hasOwn(NO_DATA, reason)
    ? (reason as NoDataReason)
    : 'deviceError';
}

/**
 * Takes the readings of all sensors when they are due. A reading that cannot be taken is one too: its values say
 * why. After a failure the sensor is closed, and opened afresh for the next reading.
 */
export class Sampler {
  readonly #slots: Slot[];
  readonly #open: (name: string) => SensorPort;
  #takenReadings = 0;
  #skippedReadings = 0;

  /** @param startMs when the first readings are due. */
  constructor(plans: readonly SamplePlan[], open: (name: string) => SensorPort, startMs: number) {
    this.#open = open;
    this.#slots = plans.map((plan) => ({
      plan,
      port: undefined,
      dueMs: startMs,
      askedMs: undefined,
      wakeMs: startMs,
    }));
  }

  /** Readings taken since the start, those without data included. */
  get takenReadings(): number {
    return this.#takenReadings;
  }

  /** Readings that were due while the node could not run. */
  get skippedReadings(): number {
    return this.#skippedReadings;
  }

  /** When `step` has something to do next. */
  get wakeMs(): number {
    return this.#slots.reduce((wake, slot) => Math.min(wake, slot.wakeMs), Infinity);
  }

  /** Asks every sensor that is due; readings go to `emit`. */
  step(nowMs: number, emit: (reading: Reading) => void): void {
    for (let sensor = 0; sensor < this.#slots.length; sensor++) {
      const slot = this.#slots[sensor];
      if (slot.wakeMs > nowMs) continue;
      const takenMs = (slot.askedMs ??= nowMs);
      const values = this.#ask(slot, nowMs - takenMs);
      if (values === undefined) {
        slot.wakeMs = nowMs + SAMPLE_POLL_MS;
        continue;
      }
      this.#takenReadings++;
      emit({ sensor, takenMs, values });
      this.#plan(slot, nowMs);
    }
  }

  /** The values, or undefined while the part is still measuring; it has had `sinceMs` for it. */
  #ask(slot: Slot, sinceMs: number): number[] | undefined {
    const { plan } = slot;
    try {
      slot.port ??= this.#open(plan.name);
      const sample = slot.port.sample();
      if (sample !== undefined) return plan.channels.map((channel) => scaledValue(sample, channel));
    } catch (error) {
      return this.#fail(slot, reasonOf(error));
    }
    return sinceMs >= plan.timeoutMs ? this.#fail(slot, 'deviceTimeout') : undefined;
  }

  #fail(slot: Slot, reason: NoDataReason): number[] {
    const { port } = slot;
    slot.port = undefined;
    try {
      port?.close();
    } catch {
      // A part that cannot even be closed is already reported: the reading says so.
    }
    return slot.plan.channels.map(() => noDataValue(reason));
  }

  #plan(slot: Slot, nowMs: number): void {
    const { intervalMs } = slot.plan;
    const missed = Math.floor((nowMs - slot.dueMs) / intervalMs);
    this.#skippedReadings += missed;
    slot.dueMs += (missed + 1) * intervalMs;
    slot.wakeMs = slot.dueMs;
    slot.askedMs = undefined;
  }
}
