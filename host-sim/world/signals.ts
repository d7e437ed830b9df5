import { SeededRandom } from '../../src/base/random.js';
import type { Series } from './csv.js';

/**
 * A physical quantity over world time, in milliseconds since the simulation's start. It is a pure function: the same
 * time gives the same value, in any order of calls. Undefined means that the world has no value there, as outside of
 * a recording. Signals use `Math.sin`, `Math.cos` and `Math.log`, whose last bits may differ between engines: so they
 * run in the host's process only, and what they gave is handed to the device models of every engine.
 */
export type Signal = (worldMs: number) => number | undefined;

/** The most parts of a sum, and the most windows of one signal. */
export const PARTS_MAX = 64;

/** Always the same value. @throws {RangeError} when it is not finite. */
export function constant(value: number): Signal {
  checkFinite('value', value);
  return () => value;
}

export interface SineOptions {
  readonly mean: number;
  readonly amplitude: number;
  /** Seconds, above 0. */
  readonly periodS: number;
  /** How many seconds the wave is ahead: at `phaseS` = `periodS` / 4 it starts at its crest. Default 0. */
  readonly phaseS?: number;
}

/** mean + amplitude · sin(2π (t + phase) / period). @throws {RangeError} on numbers that are not finite. */
export function sine({ mean, amplitude, periodS, phaseS = 0 }: SineOptions): Signal {
  checkFinite('mean', mean);
  checkFinite('amplitude', amplitude);
  checkFinite('phaseS', phaseS);
  checkPositive('periodS', periodS);
  return (worldMs) => mean + amplitude * Math.sin((2 * Math.PI * (worldMs / 1000 + phaseS)) / periodS);
}

export interface RampOptions {
  readonly from: number;
  /** Units a second; a negative slope falls. */
  readonly slopePerS: number;
  /** Seconds of world time at which it starts to move. Default 0. */
  readonly startS?: number;
}

/** Stays at `from` until `startS`, then moves steadily, without an end. @throws {RangeError} when not finite. */
export function ramp({ from, slopePerS, startS = 0 }: RampOptions): Signal {
  checkFinite('from', from);
  checkFinite('slopePerS', slopePerS);
  checkFinite('startS', startS);
  return (worldMs) => from + slopePerS * Math.max(0, worldMs / 1000 - startS);
}

export interface ReplayOptions {
  /** The moment of the series at world time 0, in milliseconds since 1970. */
  readonly originUtcMs: number;
  /** `hold` keeps a value until the next (the default); `linear` draws a line between the two. */
  readonly interpolate?: 'hold' | 'linear';
  /** How long the last value stands when no other follows, in milliseconds, 0 or above. */
  readonly gapMsMax: number;
}

/**
 * Replays a series. It has no value before its first row, nor more than `gapMsMax` after its last one; a hole in the
 * middle that is wider than that is treated as an end, so that a logger's outage is not painted over.
 * @throws {RangeError} on an option out of range.
 */
export function replay(
  series: Series,
  { originUtcMs, interpolate = 'hold', gapMsMax }: ReplayOptions,
): Signal {
  checkFinite('originUtcMs', originUtcMs);
  if (!(gapMsMax >= 0)) throw new RangeError(`"gapMsMax" expected 0 or above, got ${gapMsMax}`);
  const { times, values } = series;
  return (worldMs) => {
    const utcMs = originUtcMs + worldMs;
    const row = lastRowAt(times, utcMs);
    if (row < 0) return undefined;
    const spanMs = times[row + 1] - times[row];
    const isBridged = interpolate === 'linear' && row + 1 < times.length && spanMs <= gapMsMax;
    if (isBridged) return values[row] + (values[row + 1] - values[row]) * ((utcMs - times[row]) / spanMs);
    return utcMs - times[row] <= gapMsMax ? values[row] : undefined;
  };
}

/** The last row that is not after `utcMs`, or -1. Of rows with one time it is the last, which therefore stands. */
function lastRowAt(times: Float64Array, utcMs: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle] <= utcMs) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

export interface NoiseOptions {
  /** Standard deviation, 0 or above. */
  readonly stdDev: number;
  /** Any 32-bit integer; signals that shall be independent need seeds of their own. */
  readonly seed: number;
}

/**
 * Gaussian noise around 0, independent from one millisecond to the next (Box and Muller, 1958). Each moment seeds a
 * generator of its own, so a value depends on nothing but the seed and the millisecond, not on how often the signal
 * was read before. @throws {RangeError} when `stdDev` is negative or not finite.
 */
export function noise({ stdDev, seed }: NoiseOptions): Signal {
  checkFinite('stdDev', stdDev);
  if (stdDev < 0) throw new RangeError(`"stdDev" expected 0 or above, got ${stdDev}`);
  return (worldMs) => stdDev * gaussian(new SeededRandom(seedOfMoment(seed, Math.floor(worldMs))));
}

/** Mixes both halves of the time into the seed; odd factors keep neighbouring moments apart in all 32 bits. */
function seedOfMoment(seed: number, worldMs: number): number {
  const low = Math.imul(worldMs >>> 0, 0xc2b2ae3d);
  const high = Math.imul(Math.floor(worldMs / 0x1_0000_0000), 0x27d4eb2f);
  return (Math.imul(seed, 0x85ebca77) ^ low ^ high) >>> 0;
}

function gaussian(random: SeededRandom): number {
  // One minus a number in [0, 1) is never 0, whose logarithm would be infinite.
  const radius = Math.sqrt(-2 * Math.log(1 - random.nextUnit()));
  return radius * Math.cos(2 * Math.PI * random.nextUnit());
}

/**
 * Adds signals up; where one has no value, the sum has none.
 * @throws {RangeError} when there are no parts or more than PARTS_MAX.
 */
export function sum(parts: readonly Signal[]): Signal {
  checkCount('parts', parts.length, 1);
  return (worldMs) => {
    let total = 0;
    for (const part of parts) {
      const value = part(worldMs);
      if (value === undefined) return undefined;
      total += value;
    }
    return total;
  };
}

/** A stretch of world time in which another signal stands: `fromS` is in it, `toS` is not. */
export interface SignalWindow {
  readonly fromS: number;
  readonly toS: number;
  readonly signal: Signal;
}

/**
 * Replaces `base` within the windows, to inject a failure. The signal of a window is read at world time, not at the
 * time since the window began. Where windows overlap, the last in the list stands.
 * @throws {RangeError} when a window ends before it begins or there are more than PARTS_MAX.
 */
export function windowed(base: Signal, windows: readonly SignalWindow[]): Signal {
  checkCount('windows', windows.length, 0);
  for (const { fromS, toS } of windows) {
    if (!(fromS < toS)) throw new RangeError(`"toS" expected more than ${fromS}, got ${toS}`);
  }
  return (worldMs) => {
    const seconds = worldMs / 1000;
    const window = windows.findLast(({ fromS, toS }) => fromS <= seconds && seconds < toS);
    return (window?.signal ?? base)(worldMs);
  };
}

function checkFinite(name: string, value: number): void {
  if (!Number.isFinite(value)) throw new RangeError(`"${name}" expected a finite number, got ${value}`);
}

function checkPositive(name: string, value: number): void {
  checkFinite(name, value);
  if (value <= 0) throw new RangeError(`"${name}" expected a number above 0, got ${value}`);
}

function checkCount(name: string, count: number, countMin: number): void {
  if (count >= countMin && count <= PARTS_MAX) return;
  throw new RangeError(`"${name}" expected ${countMin}..${PARTS_MAX} of them, got ${count}`);
}
