import nacl from 'tweetnacl';
import { TAG_BYTES, topicLetterOf, type Kind } from '../wire/envelope.js';
import { KEY_BYTES, NONCE_PREFIX_BYTES, type SessionKey } from './keys.js';

/** The parts below `nacl.secretbox` that its typings leave out; an `…At` is an offset. */
interface LowLevel {
  crypto_core_hsalsa20(out: Uint8Array, input: Uint8Array, key: Uint8Array, constant: Uint8Array): void;
  crypto_stream_salsa20_xor(
    out: Uint8Array,
    outAt: number,
    message: Uint8Array,
    messageAt: number,
    length: number,
    nonce: Uint8Array,
    key: Uint8Array,
  ): void;
  crypto_onetimeauth(
    out: Uint8Array,
    outAt: number,
    message: Uint8Array,
    messageAt: number,
    length: number,
    key: Uint8Array,
  ): void;
  crypto_verify_16(a: Uint8Array, aAt: number, b: Uint8Array, bAt: number): number;
}

const low = (nacl as unknown as { lowlevel: LowLevel }).lowlevel;

/** "expand 32-byte k", Salsa20's constant. */
const SIGMA = Uint8Array.of(101, 120, 112, 97, 110, 100, 32, 51, 50, 45, 98, 121, 116, 101, 32, 107);
/** XSalsa20's first block gives the one-time key of Poly1305 in front of the message. */
const POLY_KEY_BYTES = 32;

/** What is needed to seal or open one envelope. */
export interface BoxKey {
  /** What `prepareSubkey` gave. */
  readonly subkey: Uint8Array;
  /** What `nonceTail` gave. */
  readonly tail: Uint8Array;
}

/** The half of XSalsa20 that is the same for a whole session: HSalsa20 of key and nonce prefix. */
export function prepareSubkey({ key, noncePrefix }: SessionKey): Uint8Array {
  const subkey = new Uint8Array(KEY_BYTES);
  low.crypto_core_hsalsa20(subkey, noncePrefix, key, SIGMA);
  return subkey;
}

/** The last 8 bytes of the nonce: kind ‖ topic letter ‖ counter (6, big-endian). */
export function nonceTail(kind: Kind, counter: number): Uint8Array {
  const high = Math.floor(counter / 0x1_0000_0000);
  const letter = topicLetterOf(kind).charCodeAt(0);
  return Uint8Array.of(
    kind,
    letter,
    high >>> 8,
    high,
    counter >>> 24,
    counter >>> 16,
    counter >>> 8,
    counter,
  );
}

/** The whole 24-byte nonce, for those who use libsodium's `crypto_secretbox_open_easy`. */
export function nonceOf(noncePrefix: Uint8Array, kind: Kind, counter: number): Uint8Array {
  const nonce = new Uint8Array(NONCE_PREFIX_BYTES + 8);
  nonce.set(noncePrefix);
  nonce.set(nonceTail(kind, counter), NONCE_PREFIX_BYTES);
  return nonce;
}

/**
 * Seals `plaintext` into `envelope` from `bodyAt` on: ciphertext, then tag. libsodium's `crypto_secretbox_easy` puts
 * the tag first; the bytes are otherwise the same.
 */
export function sealInto(
  envelope: Uint8Array,
  bodyAt: number,
  plaintext: Uint8Array,
  { subkey, tail }: BoxKey,
): void {
  const length = POLY_KEY_BYTES + plaintext.length;
  const work = new Uint8Array(length);
  work.set(plaintext, POLY_KEY_BYTES);
  low.crypto_stream_salsa20_xor(work, 0, work, 0, length, tail, subkey);
  envelope.set(work.subarray(POLY_KEY_BYTES), bodyAt);
  low.crypto_onetimeauth(envelope, bodyAt + plaintext.length, work, POLY_KEY_BYTES, plaintext.length, work);
}

/** Opens what `sealInto` sealed: the plaintext, or undefined when the tag does not fit. */
export function openFrom(
  envelope: Uint8Array,
  bodyAt: number,
  { subkey, tail }: BoxKey,
): Uint8Array | undefined {
  const cipherBytes = envelope.length - bodyAt - TAG_BYTES;
  const work = new Uint8Array(POLY_KEY_BYTES + cipherBytes);
  work.set(envelope.subarray(bodyAt, bodyAt + cipherBytes), POLY_KEY_BYTES);
  low.crypto_stream_salsa20_xor(work, 0, work, 0, work.length, tail, subkey);
  const tag = new Uint8Array(TAG_BYTES);
  low.crypto_onetimeauth(tag, 0, envelope, bodyAt, cipherBytes, work);
  if (low.crypto_verify_16(tag, 0, envelope, envelope.length - TAG_BYTES) !== 0) return undefined;
  return work.slice(POLY_KEY_BYTES);
}
