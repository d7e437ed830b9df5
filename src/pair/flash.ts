import { asciiBytes, concatBytes, equalBytes } from '../base/bytes.js';
import type { KeyValuePort } from '../ports/ports.js';
import { CLAIM_SECRET_BYTES, type Claim } from '../seal/claim.js';
import { CONFIRMATION_BYTES } from '../seal/pairing.js';
import { X25519_BYTES, type EphemeralKey } from '../seal/x25519.js';

/** Name of the flash value that holds the claim; without it the node is paired. */
export const CLAIM_FLASH_NAME = 'claim';
const KEY_FLASH_NAME = 'pairkey';
const DONE_FLASH_NAME = 'pairdone';
const FAILURES_FLASH_NAME = 'pairfails';
const VERSION = 1;
const NODE_ID_CHARACTERS = 8;
const FAILURES_MAX = 255;

/** What the node remembers of an answer: which one it was, and what the gateway will prove itself with. */
export interface Done {
  readonly answerKey: Uint8Array;
  readonly confirmation: Uint8Array;
}

/** The flash value of a claim: version ‖ node id ‖ secret. */
export function encodeClaim({ nodeId, secret }: Claim): Uint8Array {
  return concatBytes(Uint8Array.of(VERSION), asciiBytes(nodeId), secret);
}

/** Reads a claim that belongs to this node; undefined when it does not. */
export function decodeClaim(value: Uint8Array, nodeId: string): Claim | undefined {
  const bodyAt = 1 + NODE_ID_CHARACTERS;
  if (value.length !== bodyAt + CLAIM_SECRET_BYTES || value[0] !== VERSION) return undefined;
  if (!equalBytes(value.slice(1, bodyAt), asciiBytes(nodeId))) return undefined;
  return { nodeId, secret: value.slice(bodyAt) };
}

/** What pairing keeps in flash. Every write is atomic; their order is the caller's. */
export class PairingFlash {
  readonly #flash: KeyValuePort;

  constructor(flash: KeyValuePort) {
    this.#flash = flash;
  }

  key(): EphemeralKey | undefined {
    const value = this.#read(KEY_FLASH_NAME, 2 * X25519_BYTES);
    return value && { secret: value.slice(0, X25519_BYTES), public: value.slice(X25519_BYTES) };
  }

  saveKey(key: EphemeralKey): void {
    this.#write(KEY_FLASH_NAME, concatBytes(key.secret, key.public));
  }

  done(): Done | undefined {
    const value = this.#read(DONE_FLASH_NAME, X25519_BYTES + CONFIRMATION_BYTES);
    return value && { answerKey: value.slice(0, X25519_BYTES), confirmation: value.slice(X25519_BYTES) };
  }

  saveDone({ answerKey, confirmation }: Done): void {
    this.#write(DONE_FLASH_NAME, concatBytes(answerKey, confirmation));
  }

  eraseDone(): void {
    this.#erase(DONE_FLASH_NAME);
  }

  failures(): number {
    return this.#read(FAILURES_FLASH_NAME, 1)?.[0] ?? 0;
  }

  saveFailures(count: number): void {
    this.#write(FAILURES_FLASH_NAME, Uint8Array.of(Math.min(count, FAILURES_MAX)));
  }

  eraseFailures(): void {
    this.#erase(FAILURES_FLASH_NAME);
  }

  /** Ends the pairing. The claim goes first: from then on the rest means nothing, and `clean` removes it. */
  finish(): void {
    this.#erase(CLAIM_FLASH_NAME);
    this.clean();
  }

  /** Removes what a power cut left of a finished pairing. */
  clean(): void {
    for (const name of [KEY_FLASH_NAME, DONE_FLASH_NAME, FAILURES_FLASH_NAME]) this.#erase(name);
  }

  #read(name: string, length: number): Uint8Array | undefined {
    const value = this.#flash.read(name);
    return value?.length === 1 + length && value[0] === VERSION ? value.slice(1) : undefined;
  }

  #write(name: string, body: Uint8Array): void {
    this.#flash.write(name, concatBytes(Uint8Array.of(VERSION), body));
  }

  #erase(name: string): void {
    if (this.#flash.read(name) !== undefined) this.#flash.erase(name);
  }
}
