/** The most errors that are listed; the rest is counted. */
export const ERRORS_MAX = 50;
/** The longest piece of the file that an error repeats. */
export const EXCERPT_CHARACTERS_MAX = 60;

/** Collects what is wrong with one file, each with its line and field. */
export class Report {
  readonly #file: string;
  readonly #errors: { line: number; text: string }[] = [];
  #dropped = 0;

  /** @param file what the file is called in the errors. */
  constructor(file: string) {
    this.#file = file;
  }

  get isEmpty(): boolean {
    return this.#errors.length === 0;
  }

  /** True once further errors are only counted: then there is no use in looking for more. */
  get isFull(): boolean {
    return this.#errors.length === ERRORS_MAX;
  }

  /** @param line from 1. @param path the field, such as `nodes[0].name`; empty for the whole file. */
  add(line: number, path: string, message: string): void {
    const field = path === '' ? '' : `${cut(path)}: `;
    if (this.#errors.length === ERRORS_MAX) this.#dropped++;
    else this.#errors.push({ line, text: `${this.#file}:${line}: ${field}${message}` });
  }

  /** All errors in the order of their lines. */
  lines(): string[] {
    const texts = this.#errors.toSorted((a, b) => a.line - b.line).map(({ text }) => text);
    return this.#dropped === 0 ? texts : [...texts, `${this.#file}: ${this.#dropped} more errors`];
  }
}

/** A path is as long as its keys, which the file's writer chose; the end says most. */
function cut(path: string): string {
  const { length } = path;
  const text = length > 2 * EXCERPT_CHARACTERS_MAX ? `…${path.slice(-2 * EXCERPT_CHARACTERS_MAX)}` : path;
  // A key may hold line breaks or escape sequences, which must not reach a terminal.
  return text.replace(/[^\x20-\x7e…]/g, '?');
}

/** A piece of the file in an error: quoted, control characters escaped, cut where it is long. */
export function excerpt(text: string): string {
  const isLong = text.length > EXCERPT_CHARACTERS_MAX;
  return JSON.stringify(isLong ? `${text.slice(0, EXCERPT_CHARACTERS_MAX)}…` : text);
}
