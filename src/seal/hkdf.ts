import nacl from 'tweetnacl';
import { concatBytes } from '../base/bytes.js';

/** Bytes of SHA-512's output and of its block (FIPS 180-4). */
export const HASH_BYTES = 64;
const BLOCK_BYTES = 128;

/** HMAC-SHA-512 (RFC 2104) of `message`; 64 bytes. */
export function hmacSha512(key: Uint8Array, message: Uint8Array): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES);
  block.set(key.length > BLOCK_BYTES ? nacl.hash(key) : key);
  const inner = nacl.hash(
    concatBytes(
      block.map((byte) => byte ^ 0x36),
      message,
    ),
  );
  return nacl.hash(
    concatBytes(
      block.map((byte) => byte ^ 0x5c),
      inner,
    ),
  );
}

/**
 * HKDF-SHA-512 (RFC 5869).
 * @param length bytes wanted, 1..16,320.
 * @throws {RangeError} when more are wanted.
 */
export function hkdfSha512(ikm: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  if (length > 255 * HASH_BYTES)
    throw new RangeError(`"length" expected at most ${255 * HASH_BYTES}, got ${length}`);
  const prk = hmacSha512(salt, ikm);
  const output = new Uint8Array(length);
  let block: Uint8Array = new Uint8Array(0);
  for (let at = 0, counter = 1; at < length; at += HASH_BYTES, counter++) {
    block = hmacSha512(prk, concatBytes(block, info, Uint8Array.of(counter)));
    output.set(block.subarray(0, Math.min(HASH_BYTES, length - at)), at);
  }
  return output;
}
