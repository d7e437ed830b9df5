import fc from 'fast-check';
import {
  COUNTER_MAX,
  ENVELOPE_BYTES_MAX,
  headerBytes,
  KIND,
  parseTopic,
  readHeader,
  SALT_BYTES,
  SESSION_MAX,
  TAG_BYTES,
  topicOf,
  varintBytes,
  writeHeader,
  type Kind,
} from '../../src/wire/envelope.js';

const kinds = fc.constantFrom<Kind>(...Object.values(KIND));
const borders = fc
  .tuple(fc.constantFrom(7, 14, 21, 28, 35, 42), fc.constantFrom(-1, 0, 1))
  .map(([bits, difference]) => 2 ** bits + difference);
const sessions = fc.oneof(
  fc.nat(300),
  borders.filter((value) => value <= SESSION_MAX),
  fc.integer({ min: 0, max: SESSION_MAX }),
  fc.constant(SESSION_MAX),
);
const counters = fc.oneof(
  fc.nat(300),
  borders,
  fc.integer({ min: 0, max: COUNTER_MAX }),
  fc.constant(COUNTER_MAX),
);
const salts = fc.uint8Array({ minLength: SALT_BYTES, maxLength: SALT_BYTES });

describe('envelope header', () => {
  it('reads back as it was written, at the length that was foretold', () => {
    fc.assert(
      fc.property(kinds, sessions, counters, salts, fc.nat(40), (kind, session, counter, salt, body) => {
        const bodyAt = headerBytes(kind, session, counter);
        const envelope = new Uint8Array(bodyAt + body + TAG_BYTES);
        expect(writeHeader(envelope, { kind, session, counter, salt })).toBe(bodyAt);
        const header = { kind, session, counter, bodyAt };
        const long = envelope.length >= 19;
        expect(long && readHeader(envelope)).toEqual(
          long && (kind === KIND.birth ? { ...header, salt } : header),
        );
      }),
      { numRuns: 1_000 },
    );
  });

  it('of any bytes is read or undefined, and never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1_100 }), fc.nat(7), (bytes, kind) => {
        const likely = bytes.slice();
        if (likely.length > 0) likely[0] = (1 << 5) | kind;
        for (const candidate of [bytes, likely]) {
          const header = readHeader(candidate);
          if (header === undefined) continue;
          expect(header.bodyAt + TAG_BYTES).toBeLessThanOrEqual(candidate.length);
          expect(header.session).toBeLessThanOrEqual(SESSION_MAX);
          expect(header.counter).toBeLessThanOrEqual(COUNTER_MAX);
        }
      }),
      { numRuns: 5_000 },
    );
  });

  it('has one form only: what is read is written back as the same bytes', () => {
    const bytes = fc.array(fc.constantFrom(0, 1, 5, 127, 128, 129, 255), { minLength: 19, maxLength: 60 });
    fc.assert(
      fc.property(bytes, kinds, (list, kind) => {
        const envelope = Uint8Array.from([(1 << 5) | kind, ...list]);
        const header = readHeader(envelope);
        if (header === undefined) return;
        const again = new Uint8Array(envelope.length);
        const salt = header.salt ?? new Uint8Array(SALT_BYTES);
        expect(writeHeader(again, { ...header, salt })).toBe(header.bodyAt);
        expect(again.subarray(0, header.bodyAt)).toEqual(envelope.subarray(0, header.bodyAt));
      }),
      { numRuns: 3_000 },
    );
  });

  it('is refused when session or counter are beyond their last value', () => {
    const pad = new Array<number>(20).fill(0);
    const session = [0x80, 0x80, 0x80, 0x80, 0x10];
    const counter = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40];
    expect(readHeader(Uint8Array.from([0x22, ...session, 0, ...pad]))).toBeUndefined();
    expect(readHeader(Uint8Array.from([0x22, 1, ...counter, ...pad]))).toBeUndefined();
  });

  it('is read up to the longest envelope and not beyond', () => {
    const envelope = (length: number) => new Uint8Array(length).fill(1).fill(0x22, 0, 1);
    expect(readHeader(envelope(ENVELOPE_BYTES_MAX))).toBeDefined();
    expect(readHeader(envelope(ENVELOPE_BYTES_MAX + 1))).toBeUndefined();
  });
});

describe('varint', () => {
  it.each([
    [0, 1],
    [127, 1],
    [128, 2],
    [16_383, 2],
    [16_384, 3],
    [SESSION_MAX, 5],
    [COUNTER_MAX, 7],
  ])('of %i takes %i bytes', (value, bytes) => expect(varintBytes(value)).toBe(bytes));
});

describe('topic', () => {
  it('is parsed to what it was made of', () => {
    const nodeIds = fc.string({
      unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz234567'),
      minLength: 8,
      maxLength: 8,
    });
    fc.assert(
      fc.property(nodeIds, kinds, (nodeId, kind) =>
        expect(parseTopic(topicOf(nodeId, kind))).toEqual({ nodeId, kind }),
      ),
      { numRuns: 300 },
    );
  });

  it.each([
    '',
    'm/abcd2345',
    'm/abcd2345/x',
    'm/abcd2345/t/',
    'x/abcd2345/t',
    'm/ABCD2345/t',
    'm/abcd2345/t\n',
    'm/abcd1345/t',
    'm/abcd23456/t',
  ])('is none of ours: %j', (topic) => expect(parseTopic(topic)).toBeUndefined());
});
