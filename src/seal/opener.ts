import { equalBytes } from '../base/bytes.js';
import { KIND, readHeader, type Header, type Kind } from '../wire/envelope.js';
import { DIRECTION, nextRoot, sessionKey, type Parties, type Root, type SessionKey } from './keys.js';
import { ReplayWindow } from './replay-window.js';
import { nonceTail, openFrom, prepareSubkey } from './secretbox.js';

/** How far ahead of the last session a birth may be. Each step costs two HMACs, and the header is not yet proved. */
export const SESSION_STEPS_MAX = 1_024;
/** How many sessions stay open: the broker may hand over a newer birth before the last frames of the session before. */
export const SESSIONS_OPEN_MAX = 4;

/**
 * Why an envelope was refused. `duplicate` is harmless (QoS 1 delivers twice); `unknownSession` may be opened once
 * its birth has come; the others are worth a look: `replay` of something old, `forged` bytes, `sessionReused` by a
 * node whose flash was rolled back, `tooFarAhead` of the last session.
 */
export type Refusal =
  'malformed' | 'unknownSession' | 'duplicate' | 'replay' | 'forged' | 'sessionReused' | 'tooFarAhead';

/** What came out of an envelope. The plaintext is authentic and not yet parsed. */
export interface Opened {
  readonly ok: true;
  readonly kind: Kind;
  readonly session: number;
  readonly counter: number;
  readonly plaintext: Uint8Array;
}

export type OpenResult = Opened | { readonly ok: false; readonly reason: Refusal; readonly session?: number };

/** One session as the gateway keeps it. */
export interface SessionState {
  readonly session: number;
  readonly salt: Uint8Array;
  readonly uplink: SessionKey;
  /** What `ReplayWindow.store` gave. */
  readonly window: Uint8Array;
  /** The last accepted last will's connection, 0 before any. */
  readonly willConnection: number;
}

/** All that the gateway must store of a node to open what it sends. */
export interface OpenerState {
  readonly parties: Parties;
  /** The oldest session that can still be derived. */
  readonly root: Root;
  readonly sessions: readonly SessionState[];
}

interface OpenSession {
  readonly session: number;
  readonly salt: Uint8Array;
  readonly uplink: SessionKey;
  readonly subkey: Uint8Array;
  readonly window: ReplayWindow;
  willConnection: number;
}

function refused(reason: Refusal, session?: number): OpenResult {
  return session === undefined ? { ok: false, reason } : { ok: false, reason, session };
}

function opened({ kind, session, counter }: Header, plaintext: Uint8Array): Opened {
  return { ok: true, kind, session, counter, plaintext };
}

/**
 * Opens one node's envelopes and remembers which were accepted. `open` changes the state in memory; the caller
 * stores `state()` together with the record, and when it cannot, makes a new Opener from what it stored last.
 */
export class Opener {
  readonly #parties: Parties;
  #root: Root;
  #sessions: OpenSession[];

  constructor({ parties, root, sessions }: OpenerState) {
    this.#parties = parties;
    this.#root = root;
    this.#sessions = sessions.map((stored) => ({
      ...stored,
      subkey: prepareSubkey(stored.uplink),
      window: new ReplayWindow(stored.window),
    }));
  }

  /** The newest session that has been born, or 0. */
  get newestSession(): number {
    return this.#sessions.reduce((newest, { session }) => Math.max(newest, session), 0);
  }

  /** @param kind what the topic says; an envelope of another kind is malformed. */
  open(kind: Kind, envelope: Uint8Array): OpenResult {
    const header = readHeader(envelope);
    if (header === undefined || header.kind !== kind) return refused('malformed');
    const known = this.#sessions.find(({ session }) => session === header.session);
    if (header.kind === KIND.birth) return this.#openBirth(header, envelope, known);
    if (known !== undefined) return this.#openMessage(header, envelope, known);
    if (header.session < this.#root.session) return refused('replay', header.session);
    const isNear = header.session - this.#root.session <= SESSION_STEPS_MAX;
    return refused(isNear ? 'unknownSession' : 'tooFarAhead', header.session);
  }

  state(): OpenerState {
    const sessions = this.#sessions.map(({ session, salt, uplink, window, willConnection }) => ({
      session,
      salt,
      uplink,
      window: window.store(),
      willConnection,
    }));
    return { parties: this.#parties, root: this.#root, sessions };
  }

  #openBirth(header: Header, envelope: Uint8Array, known: OpenSession | undefined): OpenResult {
    const { session } = header;
    const salt = header.salt as Uint8Array;
    if (session < this.#root.session) return refused('replay', session);
    if (session - this.#root.session > SESSION_STEPS_MAX) return refused('tooFarAhead', session);
    const born = this.#derive(session, salt);
    const plaintext = openFrom(envelope, header.bodyAt, {
      subkey: born.subkey,
      tail: nonceTail(KIND.birth, header.counter),
    });
    if (plaintext === undefined || header.counter !== 0) return refused('forged', session);
    if (known !== undefined)
      return refused(equalBytes(known.salt, salt) ? 'duplicate' : 'sessionReused', session);
    this.#add(born);
    return opened(header, plaintext);
  }

  #openMessage(header: Header, envelope: Uint8Array, at: OpenSession): OpenResult {
    const { kind, counter, session } = header;
    const plaintext = openFrom(envelope, header.bodyAt, {
      subkey: at.subkey,
      tail: nonceTail(kind, counter),
    });
    if (plaintext === undefined) return refused('forged', session);
    if (kind === KIND.will) {
      if (counter <= at.willConnection) return refused('duplicate', session);
      at.willConnection = counter;
      return opened(header, plaintext);
    }
    const verdict = at.window.check(counter);
    if (verdict !== 'new') return refused(verdict === 'seen' ? 'duplicate' : 'replay', session);
    at.window.accept(counter);
    return opened(header, plaintext);
  }

  #rootOf(session: number): Root {
    let root = this.#root;
    while (root.session < session) root = nextRoot(root);
    return root;
  }

  #derive(session: number, salt: Uint8Array): OpenSession {
    const uplink = sessionKey(this.#rootOf(session), this.#parties, salt, DIRECTION.uplink);
    return {
      session,
      salt,
      uplink,
      subkey: prepareSubkey(uplink),
      window: new ReplayWindow(),
      willConnection: 0,
    };
  }

  /** Takes a proved session in and forgets what is too old, roots included. */
  #add(born: OpenSession): void {
    this.#sessions.push(born);
    const oldest = this.newestSession - SESSIONS_OPEN_MAX + 1;
    if (oldest > this.#root.session) this.#root = this.#rootOf(oldest);
    this.#sessions = this.#sessions.filter(({ session }) => session >= this.#root.session);
  }
}
