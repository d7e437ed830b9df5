import { appendFileSync, writeFileSync } from 'node:fs';

/** Lines that are gathered before they are written. */
const LINES_PER_WRITE = 1_000;

/** What a run leaves to be compared: JSON lines, the first of which says what was run. */
export interface Trace {
  write(line: object): void;
  close(): void;
}

export const NO_TRACE: Trace = { write: () => undefined, close: () => undefined };

/** A trace in a file. @throws {Error} when the file cannot be written. */
export function fileTrace(path: string): Trace {
  writeFileSync(path, '');
  let lines: string[] = [];
  const flush = () => {
    if (lines.length > 0) appendFileSync(path, lines.join(''));
    lines = [];
  };
  return {
    write(line) {
      lines.push(`${JSON.stringify(line)}\n`);
      if (lines.length >= LINES_PER_WRITE) flush();
    },
    close: flush,
  };
}
