const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** Days of the 400 years after which the Gregorian calendar repeats. */
const DAYS_PER_ERA = 146_097;
/** Days from 0000-03-01, where the formula counts from, to 1970-01-01. */
const DAYS_BEFORE_1970 = 719_468;

const INSTANT =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2})?)?$/;

/**
 * Days from 1970-01-01 to a day of the Gregorian calendar, after Howard Hinnant's `days_from_civil` (2013). The year
 * starts in March there, so that the leap day is the last day of a year.
 * @param year 0..9999. @param month 1..12. @param day 1..31, a day that the month has.
 */
export function daysFromCivil(year: number, month: number, day: number): number {
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * DAYS_PER_ERA + dayOfEra - DAYS_BEFORE_1970;
}

/**
 * Reads a moment: `2026-01-31`, `2026-01-31 23:59:00` or ISO 8601 such as `2026-01-31T23:59:00.250Z` and
 * `2026-01-31T23:59:00+09:00`. Text without a zone is UTC, since a log does not say where it was written.
 * @returns milliseconds since 1970-01-01T00:00:00Z (digits finer than a millisecond are cut off), or undefined when
 * the text has another form or names a moment that no calendar has, such as month 13 or 29 February 2025.
 */
export function parseUtcMs(text: string): number | undefined {
  const match = INSTANT.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((digits) => Number(digits ?? 0));
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const zoneMs = zoneOffsetMs(match[8]);
  if (zoneMs === undefined) return undefined;
  const fractionMs = Number((match[7] ?? '').padEnd(3, '0').slice(0, 3));
  const timeMs = hour * HOUR_MS + minute * MINUTE_MS + second * 1000 + fractionMs;
  return daysFromCivil(year, month, day) * DAY_MS + timeMs - zoneMs;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function zoneOffsetMs(zone: string | undefined): number | undefined {
  if (zone === undefined || zone === 'Z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4));
  if (hours > 23 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * HOUR_MS + minutes * MINUTE_MS);
}
