import { toHex } from '../../src/base/bytes.js';
import { KIND, parseTopic, readHeader, type Kind } from '../../src/wire/envelope.js';

/** An envelope as it stood in a packet of the node. */
export interface SeenEnvelope {
  readonly topic: string;
  readonly payload: Uint8Array;
}

/** The envelope of a PUBLISH that the node wrote, or undefined for another packet. */
export function envelopeOf(packet: Uint8Array): SeenEnvelope | undefined {
  if (packet[0] >> 4 !== 3) return undefined;
  let at = 1;
  while (packet[at++] >= 128);
  const length = (packet[at] << 8) | packet[at + 1];
  const topic = String.fromCharCode(...packet.subarray(at + 2, at + 2 + length));
  const bodyAt = at + 2 + length + (((packet[0] >> 1) & 3) === 0 ? 0 : 2);
  return { topic, payload: packet.subarray(bodyAt) };
}

/** The pace that a node was told to keep. */
export interface WatchedPace {
  readonly burst: number;
  readonly perMinute: number;
}

/** Watches what a node sends, packet by packet, and says what must never be. */
export class SendWatch {
  readonly #pace: WatchedPace;
  readonly #bytesByNonce = new Map<string, string>();
  readonly #saltBySession = new Map<number, string>();
  readonly #lastCounter = new Map<string, number>();
  readonly violations = new Set<string>();
  #tokens: number;
  #atMs = 0;

  constructor(pace: WatchedPace) {
    this.#pace = pace;
    this.#tokens = pace.burst;
  }

  /** A new boot has a full bucket. */
  booted(nowMs: number): void {
    this.#tokens = this.#pace.burst;
    this.#atMs = nowMs;
  }

  see({ topic, payload }: SeenEnvelope, nowMs: number): void {
    const header = readHeader(payload);
    const kind = parseTopic(topic)?.kind;
    if (header === undefined || kind !== header.kind) {
      this.violations.add(`the node sent what is no envelope of its topic ${topic}`);
      return;
    }
    const { session, counter, salt } = header;
    if (salt !== undefined) this.#seeSalt(session, toHex(salt));
    const nonce = `${session}/${kind}/${counter}`;
    const bytes = toHex(payload);
    const before = this.#bytesByNonce.get(nonce);
    if (before === bytes) return;
    if (before !== undefined) this.violations.add(`nonce used twice: session/kind/counter ${nonce}`);
    this.#bytesByNonce.set(nonce, bytes);
    if (kind !== KIND.birth) this.#seeNew(session, kind, counter, nowMs);
  }

  #seeSalt(session: number, salt: string): void {
    const before = this.#saltBySession.get(session) ?? salt;
    if (before !== salt) this.violations.add(`session ${session} was begun twice`);
    this.#saltBySession.set(session, salt);
  }

  /** Sealed and sent for the first time: in order within its session and kind, and within the pace. */
  #seeNew(session: number, kind: Kind, counter: number, nowMs: number): void {
    const place = `${session}/${kind}`;
    if (counter <= (this.#lastCounter.get(place) ?? -1))
      this.violations.add(`session ${session} kind ${kind}: counter ${counter} out of order`);
    this.#lastCounter.set(place, counter);
    const { burst, perMinute } = this.#pace;
    this.#tokens = Math.min(burst, this.#tokens + ((nowMs - this.#atMs) * perMinute) / 60_000) - 1;
    this.#atMs = nowMs;
    if (this.#tokens < -1e-6)
      this.violations.add(`more envelopes than the pace of ${perMinute} a minute allows`);
  }
}
