import { asciiBytes, concatBytes, equalBytes } from '../base/bytes.js';
import { PROTOCOL_VERSION } from '../wire/envelope.js';
import type { Claim } from './claim.js';
import { hkdfSha512 } from './hkdf.js';
import { partiesBytes, ROOT_BYTES, SUITE_XSALSA20_POLY1305, type Parties } from './keys.js';
import {
  Initiator,
  NOISE_MESSAGE_BYTES,
  PSK_BYTES,
  respond,
  type HandshakeOptions,
  type ResponderOptions,
  type Transport,
} from './noise.js';
import { X25519_BYTES } from './x25519.js';

/** Bytes by which an answer names the first message that it belongs to: the beginning of the node's ephemeral key. */
export const ECHO_BYTES = 8;
/** Bytes of the code by which the gateway proves that it has seen the node's first birth. */
export const CONFIRMATION_BYTES = 32;
/** The suites that this build can speak, best first; both sides bind the list into the handshake. */
const SUITES = Uint8Array.of(SUITE_XSALSA20_POLY1305);

/** First byte of what stands on the pairing topics: the version in the upper three bits, as in an envelope. */
export const FRAME = { first: 1, answer: 2, confirmation: 3 } as const;
export type FrameName = keyof typeof FRAME;

const PSK_LABEL = asciiBytes('mamori/1 pair psk');
const PROLOGUE_LABEL = asciiBytes('mamori/1 pair');
const EXPORT_LABEL = asciiBytes('mamori/1 pair root');
const EMPTY = new Uint8Array(0);
const EXPORT_ZEROS = new Uint8Array(32);

/** Where the node sends its first message: `m/<node id>/p`. */
export function pairingTopicOf(nodeId: string): string {
  return `m/${nodeId}/p`;
}

/** Where the gateway answers: `m/<node id>/q`. */
export function pairingReplyTopicOf(nodeId: string): string {
  return `m/${nodeId}/q`;
}

/** The node that a pairing topic belongs to, and which one it is; undefined for every other topic. */
export function parsePairingTopic(topic: string): { nodeId: string; letter: 'p' | 'q' } | undefined {
  const match = /^m\/([a-z2-7]{8})\/([pq])$/.exec(topic);
  return match === null ? undefined : { nodeId: match[1], letter: match[2] as 'p' | 'q' };
}

/** The handshake's pre-shared key: 32 bytes of HKDF-SHA-512(claim secret, salt "", label ‖ ids). */
export function pairingPsk({ secret }: Claim, parties: Parties): Uint8Array {
  return hkdfSha512(secret, EMPTY, concatBytes(PSK_LABEL, partiesBytes(parties)), PSK_BYTES);
}

/** The handshake's prologue: label ‖ version ‖ number of suites ‖ suites ‖ ids. A downgrade of any breaks the tags. */
export function pairingPrologue(parties: Parties): Uint8Array {
  const fixed = Uint8Array.of(PROTOCOL_VERSION, SUITES.length);
  return concatBytes(PROLOGUE_LABEL, fixed, SUITES, partiesBytes(parties));
}

/** What both sides have after the handshake. */
export interface PairingResult {
  /** Root 1, 32 bytes. */
  readonly root: Uint8Array;
  /** What the gateway sends once it has opened the first birth. */
  readonly confirmation: Uint8Array;
}

/**
 * Root and confirmation: HKDF-SHA-512 of what both transport ciphers make of 32 zero bytes, salted with the handshake
 * hash. This way every Noise library can compute it; the ciphers serve no other purpose.
 */
export function pairingResult({ initiator, responder, handshakeHash }: Transport): PairingResult {
  const exported = concatBytes(
    initiator.encrypt(EMPTY, EXPORT_ZEROS),
    responder.encrypt(EMPTY, EXPORT_ZEROS),
  );
  const okm = hkdfSha512(exported, handshakeHash, EXPORT_LABEL, ROOT_BYTES + CONFIRMATION_BYTES);
  return { root: okm.slice(0, ROOT_BYTES), confirmation: okm.slice(ROOT_BYTES) };
}

function header(name: FrameName): Uint8Array {
  return Uint8Array.of((PROTOCOL_VERSION << 5) | FRAME[name]);
}

/** The node's frame: header ‖ first message, 49 bytes. */
export function firstFrame(initiator: Initiator): Uint8Array {
  return concatBytes(header('first'), initiator.first);
}

/** Begins a handshake; `first` is the same for the same ephemeral key. */
export function beginPairing(parties: Parties, options: Omit<HandshakeOptions, 'prologue'>): Initiator {
  return new Initiator({ ...options, prologue: pairingPrologue(parties) });
}

/** The Noise message of a first frame; undefined when it is none. */
export function readFirstFrame(frame: Uint8Array): Uint8Array | undefined {
  if (frame.length !== 1 + NOISE_MESSAGE_BYTES || frame[0] !== header('first')[0]) return undefined;
  return frame.slice(1);
}

/** What the gateway makes of a proved first message. */
export interface PairingAnswer extends PairingResult {
  /** The answer's frame. */
  readonly frame: Uint8Array;
  /** The confirmation's frame, to be sent after the first birth. */
  readonly confirmationFrame: Uint8Array;
}

/** The gateway's side. Undefined when the first message does not prove the claim. */
export function answerPairing(
  first: Uint8Array,
  parties: Parties,
  options: Omit<ResponderOptions, 'prologue'>,
): PairingAnswer | undefined {
  const answered = respond(first, { ...options, prologue: pairingPrologue(parties) });
  if (answered === undefined) return undefined;
  const result = pairingResult(answered);
  const echo = first.slice(0, ECHO_BYTES);
  return {
    ...result,
    frame: concatBytes(header('answer'), echo, answered.answer),
    confirmationFrame: concatBytes(header('confirmation'), echo, result.confirmation),
  };
}

/** A frame of the gateway that names our ephemeral key. */
export interface ReplyFrame {
  readonly name: 'answer' | 'confirmation';
  readonly body: Uint8Array;
}

/** Reads what stands on the gateway's topic; undefined when it is no reply to this ephemeral key. */
export function readReplyFrame(frame: Uint8Array, ephemeral: Uint8Array): ReplyFrame | undefined {
  const name = (['answer', 'confirmation'] as const).find((one) => header(one)[0] === frame[0]);
  const bodyBytes = name === 'answer' ? NOISE_MESSAGE_BYTES : CONFIRMATION_BYTES;
  if (name === undefined || frame.length !== 1 + ECHO_BYTES + bodyBytes) return undefined;
  if (!equalBytes(frame.slice(1, 1 + ECHO_BYTES), ephemeral.slice(0, ECHO_BYTES))) return undefined;
  return { name, body: frame.slice(1 + ECHO_BYTES) };
}

/** The part of an answer by which two answers can be told apart without any work. */
export function answerKey(answer: Uint8Array): Uint8Array {
  return answer.slice(0, X25519_BYTES);
}
