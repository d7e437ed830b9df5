import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import nacl from 'tweetnacl';
import { assert, checkBytes } from '../base/assert.js';
import { asciiBytes, concatBytes } from '../base/bytes.js';
import { HASH_BYTES, hkdfSha512 } from './hkdf.js';
import { sharedSecret, X25519_BYTES, type CryptoAccelerator, type EphemeralKey } from './x25519.js';

/** The one pattern that is built; Noise Protocol Framework, revision 34. */
export const NOISE_PROTOCOL = 'Noise_NNpsk0_25519_ChaChaPoly_SHA512';
/** Bytes of a message with an empty payload: ephemeral key and tag. */
export const NOISE_MESSAGE_BYTES = 48;
export const PSK_BYTES = 32;
const CIPHER_KEY_BYTES = 32;
const CIPHER_TAG_BYTES = 16;
const EMPTY = new Uint8Array(0);

/** Noise's nonce for ChaChaPoly: 32 zero bits, then the counter, least significant byte first (section 12.3). */
function cipherNonce(counter: number): Uint8Array {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setUint32(4, counter, true);
  return nonce;
}

/** A key with its counter: Noise's CipherState (section 5.1). Good for 2^32 - 1 messages, of which a handshake needs one. */
export class CipherState {
  readonly #key: Uint8Array;
  #counter = 0;

  /** @param key 32 bytes. */
  constructor(key: Uint8Array) {
    this.#key = checkBytes('key', key, CIPHER_KEY_BYTES);
  }

  encrypt(associated: Uint8Array, plaintext: Uint8Array): Uint8Array {
    return chacha20poly1305(this.#key, cipherNonce(this.#counter++), associated).encrypt(plaintext);
  }

  /** The plaintext, or undefined when the tag does not fit. */
  decrypt(associated: Uint8Array, ciphertext: Uint8Array): Uint8Array | undefined {
    if (ciphertext.length < CIPHER_TAG_BYTES) return undefined;
    try {
      const plaintext = chacha20poly1305(this.#key, cipherNonce(this.#counter), associated).decrypt(
        ciphertext,
      );
      this.#counter++;
      return plaintext;
    } catch {
      // The library throws on a wrong tag, which is nothing but bad bytes from the network.
      return undefined;
    }
  }
}

/** Noise's SymmetricState (section 5.2). */
class SymmetricState {
  #chainingKey: Uint8Array;
  #hash: Uint8Array;
  #cipher: CipherState | undefined;

  constructor(prologue: Uint8Array) {
    this.#hash = new Uint8Array(HASH_BYTES);
    this.#hash.set(asciiBytes(NOISE_PROTOCOL));
    this.#chainingKey = this.#hash;
    this.mixHash(prologue);
  }

  get hash(): Uint8Array {
    return this.#hash;
  }

  mixHash(data: Uint8Array): void {
    this.#hash = nacl.hash(concatBytes(this.#hash, data));
  }

  mixKey(input: Uint8Array): void {
    const [chainingKey, key] = this.#derive(input, 2);
    this.#chainingKey = chainingKey;
    this.#cipher = new CipherState(key.slice(0, CIPHER_KEY_BYTES));
  }

  mixKeyAndHash(input: Uint8Array): void {
    const [chainingKey, hash, key] = this.#derive(input, 3);
    this.#chainingKey = chainingKey;
    this.mixHash(hash);
    this.#cipher = new CipherState(key.slice(0, CIPHER_KEY_BYTES));
  }

  encryptAndHash(plaintext: Uint8Array): Uint8Array {
    assert(this.#cipher !== undefined, 'every message of NNpsk0 is encrypted');
    const ciphertext = this.#cipher.encrypt(this.#hash, plaintext);
    this.mixHash(ciphertext);
    return ciphertext;
  }

  decryptAndHash(ciphertext: Uint8Array): Uint8Array | undefined {
    assert(this.#cipher !== undefined, 'every message of NNpsk0 is encrypted');
    const plaintext = this.#cipher.decrypt(this.#hash, ciphertext);
    if (plaintext !== undefined) this.mixHash(ciphertext);
    return plaintext;
  }

  split(): { initiator: CipherState; responder: CipherState } {
    const [initiator, responder] = this.#derive(EMPTY, 2);
    return {
      initiator: new CipherState(initiator.slice(0, CIPHER_KEY_BYTES)),
      responder: new CipherState(responder.slice(0, CIPHER_KEY_BYTES)),
    };
  }

  /** Noise's HKDF (section 4.3) is RFC 5869 with the chaining key as salt and no info. */
  #derive(input: Uint8Array, outputs: number): Uint8Array[] {
    const okm = hkdfSha512(input, this.#chainingKey, EMPTY, outputs * HASH_BYTES);
    return Array.from({ length: outputs }, (_, i) => okm.slice(i * HASH_BYTES, (i + 1) * HASH_BYTES));
  }
}

/** What both sides bring into a handshake. */
export interface HandshakeOptions {
  readonly prologue: Uint8Array;
  /** 32 bytes. */
  readonly psk: Uint8Array;
  /** Drawn for this handshake. */
  readonly ephemeral: EphemeralKey;
  readonly x25519: CryptoAccelerator;
}

/** What a finished handshake leaves. */
export interface Transport {
  /** Keys for what the initiator sends, and for what the responder sends. */
  readonly initiator: CipherState;
  readonly responder: CipherState;
  /** 64 bytes. */
  readonly handshakeHash: Uint8Array;
}

/**
 * The initiator's side:
 * ```
 *   -> psk, e
 *   <- e, ee
 * ```
 * `first` may be sent any number of times: it does not change. After `finish` has answered, make a new one.
 */
export class Initiator {
  readonly #state: SymmetricState;
  readonly #options: HandshakeOptions;
  /** The first message. */
  readonly first: Uint8Array;

  constructor(options: HandshakeOptions, payload: Uint8Array = EMPTY) {
    this.#options = options;
    this.#state = new SymmetricState(options.prologue);
    this.#state.mixKeyAndHash(checkBytes('psk', options.psk, PSK_BYTES));
    mixEphemeral(this.#state, options.ephemeral.public);
    this.first = concatBytes(options.ephemeral.public, this.#state.encryptAndHash(payload));
  }

  /** Reads the answer. Undefined when it is none: another key, changed bytes, or a point of low order. */
  finish(answer: Uint8Array): (Transport & { readonly payload: Uint8Array }) | undefined {
    if (answer.length < NOISE_MESSAGE_BYTES) return undefined;
    const theirs = answer.slice(0, X25519_BYTES);
    const shared = sharedSecret(this.#options.ephemeral.secret, theirs, this.#options.x25519);
    if (shared === undefined) return undefined;
    mixEphemeral(this.#state, theirs);
    this.#state.mixKey(shared);
    const payload = this.#state.decryptAndHash(answer.slice(X25519_BYTES));
    if (payload === undefined) return undefined;
    return { ...this.#state.split(), handshakeHash: this.#state.hash, payload };
  }
}

/** The answer to a first message, and what the handshake left. */
export interface Answered extends Transport {
  readonly answer: Uint8Array;
  /** The first message's payload. */
  readonly payload: Uint8Array;
}

/** What the responder brings; its ephemeral key is made only after the first message has proved the key. */
export interface ResponderOptions extends Omit<HandshakeOptions, 'ephemeral'> {
  readonly ephemeral: () => EphemeralKey;
}

/** The responder's side. Undefined when the first message is none, or the point in it has a low order. */
export function respond(
  first: Uint8Array,
  { prologue, psk, ephemeral, x25519 }: ResponderOptions,
  answerPayload: Uint8Array = EMPTY,
): Answered | undefined {
  if (first.length < NOISE_MESSAGE_BYTES) return undefined;
  const theirs = first.slice(0, X25519_BYTES);
  const state = new SymmetricState(prologue);
  state.mixKeyAndHash(checkBytes('psk', psk, PSK_BYTES));
  mixEphemeral(state, theirs);
  const payload = state.decryptAndHash(first.slice(X25519_BYTES));
  if (payload === undefined) return undefined;
  const own = ephemeral();
  const shared = sharedSecret(own.secret, theirs, x25519);
  if (shared === undefined) return undefined;
  mixEphemeral(state, own.public);
  state.mixKey(shared);
  const answer = concatBytes(own.public, state.encryptAndHash(answerPayload));
  return { ...state.split(), handshakeHash: state.hash, answer, payload };
}

/** The token `e` of a handshake with a pre-shared key (section 9.2): the public key goes into hash and key. */
function mixEphemeral(state: SymmetricState, publicKey: Uint8Array): void {
  state.mixHash(publicKey);
  state.mixKey(publicKey);
}
