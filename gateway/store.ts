import { closeSync, openSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { Root } from '../src/seal/keys.js';
import type { OpenerState, SessionState } from '../src/seal/opener.js';
import type { Birth } from '../src/wire/birth.js';
import { toHex, fromHex } from '../src/base/bytes.js';
import type { Kind } from '../src/wire/envelope.js';
import type { Alert, Heartbeat } from '../src/wire/events.js';
import type { DecodedReading } from '../src/wire/telemetry.js';
import type { AlertRow, Place } from './alert-state.js';
import { PairingTable } from './pairing-table.js';
import { MIGRATIONS, SCHEMA, SCHEMA_VERSION } from './schema.js';

/** Frames of a node's sessions that are not born yet are kept up to this number; the oldest goes first, counted. */
export const PENDING_MAX = 256;

/** Where a session's zero of time comes from: the node's own clock, or the arrival of what it sent. */
export type TimeSource = 'node' | 'arrival';
export type NodeState = 'unborn' | 'online' | 'offline' | 'silent';

/** A node as the registry knows it. */
export interface NodeRow {
  readonly nodeId: string;
  readonly name: string;
  readonly state: NodeState;
  /** Of the last heartbeat. */
  readonly connection: number;
  readonly lastSeenMs: number | undefined;
  readonly heartbeat: (Heartbeat & Partial<Place>) | undefined;
}

/** A session's birth with its zero of time. */
export interface BirthRow {
  readonly session: number;
  readonly arrivedMs: number;
  readonly startUtcMs: number;
  readonly timeSource: TimeSource;
  readonly birth: Birth;
}

export interface StoreOptions {
  /** False for a simulation, whose file need not outlive a power cut. Default true. */
  readonly durable?: boolean;
  /** Largest size in pages of 4,096 bytes; for tests of a full disk. */
  readonly pagesMax?: number;
}

/** One frame that waits for its birth. */
export interface PendingRow {
  readonly kind: Kind;
  readonly arrivedMs: number;
  readonly envelope: Uint8Array;
}

interface RawNode {
  node_id: string;
  name: string;
  state: NodeState;
  connection: number;
  last_seen_ms: number | null;
  heartbeat: string | null;
}

interface RawBirth {
  session: number;
  arrived_ms: number;
  start_utc_ms: number;
  time_source: TimeSource;
  facts: string;
}

function nodeRow(raw: RawNode): NodeRow {
  return {
    nodeId: raw.node_id,
    name: raw.name,
    state: raw.state,
    connection: raw.connection,
    lastSeenMs: raw.last_seen_ms ?? undefined,
    heartbeat: raw.heartbeat === null ? undefined : (JSON.parse(raw.heartbeat) as Heartbeat & Partial<Place>),
  };
}

/** The SQLite file of a gateway. All that belongs together is written in one `transaction`. */
export class Store {
  readonly #db: Database.Database;
  readonly #statements = new Map<string, Database.Statement>();
  /** Pairings that are under way or done. */
  readonly pairings: PairingTable;

  /** @throws {Error} when the file is no store of this version, or cannot be written. */
  constructor(path: string, { durable = true, pagesMax }: StoreOptions = {}) {
    // The file holds keys: nobody else may read it.
    if (path !== ':memory:') closeSync(openSync(path, 'a', 0o600));
    this.#db = new Database(path, { timeout: 5_000 });
    this.#db.pragma('journal_mode = WAL');
    this.#db.pragma(`synchronous = ${durable ? 'FULL' : 'OFF'}`);
    this.#db.pragma('foreign_keys = ON');
    const version = this.#db.pragma('user_version', { simple: true }) as number;
    if (version > SCHEMA_VERSION)
      throw new Error(`${path} is a store of version ${version}, expected ${SCHEMA_VERSION}`);
    this.#bringUp(version);
    this.pairings = new PairingTable(this.#db);
    if (pagesMax !== undefined) this.#db.pragma(`max_page_count = ${pagesMax}`);
  }

  close(): void {
    this.#db.close();
  }

  /** All or nothing. @throws {Error} from SQLite, for instance when the disk is full; then nothing was changed. */
  transaction<T>(work: () => T): T {
    return this.#db.transaction(work).immediate();
  }

  addNode(nodeId: string, name: string, gatewayId: string, root: Root): void {
    this.#run('INSERT INTO nodes (node_id, name, gateway_id, root_session, root) VALUES (?, ?, ?, ?, ?)', [
      nodeId,
      name,
      gatewayId,
      root.session,
      root.root,
    ]);
  }

  /** Forgets a node that has sent nothing yet. */
  removeUnborn(nodeId: string): void {
    this.#run("DELETE FROM nodes WHERE node_id = ? AND state = 'unborn'", [nodeId]);
  }

  nodes(): NodeRow[] {
    return (this.#all('SELECT * FROM nodes ORDER BY node_id', []) as RawNode[]).map(nodeRow);
  }

  node(nodeId: string): NodeRow | undefined {
    const [raw] = this.#all('SELECT * FROM nodes WHERE node_id = ?', [nodeId]) as RawNode[];
    return raw === undefined ? undefined : nodeRow(raw);
  }

  setNodeState(nodeId: string, state: NodeState): void {
    this.#run('UPDATE nodes SET state = ? WHERE node_id = ?', [state, nodeId]);
  }

  setNodeSeen(nodeId: string, atMs: number): void {
    this.#run("UPDATE nodes SET last_seen_ms = ?, state = 'online' WHERE node_id = ?", [
      Math.round(atMs),
      nodeId,
    ]);
  }

  /** A new session may be a new boot, which counts its connections from 1 again. */
  setNodeBorn(nodeId: string): void {
    this.#run('UPDATE nodes SET connection = 0 WHERE node_id = ?', [nodeId]);
  }

  /** @param place where the heartbeat stood: what was sealed before it, it knows of. */
  setHeartbeat(nodeId: string, heartbeat: Heartbeat, place: Place): void {
    this.#run('UPDATE nodes SET heartbeat = ?, connection = ? WHERE node_id = ?', [
      JSON.stringify({ ...heartbeat, ...place }),
      heartbeat.connection,
      nodeId,
    ]);
  }

  /** What the Opener needs, or undefined for a node that is not registered. */
  openerState(nodeId: string): OpenerState | undefined {
    const [node] = this.#all('SELECT gateway_id, root_session, root FROM nodes WHERE node_id = ?', [
      nodeId,
    ]) as {
      gateway_id: string;
      root_session: number;
      root: Uint8Array;
    }[];
    if (node === undefined) return undefined;
    const sessions = this.#all('SELECT * FROM sessions WHERE node_id = ? ORDER BY session', [nodeId]) as {
      session: number;
      salt: Uint8Array;
      key: Uint8Array;
      nonce_prefix: Uint8Array;
      replay_window: Uint8Array;
      will_connection: number;
    }[];
    return {
      parties: { nodeId, gatewayId: node.gateway_id },
      root: { session: node.root_session, root: node.root },
      sessions: sessions.map((raw) => ({
        session: raw.session,
        salt: raw.salt,
        uplink: { key: raw.key, noncePrefix: raw.nonce_prefix },
        window: raw.replay_window,
        willConnection: raw.will_connection,
      })),
    };
  }

  /** Stores one session of the Opener's state, and the root when a birth has moved it. */
  saveSession(nodeId: string, state: SessionState): void {
    const { session, salt, uplink, window, willConnection } = state;
    this.#run('INSERT OR REPLACE INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?)', [
      nodeId,
      session,
      salt,
      uplink.key,
      uplink.noncePrefix,
      window,
      willConnection,
    ]);
  }

  /** Moves the root on and forgets the keys of sessions before it, and what waited for their births. */
  saveRoot(nodeId: string, { session, root }: Root): void {
    this.#run('UPDATE nodes SET root_session = ?, root = ? WHERE node_id = ?', [session, root, nodeId]);
    this.#run('DELETE FROM sessions WHERE node_id = ? AND session < ?', [nodeId, session]);
    this.#run('DELETE FROM pending WHERE node_id = ? AND session < ?', [nodeId, session]);
  }

  addBirth(nodeId: string, row: BirthRow): void {
    const facts = JSON.stringify({ ...row.birth, bundleSha256: toHex(row.birth.bundleSha256) });
    const { session, arrivedMs, startUtcMs, timeSource } = row;
    this.#run('INSERT INTO births VALUES (?, ?, ?, ?, ?, ?)', [
      nodeId,
      session,
      arrivedMs,
      startUtcMs,
      timeSource,
      facts,
    ]);
  }

  birth(nodeId: string, session: number): BirthRow | undefined {
    const rows = this.#all('SELECT * FROM births WHERE node_id = ? AND session = ?', [
      nodeId,
      session,
    ]) as RawBirth[];
    if (rows.length === 0) return undefined;
    const [raw] = rows;
    const facts = JSON.parse(raw.facts) as Omit<Birth, 'bundleSha256'> & { bundleSha256: string };
    return {
      session: raw.session,
      arrivedMs: raw.arrived_ms,
      startUtcMs: raw.start_utc_ms,
      timeSource: raw.time_source,
      birth: { ...facts, bundleSha256: fromHex(facts.bundleSha256) },
    };
  }

  /** Moves a session's zero of time to an earlier one; what was stored of it moves along. */
  setStart(nodeId: string, session: number, startUtcMs: number): void {
    this.#run('UPDATE births SET start_utc_ms = ? WHERE node_id = ? AND session = ?', [
      startUtcMs,
      nodeId,
      session,
    ]);
  }

  addReadings(nodeId: string, session: number, counter: number, readings: readonly DecodedReading[]): void {
    readings.forEach(({ sensor, offsetMs, values }, place) => {
      const row = [nodeId, session, counter, place, sensor, offsetMs, JSON.stringify(values)];
      this.#run('INSERT INTO readings VALUES (?, ?, ?, ?, ?, ?, ?)', row);
    });
  }

  /** Readings in order of arrival in their session, with their times since 1970. */
  readings(
    nodeId: string,
  ): { session: number; sensor: number; utcMs: number; values: DecodedReading['values'] }[] {
    const rows = this.#all(
      `SELECT session, sensor, offset_ms + start_utc_ms AS utc_ms, reading_values
       FROM readings JOIN births USING (node_id, session) WHERE node_id = ? ORDER BY session, counter, place`,
      [nodeId],
    ) as { session: number; sensor: number; utc_ms: number; reading_values: string }[];
    return rows.map(({ session, sensor, utc_ms, reading_values }) => ({
      session,
      sensor,
      utcMs: utc_ms,
      values: JSON.parse(reading_values) as DecodedReading['values'],
    }));
  }

  addAlert(nodeId: string, session: number, counter: number, alert: Alert): void {
    this.#run('INSERT INTO alerts VALUES (?, ?, ?, ?)', [nodeId, session, counter, JSON.stringify(alert)]);
  }

  alerts(nodeId: string): Alert[] {
    const rows = this.#all('SELECT alert FROM alerts WHERE node_id = ? ORDER BY session, counter', [nodeId]);
    return (rows as { alert: string }[]).map(({ alert }) => JSON.parse(alert) as Alert);
  }

  /** The alerts with their places and times, in the order of their sealing. */
  alertRows(nodeId: string): AlertRow[] {
    const rows = this.#all(
      `SELECT session, counter, alert, start_utc_ms AS start
       FROM alerts JOIN births USING (node_id, session) WHERE node_id = ? ORDER BY session, counter`,
      [nodeId],
    ) as { session: number; counter: number; alert: string; start: number }[];
    return rows.map(({ session, counter, alert: text, start }) => {
      const alert = JSON.parse(text) as Alert;
      const firstUtcMs = start + (alert.firstOffsetMs ?? alert.offsetMs);
      return { session, counter, alert, utcMs: start + alert.offsetMs, firstUtcMs };
    });
  }

  /** How many readings, of one node or of all. */
  countReadings(nodeId?: string): number {
    const where = nodeId === undefined ? '' : ' WHERE node_id = ?';
    const [row] = this.#all(
      `SELECT count(*) AS n FROM readings${where}`,
      nodeId === undefined ? [] : [nodeId],
    );
    return (row as { n: number }).n;
  }

  /** Keeps a frame until its birth comes. Returns how many older ones had to go. */
  addPending(nodeId: string, session: number, { kind, arrivedMs, envelope }: PendingRow): number {
    this.#run('INSERT INTO pending (node_id, session, kind, arrived_ms, envelope) VALUES (?, ?, ?, ?, ?)', [
      nodeId,
      session,
      kind,
      arrivedMs,
      envelope,
    ]);
    const kept = 'SELECT id FROM pending WHERE node_id = ? ORDER BY id DESC LIMIT ?';
    return this.#run(`DELETE FROM pending WHERE node_id = ? AND id NOT IN (${kept})`, [
      nodeId,
      nodeId,
      PENDING_MAX,
    ]);
  }

  /** Takes out what waits for this session. */
  takePending(nodeId: string, session: number): PendingRow[] {
    const match = 'FROM pending WHERE node_id = ? AND session = ?';
    const rows = this.#all(`SELECT * ${match} ORDER BY id`, [nodeId, session]) as {
      kind: number;
      arrived_ms: number;
      envelope: Uint8Array;
    }[];
    this.#run(`DELETE ${match}`, [nodeId, session]);
    return rows.map(({ kind, arrived_ms, envelope }) => ({
      kind: kind as Kind,
      arrivedMs: arrived_ms,
      envelope,
    }));
  }

  countRefusal(nodeId: string, reason: string, count = 1): void {
    this.#run(
      `INSERT INTO refusals VALUES (?, ?, ?) ON CONFLICT (node_id, reason) DO UPDATE SET count = count + excluded.count`,
      [nodeId, reason, count],
    );
  }

  /** Refusals by reason; the node id is empty for what carried none that is registered. */
  refusals(): { nodeId: string; reason: string; count: number }[] {
    return this.#all('SELECT node_id AS nodeId, reason, count FROM refusals ORDER BY 1, 2', []) as {
      nodeId: string;
      reason: string;
      count: number;
    }[];
  }

  /** Creates the tables, or brings those of an earlier version up to date; all or nothing. */
  #bringUp(version: number): void {
    if (version === SCHEMA_VERSION) return;
    this.transaction(() => {
      if (version === 0) this.#db.exec(SCHEMA);
      for (let from = version; from > 0 && from < SCHEMA_VERSION; from++) this.#db.exec(MIGRATIONS[from]);
      this.#db.pragma(`user_version = ${SCHEMA_VERSION}`);
    });
  }

  #prepare(sql: string): Database.Statement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  #run(sql: string, values: readonly unknown[]): number {
    return this.#prepare(sql).run(...values).changes;
  }

  #all(sql: string, values: readonly unknown[]): unknown[] {
    return this.#prepare(sql).all(...values);
  }
}
