import fc from 'fast-check';
import { AssertionError } from '../../src/base/assert.js';
import { fromHex, toHex, utf8Bytes } from '../../src/base/bytes.js';
import { CBOR_DEPTH_MAX, CBOR_ITEMS_MAX, CborReader, MalformedError } from '../../src/wire/cbor-reader.js';
import type { CborItem } from '../../src/wire/cbor-reader.js';
import { CborWriter } from '../../src/wire/cbor-writer.js';
import { cborIntegers, cborItems, cborNoise, cborTexts, writeItem } from '../support/cbor-items.js';

const RUNS = { numRuns: 500 };

function encode(item: CborItem): Uint8Array {
  const writer = new CborWriter(100_000);
  writeItem(writer, item);
  return writer.finish();
}

function decode(bytes: Uint8Array): CborItem {
  const reader = new CborReader(bytes);
  const item = reader.item();
  if (!reader.done) throw new Error('bytes are left');
  return item;
}

/** What `run` throws, or undefined. */
function thrown(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

function isMalformed(hex: string): boolean {
  return thrown(() => new CborReader(fromHex(hex)).item()) instanceof MalformedError;
}

describe('CborReader reads what CborWriter wrote', () => {
  it('for items of any type and nesting', () => {
    fc.assert(
      fc.property(cborItems(4), (item) => expect(decode(encode(item))).toEqual(item)),
      RUNS,
    );
  });

  it('for one item after the other, up to the end', () => {
    fc.assert(
      fc.property(fc.array(cborItems(1), { maxLength: 6 }), (items) => {
        const writer = new CborWriter(100_000);
        items.forEach((item) => writeItem(writer, item));
        const reader = new CborReader(writer.finish());
        expect(items.map(() => reader.item())).toEqual(items);
        expect(reader.done).toBe(true);
      }),
      RUNS,
    );
  });

  it('and gives byte strings of their own: the input may change afterwards', () => {
    const bytes = encode(Uint8Array.of(1, 2, 3));
    const item = decode(bytes);
    bytes.fill(0);
    expect(item).toEqual(Uint8Array.of(1, 2, 3));
  });
});

describe('CborWriter', () => {
  it.each([
    [0, '00'],
    [23, '17'],
    [24, '1818'],
    [255, '18ff'],
    [256, '190100'],
    [65_535, '19ffff'],
    [65_536, '1a00010000'],
    [4_294_967_295, '1affffffff'],
    [4_294_967_296, '1b0000000100000000'],
    [Number.MAX_SAFE_INTEGER, '1b001fffffffffffff'],
    [-1, '20'],
    [-24, '37'],
    [-25, '3818'],
    [-1000, '3903e7'],
    [-Number.MAX_SAFE_INTEGER, '3b001ffffffffffffe'],
  ])('writes %i as RFC 8949 says: %s', (value, hex) => {
    expect(toHex(encode(value))).toBe(hex);
  });

  it.each([0.5, Number.NaN, Infinity, 2 ** 53])('calls %p a defect of ours', (value) => {
    expect(() => new CborWriter(20).integer(value)).toThrow(AssertionError);
  });

  it('is finished exactly when everything had room', () => {
    fc.assert(
      fc.property(fc.array(cborItems(1), { maxLength: 6 }), fc.nat(60), (items, bytesMax) => {
        const whole = new CborWriter(100_000);
        const small = new CborWriter(bytesMax);
        for (const item of items) {
          writeItem(whole, item);
          writeItem(small, item);
        }
        expect(small.overflowed).toBe(whole.length > bytesMax);
        if (small.overflowed) expect(() => small.finish()).toThrow(AssertionError);
        else expect(small.finish()).toEqual(whole.finish());
      }),
      RUNS,
    );
  });

  it('writes the same as new after it was truncated to nothing, also when it had overflowed', () => {
    fc.assert(
      fc.property(cborItems(2), cborItems(1), (before, item) => {
        const writer = new CborWriter(400);
        writeItem(writer, before);
        writer.truncate(0);
        writeItem(writer, item);
        fc.pre(!writer.overflowed);
        expect(writer.finish()).toEqual(encode(item));
      }),
      RUNS,
    );
  });
});

describe('CborReader refuses', () => {
  it('every head that is longer than needed', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(0, 1, 2, 3, 4, 5),
        fc.constantFrom(...([1, 2, 4, 8] as const)),
        fc.nat(0xffff_ffff),
        (major, length, value) => {
          const shortest = value < 24 ? 0 : value < 0x100 ? 1 : value < 0x1_0000 ? 2 : 4;
          fc.pre(length > shortest);
          const digits = value
            .toString(16)
            .padStart(16, '0')
            .slice(16 - length * 2);
          const head = ((major << 5) | (24 + Math.log2(length))).toString(16).padStart(2, '0');
          // A string of zeros behind it, so that the head alone is what is wrong.
          expect(isMalformed(head + digits + '00'.repeat(Math.min(value, 300)))).toBe(true);
        },
      ),
      RUNS,
    );
  });

  it('every item that was cut off', () => {
    fc.assert(
      fc.property(cborItems(3), (item) => {
        const bytes = encode(item);
        for (let length = 0; length < Math.min(bytes.length, 200); length++)
          expect(thrown(() => new CborReader(bytes.subarray(0, length)).item())).toBeInstanceOf(
            MalformedError,
          );
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ['an array of indefinite length', '9f01ff'],
    ['a map of indefinite length', 'bf0101ff'],
    ['text of indefinite length', '7f6161ff'],
    ['bytes of indefinite length', '5f4101ff'],
    ['a float of 16 bits', 'f93c00'],
    ['a float of 64 bits', 'fb3ff0000000000000'],
    ['false', 'f4'],
    ['null', 'f6'],
    ['a simple value in two bytes', 'f8ff'],
    ['a tag', 'c100'],
    ['a break with nothing to break', 'ff'],
    ['reserved lengths', '1c'],
    ['an integer of 2^53', '1b0020000000000000'],
    ['an integer of 2^64 - 1', '1bffffffffffffffff'],
    ['a map with keys out of order', 'a202010101'],
    ['a map with a key twice', 'a201010101'],
    ['a map with a negative key', 'a12001'],
    ['a map with a text key', 'a1616101'],
    ['an array that says it is longer than allowed', '990401'],
    ['bytes that say they are 2^32 long', '5b0000000100000000'],
    ['UTF-8 in overlong form', '62c080'],
    ['UTF-8 of a surrogate', '63eda080'],
    ['UTF-8 above U+10FFFF', '64f4908080'],
    ['UTF-8 that is cut off', '62e282'],
    ['a lone continuation byte', '6180'],
  ])('%s', (_, hex) => {
    expect(isMalformed(hex)).toBe(true);
  });

  it('an item that is nested deeper than it follows', () => {
    const nested = (depth: number) => '81'.repeat(depth) + '00';
    expect([nested(CBOR_DEPTH_MAX), nested(CBOR_DEPTH_MAX + 1)].map(isMalformed)).toEqual([false, true]);
  });

  it('an array of one item more than allowed', () => {
    const items = (count: number) => '99' + count.toString(16).padStart(4, '0') + '00'.repeat(count);
    expect([items(CBOR_ITEMS_MAX), items(CBOR_ITEMS_MAX + 1)].map(isMalformed)).toEqual([false, true]);
  });
});

describe('CborReader on any bytes', () => {
  it('gives an item or throws MalformedError, nothing else', () => {
    fc.assert(
      fc.property(cborNoise, (bytes) => {
        const error = thrown(() => {
          const reader = new CborReader(bytes);
          while (!reader.done) reader.item();
        });
        if (error !== undefined) expect(error).toBeInstanceOf(MalformedError);
      }),
      { numRuns: 5_000 },
    );
  });

  it('gives only what CborWriter writes as the same bytes', () => {
    fc.assert(
      fc.property(cborNoise, (bytes) => {
        const reader = new CborReader(bytes);
        let item: CborItem | undefined;
        if (thrown(() => (item = reader.item())) !== undefined || item === undefined) return;
        const written = encode(item);
        expect(toHex(bytes.subarray(0, written.length))).toBe(toHex(written));
      }),
      { numRuns: 5_000 },
    );
  });

  it('reads integers within the bounds and refuses the others', () => {
    fc.assert(
      fc.property(cborIntegers, cborIntegers, cborIntegers, (value, a, b) => {
        const [min, max] = [Math.min(a, b), Math.max(a, b)];
        const error = thrown(() => new CborReader(encode(value)).integer(min, max));
        expect(error instanceof MalformedError).toBe(value < min || value > max);
      }),
      RUNS,
    );
  });
});

describe('utf8Bytes', () => {
  it('agrees with TextEncoder on any text', () => {
    fc.assert(
      fc.property(cborTexts, (text) => expect(utf8Bytes(text)).toEqual(new TextEncoder().encode(text))),
      RUNS,
    );
  });

  it('agrees with TextEncoder on any sequence of UTF-16 units, lone surrogates included', () => {
    const units = fc.oneof(fc.nat(0xffff), fc.integer({ min: 0xd7fe, max: 0xe001 }));
    fc.assert(
      fc.property(fc.array(units, { maxLength: 20 }), (codes) => {
        const text = String.fromCharCode(...codes);
        expect(utf8Bytes(text)).toEqual(new TextEncoder().encode(text));
      }),
      { ...RUNS, examples: [[[0xd800]], [[0xdc00, 0xd800]], [[0xd83d, 0xde00]], [[0xdbff, 0xdfff, 0xd800]]] },
    );
  });
});
