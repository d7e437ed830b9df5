import { readFileSync } from 'node:fs';
import { fromHex, toHex } from '../../src/base/bytes.js';
import { hkdfSha512, hmacSha512 } from '../../src/seal/hkdf.js';

interface HmacCase {
  tcId: number;
  key: string;
  msg: string;
  tag: string;
  result: 'valid' | 'invalid';
}

interface HkdfCase {
  tcId: number;
  ikm: string;
  salt: string;
  info: string;
  size: number;
  okm: string;
  result: 'valid' | 'invalid';
}

/** A file of C2SP Wycheproof, unchanged (Apache-2.0, wycheproof_LICENSE.txt beside it). */
function vectorsOf<Case>(name: string): { numberOfTests: number; cases: (Case & { tagSize?: number })[] } {
  const url = new URL(`../vectors/wycheproof/wycheproof_${name}_test.json`, `file://${__dirname}/`);
  const file = JSON.parse(readFileSync(url, 'utf8')) as {
    numberOfTests: number;
    testGroups: { tagSize?: number; tests: Case[] }[];
  };
  const cases = file.testGroups.flatMap(({ tagSize, tests }) => tests.map((test) => ({ ...test, tagSize })));
  return { numberOfTests: file.numberOfTests, cases };
}

const hmac = vectorsOf<HmacCase>('hmac_sha512');
const hkdf = vectorsOf<HkdfCase>('hkdf_sha512');

/** Hexadecimal text of the tag that Wycheproof's case asks for, cut to its size. */
function tagOf({ key, msg, tagSize = 512 }: HmacCase & { tagSize?: number }): string {
  return toHex(hmacSha512(fromHex(key), fromHex(msg)).subarray(0, tagSize / 8));
}

test('no case of the Wycheproof files is left out', () => {
  expect([hmac.cases.length, hkdf.cases.length]).toEqual([hmac.numberOfTests, hkdf.numberOfTests]);
});

describe('HMAC-SHA-512 agrees with Wycheproof', () => {
  it.each(hmac.cases.filter(({ result }) => result === 'valid').map((one) => [one.tcId, one] as const))(
    'gives the tag of valid case %i',
    (_, one) => expect(tagOf(one)).toBe(one.tag),
  );

  it.each(hmac.cases.filter(({ result }) => result === 'invalid').map((one) => [one.tcId, one] as const))(
    'gives another tag than the modified one of case %i',
    (_, one) => expect(tagOf(one)).not.toBe(one.tag),
  );
});

describe('HKDF-SHA-512 agrees with Wycheproof', () => {
  it.each(hkdf.cases.filter(({ result }) => result === 'valid').map((one) => [one.tcId, one] as const))(
    'gives the output of valid case %i',
    (_, { ikm, salt, info, size, okm }) =>
      expect(toHex(hkdfSha512(fromHex(ikm), fromHex(salt), fromHex(info), size))).toBe(okm),
  );

  it.each(hkdf.cases.filter(({ result }) => result === 'invalid').map((one) => [one.tcId, one] as const))(
    'refuses the too large output of case %i',
    (_, { ikm, salt, info, size }) =>
      expect(() => hkdfSha512(fromHex(ikm), fromHex(salt), fromHex(info), size)).toThrow(RangeError),
  );
});

describe('HMAC-SHA-512 agrees with RFC 4231', () => {
  it('gives the tag of test case 2, a key shorter than the block', () => {
    const text = (value: string) => Uint8Array.from(Buffer.from(value, 'ascii'));
    expect(toHex(hmacSha512(text('Jefe'), text('what do ya want for nothing?')))).toBe(
      '164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737',
    );
  });

  it('gives the tag of test case 6, a key longer than the block', () => {
    const message = Buffer.from('Test Using Larger Than Block-Size Key - Hash Key First', 'ascii');
    expect(toHex(hmacSha512(new Uint8Array(131).fill(0xaa), Uint8Array.from(message)))).toBe(
      '80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598',
    );
  });
});

test('HKDF leaves its inputs as they were', () => {
  const inputs = [Uint8Array.of(1, 2, 3), Uint8Array.of(4), Uint8Array.of(5, 6)] as const;
  hkdfSha512(...inputs, 100);
  expect(inputs.map(toHex)).toEqual(['010203', '04', '0506']);
});
