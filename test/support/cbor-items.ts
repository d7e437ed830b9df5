import fc from 'fast-check';
import { CborSimple, type CborItem } from '../../src/wire/cbor-reader.js';
import type { CborWriter } from '../../src/wire/cbor-writer.js';

/** Integers with many at the borders of CBOR's head lengths. */
export const cborIntegers = fc.oneof(
  fc.maxSafeInteger(),
  fc.integer({ min: -30, max: 30 }),
  fc
    .tuple(
      fc.constantFrom(24, 0x100, 0x1_0000, 0x1_0000_0000, Number.MAX_SAFE_INTEGER),
      fc.integer({ min: -2, max: 2 }),
    )
    .map(([border, difference]) => Math.min(border + difference, Number.MAX_SAFE_INTEGER))
    .chain((value) => fc.constantFrom(value, -value)),
);

/** Text with every plane of Unicode, without lone surrogates. */
export const cborTexts = fc.string({ unit: 'binary', maxLength: 30 });

const leaves: fc.Arbitrary<CborItem> = fc.oneof(
  cborIntegers,
  cborTexts,
  fc.uint8Array({ maxLength: 300 }),
  fc.integer({ min: 0, max: 19 }).map((value) => new CborSimple(value)),
);

/** Items of the subset that Mamori uses, up to `depth` levels. */
export function cborItems(depth: number): fc.Arbitrary<CborItem> {
  if (depth === 0) return leaves;
  const inner = cborItems(depth - 1);
  const keys = fc.oneof(fc.nat(30), fc.integer({ min: 0, max: 0x1_0000_0000 }));
  const maps = fc
    .uniqueArray(fc.tuple(keys, inner), { selector: ([key]) => key, maxLength: 4 })
    .map((pairs) => new Map(pairs.sort(([a], [b]) => a - b)));
  return fc.oneof(leaves, fc.array(inner, { maxLength: 5 }), maps);
}

/** Writes an item of any type. */
export function writeItem(writer: CborWriter, item: CborItem): void {
  if (typeof item === 'number') writer.integer(item);
  else if (typeof item === 'string') writer.text(item);
  else if (item instanceof Uint8Array) writer.bytes(item);
  else if (item instanceof CborSimple) writer.simple(item.value);
  else if (Array.isArray(item)) {
    writer.array(item.length);
    item.forEach((one) => writeItem(writer, one));
  } else {
    writer.map(item.size);
    item.forEach((one, key) => {
      writer.integer(key);
      writeItem(writer, one);
    });
  }
}

/** Bytes that look like CBOR more often than random ones: heads of all kinds mixed with noise. */
export const cborNoise = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc
    .array(
      fc.constantFrom(
        0,
        1,
        23,
        24,
        25,
        26,
        27,
        28,
        31,
        0x20,
        0x3b,
        0x41,
        0x63,
        0x81,
        0x82,
        0x9f,
        0xa1,
        0xe1,
        0xf4,
        0xff,
      ),
      {
        maxLength: 60,
      },
    )
    .map((bytes) => Uint8Array.from(bytes)),
);
