/** The protocol's version, in the upper three bits of an envelope's first byte. */
export const PROTOCOL_VERSION = 1;
/** Poly1305's tag; never cut. */
export const TAG_BYTES = 16;
/** The salt that a birth carries in clear behind its header. */
export const SALT_BYTES = 16;
/** Longest envelope that is looked at. */
export const ENVELOPE_BYTES_MAX = 1_024;
/** Counters have 48 bits in the nonce; 2^48 - 1 is the last. */
export const COUNTER_MAX = 0xffff_ffff_ffff;
/** A session number is a 32-bit integer. */
export const SESSION_MAX = 0xffff_ffff;

/** What an envelope holds. The number stands in its first byte and in its nonce. */
export const KIND = { birth: 0, will: 1, telemetry: 2, alert: 3, heartbeat: 4 } as const;
export type KindName = keyof typeof KIND;
export type Kind = (typeof KIND)[KindName];

const LETTERS: Record<KindName, string> = {
  birth: 'b',
  will: 'w',
  telemetry: 't',
  alert: 'a',
  heartbeat: 'h',
};
const NAMES = Object.keys(KIND) as KindName[];

/** The last level of a kind's topic; its code stands in the nonce. */
export function topicLetterOf(kind: Kind): string {
  return LETTERS[NAMES[kind]];
}

/** The whole topic: `m/<node id>/<letter>`. */
export function topicOf(nodeId: string, kind: Kind): string {
  return `m/${nodeId}/${topicLetterOf(kind)}`;
}

/** Splits a topic into node id and kind; undefined when it is none of ours. */
export function parseTopic(topic: string): { nodeId: string; kind: Kind } | undefined {
  const match = /^m\/([a-z2-7]{8})\/([a-z])$/.exec(topic);
  if (match === null) return undefined;
  const name = NAMES.find((candidate) => LETTERS[candidate] === match[2]);
  return name === undefined ? undefined : { nodeId: match[1], kind: KIND[name] };
}

/** True for the text that a node id has: 8 characters of base32. */
export function isNodeId(text: string): boolean {
  return /^[a-z2-7]{8}$/.test(text);
}

/** An envelope's header, and where what follows begins. */
export interface Header {
  readonly kind: Kind;
  readonly session: number;
  readonly counter: number;
  /** A birth's salt. */
  readonly salt?: Uint8Array;
  /** Where the ciphertext begins. */
  readonly bodyAt: number;
}

/** Bytes of a varint (LEB128, unsigned). */
export function varintBytes(value: number): number {
  let length = 1;
  while (value >= 128) {
    value = Math.floor(value / 128);
    length++;
  }
  return length;
}

function writeVarint(into: Uint8Array, at: number, value: number): number {
  while (value >= 128) {
    into[at++] = 128 | (value % 128);
    value = Math.floor(value / 128);
  }
  into[at++] = value;
  return at;
}

/** Length of the header that `writeHeader` will write. */
export function headerBytes(kind: Kind, session: number, counter: number): number {
  return 1 + varintBytes(session) + varintBytes(counter) + (kind === KIND.birth ? SALT_BYTES : 0);
}

/** Writes a header at the start of `into` and returns where the ciphertext begins. Only a birth carries the salt. */
export function writeHeader(
  into: Uint8Array,
  { kind, session, counter, salt }: { kind: Kind; session: number; counter: number; salt: Uint8Array },
): number {
  into[0] = (PROTOCOL_VERSION << 5) | kind;
  const at = writeVarint(into, writeVarint(into, 1, session), counter);
  if (kind !== KIND.birth) return at;
  into.set(salt, at);
  return at + SALT_BYTES;
}

function readVarint(bytes: Uint8Array, at: number, max: number): { value: number; at: number } | undefined {
  let value = 0;
  let scale = 1;
  for (let i = at; i < bytes.length && i < at + 7; i++) {
    const byte = bytes[i];
    value += (byte & 127) * scale;
    scale *= 128;
    if (byte < 128) {
      const overlong = byte === 0 && i > at;
      return overlong || value > max ? undefined : { value, at: i + 1 };
    }
  }
  return undefined;
}

/** Reads a header. Undefined when the bytes cannot be an envelope: wrong version or kind, too short, too long. */
export function readHeader(bytes: Uint8Array): Header | undefined {
  if (bytes.length < 3 + TAG_BYTES || bytes.length > ENVELOPE_BYTES_MAX) return undefined;
  const kind = bytes[0] & 31;
  if (bytes[0] >> 5 !== PROTOCOL_VERSION || kind >= NAMES.length) return undefined;
  const session = readVarint(bytes, 1, SESSION_MAX);
  const counter = session && readVarint(bytes, session.at, COUNTER_MAX);
  if (session === undefined || counter === undefined) return undefined;
  const saltBytes = kind === KIND.birth ? SALT_BYTES : 0;
  const bodyAt = counter.at + saltBytes;
  if (bodyAt + TAG_BYTES > bytes.length) return undefined;
  const header = { kind: kind as Kind, session: session.value, counter: counter.value, bodyAt };
  return saltBytes === 0 ? header : { ...header, salt: bytes.slice(counter.at, bodyAt) };
}
