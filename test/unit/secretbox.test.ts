import fc from 'fast-check';
import nacl from 'tweetnacl';
import { nonceOf, nonceTail, openFrom, prepareSubkey, sealInto } from '../../src/seal/secretbox.js';
import { COUNTER_MAX, KIND, TAG_BYTES, type Kind } from '../../src/wire/envelope.js';
import { seededBytes } from '../support/memory-ports.js';

const RUNS = { numRuns: 300 };
const kinds = fc.constantFrom<Kind>(...Object.values(KIND));
const counters = fc.oneof(fc.nat(), fc.integer({ min: 0, max: COUNTER_MAX }), fc.constant(COUNTER_MAX));
const arrayOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const boxes = fc.record({
  key: arrayOf(32),
  noncePrefix: arrayOf(16),
  kind: kinds,
  counter: counters,
  plaintext: fc.uint8Array({ maxLength: 600 }),
  bodyAt: fc.nat(30),
});
interface Box {
  readonly key: Uint8Array;
  readonly noncePrefix: Uint8Array;
  readonly kind: Kind;
  readonly counter: number;
  readonly plaintext: Uint8Array;
  readonly bodyAt: number;
}

function seal({ key, noncePrefix, kind, counter, plaintext, bodyAt }: Box): Uint8Array {
  const envelope = new Uint8Array(bodyAt + plaintext.length + TAG_BYTES);
  const box = { subkey: prepareSubkey({ key, noncePrefix }), tail: nonceTail(kind, counter) };
  sealInto(envelope, bodyAt, plaintext, box);
  return envelope;
}

function open(
  { key, noncePrefix, kind, counter, bodyAt }: Box,
  envelope: Uint8Array,
): Uint8Array | undefined {
  const box = { subkey: prepareSubkey({ key, noncePrefix }), tail: nonceTail(kind, counter) };
  return openFrom(envelope, bodyAt, box);
}

/** libsodium's order: the tag in front. */
function asSodium(envelope: Uint8Array, bodyAt: number): Uint8Array {
  const tagAt = envelope.length - TAG_BYTES;
  return Uint8Array.from([...envelope.subarray(tagAt), ...envelope.subarray(bodyAt, tagAt)]);
}

describe('sealInto', () => {
  it('gives the bytes of nacl.secretbox under nonceOf, with the tag moved to the end', () => {
    fc.assert(
      fc.property(boxes, (box) => {
        const nonce = nonceOf(box.noncePrefix, box.kind, box.counter);
        expect(asSodium(seal(box), box.bodyAt)).toEqual(nacl.secretbox(box.plaintext, nonce, box.key));
      }),
      RUNS,
    );
  });

  it('writes nothing in front of the body', () => {
    fc.assert(
      fc.property(boxes, (box) => {
        expect(seal(box).subarray(0, box.bodyAt)).toEqual(new Uint8Array(box.bodyAt));
      }),
      RUNS,
    );
  });

  it('leaves the plaintext as it was', () => {
    const plaintext = seededBytes(7, 40);
    seal({ ...FIXED, plaintext });
    expect(plaintext).toEqual(seededBytes(7, 40));
  });
});

const FIXED: Box = {
  key: seededBytes(3, 32),
  noncePrefix: seededBytes(4, 16),
  kind: KIND.telemetry,
  counter: 5,
  plaintext: seededBytes(6, 12),
  bodyAt: 3,
};

describe('openFrom', () => {
  it('gives back what sealInto sealed', () => {
    fc.assert(
      fc.property(boxes, (box) => expect(open(box, seal(box))).toEqual(box.plaintext)),
      RUNS,
    );
  });

  it('opens what nacl.secretbox made, the tag moved to the end', () => {
    fc.assert(
      fc.property(boxes, (box) => {
        const nonce = nonceOf(box.noncePrefix, box.kind, box.counter);
        const made = nacl.secretbox(box.plaintext, nonce, box.key);
        const moved = [...made.subarray(TAG_BYTES), ...made.subarray(0, TAG_BYTES)];
        expect(open({ ...box, bodyAt: 0 }, Uint8Array.from(moved))).toEqual(box.plaintext);
      }),
      RUNS,
    );
  });

  it('refuses every flip of one bit of ciphertext and tag', () => {
    const envelope = seal(FIXED);
    for (let bit = FIXED.bodyAt * 8; bit < envelope.length * 8; bit++) {
      const changed = envelope.slice();
      changed[bit >> 3] ^= 1 << (bit & 7);
      expect([bit, open(FIXED, changed)]).toEqual([bit, undefined]);
    }
  });

  it('refuses every flip of one bit of key, nonce prefix and nonce tail', () => {
    const envelope = seal(FIXED);
    const parts = [FIXED.key, FIXED.noncePrefix, nonceTail(FIXED.kind, FIXED.counter)];
    for (const part of [0, 1, 2]) {
      for (let bit = 0; bit < parts[part].length * 8; bit++) {
        const [key, noncePrefix, tail] = parts.map((bytes) => bytes.slice());
        [key, noncePrefix, tail][part][bit >> 3] ^= 1 << (bit & 7);
        const subkey = prepareSubkey({ key, noncePrefix });
        expect([part, bit, openFrom(envelope, FIXED.bodyAt, { subkey, tail })]).toEqual([
          part,
          bit,
          undefined,
        ]);
      }
    }
  });

  it('refuses an envelope that was cut anywhere behind its tag’s length', () => {
    const envelope = seal(FIXED);
    for (let length = FIXED.bodyAt + TAG_BYTES; length < envelope.length; length++)
      expect(open(FIXED, envelope.subarray(0, length))).toBeUndefined();
  });

  it('seals and opens an empty plaintext', () => {
    const box = { ...FIXED, plaintext: new Uint8Array(0) };
    expect(open(box, seal(box))).toEqual(new Uint8Array(0));
  });
});

describe('nonceTail', () => {
  it('writes kind, topic letter and the counter in six bytes, most significant first', () => {
    expect(nonceTail(KIND.alert, 0x1234_5678_9abc)).toEqual(
      Uint8Array.of(3, 'a'.charCodeAt(0), 0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc),
    );
  });

  it('differs whenever kind or counter differs', () => {
    fc.assert(
      fc.property(kinds, counters, kinds, counters, (kindA, counterA, kindB, counterB) => {
        const same = kindA === kindB && counterA === counterB;
        const [a, b] = [nonceTail(kindA, counterA), nonceTail(kindB, counterB)];
        expect(a.join() === b.join()).toBe(same);
      }),
      RUNS,
    );
  });
});
