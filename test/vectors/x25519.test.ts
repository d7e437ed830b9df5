import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import nacl from 'tweetnacl';
import { fromHex, toHex } from '../../src/base/bytes.js';
import {
  checkAccelerator,
  ephemeralKeyOf,
  PORTABLE_X25519,
  sharedSecret,
  type CryptoAccelerator,
} from '../../src/seal/x25519.js';
import { seededBytes, SeededEntropy } from '../support/memory-ports.js';

interface Case {
  readonly tcId: number;
  readonly flags: readonly string[];
  readonly public: string;
  readonly private: string;
  readonly shared: string;
  readonly result: string;
}

const FILE = join(__dirname, 'wycheproof', 'wycheproof_x25519_test.json');
const { testGroups } = JSON.parse(readFileSync(FILE, 'utf8')) as {
  testGroups: readonly { readonly tests: readonly Case[] }[];
};
const CASES = testGroups.flatMap(({ tests }) => tests);
const ZEROS = '00'.repeat(32);

function result({ private: secret, public: point }: Case): string {
  const shared = sharedSecret(fromHex(secret), fromHex(point), PORTABLE_X25519);
  return shared === undefined ? 'refused' : toHex(shared);
}

describe('Wycheproof X25519', () => {
  const zeros = CASES.filter(({ shared }) => shared === ZEROS);
  // Every one of 518 costs milliseconds; these are all that lead to zeros and every tenth of the others.
  const others = CASES.filter(({ shared }, i) => shared !== ZEROS && i % 10 === 0);

  test('every all-zero shared secret is refused', () => {
    expect(zeros.length).toBeGreaterThan(20);
    for (const one of zeros) expect([one.tcId, result(one)]).toEqual([one.tcId, 'refused']);
  });

  test('every tenth of the others gives the shared secret', () => {
    expect(others.length).toBeGreaterThan(40);
    for (const one of others) expect([one.tcId, result(one)]).toEqual([one.tcId, one.shared]);
  });
});

/** What every accelerator must pass: RFC 7748, sections 5.2 and 6.1. */
function contract(name: string, x25519: CryptoAccelerator): void {
  describe(`X25519 contract: ${name}`, () => {
    test.each([
      [
        'a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4',
        'e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c',
        'c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552',
      ],
      [
        '4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d',
        'e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493',
        '95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957',
      ],
    ])('RFC 7748 5.2: scalar %s', (scalar, point, expected) => {
      expect(toHex(x25519.scalarMult(fromHex(scalar), fromHex(point)))).toBe(expected);
    });

    test('RFC 7748 5.2: one iteration', () => {
      const nine = fromHex(`09${'00'.repeat(31)}`);
      expect(toHex(x25519.scalarMult(nine, nine))).toBe(
        '422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079',
      );
    });

    test('both sides come to one secret', () => {
      const alice = ephemeralKeyOf(seededBytes(5, 32), x25519);
      const bob = ephemeralKeyOf(
        fromHex('5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb'),
        x25519,
      );
      // RFC 7748, section 6.1.
      expect(toHex(bob.public)).toBe('de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f');
      expect(x25519.scalarMult(alice.secret, bob.public)).toEqual(
        x25519.scalarMult(bob.secret, alice.public),
      );
    });

    test('the self-test accepts it', () => {
      expect(() => checkAccelerator(x25519, new SeededEntropy(7))).not.toThrow();
    });
  });
}

contract('tweetnacl', PORTABLE_X25519);

describe('checkAccelerator', () => {
  test.each<[string, CryptoAccelerator]>([
    ['always the same answer', { scalarMult: () => new Uint8Array(32) }],
    [
      'one that forgets to clamp the scalar',
      {
        scalarMult: (secret, point) => {
          const changed = secret.slice();
          changed[0] ^= 8;
          return nacl.scalarMult(changed, point);
        },
      },
    ],
    [
      "one that knows the RFC's vector only",
      {
        scalarMult: () => fromHex('c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552'),
      },
    ],
  ])('refuses %s', (_, accelerator) => {
    expect(() => checkAccelerator(accelerator, new SeededEntropy(7))).toThrow('disagrees with tweetnacl');
  });
});
