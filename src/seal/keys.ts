import { checkBytes, checkInteger } from '../base/assert.js';
import { asciiBytes, concatBytes } from '../base/bytes.js';
import { PROTOCOL_VERSION, SESSION_MAX } from '../wire/envelope.js';
import { hkdfSha512 } from './hkdf.js';

/** Suite 1: XSalsa20-Poly1305, libsodium's `crypto_secretbox`. */
export const SUITE_XSALSA20_POLY1305 = 1;
/** Which way a key is used. */
export const DIRECTION = { uplink: 0, downlink: 1 } as const;
export type Direction = (typeof DIRECTION)[keyof typeof DIRECTION];

export const ROOT_BYTES = 32;
export const KEY_BYTES = 32;
/** The part of the nonce that is fixed for a session and direction. */
export const NONCE_PREFIX_BYTES = 16;

/** A place on the ratchet: the root that session `session` will use. */
export interface Root {
  /** 1..2^32-1; the first session of a root key is 1. */
  readonly session: number;
  /** 32 bytes. */
  readonly root: Uint8Array;
}

/** The two parties, as the keys bind them. */
export interface Parties {
  readonly nodeId: string;
  readonly gatewayId: string;
}

/** What seals one session in one direction. */
export interface SessionKey {
  readonly key: Uint8Array;
  readonly noncePrefix: Uint8Array;
}

const SESSION_LABEL = asciiBytes('mamori/1 session');
const RATCHET_LABEL = asciiBytes('mamori/1 ratchet');
const ROOT_VERSION = 1;
const NO_SALT = new Uint8Array(0);

function uint32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

/** Both ids with their lengths, as every derivation binds them. */
export function partiesBytes({ nodeId, gatewayId }: Parties): Uint8Array {
  const node = asciiBytes(nodeId);
  const gateway = asciiBytes(gatewayId);
  return concatBytes(Uint8Array.of(node.length), node, Uint8Array.of(gateway.length), gateway);
}

/** The next place: `root' = HKDF-SHA-512(root, salt "", "mamori/1 ratchet" ‖ session, 32)`. One-way. */
export function nextRoot({ session, root }: Root): Root {
  checkInteger('session', session, { min: 1, max: SESSION_MAX - 1 });
  const info = concatBytes(RATCHET_LABEL, uint32(session));
  return { session: session + 1, root: hkdfSha512(root, NO_SALT, info, ROOT_BYTES) };
}

/**
 * The key and nonce prefix of a session in one direction: 48 bytes of HKDF-SHA-512 with the root as input key, the
 * birth's salt, and `"mamori/1 session" ‖ version ‖ suite ‖ direction ‖ session ‖ |nodeId| ‖ nodeId ‖ |gatewayId| ‖
 * gatewayId` as info.
 * @param salt 16 random bytes, drawn anew for each session.
 */
export function sessionKey(at: Root, parties: Parties, salt: Uint8Array, direction: Direction): SessionKey {
  const fixed = Uint8Array.of(PROTOCOL_VERSION, SUITE_XSALSA20_POLY1305, direction);
  const info = concatBytes(SESSION_LABEL, fixed, uint32(at.session), partiesBytes(parties));
  const okm = hkdfSha512(at.root, salt, info, KEY_BYTES + NONCE_PREFIX_BYTES);
  return { key: okm.slice(0, KEY_BYTES), noncePrefix: okm.slice(KEY_BYTES) };
}

/** The flash value of a root: version ‖ session (4, big-endian) ‖ root (32). */
export function encodeRoot({ session, root }: Root): Uint8Array {
  return concatBytes(Uint8Array.of(ROOT_VERSION), uint32(session), checkBytes('root', root, ROOT_BYTES));
}

/** Reads a flash value; undefined when it is none. */
export function decodeRoot(value: Uint8Array): Root | undefined {
  if (value.length !== 5 + ROOT_BYTES || value[0] !== ROOT_VERSION) return undefined;
  const session = ((value[1] << 24) | (value[2] << 16) | (value[3] << 8) | value[4]) >>> 0;
  return session === 0 ? undefined : { session, root: value.slice(5) };
}
