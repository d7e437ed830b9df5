import nacl from 'tweetnacl';
import { checkBytes } from '../base/assert.js';
import { asciiBytes, concatBytes, equalBytes, fromBase32, toBase32 } from '../base/bytes.js';
import { isNodeId } from '../wire/envelope.js';

/** Bytes of a claim secret: 128 random bits. Fewer could be guessed from the first message's tag. */
export const CLAIM_SECRET_BYTES = 16;
const CLAIM_VERSION = 1;
const NODE_ID_BYTES = 5;
const CHECKSUM_BYTES = 3;
const CLAIM_BYTES = 1 + NODE_ID_BYTES + CLAIM_SECRET_BYTES + CHECKSUM_BYTES;
const CLAIM_CHARACTERS = (CLAIM_BYTES * 8) / 5;
const GROUP_CHARACTERS = 5;
const CLAIM_PREFIX = 'MAMORI';
const CHECKSUM_LABEL = asciiBytes('mamori/1 claim checksum');

/** What is printed on a node: who it is, and the secret that pairs it once. */
export interface Claim {
  readonly nodeId: string;
  /** 16 uniformly random bytes. */
  readonly secret: Uint8Array;
}

function checksum(bytes: Uint8Array): Uint8Array {
  return nacl.hash(concatBytes(CHECKSUM_LABEL, bytes)).slice(0, CHECKSUM_BYTES);
}

/**
 * The text of a claim: `MAMORI-` and eight groups of five characters of base32, all of which QR codes write in their
 * dense alphanumeric mode.
 * @throws {TypeError} on a node id or secret of another shape.
 */
export function claimText({ nodeId, secret }: Claim): string {
  if (!isNodeId(nodeId)) throw new TypeError('"nodeId" expected 8 characters a-z, 2-7');
  checkBytes('secret', secret, CLAIM_SECRET_BYTES);
  const body = concatBytes(Uint8Array.of(CLAIM_VERSION), fromBase32(nodeId), secret);
  const characters = toBase32(concatBytes(body, checksum(body))).toUpperCase();
  const groups = [CLAIM_PREFIX];
  for (let at = 0; at < CLAIM_CHARACTERS; at += GROUP_CHARACTERS)
    groups.push(characters.slice(at, at + GROUP_CHARACTERS));
  return groups.join('-');
}

/** A claim, or what is wrong with its text, for the person who typed it. The text itself is never repeated. */
export type ParsedClaim =
  { readonly ok: true; readonly claim: Claim } | { readonly ok: false; readonly error: string };

function wrong(error: string): ParsedClaim {
  return { ok: false, error };
}

/** Reads a claim in either case; spaces and hyphens may stand anywhere. */
export function parseClaim(text: string): ParsedClaim {
  const plain = text.toLowerCase().replace(/[\s-]/g, '');
  if (!plain.startsWith(CLAIM_PREFIX.toLowerCase())) return wrong(`a claim begins with ${CLAIM_PREFIX}-`);
  const characters = plain.slice(CLAIM_PREFIX.length);
  const strange = /[^a-z2-7]/.exec(characters);
  if (strange !== null) {
    const hint = { '0': ', is it the letter O?', '1': ', is it the letter I?', '8': ', is it the letter B?' };
    const meant = hint[strange[0] as keyof typeof hint] ?? '';
    return wrong(`character ${strange.index + 1} behind the prefix is none of A-Z, 2-7${meant}`);
  }
  if (characters.length !== CLAIM_CHARACTERS)
    return wrong(
      `a claim has ${CLAIM_CHARACTERS} characters behind the prefix, this has ${characters.length}`,
    );
  return readClaim(fromBase32(characters));
}

function readClaim(bytes: Uint8Array): ParsedClaim {
  const body = bytes.slice(0, -CHECKSUM_BYTES);
  if (!equalBytes(checksum(body), bytes.slice(-CHECKSUM_BYTES)))
    return wrong('the checksum does not fit: a character is wrong or two have changed places');
  if (body[0] !== CLAIM_VERSION)
    return wrong(`a claim of version ${body[0]}, this program knows ${CLAIM_VERSION}`);
  const secret = body.slice(1 + NODE_ID_BYTES);
  if (secret.every((byte) => byte === 0)) return wrong('a secret of zeros is nobody');
  return { ok: true, claim: { nodeId: toBase32(body.slice(1, 1 + NODE_ID_BYTES)), secret } };
}
