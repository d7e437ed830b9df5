import { equalBytes, toHex } from '../../src/base/bytes.js';
import {
  decodeRoot,
  DIRECTION,
  encodeRoot,
  KEY_BYTES,
  nextRoot,
  NONCE_PREFIX_BYTES,
  sessionKey,
  type Root,
} from '../../src/seal/keys.js';
import { SESSION_MAX } from '../../src/wire/envelope.js';
import { seededBytes, TEST_PARTIES, TEST_ROOT } from '../support/memory-ports.js';

const FIRST: Root = { session: 1, root: TEST_ROOT };
const SALT = seededBytes(2, 16);

describe('ratchet', () => {
  it('gives the same next root each time', () => {
    expect(nextRoot(FIRST)).toEqual(nextRoot({ session: 1, root: TEST_ROOT.slice() }));
  });

  it('counts the session on by one', () => {
    expect(nextRoot({ session: 41, root: TEST_ROOT }).session).toBe(42);
  });

  it('never comes back to a root in 500 steps', () => {
    const seen = new Set<string>();
    let at = FIRST;
    for (let i = 0; i < 500; i++, at = nextRoot(at)) seen.add(toHex(at.root));
    expect(seen.size).toBe(500);
  });

  it('binds the session number: the same root at another place goes on to another root', () => {
    const other = nextRoot({ session: 2, root: TEST_ROOT });
    expect(equalBytes(nextRoot(FIRST).root, other.root)).toBe(false);
  });

  it('holds nothing of the root before it, neither whole nor in part of 4 bytes', () => {
    const next = toHex(nextRoot(FIRST).root);
    const before = toHex(TEST_ROOT);
    const parts = Array.from({ length: 29 }, (_, i) => before.slice(i * 2, i * 2 + 8));
    expect(parts.filter((part) => next.includes(part))).toEqual([]);
  });

  it('changes about half of the next root when one bit of the root changes', () => {
    const flipped = TEST_ROOT.slice();
    flipped[31] ^= 1;
    const [a, b] = [nextRoot(FIRST).root, nextRoot({ session: 1, root: flipped }).root];
    const differing = a.reduce((sum, byte, i) => sum + (byte ^ b[i]).toString(2).replace(/0/g, '').length, 0);
    expect(differing).toBeGreaterThan(80);
    expect(differing).toBeLessThan(176);
  });

  it('leaves the root that it was given as it was', () => {
    const root = TEST_ROOT.slice();
    nextRoot({ session: 1, root });
    expect(root).toEqual(TEST_ROOT);
  });

  it.each([0, -1, SESSION_MAX, SESSION_MAX + 1])('refuses to go on from session %p', (session) => {
    expect(() => nextRoot({ session, root: TEST_ROOT })).toThrow(/^"session" expected 1\.\./);
  });

  it.each([1.5, Number.NaN])('refuses session %p, which is no integer', (session) => {
    expect(() => nextRoot({ session, root: TEST_ROOT })).toThrow(TypeError);
  });
});

describe('session key', () => {
  const base = sessionKey(FIRST, TEST_PARTIES, SALT, DIRECTION.uplink);
  const flippedRoot = TEST_ROOT.map((byte, i) => (i === 0 ? byte ^ 1 : byte));
  const flippedSalt = SALT.map((byte, i) => (i === 15 ? byte ^ 0x80 : byte));

  it('has 32 bytes of key and 16 bytes of nonce prefix', () => {
    expect([base.key.length, base.noncePrefix.length]).toEqual([KEY_BYTES, NONCE_PREFIX_BYTES]);
  });

  it('is the same for the same inputs', () => {
    expect(sessionKey(FIRST, { ...TEST_PARTIES }, SALT.slice(), DIRECTION.uplink)).toEqual(base);
  });

  it.each([
    ['root', sessionKey({ session: 1, root: flippedRoot }, TEST_PARTIES, SALT, DIRECTION.uplink)],
    ['session', sessionKey({ session: 2, root: TEST_ROOT }, TEST_PARTIES, SALT, DIRECTION.uplink)],
    ['node', sessionKey(FIRST, { ...TEST_PARTIES, nodeId: 'abcd2346' }, SALT, DIRECTION.uplink)],
    ['gateway', sessionKey(FIRST, { ...TEST_PARTIES, gatewayId: 'gw-2' }, SALT, DIRECTION.uplink)],
    ['salt', sessionKey(FIRST, TEST_PARTIES, flippedSalt, DIRECTION.uplink)],
    ['direction', sessionKey(FIRST, TEST_PARTIES, SALT, DIRECTION.downlink)],
  ])('differs, in key and in nonce prefix, when only the %s differs', (_, other) => {
    expect(equalBytes(other.key, base.key)).toBe(false);
    expect(equalBytes(other.noncePrefix, base.noncePrefix)).toBe(false);
  });

  it('tells apart parties whose names run together to the same text', () => {
    const one = sessionKey(FIRST, { nodeId: 'abcd2345', gatewayId: 'xgw' }, SALT, DIRECTION.uplink);
    const two = sessionKey(FIRST, { nodeId: 'abcd2345x', gatewayId: 'gw' }, SALT, DIRECTION.uplink);
    expect(equalBytes(one.key, two.key)).toBe(false);
  });

  it('is not the next root', () => {
    expect(equalBytes(base.key, nextRoot(FIRST).root)).toBe(false);
  });

  it('refuses a gateway name that is not printable ASCII', () => {
    const parties = { ...TEST_PARTIES, gatewayId: 'gw\u00e9' };
    expect(() => sessionKey(FIRST, parties, SALT, DIRECTION.uplink)).toThrow(RangeError);
  });
});

describe('root in flash', () => {
  it.each([1, 255, 256, 0x7fff_ffff, 0x8000_0000, SESSION_MAX])(
    'reads back what it wrote at session %i',
    (session) => {
      expect(decodeRoot(encodeRoot({ session, root: TEST_ROOT }))).toEqual({ session, root: TEST_ROOT });
    },
  );

  it.each([0, 31, 33, 64])('refuses to write a root of %i bytes', (length) => {
    expect(() => encodeRoot({ session: 1, root: new Uint8Array(length) })).toThrow(
      `"root" expected Uint8Array of length 32, got length=${length}`,
    );
  });

  it('reads nothing from a value of any other length', () => {
    const value = encodeRoot(FIRST);
    const longer = new Uint8Array([...value, 0]);
    const shorter = Array.from({ length: value.length }, (_, length) => value.subarray(0, length));
    expect([...shorter, longer].map(decodeRoot)).toEqual(
      new Array<undefined>(value.length + 1).fill(undefined),
    );
  });

  it('reads nothing from a value of another version', () => {
    const value = encodeRoot(FIRST);
    for (let version = 0; version < 256; version++) {
      value[0] = version;
      expect(decodeRoot(value) !== undefined).toBe(version === 1);
    }
  });

  it('reads nothing from a value with session 0', () => {
    const value = encodeRoot(FIRST);
    value[4] = 0;
    expect(decodeRoot(value)).toBeUndefined();
  });

  it('gives a root that does not change when the flash value is overwritten', () => {
    const value = encodeRoot(FIRST);
    const decoded = decodeRoot(value);
    value.fill(0);
    expect(decoded?.root).toEqual(TEST_ROOT);
  });
});
