import type Database from 'better-sqlite3';

/** One pairing as the gateway keeps it. */
export interface PairingRow {
  readonly nodeId: string;
  readonly name: string;
  readonly gatewayId: string;
  /** Derived from the claim; undefined once the pairing is done. */
  readonly psk: Uint8Array | undefined;
  /** The node's first message and the answer to it; undefined while the node has not asked. */
  readonly firstMessage: Uint8Array | undefined;
  readonly answer: Uint8Array | undefined;
  readonly confirmation: Uint8Array | undefined;
}

interface Raw {
  node_id: string;
  name: string;
  gateway_id: string;
  psk: Uint8Array | null;
  first_message: Uint8Array | null;
  answer: Uint8Array | null;
  confirmation: Uint8Array | null;
}

/** The table of pairings. Its writes belong into a transaction of the store. */
export class PairingTable {
  readonly #db: Database.Database;

  constructor(db: Database.Database) {
    this.#db = db;
  }

  get(nodeId: string): PairingRow | undefined {
    const raw = this.#db.prepare('SELECT * FROM pairings WHERE node_id = ?').get(nodeId) as Raw | undefined;
    if (raw === undefined) return undefined;
    return {
      nodeId: raw.node_id,
      name: raw.name,
      gatewayId: raw.gateway_id,
      psk: raw.psk ?? undefined,
      firstMessage: raw.first_message ?? undefined,
      answer: raw.answer ?? undefined,
      confirmation: raw.confirmation ?? undefined,
    };
  }

  /** Opens a pairing, in place of one that led to nothing. */
  open({
    nodeId,
    name,
    gatewayId,
    psk,
  }: {
    nodeId: string;
    name: string;
    gatewayId: string;
    psk: Uint8Array;
  }): void {
    this.#db
      .prepare('INSERT OR REPLACE INTO pairings (node_id, name, gateway_id, psk) VALUES (?, ?, ?, ?)')
      .run(nodeId, name, gatewayId, psk);
  }

  saveAnswer(nodeId: string, firstMessage: Uint8Array, answer: Uint8Array, confirmation: Uint8Array): void {
    this.#db
      .prepare('UPDATE pairings SET first_message = ?, answer = ?, confirmation = ? WHERE node_id = ?')
      .run(firstMessage, answer, confirmation, nodeId);
  }

  /** The node is paired: the claim's key and the answer are worth nothing any more. */
  finish(nodeId: string): void {
    this.#db.prepare('UPDATE pairings SET psk = NULL, answer = NULL WHERE node_id = ?').run(nodeId);
  }
}
