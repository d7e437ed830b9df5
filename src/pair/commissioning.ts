import { equalBytes } from '../base/bytes.js';
import type { SeededRandom } from '../base/random.js';
import { Backoff } from '../pace/backoff.js';
import type { Ports } from '../ports/ports.js';
import type { Claim } from '../seal/claim.js';
import { decodeRoot, encodeRoot, type Parties } from '../seal/keys.js';
import {
  answerKey,
  beginPairing,
  firstFrame,
  pairingPsk,
  pairingResult,
  readReplyFrame,
  type PairingResult,
} from '../seal/pairing.js';
import { ROOT_FLASH_NAME } from '../seal/sealer.js';
import {
  checkAccelerator,
  ephemeralKey,
  PORTABLE_X25519,
  type CryptoAccelerator,
  type EphemeralKey,
} from '../seal/x25519.js';
import { CLAIM_FLASH_NAME, decodeClaim, PairingFlash, type Done } from './flash.js';

/** How often the first message is repeated, in milliseconds. */
const RETRY = { minMs: 5_000, maxMs: 600_000, stableMs: 0 } as const;
/** Failed answers that cost nothing yet; every further one doubles the lock. */
const FREE_FAILURES = 3;
const LOCK_MS_MIN = 30_000;
const LOCK_MS_MAX = 3_600_000;
const DOUBLINGS_MAX = 10;

/** How long answers are ignored after so many that proved nothing, in milliseconds. */
export function lockMsOf(failures: number): number {
  if (failures <= FREE_FAILURES) return 0;
  return Math.min(LOCK_MS_MAX, LOCK_MS_MIN * 2 ** Math.min(failures - FREE_FAILURES - 1, DOUBLINGS_MAX));
}

/** What of a node's ports pairing uses. */
export type PairingPorts = Pick<Ports, 'flash' | 'entropy' | 'log' | 'accelerator'>;

/**
 * The node's way from a claim to a root that the gateway has proved to hold. There is one ephemeral key a claim, kept
 * in flash before it is used, so the first message never changes and a repetition of either message does no harm.
 *
 * Flash holds, in this order: `claim`; then `pairkey`; then `root`; then `pairdone`, from which on the root is used;
 * then, once the gateway has confirmed, no claim. A power cut between any two leaves a state to go on from.
 */
export class Commissioning {
  readonly #ports: PairingPorts;
  readonly #parties: Parties;
  readonly #flash: PairingFlash;
  readonly #backoff: Backoff;
  readonly #x25519: CryptoAccelerator;
  #claim: Claim | undefined;
  #done: Done | undefined;
  #inbox: Uint8Array | undefined;
  #retryMs: number;
  #lockedUntilMs: number;

  /**
   * @throws {Error} when there is neither a root nor a claim, or when the board's accelerator disagrees with tweetnacl.
   */
  constructor(ports: PairingPorts, { nodeId, gatewayId }: Parties, random: SeededRandom, nowMs: number) {
    this.#ports = ports;
    this.#parties = { nodeId, gatewayId };
    this.#flash = new PairingFlash(ports.flash);
    this.#backoff = new Backoff(RETRY, random);
    this.#x25519 = ports.accelerator ?? PORTABLE_X25519;
    this.#retryMs = nowMs;
    this.#lockedUntilMs = nowMs;
    const value = ports.flash.read(CLAIM_FLASH_NAME);
    if (value === undefined) this.#checkPaired();
    else this.#resume(value, nowMs);
  }

  /** True when nothing is left to do. */
  get isPaired(): boolean {
    return this.#claim === undefined;
  }

  /** True when there is a root to seal with. */
  get hasRoot(): boolean {
    return this.isPaired || this.#done !== undefined;
  }

  /** When `step` wants to send again. */
  get wakeMs(): number {
    return this.isPaired ? Infinity : this.#retryMs;
  }

  /** Takes a frame of the gateway; the last one before a step counts. */
  receive(frame: Uint8Array): void {
    if (!this.isPaired) this.#inbox = frame.slice();
  }

  /**
   * Does what is due.
   * @param send publishes on the pairing topic; undefined while that is not possible.
   * @returns true when there is a new root to use.
   */
  step(nowMs: number, send: ((frame: Uint8Array) => void) | undefined): boolean {
    try {
      const frame = this.#inbox;
      this.#inbox = undefined;
      if (frame !== undefined && this.#take(frame, nowMs)) return true;
      if (!this.isPaired && send !== undefined && nowMs >= this.#retryMs) this.#ask(send, nowMs);
    } catch (error) {
      this.#retryMs = nowMs + this.#backoff.nextDelayMs();
      this.#say('error', error instanceof Error ? error.message : 'unknown error');
    }
    return false;
  }

  #checkPaired(): void {
    const root = this.#ports.flash.read(ROOT_FLASH_NAME);
    if (root === undefined || decodeRoot(root) === undefined) {
      throw new Error(
        'the flash holds no root key: provision this node first (mamori node provision or claim)',
      );
    }
    this.#flash.clean();
  }

  #resume(value: Uint8Array, nowMs: number): void {
    this.#claim = decodeClaim(value, this.#parties.nodeId);
    if (this.#claim === undefined) throw new Error("the claim in flash is not this node's");
    const root = this.#ports.flash.read(ROOT_FLASH_NAME);
    if (root !== undefined && decodeRoot(root) !== undefined) this.#done = this.#flash.done();
    // Who cannot keep the time over a restart begins the lock anew: to restart must not shorten it.
    this.#lockedUntilMs = nowMs + lockMsOf(this.#flash.failures());
    if (this.#ports.accelerator !== undefined) checkAccelerator(this.#ports.accelerator, this.#ports.entropy);
  }

  #ask(send: (frame: Uint8Array) => void, nowMs: number): void {
    this.#retryMs = nowMs + this.#backoff.nextDelayMs();
    const key = this.#key();
    if (key === undefined) return;
    send(firstFrame(this.#begin(key)));
    this.#say('notice', 'asked the gateway');
  }

  /** The claim's one ephemeral key, made when it is needed first. */
  #key(): EphemeralKey | undefined {
    const known = this.#flash.key();
    if (known !== undefined) return known;
    if (!this.#ports.entropy.isReady()) return undefined;
    this.#say('notice', 'making a key, which takes seconds on a small processor');
    const key = ephemeralKey(this.#ports.entropy, this.#x25519);
    this.#flash.saveKey(key);
    return key;
  }

  #begin(ephemeral: EphemeralKey): ReturnType<typeof beginPairing> {
    const psk = pairingPsk(this.#claim as Claim, this.#parties);
    return beginPairing(this.#parties, { psk, ephemeral, x25519: this.#x25519 });
  }

  #take(frame: Uint8Array, nowMs: number): boolean {
    const key = this.#flash.key();
    const reply = key && readReplyFrame(frame, key.public);
    if (key === undefined || reply === undefined) return false;
    if (reply.name === 'confirmation') {
      if (this.#done !== undefined && equalBytes(reply.body, this.#done.confirmation)) this.#finish();
      return false;
    }
    return this.#takeAnswer(key, reply.body, nowMs);
  }

  #takeAnswer(key: EphemeralKey, answer: Uint8Array, nowMs: number): boolean {
    if (this.#done !== undefined && equalBytes(answerKey(answer), this.#done.answerKey)) return false;
    if (nowMs < this.#lockedUntilMs) return false;
    // Counted before the work: a reset in the middle of it must not give another guess for nothing.
    const failures = this.#flash.failures() + 1;
    this.#flash.saveFailures(failures);
    this.#say('notice', 'reading the answer, which takes seconds on a small processor');
    const finished = this.#begin(key).finish(answer);
    if (finished === undefined) {
      this.#lockedUntilMs = nowMs + lockMsOf(failures);
      this.#say('warning', `answer ${failures} proved nothing, locked for ${lockMsOf(failures)} ms`);
      return false;
    }
    this.#adopt(pairingResult(finished), answerKey(answer));
    return true;
  }

  /** The mark comes behind the root and goes before it: with the mark there, the root is the one it stands for. */
  #adopt({ root, confirmation }: PairingResult, answerId: Uint8Array): void {
    this.#done = undefined;
    this.#flash.eraseDone();
    this.#ports.flash.write(ROOT_FLASH_NAME, encodeRoot({ session: 1, root }));
    const done = { answerKey: answerId, confirmation };
    this.#flash.saveDone(done);
    this.#done = done;
    this.#flash.eraseFailures();
    this.#say('notice', 'the gateway has answered, the root key is there');
  }

  #finish(): void {
    this.#flash.finish();
    this.#claim = undefined;
    this.#say('notice', 'the gateway has confirmed, the claim is erased');
  }

  #say(level: 'notice' | 'warning' | 'error', text: string): void {
    this.#ports.log.write(level, `pairing: ${text}`);
  }
}
