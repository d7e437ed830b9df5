import { MAJOR } from './cbor-writer.js';

/** Deepest nesting that a reader follows. */
export const CBOR_DEPTH_MAX = 6;
/** Most items of one array or pairs of one map. */
export const CBOR_ITEMS_MAX = 1_024;

const TWO_32 = 0x1_0000_0000;

/** One CBOR simple value, 0..19. */
export class CborSimple {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** A decoded item. Maps have integer keys. */
export type CborItem = number | string | Uint8Array | CborSimple | CborItem[] | Map<number, CborItem>;

/** Thrown inside the decoders only; the functions that take bytes from outside turn it into a result. */
export class MalformedError extends Error {}

/**
 * Reads the subset that `CborWriter` writes and refuses all else: indefinite lengths, floats, tags, heads that are
 * longer than needed, integers beyond 2^53, keys out of order. Memory is bounded by the input's length.
 */
export class CborReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** The next item of any type. @throws {MalformedError} */
  item(depth = 0): CborItem {
    if (depth > CBOR_DEPTH_MAX) throw new MalformedError('nested too deep');
    const { major, value } = this.#head();
    switch (major) {
      case MAJOR.unsigned:
        return value;
      case MAJOR.negative:
        if (value === Number.MAX_SAFE_INTEGER) throw new MalformedError('integer beyond 2^53 - 1');
        return -1 - value;
      case MAJOR.bytes:
        return this.#take(value).slice();
      case MAJOR.text:
        return textOf(this.#take(value));
      case MAJOR.array:
        return this.#array(value, depth);
      case MAJOR.map:
        return this.#map(value, depth);
      case MAJOR.simple:
        if (value < 20) return new CborSimple(value);
        throw new MalformedError('unknown simple value');
      default:
        throw new MalformedError('tags are not used');
    }
  }

  /** The next item, an integer within the bounds. @throws {MalformedError} */
  integer(min = -Number.MAX_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER): number {
    return integerOf(this.item(), min, max);
  }

  #array(count: number, depth: number): CborItem[] {
    if (count > CBOR_ITEMS_MAX) throw new MalformedError('array too long');
    const items: CborItem[] = [];
    for (let i = 0; i < count; i++) items.push(this.item(depth + 1));
    return items;
  }

  #map(count: number, depth: number): Map<number, CborItem> {
    if (count > CBOR_ITEMS_MAX) throw new MalformedError('map too long');
    const map = new Map<number, CborItem>();
    let last = -1;
    for (let i = 0; i < count; i++) {
      const key = integerOf(this.item(depth + 1), last + 1, TWO_32);
      map.set(key, this.item(depth + 1));
      last = key;
    }
    return map;
  }

  #head(): { major: number; value: number } {
    const first = this.#take(1)[0];
    const major = first >> 5;
    const info = first & 31;
    if (info < 24) return { major, value: info };
    if (info > 27 || major === MAJOR.simple) throw new MalformedError('unknown head');
    const length = 1 << (info - 24);
    let value = 0;
    for (const byte of this.#take(length)) value = value * 256 + byte;
    const shortest = [24, 0x100, 0x1_0000, TWO_32][info - 24];
    if (value < shortest || value > Number.MAX_SAFE_INTEGER)
      throw new MalformedError('head is not the shortest');
    return { major, value };
  }

  #take(count: number): Uint8Array {
    if (count > this.#bytes.length - this.#at) throw new MalformedError('truncated');
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }
}

/** The item as an integer within the bounds. @throws {MalformedError} */
export function integerOf(item: CborItem | undefined, min: number, max: number): number {
  if (typeof item !== 'number' || item < min || item > max) throw new MalformedError('integer expected');
  return item;
}

/** The item as text of at most `charactersMax`. @throws {MalformedError} */
export function stringOf(item: CborItem | undefined, charactersMax: number): string {
  if (typeof item !== 'string' || item.length > charactersMax) throw new MalformedError('text expected');
  return item;
}

/** The item as an array of `min`..`max` items. @throws {MalformedError} */
export function arrayOf(item: CborItem | undefined, min: number, max: number): CborItem[] {
  if (!Array.isArray(item) || item.length < min || item.length > max)
    throw new MalformedError('array expected');
  return item;
}

/** The item as a map. @throws {MalformedError} */
export function mapOf(item: CborItem | undefined): Map<number, CborItem> {
  if (!(item instanceof Map)) throw new MalformedError('map expected');
  return item;
}

/** UTF-8 to text, strict (RFC 3629): overlong forms, surrogates and truncated sequences are refused. */
function textOf(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length;) {
    const first = bytes[i++];
    const extra = first < 0x80 ? 0 : first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
    let code = extra === 0 ? first : first & (0x3f >> extra);
    if ((first >= 0x80 && first < 0xc2) || first > 0xf4) throw new MalformedError('bad UTF-8');
    for (let k = 0; k < extra; k++) {
      const next = i < bytes.length ? bytes[i++] : 0;
      if (next >> 6 !== 2) throw new MalformedError('bad UTF-8');
      code = code * 64 + (next & 63);
    }
    const tooShort = code < [0, 0x80, 0x800, 0x1_0000][extra];
    if (tooShort || code > 0x10_ffff || (code >= 0xd800 && code <= 0xdfff))
      throw new MalformedError('bad UTF-8');
    text += String.fromCodePoint(code);
  }
  return text;
}
