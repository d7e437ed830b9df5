import { assert } from '../base/assert.js';
import { utf8Bytes } from '../base/bytes.js';

/** CBOR major types (RFC 8949, section 3.1). */
export const MAJOR = { unsigned: 0, negative: 1, bytes: 2, text: 3, array: 4, map: 5, simple: 7 } as const;

const TWO_32 = 0x1_0000_0000;

/**
 * Writes deterministic CBOR (RFC 8949, section 4.2.1: shortest heads, definite lengths) into a buffer of fixed
 * size. When the buffer is full, `overflowed` turns true and nothing more is written.
 */
export class CborWriter {
  readonly #buffer: Uint8Array;
  #length = 0;
  #overflowed = false;

  /** @param bytesMax size of the buffer. */
  constructor(bytesMax: number) {
    this.#buffer = new Uint8Array(bytesMax);
  }

  get length(): number {
    return this.#length;
  }

  get overflowed(): boolean {
    return this.#overflowed;
  }

  /** Forgets what was written behind `length`; with 0 the writer is as new. */
  truncate(length: number): void {
    assert(length <= this.#length, 'a writer is only truncated to what it holds');
    this.#length = length;
    this.#overflowed = false;
  }

  /** A copy of what was written. */
  finish(): Uint8Array {
    assert(!this.#overflowed, 'an overflowed writer was finished');
    return this.#buffer.slice(0, this.#length);
  }

  /** A safe integer of either sign. */
  integer(value: number): this {
    assert(Number.isSafeInteger(value), 'a record holds safe integers only');
    return value < 0 ? this.#head(MAJOR.negative, -1 - value) : this.#head(MAJOR.unsigned, value);
  }

  /** A simple value, 0..19: unassigned in RFC 8949, used here for the reasons of `noData`. */
  simple(value: number): this {
    assert(value >= 0 && value < 20, 'simple values 0..19 are ours');
    return this.#head(MAJOR.simple, value);
  }

  bytes(value: Uint8Array): this {
    return this.#head(MAJOR.bytes, value.length).#raw(value);
  }

  /** Text; characters above U+007F are encoded as UTF-8 by hand, since not every engine has a TextEncoder. */
  text(value: string): this {
    const utf8 = utf8Bytes(value);
    return this.#head(MAJOR.text, utf8.length).#raw(utf8);
  }

  /** Opens an array: `count` items follow. */
  array(count: number): this {
    return this.#head(MAJOR.array, count);
  }

  /** Opens a map: `count` pairs follow, keys ascending. */
  map(count: number): this {
    return this.#head(MAJOR.map, count);
  }

  #head(major: number, value: number): this {
    const first = major << 5;
    if (value < 24) return this.#byte(first | value);
    if (value < 0x100) return this.#byte(first | 24).#byte(value);
    if (value < 0x1_0000)
      return this.#byte(first | 25)
        .#byte(value >> 8)
        .#byte(value);
    if (value < TWO_32) return this.#byte(first | 26).#word(value);
    return this.#byte(first | 27)
      .#word(Math.floor(value / TWO_32))
      .#word(value);
  }

  #word(value: number): this {
    return this.#byte(value >>> 24)
      .#byte(value >>> 16)
      .#byte(value >>> 8)
      .#byte(value);
  }

  #byte(value: number): this {
    if (this.#length === this.#buffer.length) this.#overflowed = true;
    if (!this.#overflowed) this.#buffer[this.#length++] = value;
    return this;
  }

  #raw(value: Uint8Array): this {
    if (this.#length + value.length > this.#buffer.length) this.#overflowed = true;
    else {
      this.#buffer.set(value, this.#length);
      this.#length += value.length;
    }
    return this;
  }
}
