import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** One row of a series, as the detector sees it. */
export interface Row {
  readonly value: number;
  readonly takenMs: number;
}

/** The first and the last row of an anomaly window, both inside it. */
export interface Window {
  readonly first: number;
  readonly last: number;
}

export interface Series {
  /** `category/file.csv`, as the labels name it. */
  readonly name: string;
  readonly timestamps: readonly string[];
  readonly rows: readonly Row[];
  readonly windows: readonly Window[];
  /** How many rows at the start are not scored. */
  readonly probationRows: number;
}

export type Half = 'development' | 'validation';

/** Where the corpus lies: `MAMORI_NAB`, or beside the project; undefined where it is absent. */
export function corpusFolder(projectFolder: string): string | undefined {
  const folder = process.env.MAMORI_NAB ?? resolve(projectFolder, '../shared/data/nab');
  return existsSync(join(folder, 'labels', 'combined_windows.json')) ? folder : undefined;
}

/** NAB's rule: 15 % of the file, and at most 15 % of 5,000 rows. */
export function probationRows(rows: number): number {
  return Math.min(Math.floor(0.15 * rows), 750);
}

/** The timestamps have no zone; they are read as UTC, so that a day is always 24 hours. */
function takenMs(timestamp: string): number {
  return Date.parse(`${timestamp.replace(' ', 'T')}Z`);
}

function readSeries(folder: string, name: string, limits: readonly (readonly [string, string])[]): Series {
  const lines = readFileSync(join(folder, 'data', name), 'utf8')
    .trim()
    .split(/\r?\n/)
    .slice(1);
  const timestamps = lines.map((line) => line.slice(0, line.indexOf(',')));
  const rows = lines.map((line, row) => ({
    value: Number(line.slice(line.indexOf(',') + 1)),
    takenMs: takenMs(timestamps[row] ?? ''),
  }));
  const rowOf = (limit: string) => {
    const row = timestamps.indexOf(limit.slice(0, 19));
    if (row < 0) throw new Error(`${name}: no row at ${limit}`);
    return row;
  };
  const windows = limits.map(([first, last]) => ({ first: rowOf(first), last: rowOf(last) }));
  return { name, timestamps, rows, windows, probationRows: probationRows(rows.length) };
}

/** Every series of the corpus with its windows, in the order of the labels. */
export function readCorpus(folder: string): Series[] {
  const labels = JSON.parse(readFileSync(join(folder, 'labels', 'combined_windows.json'), 'utf8')) as Record<
    string,
    [string, string][]
  >;
  return Object.entries(labels).map(([name, limits]) => readSeries(folder, name, limits));
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let sum = 0x811c9dc5;
  for (const char of text) sum = Math.imul(sum ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return sum;
}

/**
 * Splits the corpus in two. Within each category the files are ordered by a hash of their names and dealt out in
 * turn, so that the split is fixed, blind to the content, and balanced over the categories.
 */
export function split(names: readonly string[]): Map<string, Half> {
  const halves = new Map<string, Half>();
  const ordered = names
    .map((name) => ({ name, category: name.slice(0, name.indexOf('/')), order: hash(name) }))
    .sort((a, b) => (a.category === b.category ? a.order - b.order : a.category < b.category ? -1 : 1));
  ordered.forEach(({ name }, turn) => halves.set(name, turn % 2 === 0 ? 'development' : 'validation'));
  return halves;
}
