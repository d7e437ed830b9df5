import { isNodeId, KIND, parseTopic, type Kind } from '../src/wire/envelope.js';
import { MalformedError } from '../src/wire/cbor-reader.js';
import { decodeBirth } from '../src/wire/birth.js';
import { decodeAlert, decodeHeartbeat, decodeWill } from '../src/wire/events.js';
import { readTelemetry } from '../src/wire/telemetry.js';
import { checkBytes } from '../src/base/assert.js';
import { ROOT_BYTES } from '../src/seal/keys.js';
import { Opener, type Opened } from '../src/seal/opener.js';
import type { Claim } from '../src/seal/claim.js';
import { parsePairingTopic } from '../src/seal/pairing.js';
import type { SecretSource } from '../src/seal/x25519.js';
import { Pairings, SYSTEM_ENTROPY, type PairingState, type Reply, type PairingStore } from './pairing.js';
import { alertEvent, readingEvent, type GatewayEvent, type RefusalReason } from './events.js';
import type { BirthRow, Store } from './store.js';

/** A node that has not been heard for this many heartbeat intervals is silent. */
const SILENT_INTERVALS = 2.5;
/** A node that claims another time than this century's does not know it: 2000-01-01 to 2100-01-01. */
const UTC_MS_MIN = 946_684_800_000;
const UTC_MS_MAX = 4_102_444_800_000;

/** What the gateway's work needs of a store: SQLite's `Store`, or another for integrators and simulations. */
export type CoreStore = Pick<
  Store,
  | 'transaction'
  | 'addNode'
  | 'nodes'
  | 'node'
  | 'setNodeState'
  | 'setNodeSeen'
  | 'setNodeBorn'
  | 'setHeartbeat'
  | 'openerState'
  | 'saveSession'
  | 'saveRoot'
  | 'addBirth'
  | 'birth'
  | 'setStart'
  | 'addReadings'
  | 'addAlert'
  | 'addPending'
  | 'takePending'
  | 'countRefusal'
> &
  PairingStore;

/**
 * The gateway's work on one message, without a network: open, check, store in one transaction, say what it was.
 * Whoever feeds it acknowledges to the broker after `receive` has returned, and not when it has thrown.
 */
export class GatewayCore {
  readonly #store: CoreStore;
  readonly #openers = new Map<string, Opener>();
  readonly #pairings: Pairings;
  #replies: Reply[] = [];

  /** @param entropy where pairing draws keys from; a simulation gives a seeded one. */
  constructor(store: CoreStore, entropy: SecretSource = SYSTEM_ENTROPY) {
    this.#store = store;
    this.#pairings = new Pairings(store, entropy);
  }

  /**
   * Waits for the node of this claim, from now on.
   * @throws {TypeError} on a claim of another shape; {Error} when the node is registered already.
   */
  pair(claim: Claim, gatewayId: string, name = claim.nodeId): void {
    this.#openers.delete(claim.nodeId);
    this.#store.transaction(() => this.#pairings.open(claim, gatewayId, name));
  }

  /** How far the pairing of a node is; undefined when none was opened. */
  pairingState(nodeId: string): PairingState | undefined {
    return this.#pairings.stateOf(nodeId);
  }

  /** What `receive` wants published, at quality of service 1 and not retained. Lost ones come again when the node asks. */
  takeReplies(): Reply[] {
    return this.#replies.splice(0);
  }

  /** Registers a node with the root key of its first session. @throws {TypeError} on a bad id or key; {Error} when it is there already. */
  register(nodeId: string, gatewayId: string, root: Uint8Array, name = nodeId): void {
    if (!isNodeId(nodeId)) throw new TypeError('"nodeId" expected 8 characters a-z, 2-7');
    checkBytes('root', root, ROOT_BYTES);
    if (this.#store.node(nodeId) !== undefined) throw new Error(`node ${nodeId} is registered already`);
    this.#store.transaction(() => this.#store.addNode(nodeId, name, gatewayId, { session: 1, root }));
  }

  /**
   * Takes one message of the broker. What is refused is counted, never thrown.
   * @param utcMs when it arrived.
   * @throws {Error} when the store cannot be written (disk full): nothing has changed, and the message must come again.
   */
  receive(topic: string, payload: Uint8Array, utcMs: number): GatewayEvent[] {
    const place = parseTopic(topic);
    const pairing = parsePairingTopic(topic);
    // The gateway's own replies come back to it, since it subscribes to all of a node's topics.
    if (pairing?.letter === 'q') return [];
    try {
      return this.#store.transaction(() =>
        pairing === undefined
          ? this.#receive(place, payload, utcMs)
          : this.#receiveFirst(pairing.nodeId, payload, utcMs),
      );
    } catch (error) {
      this.#replies = [];
      if (place !== undefined) this.#openers.delete(place.nodeId);
      throw error;
    }
  }

  /** Finds nodes that have gone silent by the gateway's own clock. */
  checkSilence(utcMs: number): GatewayEvent[] {
    const events: GatewayEvent[] = [];
    for (const { nodeId, state, lastSeenMs } of this.#store.nodes()) {
      if (state !== 'online' || lastSeenMs === undefined) continue;
      const newest = this.#opener(nodeId)?.newestSession ?? 0;
      const heartbeatS = this.#store.birth(nodeId, newest)?.birth.heartbeatS ?? Infinity;
      if (utcMs - lastSeenMs <= heartbeatS * 1000 * SILENT_INTERVALS) continue;
      this.#store.setNodeState(nodeId, 'silent');
      events.push({ type: 'state', nodeId, utcMs, state: 'silent' });
    }
    return events;
  }

  #opener(nodeId: string): Opener | undefined {
    const known = this.#openers.get(nodeId);
    if (known !== undefined) return known;
    const state = this.#store.openerState(nodeId);
    if (state === undefined) return undefined;
    const opener = new Opener(state);
    this.#openers.set(nodeId, opener);
    return opener;
  }

  #refuse(nodeId: string, reason: RefusalReason, utcMs: number): GatewayEvent[] {
    this.#store.countRefusal(nodeId, reason);
    return [{ type: 'refusal', nodeId, utcMs, reason }];
  }

  #receiveFirst(nodeId: string, frame: Uint8Array, utcMs: number): GatewayEvent[] {
    const result = this.#pairings.receive(nodeId, frame);
    if (result.kind === 'unknownNode') return this.#refuse('', 'unknownNode', utcMs);
    if (!('reply' in result)) return this.#refuse(nodeId, result.kind, utcMs);
    this.#replies.push(result.reply);
    // A pairing that another process has opened anew brings another root than the one in memory.
    if (result.kind === 'answered') this.#openers.delete(nodeId);
    return result.kind === 'answered' ? [{ type: 'pairing', nodeId, utcMs, state: 'answered' }] : [];
  }

  #receive(
    place: { nodeId: string; kind: Kind } | undefined,
    payload: Uint8Array,
    utcMs: number,
  ): GatewayEvent[] {
    if (place === undefined) return this.#refuse('', 'unknownTopic', utcMs);
    const { nodeId, kind } = place;
    const opener = this.#opener(nodeId);
    if (opener === undefined) return this.#refuse('', 'unknownNode', utcMs);
    const result = opener.open(kind, payload);
    if (!result.ok && result.reason === 'unknownSession')
      return this.#keep(nodeId, kind, payload, utcMs, result.session ?? 0);
    if (!result.ok) return this.#refuse(nodeId, result.reason as RefusalReason, utcMs);
    this.#saveOpener(nodeId, opener, result);
    try {
      return this.#record(nodeId, result, utcMs);
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      return this.#refuse(nodeId, 'malformed', utcMs);
    }
  }

  #keep(
    nodeId: string,
    kind: Kind,
    envelope: Uint8Array,
    arrivedMs: number,
    session: number,
  ): GatewayEvent[] {
    const evicted = this.#store.addPending(nodeId, session, { kind, arrivedMs, envelope });
    if (evicted > 0) this.#store.countRefusal(nodeId, 'evicted', evicted);
    return this.#refuse(nodeId, 'waiting', arrivedMs);
  }

  #saveOpener(nodeId: string, opener: Opener, { session, kind }: Opened): void {
    const state = opener.state();
    const changed = state.sessions.find((candidate) => candidate.session === session);
    if (changed !== undefined) this.#store.saveSession(nodeId, changed);
    if (kind === KIND.birth) this.#store.saveRoot(nodeId, state.root);
  }

  #record(nodeId: string, opened: Opened, utcMs: number): GatewayEvent[] {
    if (opened.kind === KIND.birth) return this.#recordBirth(nodeId, opened, utcMs);
    const row = this.#store.birth(nodeId, opened.session);
    if (row === undefined) throw new MalformedError('a session whose birth could not be read');
    if (opened.kind === KIND.will) return this.#recordWill(nodeId, opened, utcMs);
    const events = this.#seen(nodeId, utcMs);
    return events.concat(this.#recordData(nodeId, opened, row, utcMs));
  }

  /** Notes that the node was heard, and tells of it when it had been given up. */
  #seen(nodeId: string, utcMs: number): GatewayEvent[] {
    const cameBack = this.#store.node(nodeId)?.state !== 'online';
    this.#store.setNodeSeen(nodeId, utcMs);
    return cameBack ? [{ type: 'state', nodeId, utcMs, state: 'online' }] : [];
  }

  #recordData(nodeId: string, opened: Opened, row: BirthRow, utcMs: number): GatewayEvent[] {
    const { session, counter, kind, plaintext } = opened;
    if (kind === KIND.telemetry) {
      const readings = readTelemetry(plaintext, row.birth.sensors);
      const startUtcMs = this.#start(
        nodeId,
        row,
        Math.max(...readings.map(({ offsetMs }) => offsetMs)),
        utcMs,
      );
      this.#store.addReadings(nodeId, session, counter, readings);
      return readings.map((reading) => readingEvent(nodeId, reading, row.birth.sensors, startUtcMs));
    }
    if (kind === KIND.alert) {
      const alert = decodeAlert(plaintext);
      const startUtcMs = this.#start(nodeId, row, alert.offsetMs, utcMs);
      const event = alertEvent(nodeId, alert, row.birth.sensors, startUtcMs);
      this.#store.addAlert(nodeId, session, counter, alert);
      return [event];
    }
    const heartbeat = decodeHeartbeat(plaintext);
    const startUtcMs = this.#start(nodeId, row, heartbeat.offsetMs, utcMs);
    this.#store.setHeartbeat(nodeId, heartbeat, { session, counter });
    return [{ type: 'heartbeat', nodeId, utcMs: startUtcMs + heartbeat.offsetMs, heartbeat }];
  }

  /**
   * The session's zero of time. Where the node does not know the time it is the earliest that any arrival allows:
   * nothing arrives before it was measured.
   */
  #start(nodeId: string, row: BirthRow, offsetMs: number, arrivedMs: number): number {
    const latest = arrivedMs - offsetMs;
    if (row.timeSource === 'node' || latest >= row.startUtcMs) return row.startUtcMs;
    this.#store.setStart(nodeId, row.session, latest);
    return latest;
  }

  #recordBirth(nodeId: string, { session, plaintext }: Opened, utcMs: number): GatewayEvent[] {
    const birth = decodeBirth(plaintext);
    const known = birth.utcMs !== undefined && birth.utcMs >= UTC_MS_MIN && birth.utcMs <= UTC_MS_MAX;
    const timeSource = known ? 'node' : 'arrival';
    this.#store.addBirth(nodeId, {
      session,
      arrivedMs: utcMs,
      startUtcMs: known ? birth.utcMs : utcMs,
      timeSource,
      birth,
    });
    this.#store.setNodeBorn(nodeId);
    const events = this.#confirmPairing(nodeId, utcMs);
    events.push(...this.#seen(nodeId, utcMs));
    events.push({ type: 'birth', nodeId, session, utcMs, birth });
    for (const { kind, envelope, arrivedMs } of this.#store.takePending(nodeId, session)) {
      events.push(...this.#receive({ nodeId, kind }, envelope, arrivedMs));
    }
    return events;
  }

  /** The first birth proves that the node has the root; the node then gets the same proof of the gateway. */
  #confirmPairing(nodeId: string, utcMs: number): GatewayEvent[] {
    const reply = this.#pairings.confirm(nodeId);
    if (reply === undefined) return [];
    this.#replies.push(reply);
    return [{ type: 'pairing', nodeId, utcMs, state: 'paired' }];
  }

  /** A last will is a hint, and only about the connection that the node last told of. */
  #recordWill(nodeId: string, opened: Opened, utcMs: number): GatewayEvent[] {
    const connection = decodeWill(opened.plaintext);
    const node = this.#store.node(nodeId);
    const isCurrent =
      opened.session === this.#opener(nodeId)?.newestSession && connection >= (node?.connection ?? 0);
    if (!isCurrent) return [];
    this.#store.setNodeState(nodeId, 'offline');
    return [{ type: 'state', nodeId, utcMs, state: 'offline' }];
  }
}
