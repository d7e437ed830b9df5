import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { daysFromCivil, parseUtcMs } from '../../host-sim/world/calendar.js';
import { COLUMNS_MAX, LINE_CHARACTERS_MAX, parseSeries } from '../../host-sim/world/csv.js';
import type { Series } from '../../host-sim/world/csv.js';

const HEAD = 'timestamp,value\n';
const DAY_MS = 86_400_000;

function seriesOf(text: string): Series {
  const result = parseSeries(text, { name: 'file.csv' });
  if (!result.ok) throw new Error(result.error);
  return result.series;
}

function errorOf(text: string): string {
  const result = parseSeries(text, { name: 'file.csv' });
  return result.ok ? 'no error' : result.error;
}

describe('calendar', () => {
  test('agrees with the host calendar on every day of 1600 to 2400', () => {
    for (let ms = Date.UTC(1600, 0, 1); ms < Date.UTC(2400, 0, 1); ms += DAY_MS) {
      const day = new Date(ms);
      const days = daysFromCivil(day.getUTCFullYear(), day.getUTCMonth() + 1, day.getUTCDate());
      if (days * DAY_MS !== ms) throw new Error(`${day.toISOString()} gave ${days}`);
    }
  });

  test('reads what toISOString writes, for any moment of the years 0 to 9999', () => {
    const moments = fc.date({
      min: new Date('0000-03-01'),
      max: new Date('9999-12-31'),
      noInvalidDate: true,
    });
    fc.assert(fc.property(moments, (date) => parseUtcMs(date.toISOString()) === date.getTime()));
  });

  test.each([
    ['2013-12-02 21:15:00', Date.UTC(2013, 11, 2, 21, 15)],
    ['2013-12-02T21:15:00', Date.UTC(2013, 11, 2, 21, 15)],
    ['2013-12-02T21:15Z', Date.UTC(2013, 11, 2, 21, 15)],
    ['2013-12-02', Date.UTC(2013, 11, 2)],
    ['2013-12-03T06:15:00+09:00', Date.UTC(2013, 11, 2, 21, 15)],
    ['2013-12-02T17:45:00-03:30', Date.UTC(2013, 11, 2, 21, 15)],
    ['2024-02-29T00:00:00.0625Z', Date.UTC(2024, 1, 29) + 62],
    ['2000-02-29', Date.UTC(2000, 1, 29)],
  ])('reads %s', (text, expected) => {
    expect(parseUtcMs(text)).toBe(expected);
  });

  test.each([
    '2013-13-01 00:00:00',
    '2013-00-01 00:00:00',
    '2013-04-31 00:00:00',
    '2013-04-00 00:00:00',
    '2025-02-29',
    '1900-02-29',
    '2013-01-01 24:00:00',
    '2013-01-01 23:60:00',
    '2013-01-01 23:59:60',
    '2013-01-01T00:00:00+24:00',
    '2013-01-01T00:00:00 Z',
    '2013-1-1',
    '01/02/2013',
    '1386018900',
    '',
  ])('refuses %j', (text) => {
    expect(parseUtcMs(text)).toBeUndefined();
  });
});

describe('parseSeries', () => {
  test('reads times as UTC and values as they are', () => {
    const { times, values, rewinds } = seriesOf(
      `${HEAD}2013-12-02 21:15:00,73.9\n2013-12-02 21:20:00,-1.5e1\n`,
    );
    expect([...times]).toEqual([Date.UTC(2013, 11, 2, 21, 15), Date.UTC(2013, 11, 2, 21, 20)]);
    expect([...values]).toEqual([73.9, -15]);
    expect(rewinds).toBe(0);
  });

  test('takes a byte order mark, CRLF, blanks, quotes and blank last lines', () => {
    const { values } = seriesOf('\uFEFF"timestamp", value\r\n"2013-12-02 21:15:00", 1 \r\n\r\n\r\n');
    expect([...values]).toEqual([1]);
  });

  test('reads the columns it is told among others', () => {
    const text = 'note,at,speed\n"a, ""b""",2013-12-02T21:15:00Z,4\n';
    const result = parseSeries(text, { name: 'x', timeColumn: 'at', valueColumn: 'speed' });
    expect(result.ok && [...result.series.values]).toEqual([4]);
  });

  test('keeps rows with the same time in the order of the file', () => {
    const { times, values } = seriesOf(`${HEAD}2013-12-02,1\n2013-12-02,2\n2013-12-03,3\n`);
    expect([...values]).toEqual([1, 2, 3]);
    expect(times[0]).toBe(times[1]);
  });

  test('sorts a repeated hour in behind the first pass and counts it', () => {
    const rows = ['02:00:00,1', '02:55:00,2', '02:00:00,3', '02:55:00,4', '03:00:00,5'];
    const { values, rewinds } = seriesOf(HEAD + rows.map((row) => `2014-01-07 ${row}`).join('\n'));
    expect([...values]).toEqual([1, 3, 2, 4, 5]);
    expect(rewinds).toBe(1);
  });

  test.each([
    ['an empty text', '', 'file.csv line 0: the file is empty'],
    ['a header alone', HEAD, 'file.csv line 1: no rows follow the header'],
    ['a missing column', 'time,value\n', 'file.csv line 1: no column "timestamp" among "time,value"'],
    ['a bad value', `${HEAD}2013-12-02,1\n2013-12-03,abc\n`, 'file.csv line 3: value "abc" is not a number'],
    ['an empty value', `${HEAD}2013-12-02,\n`, 'file.csv line 2: value "" is not a number'],
    ['an infinite value', `${HEAD}2013-12-02,1e999\n`, 'file.csv line 2: value "1e999" is not a number'],
    ['a named number', `${HEAD}2013-12-02,Infinity\n`, 'file.csv line 2: value "Infinity" is not a number'],
    ['a hexadecimal value', `${HEAD}2013-12-02,0x10\n`, 'file.csv line 2: value "0x10" is not a number'],
    ['month 13', `${HEAD}2013-13-02,1\n`, 'file.csv line 2: timestamp "2013-13-02" is not a date and time'],
    ['a column too few', `${HEAD}2013-12-02\n`, 'file.csv line 2: 2 columns expected, 1 found'],
    ['a column too many', `${HEAD}2013-12-02,1,5\n`, 'file.csv line 2: 2 columns expected, 3 found'],
    ['a blank line within', `${HEAD}\n2013-12-02,1\n`, 'file.csv line 2: 2 columns expected, 1 found'],
    ['an open quote', `${HEAD}"2013-12-02,1\n`, 'file.csv line 2: column 1: misplaced or unclosed quote'],
    [
      'a step back of more than an hour',
      `${HEAD}2013-12-02 02:00:00,1\n2013-12-02 01:30:00,1\n2013-12-02 00:59:59,1\n`,
      'file.csv line 4: timestamp "2013-12-02 00:59:59" lies more than an hour before a row above it',
    ],
    [
      'a long line',
      `${HEAD}2013-12-02,${'1'.repeat(LINE_CHARACTERS_MAX)}\n`,
      `file.csv line 2: longer than ${LINE_CHARACTERS_MAX} characters`,
    ],
    ['many columns', ','.repeat(COLUMNS_MAX), `file.csv line 1: more than ${COLUMNS_MAX} columns`],
    ['many quoted columns', '"",'.repeat(COLUMNS_MAX), `file.csv line 1: more than ${COLUMNS_MAX} columns`],
  ])('names the line of %s', (_what, text, expected) => {
    expect(errorOf(text)).toBe(expected);
  });

  test('repeats no more than a piece of a bad cell, with control characters escaped', () => {
    expect(errorOf(`${HEAD}2013-12-02,\u001b[31m${'x'.repeat(1000)}\n`)).toMatch(/^[\x20-\x7e…]{1,100}$/);
  });

  test('reads the whole machine temperature of NAB', () => {
    const file = 'data/machine-temperature/machine_temperature_system_failure.csv';
    const { times, values, rewinds } = seriesOf(readFileSync(file, 'utf8'));
    expect(values).toHaveLength(22_695);
    expect(times[0]).toBe(Date.UTC(2013, 11, 2, 21, 15));
    expect(times.at(-1)).toBe(Date.UTC(2014, 1, 19, 15, 25));
    expect(rewinds).toBe(1);
    expect(times.every((time, row) => row === 0 || time >= times[row - 1])).toBe(true);
  });

  test('never throws, and never gives a series that is not in order, whatever the text', () => {
    const piece = fc.constantFrom(
      '2013-12-02',
      ' 21:15:00',
      ',',
      '"',
      '\n',
      '\r',
      '1.5',
      '-',
      'e9',
      'timestamp,value\n',
    );
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.array(piece, { maxLength: 60 }).map((pieces) => HEAD + pieces.join('')),
    );
    // A failing run prints its seed; put it here as `{ seed, path }` to see it again.
    fc.assert(
      fc.property(texts, (text) => {
        const result = parseSeries(text, { name: 'file.csv' });
        if (!result.ok) return result.error.startsWith('file.csv line ');
        const { times, values } = result.series;
        return times.length === values.length && times.every((time, i) => i === 0 || time >= times[i - 1]);
      }),
      { numRuns: 2_000 },
    );
  });
});
