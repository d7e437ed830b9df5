import { checkInteger } from '../base/assert.js';
import { headerBytes, KIND, SALT_BYTES, TAG_BYTES, writeHeader, type Kind } from '../wire/envelope.js';
import { DIRECTION, decodeRoot, encodeRoot, nextRoot, sessionKey, type Parties } from './keys.js';
import { nonceTail, prepareSubkey, sealInto } from './secretbox.js';

/** Name of the flash value that holds the ratchet. */
export const ROOT_FLASH_NAME = 'root';
/** A session ends after so many messages. */
export const SESSION_COUNT_MAX = 1 << 20;
/** A session ends at this age: 7 days in milliseconds. */
export const SESSION_AGE_MS_MAX = 604_800_000;

/** Where the ratchet lives. */
export interface RootStore {
  read(name: string): Uint8Array | undefined;
  write(name: string, value: Uint8Array): void;
}

/** Where the salt comes from. */
export interface SaltSource {
  fill(bytes: Uint8Array): void;
}

/**
 * Seals one session. The constructor advances the ratchet and stores the next root before anything can be sealed,
 * so no power cut can bring a key back: a session that was cut off is lost, its number never used again.
 */
export class Sealer {
  readonly session: number;
  readonly #salt = new Uint8Array(SALT_BYTES);
  readonly #subkey: Uint8Array;
  #counter = 0;

  /** @throws {Error} when the flash holds no root, or does not take the next one. */
  constructor(flash: RootStore, entropy: SaltSource, parties: Parties) {
    const value = flash.read(ROOT_FLASH_NAME);
    const root = value && decodeRoot(value);
    if (root === undefined) {
      throw new Error('the flash holds no root key: provision this node first (mamori node provision)');
    }
    this.session = root.session;
    entropy.fill(this.#salt);
    flash.write(ROOT_FLASH_NAME, encodeRoot(nextRoot(root)));
    this.#subkey = prepareSubkey(sessionKey(root, parties, this.#salt, DIRECTION.uplink));
  }

  /** How many envelopes took a counter of the common space. */
  get sealed(): number {
    return this.#counter;
  }

  /** The session's birth. Sealed once; whoever sends it again sends these bytes. */
  birth(plaintext: Uint8Array): Uint8Array {
    return this.#seal(KIND.birth, 0, plaintext);
  }

  /** The last will of a connection. `connection` must grow with each call. */
  will(connection: number, plaintext: Uint8Array): Uint8Array {
    return this.#seal(KIND.will, connection, plaintext);
  }

  /** Telemetry, an alert or a heartbeat, under the next counter. @throws {RangeError} at the end of the session. */
  message(kind: Exclude<Kind, typeof KIND.birth | typeof KIND.will>, plaintext: Uint8Array): Uint8Array {
    checkInteger('counter', this.#counter, { min: 0, max: SESSION_COUNT_MAX - 1 });
    return this.#seal(kind, this.#counter++, plaintext);
  }

  #seal(kind: Kind, counter: number, plaintext: Uint8Array): Uint8Array {
    const envelope = new Uint8Array(headerBytes(kind, this.session, counter) + plaintext.length + TAG_BYTES);
    const bodyAt = writeHeader(envelope, { kind, session: this.session, counter, salt: this.#salt });
    sealInto(envelope, bodyAt, plaintext, { subkey: this.#subkey, tail: nonceTail(kind, counter) });
    return envelope;
  }
}
