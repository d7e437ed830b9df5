import nacl from 'tweetnacl';
import { checkBytes } from '../base/assert.js';
import { equalBytes } from '../base/bytes.js';

/** Bytes of a scalar, a point and a shared secret (RFC 7748). */
export const X25519_BYTES = 32;

/** What a board may bring to make pairing faster. tweetnacl takes seconds on an ESP32. */
export interface CryptoAccelerator {
  /** X25519 of RFC 7748, section 5: the scalar is clamped, the result of a low-order point is zeros. 32 bytes each. */
  scalarMult(secret: Uint8Array, point: Uint8Array): Uint8Array;
}

/** A key pair that lives for one handshake. */
export interface EphemeralKey {
  readonly secret: Uint8Array;
  readonly public: Uint8Array;
}

/** Where secrets come from. */
export interface SecretSource {
  fill(bytes: Uint8Array): void;
}

/** X25519 by tweetnacl: what runs where the board has nothing of its own. */
export const PORTABLE_X25519: CryptoAccelerator = {
  scalarMult: (secret, point) => nacl.scalarMult(secret, point),
};

/** The base point, u = 9. */
const BASE_POINT = new Uint8Array(X25519_BYTES);
BASE_POINT[0] = 9;
const ZEROS = new Uint8Array(X25519_BYTES);

/** A fresh key pair; one base multiplication. */
export function ephemeralKey(entropy: SecretSource, x25519: CryptoAccelerator): EphemeralKey {
  const secret = new Uint8Array(X25519_BYTES);
  entropy.fill(secret);
  return ephemeralKeyOf(secret, x25519);
}

/** The key pair of a known secret. @throws {TypeError} when it is not 32 bytes. */
export function ephemeralKeyOf(secret: Uint8Array, x25519: CryptoAccelerator): EphemeralKey {
  checkBytes('secret', secret, X25519_BYTES);
  return { secret, public: x25519.scalarMult(secret, BASE_POINT) };
}

/** The shared secret, or undefined when it is all zeros: the other side's point has a low order (RFC 7748, section 6.1). */
export function sharedSecret(
  secret: Uint8Array,
  point: Uint8Array,
  x25519: CryptoAccelerator,
): Uint8Array | undefined {
  const shared = x25519.scalarMult(secret, point);
  return equalBytes(shared, ZEROS) ? undefined : shared;
}

/**
 * Compares a board's X25519 with tweetnacl on fresh secrets: on the base point, and on the point that came of it.
 * @throws {Error} when it disagrees: nothing may be paired with it.
 */
export function checkAccelerator(accelerator: CryptoAccelerator, entropy: SecretSource): void {
  const secret = new Uint8Array(X25519_BYTES);
  let point: Uint8Array = BASE_POINT;
  for (let i = 0; i < 2; i++) {
    entropy.fill(secret);
    const expected = nacl.scalarMult(secret, point);
    if (!equalBytes(accelerator.scalarMult(secret, point), expected))
      throw new Error("the board's X25519 disagrees with tweetnacl: pairing with it is refused");
    point = expected;
  }
}
