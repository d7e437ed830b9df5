/** Counts what held and what did not, and says each. */
export class Checks {
  #passed = 0;
  #failed = 0;

  get passed(): number {
    return this.#passed;
  }

  get failed(): number {
    return this.#failed;
  }

  check(name: string, holds: boolean, detail = ''): void {
    if (holds) this.#passed++;
    else this.#failed++;
    const text = detail === '' ? name : `${name}: ${detail}`;
    console.log(`${holds ? 'ok' : 'FAILED'}: ${text}`);
  }
}
