/** A peer's figure for the same thing. */
export interface Peer {
  readonly name: string;
  readonly value: number;
  readonly source: string;
}

/** One measured figure and what it may be. */
export interface Result {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** Undefined where there is no budget: the figure stands to be compared with. */
  readonly limit?: number;
  readonly better: 'lower' | 'higher';
  readonly peers: readonly Peer[];
}

/** True when the figure keeps its budget. */
export function isWithin({ value, limit, better }: Result): boolean {
  if (limit === undefined) return true;
  return better === 'lower' ? value <= limit : value >= limit;
}

function numberText(value: number | undefined): string {
  return value === undefined ? '' : String(Math.round(value * 1000) / 1000);
}

/** The figures as a table for people. */
export function table(results: readonly Result[]): string {
  const rows = results.map((result) => [
    result.name,
    numberText(result.value),
    result.limit === undefined
      ? ''
      : `${result.better === 'lower' ? '<=' : '>='} ${numberText(result.limit)}`,
    result.unit,
    isWithin(result) ? 'ok' : 'OVER BUDGET',
    result.peers.map(({ name, value }) => `${name} ${numberText(value)}`).join('; '),
  ]);
  const head = ['figure', 'value', 'budget', 'unit', '', 'peers'];
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i]))
      .join('  ')
      .trimEnd();
  return [line(head), ...rows.map(line)].join('\n');
}
