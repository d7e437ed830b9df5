import { noDataCodeOf, noDataReasonOf, type NoDataReason } from '../base/no-data.js';
import { CborReader, CborSimple, integerOf, MalformedError, type CborItem } from './cbor-reader.js';
import { checkOffset } from './events.js';
import type { CborWriter } from './cbor-writer.js';
import type { SensorInfo } from './birth.js';

/** Longest plaintext of telemetry that the node seals. */
export const PLAINTEXT_BYTES_MAX = 512;
/** Most readings of one batch block. */
export const BATCH_READINGS_MAX = 255;

/** Bounds of the ticks between two readings of a batch. */
const STEP_MIN = -0x8000_0000;
const STEP_MAX = 0x7fff_ffff;

/** One reading as the node holds it: 32-bit integers only. */
export interface TelemetryReading {
  /** Index into the birth's sensors. */
  readonly sensor: number;
  /** Sensor ticks since the session's start; negative for a reading from before it. */
  readonly tick: number;
  /** Scaled integers, one a channel, or what `noDataValue` gives. */
  readonly values: readonly number[];
}

/** One reading as the gateway reads it. */
export interface DecodedReading {
  readonly sensor: number;
  /** Milliseconds since the session's start. */
  readonly offsetMs: number;
  /** Scaled integers, or why there is none. */
  readonly values: readonly (number | NoDataReason)[];
}

function writeValue(writer: CborWriter, value: number, previous: number): number {
  const code = noDataCodeOf(value);
  if (code === 0) {
    writer.integer(value - previous);
    return value;
  }
  writer.simple(code);
  return previous;
}

/** Writes one reading: `2·sensor, tick, value…`. */
export function writeReading(writer: CborWriter, reading: TelemetryReading): void {
  writer.integer(reading.sensor * 2).integer(reading.tick);
  for (const value of reading.values) writeValue(writer, value, 0);
}

/**
 * Writes several readings of one sensor: `2·sensor+1, n, first tick, step, then n values a channel`. Each value is
 * the difference to the last value of its channel that was there. `step` is one number when the readings are
 * evenly spaced, else an array of n-1 differences.
 */
export function writeBatch(writer: CborWriter, readings: readonly TelemetryReading[]): void {
  const first = readings[0];
  const step = readings[1].tick - first.tick;
  writer
    .integer(first.sensor * 2 + 1)
    .integer(readings.length)
    .integer(first.tick);
  if (readings.every((reading, i) => i === 0 || reading.tick - readings[i - 1].tick === step))
    writer.integer(step);
  else {
    writer.array(readings.length - 1);
    for (let i = 1; i < readings.length; i++) writer.integer(readings[i].tick - readings[i - 1].tick);
  }
  for (let channel = 0; channel < first.values.length; channel++) {
    let previous = 0;
    for (const reading of readings) previous = writeValue(writer, reading.values[channel], previous);
  }
}

/** False when two readings are further apart than a batch can say. */
function hasBatchTicks(readings: readonly TelemetryReading[]): boolean {
  return readings.every((reading, i) => {
    const difference = i === 0 ? 0 : reading.tick - readings[i - 1].tick;
    return difference >= STEP_MIN && difference <= STEP_MAX;
  });
}

/** Writes readings of any sensors, grouped by sensor in order of first appearance. */
export function writeTelemetry(writer: CborWriter, readings: readonly TelemetryReading[]): void {
  const groups = new Map<number, TelemetryReading[]>();
  for (const reading of readings) {
    const group = groups.get(reading.sensor);
    if (group === undefined) groups.set(reading.sensor, [reading]);
    else group.push(reading);
  }
  for (const group of groups.values()) {
    if (group.length > 1 && hasBatchTicks(group)) writeBatch(writer, group);
    else for (const reading of group) writeReading(writer, reading);
  }
}

function readValue(item: CborItem, previous: number): number | NoDataReason {
  if (item instanceof CborSimple) {
    const reason = noDataReasonOf(item.value);
    if (reason === undefined) throw new MalformedError('unknown noData reason');
    return reason;
  }
  return previous + integerOf(item, -Number.MAX_SAFE_INTEGER / 2, Number.MAX_SAFE_INTEGER / 2);
}

function readTicks(reader: CborReader, count: number): number[] {
  const ticks = [reader.integer()];
  const step = reader.item();
  if (Array.isArray(step) && step.length !== count - 1)
    throw new MalformedError('a step for each reading expected');
  for (let i = 1; i < count; i++) {
    const difference = Array.isArray(step) ? step[i - 1] : step;
    ticks.push(ticks[i - 1] + integerOf(difference, STEP_MIN, STEP_MAX));
  }
  return ticks;
}

function readBlock(reader: CborReader, sensors: readonly SensorInfo[], into: DecodedReading[]): void {
  const head = reader.integer(0, sensors.length * 2 - 1);
  const sensor = head >> 1;
  const { tickMs, channels } = sensors[sensor];
  const count = head % 2 === 0 ? 1 : reader.integer(2, BATCH_READINGS_MAX);
  const ticks = count === 1 ? [reader.integer()] : readTicks(reader, count);
  const rows: (number | NoDataReason)[][] = ticks.map(() => []);
  for (let channel = 0; channel < channels.length; channel++) {
    let previous = 0;
    for (const row of rows) {
      const value = readValue(reader.item(), previous);
      if (typeof value === 'number') previous = value;
      row.push(value);
    }
  }
  rows.forEach((values, i) => into.push({ sensor, offsetMs: checkOffset(ticks[i] * tickMs), values }));
}

/**
 * Reads the plaintext of a telemetry envelope.
 * @param sensors the birth's sensors.
 * @throws {MalformedError} on bytes that `writeTelemetry` cannot have written.
 */
export function readTelemetry(plaintext: Uint8Array, sensors: readonly SensorInfo[]): DecodedReading[] {
  const reader = new CborReader(plaintext);
  const readings: DecodedReading[] = [];
  while (!reader.done) readBlock(reader, sensors, readings);
  if (readings.length === 0) throw new MalformedError('telemetry without a reading');
  return readings;
}
