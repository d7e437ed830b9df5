import { parseUtcMs } from './calendar.js';

/** The most data rows of one file: 1 s samples of eleven days, or 5 min samples of nine years. */
export const ROWS_MAX = 1_000_000;
/** The longest line; a longer one is no table of readings. */
export const LINE_CHARACTERS_MAX = 4_096;
/** The most columns of a line. */
export const COLUMNS_MAX = 256;
/**
 * How far a row may lie behind the latest row before it. Loggers on local time repeat an hour, as the machine
 * temperature of NAB does on 2014-01-07: 02:00 to 02:55 stand there twice. More than that is a broken file.
 */
export const REWIND_MS_MAX = 3_600_000;

const EXCERPT_CHARACTERS_MAX = 40;
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const CELL = /^(?:"((?:[^"]|"")*)"|([^",]*))(?:,|$)/;

/** One column of a file against time. Both arrays have one length, at least 1. */
export interface Series {
  /** Milliseconds since 1970-01-01T00:00:00Z, never falling. Equal times are kept in the order of the file. */
  readonly times: Float64Array;
  /** Finite numbers, in the unit of the file. */
  readonly values: Float64Array;
  /** How many rows lay before the row above them and were sorted into place. */
  readonly rewinds: number;
}

export type SeriesResult =
  { readonly ok: true; readonly series: Series } | { readonly ok: false; readonly error: string };

export interface SeriesOptions {
  /** What the file is called in an error. */
  readonly name: string;
  /** The column with the time, as `parseUtcMs` reads it. Default `timestamp`. */
  readonly timeColumn?: string;
  /** The column with the number. Default `value`. */
  readonly valueColumn?: string;
}

/**
 * Reads one column of a CSV text whose first line names the columns (RFC 4180, but no line break within quotes).
 * Rows with the same time are all kept, and whoever replays the series takes the last of them. A row up to
 * `REWIND_MS_MAX` behind the latest is sorted into its place behind rows of the same time, and counted.
 * @returns the series, or an error with the file's name, the line and the column. Never throws, whatever the text.
 */
export function parseSeries(text: string, options: SeriesOptions): SeriesResult {
  const reader = new SeriesReader(text, options);
  const problem = reader.readHeader() ?? reader.readRows();
  if (problem === undefined) return { ok: true, series: reader.series() };
  return { ok: false, error: `${options.name} line ${reader.line}: ${problem}` };
}

/** Walks the text line by line, so that a bad line ends the work and no second copy of the file is made. */
class SeriesReader {
  /** The line that was read last, from 1. */
  line = 0;
  readonly #text: string;
  readonly #timeColumn: string;
  readonly #valueColumn: string;
  #at = 0;
  #columns: readonly string[] = [];
  readonly #times: number[] = [];
  readonly #values: number[] = [];
  #latestMs = -Infinity;
  #rewinds = 0;

  constructor(text: string, { timeColumn = 'timestamp', valueColumn = 'value' }: SeriesOptions) {
    // Spreadsheets start a UTF-8 file with a byte order mark, which would become part of the first column's name.
    this.#text = text.startsWith('\uFEFF') ? text.slice(1) : text;
    this.#timeColumn = timeColumn;
    this.#valueColumn = valueColumn;
  }

  /** @returns what is wrong with the first line, or undefined. */
  readHeader(): string | undefined {
    const line = this.#nextLine();
    if (line === undefined) return this.#lineProblem() ?? 'the file is empty';
    const columns = splitCells(line);
    if (typeof columns === 'string') return columns;
    this.#columns = columns;
    return this.#missingColumn(this.#timeColumn) ?? this.#missingColumn(this.#valueColumn);
  }

  /** @returns what is wrong with the first bad row, or undefined. */
  readRows(): string | undefined {
    for (let line = this.#nextLine(); line !== undefined; line = this.#nextLine()) {
      if (line === '' && this.#restIsBlank()) break;
      const problem = this.#readRow(line);
      if (problem !== undefined) return problem;
    }
    return this.#lineProblem() ?? (this.#times.length === 0 ? 'no rows follow the header' : undefined);
  }

  series(): Series {
    const order = Uint32Array.from(this.#times, (_, row) => row);
    const times = this.#times;
    if (this.#rewinds > 0) order.sort((a, b) => times[a] - times[b] || a - b);
    return {
      times: Float64Array.from(order, (row) => times[row]),
      values: Float64Array.from(order, (row) => this.#values[row]),
      rewinds: this.#rewinds,
    };
  }

  #readRow(line: string): string | undefined {
    const cells = splitCells(line);
    if (typeof cells === 'string') return cells;
    const { length } = this.#columns;
    if (cells.length !== length) return `${length} columns expected, ${cells.length} found`;
    const time = cells[this.#columns.indexOf(this.#timeColumn)];
    const value = cells[this.#columns.indexOf(this.#valueColumn)];
    const timeMs = parseUtcMs(time);
    if (timeMs === undefined) return `${this.#timeColumn} ${excerpt(time)} is not a date and time`;
    const number = NUMBER.test(value) ? Number(value) : NaN;
    if (!Number.isFinite(number)) return `${this.#valueColumn} ${excerpt(value)} is not a number`;
    return this.#add(time, timeMs, number);
  }

  #add(time: string, timeMs: number, value: number): string | undefined {
    if (this.#times.length === ROWS_MAX) return `more than ${ROWS_MAX} rows`;
    if (timeMs < this.#latestMs - REWIND_MS_MAX) {
      return `${this.#timeColumn} ${excerpt(time)} lies more than an hour before a row above it`;
    }
    if (timeMs < (this.#times.at(-1) ?? -Infinity)) this.#rewinds++;
    this.#latestMs = Math.max(this.#latestMs, timeMs);
    this.#times.push(timeMs);
    this.#values.push(value);
    return undefined;
  }

  #missingColumn(name: string): string | undefined {
    if (this.#columns.includes(name)) return undefined;
    return `no column ${excerpt(name)} among ${excerpt(this.#columns.join(','))}`;
  }

  /** The next line without its line break; undefined at the end of the text and on a line that is too long. */
  #nextLine(): string | undefined {
    if (this.#at >= this.#text.length) return undefined;
    this.line++;
    const end = this.#lineEnd();
    if (end - this.#at > LINE_CHARACTERS_MAX) return undefined;
    const line = this.#text.slice(this.#at, this.#text[end - 1] === '\r' ? end - 1 : end);
    this.#at = end + 1;
    return line;
  }

  /** A line that was refused is still there to be read, which tells it from the end of the text. */
  #lineProblem(): string | undefined {
    return this.#at < this.#text.length ? `longer than ${LINE_CHARACTERS_MAX} characters` : undefined;
  }

  #lineEnd(): number {
    const end = this.#text.indexOf('\n', this.#at);
    return end < 0 ? this.#text.length : end;
  }

  /** Blank lines may end a file; anywhere else they are a row that lost its cells. */
  #restIsBlank(): boolean {
    if (/[^\r\n]/.test(this.#text.slice(this.#at))) return false;
    this.#at = this.#text.length;
    return true;
  }
}

/** The trimmed cells of a line, or what is wrong with it. */
function splitCells(line: string): string[] | string {
  const cells = line.includes('"') ? splitQuoted(line) : line.split(',', COLUMNS_MAX + 1);
  if (typeof cells === 'string') return cells;
  if (cells.length > COLUMNS_MAX) return `more than ${COLUMNS_MAX} columns`;
  return cells.map((cell) => cell.trim());
}

function splitQuoted(line: string): string[] | string {
  const cells: string[] = [];
  let rest = `${line},`;
  while (rest !== '' && cells.length <= COLUMNS_MAX) {
    const match = CELL.exec(rest);
    if (match === null) return `column ${cells.length + 1}: misplaced or unclosed quote`;
    cells.push(match[1]?.replaceAll('""', '"') ?? match[2]);
    rest = rest.slice(match[0].length);
  }
  return cells;
}

/** A piece of the file in an error: quoted, control characters escaped, cut where it is long. */
function excerpt(text: string): string {
  const cut = text.length > EXCERPT_CHARACTERS_MAX ? `${text.slice(0, EXCERPT_CHARACTERS_MAX)}…` : text;
  return JSON.stringify(cut);
}
