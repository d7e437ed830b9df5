import { claimText, parseClaim } from '../../src/seal/claim.js';
import { fromBase32, toBase32 } from '../../src/base/bytes.js';
import { seededBytes } from '../support/memory-ports.js';

const CLAIM = { nodeId: 'abcd2345', secret: seededBytes(3, 16) };
const TEXT = claimText(CLAIM);

function errorOf(text: string): string {
  const parsed = parseClaim(text);
  return parsed.ok ? 'no error' : parsed.error;
}

describe('claim text', () => {
  test('is a prefix and eight groups of five characters that QR codes write densely', () => {
    expect(TEXT).toMatch(/^MAMORI(-[A-Z2-7]{5}){8}$/);
  });

  test.each([TEXT, TEXT.toLowerCase(), TEXT.replaceAll('-', ''), ` ${TEXT.replaceAll('-', ' ')}\n`])(
    'reads back from %j',
    (text) => {
      expect(parseClaim(text)).toEqual({ ok: true, claim: CLAIM });
    },
  );

  test('every single wrong character is found', () => {
    for (let i = 'MAMORI-'.length; i < TEXT.length; i++) {
      if (TEXT[i] === '-') continue;
      const other = TEXT[i] === 'A' ? 'B' : 'A';
      expect(errorOf(TEXT.slice(0, i) + other + TEXT.slice(i + 1))).toContain('checksum');
    }
  });

  test.each([
    ['', 'begins with MAMORI-'],
    ['HELLO-AAAAA', 'begins with MAMORI-'],
    [TEXT.slice(0, -1), 'has 40 characters behind the prefix, this has 39'],
    [`${TEXT}A`, 'has 40 characters behind the prefix, this has 41'],
    [TEXT.slice(0, -1) + '0', 'is it the letter O?'],
    [TEXT.slice(0, -1) + 'é', 'none of A-Z, 2-7'],
    [claimText({ nodeId: 'abcd2345', secret: new Uint8Array(16) }), 'a secret of zeros'],
  ])('%j: %s', (text, error) => {
    expect(errorOf(text)).toContain(error);
  });

  test('an error never repeats the secret', () => {
    const secret = toBase32(CLAIM.secret).toUpperCase();
    expect(errorOf(TEXT.slice(0, -1)).toUpperCase()).not.toContain(secret.slice(4, 12));
  });

  test('base32 reads what it writes', () => {
    for (let length = 0; length < 12; length++) {
      const bytes = seededBytes(length + 1, length);
      expect(fromBase32(toBase32(bytes))).toEqual(bytes);
    }
  });
});
