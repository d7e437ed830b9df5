/** Counters that the window remembers behind the highest. */
export const WINDOW_COUNTERS = 1_024;
const WORDS = WINDOW_COUNTERS / 32 + 1;
/** Bytes of a stored window. */
export const WINDOW_BYTES = 8 + WORDS * 4;

export type WindowVerdict = 'new' | 'seen' | 'tooOld';

/**
 * Which counters of a session have been accepted, after RFC 6479: a ring of words, one more than the window needs,
 * so that moving on clears whole words only.
 */
export class ReplayWindow {
  readonly #words = new Uint32Array(WORDS);
  #highest = -1;

  /**
   * @param stored what `store` gave, or nothing for a window that has seen no counter.
   * @throws {TypeError} when it has another length.
   */
  constructor(stored?: Uint8Array) {
    if (stored === undefined) return;
    if (stored.length !== WINDOW_BYTES) {
      throw new TypeError(
        `"stored" expected Uint8Array of length ${WINDOW_BYTES}, got length=${stored.length}`,
      );
    }
    const view = new DataView(stored.buffer, stored.byteOffset, stored.length);
    this.#highest = view.getFloat64(0);
    for (let i = 0; i < WORDS; i++) this.#words[i] = view.getUint32(8 + i * 4);
  }

  /** The highest accepted counter, or -1. */
  get highest(): number {
    return this.#highest;
  }

  check(counter: number): WindowVerdict {
    if (counter > this.#highest) return 'new';
    if (counter <= this.#highest - WINDOW_COUNTERS) return 'tooOld';
    const word = this.#words[Math.floor(counter / 32) % WORDS];
    return (word >>> (counter % 32)) & 1 ? 'seen' : 'new';
  }

  /** Marks a counter whose tag has verified and that `check` calls new. */
  accept(counter: number): void {
    const block = Math.floor(counter / 32);
    const before = this.#highest < 0 ? -1 : Math.floor(this.#highest / 32);
    const steps = Math.min(block - before, WORDS);
    for (let i = 0; i < steps; i++) this.#words[(block - i) % WORDS] = 0;
    this.#words[block % WORDS] |= 1 << (counter % 32);
    if (counter > this.#highest) this.#highest = counter;
  }

  /** The window's whole state, for the gateway's database. */
  store(): Uint8Array {
    const bytes = new Uint8Array(WINDOW_BYTES);
    const view = new DataView(bytes.buffer);
    view.setFloat64(0, this.#highest);
    this.#words.forEach((word, i) => view.setUint32(8 + i * 4, word));
    return bytes;
  }
}
