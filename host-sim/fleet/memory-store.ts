import type { CoreStore } from '../../gateway/core.js';
import {
  PENDING_MAX,
  type BirthRow,
  type NodeRow,
  type NodeState,
  type PendingRow,
} from '../../gateway/store.js';
import type { OpenerState, SessionState } from '../../src/seal/opener.js';
import type { Parties, Root } from '../../src/seal/keys.js';
import type { Alert, Heartbeat } from '../../src/wire/events.js';
import type { DecodedReading } from '../../src/wire/telemetry.js';

/** Which counters of a session were stored: one bit each, so that a record that is stored twice shows. */
class CounterSet {
  #bits = new Uint8Array(32);

  /** False when the counter was there already. */
  add(counter: number): boolean {
    const byte = counter >> 3;
    while (byte >= this.#bits.length) {
      const longer = new Uint8Array(this.#bits.length * 2);
      longer.set(this.#bits);
      this.#bits = longer;
    }
    const isNew = ((this.#bits[byte] >> (counter & 7)) & 1) === 0;
    this.#bits[byte] |= 1 << (counter & 7);
    return isNew;
  }
}

/** Store of one node's gateway in memory. Records are counted, not kept: a day of a fleet has millions of them. */
export class MemoryStore implements CoreStore {
  readonly #parties: Parties;
  #root: Root;
  #state: NodeState = 'unborn';
  #connection = 0;
  #lastSeenMs: number | undefined;
  #heartbeat: Heartbeat | undefined;
  readonly #sessions = new Map<number, SessionState>();
  readonly #births = new Map<number, BirthRow>();
  readonly #counters = new Map<number, CounterSet>();
  #pending: (PendingRow & { readonly session: number })[] = [];
  readonly refusals = new Map<string, number>();
  readings = 0;
  raisedAlerts = 0;
  /** Records that came under a counter that was stored before: must stay 0. */
  twins = 0;

  constructor(parties: Parties, root: Root) {
    this.#parties = parties;
    this.#root = root;
  }

  /** A fleet's nodes are provisioned: nobody pairs. */
  readonly pairings: CoreStore['pairings'] = {
    get: () => undefined,
    open: () => this.#refusePairing(),
    saveAnswer: () => this.#refusePairing(),
    finish: () => undefined,
  };

  transaction<T>(work: () => T): T {
    return work();
  }

  removeUnborn(): void {
    this.#refusePairing();
  }

  addNode(): void {
    throw new Error('the node of a memory store is the one it was made with');
  }

  nodes(): NodeRow[] {
    return [this.#row()];
  }

  node(nodeId: string): NodeRow | undefined {
    return nodeId === this.#parties.nodeId ? this.#row() : undefined;
  }

  setNodeState(_nodeId: string, state: NodeState): void {
    this.#state = state;
  }

  setNodeSeen(_nodeId: string, atMs: number): void {
    this.#lastSeenMs = atMs;
    this.#state = 'online';
  }

  setNodeBorn(): void {
    this.#connection = 0;
  }

  setHeartbeat(_nodeId: string, heartbeat: Heartbeat): void {
    this.#heartbeat = heartbeat;
    this.#connection = heartbeat.connection;
  }

  openerState(nodeId: string): OpenerState | undefined {
    if (nodeId !== this.#parties.nodeId) return undefined;
    const sessions = [...this.#sessions.values()].sort((a, b) => a.session - b.session);
    return { parties: this.#parties, root: this.#root, sessions };
  }

  saveSession(_nodeId: string, state: SessionState): void {
    this.#sessions.set(state.session, state);
  }

  saveRoot(_nodeId: string, root: Root): void {
    this.#root = root;
    for (const session of this.#sessions.keys()) if (session < root.session) this.#forget(session);
    this.#pending = this.#pending.filter(({ session }) => session >= root.session);
  }

  addBirth(_nodeId: string, row: BirthRow): void {
    this.#births.set(row.session, row);
    this.#counters.set(row.session, new CounterSet());
  }

  birth(_nodeId: string, session: number): BirthRow | undefined {
    return this.#births.get(session);
  }

  setStart(_nodeId: string, session: number, startUtcMs: number): void {
    const row = this.#births.get(session);
    if (row !== undefined) this.#births.set(session, { ...row, startUtcMs });
  }

  addReadings(_nodeId: string, session: number, counter: number, readings: readonly DecodedReading[]): void {
    this.#note(session, counter);
    this.readings += readings.length;
  }

  addAlert(_nodeId: string, session: number, counter: number, alert: Alert): void {
    this.#note(session, counter);
    if (alert.state === 'raised') this.raisedAlerts++;
  }

  addPending(_nodeId: string, session: number, row: PendingRow): number {
    this.#pending.push({ ...row, session });
    if (this.#pending.length <= PENDING_MAX) return 0;
    this.#pending.shift();
    return 1;
  }

  takePending(_nodeId: string, session: number): PendingRow[] {
    const taken = this.#pending.filter((row) => row.session === session);
    this.#pending = this.#pending.filter((row) => row.session !== session);
    return taken;
  }

  countRefusal(_nodeId: string, reason: string, count = 1): void {
    this.refusals.set(reason, (this.refusals.get(reason) ?? 0) + count);
  }

  #note(session: number, counter: number): void {
    if (this.#counters.get(session)?.add(counter) === false) this.twins++;
  }

  #forget(session: number): void {
    this.#sessions.delete(session);
    this.#births.delete(session);
    this.#counters.delete(session);
  }

  #row(): NodeRow {
    return {
      nodeId: this.#parties.nodeId,
      name: this.#parties.nodeId,
      state: this.#state,
      connection: this.#connection,
      lastSeenMs: this.#lastSeenMs,
      heartbeat: this.#heartbeat,
    };
  }

  #refusePairing(): never {
    throw new Error('the nodes of a fleet are provisioned');
  }
}
