import { parseUtcMs } from '../world/calendar.js';
import { describe, fail, scalarOf } from './schema.js';
import type { Field, NumberBounds, Parse } from './schema.js';

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: SECOND_MS,
  m: MINUTE_MS,
  h: HOUR_MS,
  d: DAY_MS,
};
const DURATION = /^(-?\d{1,12}(?:\.\d{1,9})?)(ms|s|m|h|d)?$/;

/**
 * Reads a duration: a number of seconds, or text with a unit such as `500ms`, `30s`, `5m`, `2h`, `1d`, `1.5h`.
 * @returns whole milliseconds, or undefined for another form or what is finer than a millisecond.
 */
export function durationMsOf(value: unknown): number | undefined {
  const match = DURATION.exec(
    typeof value === 'number' ? String(value) : typeof value === 'string' ? value : '',
  );
  if (match === null) return undefined;
  const exactMs = Number(match[1]) * UNIT_MS[match[2] ?? 's'];
  const ms = Math.round(exactMs);
  // 0.1 s is not a binary fraction: what is within a millionth of a millisecond is that millisecond.
  return Math.abs(exactMs - ms) < 1e-6 ? ms : undefined;
}

/** A duration within bounds in milliseconds; comes out in milliseconds. */
export function duration({ min, max }: NumberBounds): Parse<number> {
  return (field) => {
    const value = durationMsOf(scalarOf(field));
    if (value === undefined) return failDuration(field);
    // Negative zero would not survive JSON.
    if (value >= min && value <= max) return { value: value + 0 };
    const got = `got ${describe(field.node)}`;
    return fail(field, `expected a duration of ${formatMs(min)}..${formatMs(max)}, ${got}`);
  };
}

function failDuration(field: Field): undefined {
  return fail(field, `expected seconds or text such as "5m", "2h", "500ms", got ${describe(field.node)}`);
}

/** A duration in the largest unit in which it is a whole number. */
function formatMs(ms: number): string {
  const [unit, size] = Object.entries(UNIT_MS).findLast(([, unitMs]) => ms % unitMs === 0) ?? ['ms', 1];
  return ms === 0 ? '0' : `${ms / size}${unit}`;
}

/** A moment since 1970, as `parseUtcMs` reads it; comes out in milliseconds since 1970. */
export const instant: Parse<number> = (field) => {
  const text = scalarOf(field);
  const value = typeof text === 'string' ? parseUtcMs(text) : undefined;
  if (value !== undefined && value >= 0) return { value };
  return fail(field, `expected a time such as 2026-01-01T00:00:00Z, got ${describe(field.node)}`);
};
