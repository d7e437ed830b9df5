import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Kind } from '../../src/wire/envelope.js';

/** One envelope with all that stands between a record and its bytes. Byte strings are hexadecimal. */
export interface FrameVector {
  readonly name: string;
  readonly topic: string;
  readonly kind: Kind;
  readonly counter: number;
  readonly plaintext: string;
  readonly decoded: unknown;
  readonly header: string;
  readonly nonce: string;
  /** What `crypto_secretbox_easy` gives: the tag, then the ciphertext. */
  readonly libsodium: string;
  readonly envelope: string;
}

export interface RatchetVector {
  readonly session: number;
  readonly root: string;
  readonly flash: string;
  readonly info: string;
  readonly prk: string;
  readonly nextRoot: string;
}

export interface SessionVector {
  readonly session: number;
  readonly root: string;
  readonly salt: string;
  readonly info: string;
  readonly prk: string;
  readonly okm: string;
  readonly key: string;
  readonly noncePrefix: string;
  readonly hsalsa20Subkey: string;
  readonly frames: readonly FrameVector[];
}

export interface RefusedVector {
  readonly name: string;
  readonly topic: string;
  readonly reason: string;
  readonly envelope: string;
}

export interface VectorFile {
  readonly source: string;
  readonly version: number;
  readonly suite: number;
  readonly nodeId: string;
  readonly gatewayId: string;
  readonly ratchet: readonly RatchetVector[];
  readonly sessions: readonly SessionVector[];
  readonly refused: readonly RefusedVector[];
}

export const VECTOR_PATH = join(__dirname, 'session.json');

/** The committed vectors. */
export function readVectors(): VectorFile {
  return JSON.parse(readFileSync(VECTOR_PATH, 'utf8')) as VectorFile;
}
