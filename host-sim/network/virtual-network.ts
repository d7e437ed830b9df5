import { SeededRandom } from '../../src/base/random.js';
import type { StreamState } from '../../src/ports/ports.js';
import { LINK_BUFFER_BYTES, type Link, type LinkFactory } from './link.js';
import type { Scheduler } from './scheduler.js';

/** What a server sees of a connection. */
export interface ServerSide {
  write(bytes: Uint8Array): void;
  close(): void;
}

/** What a server does with a connection; undefined from `accept` refuses it. */
export interface ServerHandler {
  receive(bytes: Uint8Array): void;
  closed(): void;
}

export interface Server {
  accept(side: ServerSide): ServerHandler | undefined;
}

export interface NetworkConfig {
  /** One way, milliseconds. */
  readonly latencyMs: number;
  /** Up to so much more, drawn anew for each piece; order is kept. */
  readonly jitterMs: number;
  readonly seed: number;
}

/** Time until a connection to nobody fails, as a reset does. */
const REFUSE_MS = 5;

/** One connection. Either end may close it; pieces under way are then lost. */
class Connection {
  alive = true;
  #upMs = 0;
  #downMs = 0;
  readonly #scheduler: Scheduler;
  readonly #delay: () => number;

  constructor(scheduler: Scheduler, delay: () => number) {
    this.#scheduler = scheduler;
    this.#delay = delay;
  }

  up(work: () => void): void {
    this.#upMs = this.#later(this.#upMs, work);
  }

  down(work: () => void): void {
    this.#downMs = this.#later(this.#downMs, work);
  }

  #later(afterMs: number, work: () => void): number {
    const ms = Math.max(afterMs, this.#scheduler.nowMs() + this.#delay());
    this.#scheduler.at(ms, () => {
      if (this.alive) work();
    });
    return ms;
  }
}

class VirtualLink implements Link {
  readonly #network: VirtualNetwork;
  readonly #onNews: () => void;
  #connection: Connection | undefined;
  #handler: ServerHandler | undefined;
  #state: StreamState = 'closed';
  #received: Uint8Array[] = [];
  transferredBytes = 0;
  /** True while the node's own radio is off. */
  isCut = false;

  constructor(network: VirtualNetwork, onNews: () => void) {
    this.#network = network;
    this.#onNews = onNews;
  }

  state(): StreamState {
    return this.#state;
  }

  writableBytes(): number {
    return this.#state === 'open' ? LINK_BUFFER_BYTES : 0;
  }

  open(): void {
    this.close();
    this.#state = 'opening';
    const connection = this.#network.connection();
    this.#connection = connection;
    connection.up(() => this.#reach(connection));
  }

  write(bytes: Uint8Array): void {
    this.transferredBytes += bytes.length;
    const copy = bytes.slice();
    this.#connection?.up(() => this.#handler?.receive(copy));
  }

  close(): void {
    const connection = this.#connection;
    const handler = this.#handler;
    this.#connection = undefined;
    this.#handler = undefined;
    this.#state = 'closed';
    this.#received = [];
    connection?.up(() => {
      connection.alive = false;
      handler?.closed();
    });
  }

  take(): Uint8Array[] {
    return this.#received.splice(0);
  }

  /** Ends the connection from outside, without a word to either side but the failure. */
  fail(): void {
    if (this.#connection === undefined) return;
    this.#connection.alive = false;
    const handler = this.#handler;
    this.#handler = undefined;
    this.#state = 'failed';
    handler?.closed();
    this.#onNews();
  }

  #reach(connection: Connection): void {
    const side = {
      write: (bytes: Uint8Array) => connection.down(() => this.#receive(connection, bytes)),
      close: () => connection.down(() => this.#serverClosed(connection)),
    };
    const handler = this.isCut ? undefined : this.#network.server.accept(side);
    if (handler === undefined) return connection.down(() => this.#serverClosed(connection));
    this.#handler = handler;
    connection.down(() => {
      if (this.#connection !== connection) return;
      this.#state = 'open';
      this.#onNews();
    });
  }

  #receive(connection: Connection, bytes: Uint8Array): void {
    if (this.#connection !== connection) return;
    this.transferredBytes += bytes.length;
    this.#received.push(bytes);
    this.#onNews();
  }

  #serverClosed(connection: Connection): void {
    if (this.#connection !== connection) return;
    this.#handler = undefined;
    connection.alive = false;
    this.#state = 'failed';
    this.#onNews();
  }
}

/** All links of a scenario to its broker, with seeded delays. */
export class VirtualNetwork {
  readonly server: Server;
  readonly #scheduler: Scheduler;
  readonly #config: NetworkConfig;
  readonly #random: SeededRandom;

  constructor(scheduler: Scheduler, server: Server, config: NetworkConfig) {
    this.server = server;
    this.#scheduler = scheduler;
    this.#config = config;
    this.#random = new SeededRandom(config.seed);
  }

  /** Links that a fault may cut with `fail` and `isCut`. */
  readonly link = (onNews: () => void): VirtualLink => new VirtualLink(this, onNews);

  connection(): Connection {
    const { latencyMs, jitterMs } = this.#config;
    return new Connection(this.#scheduler, () =>
      Math.max(REFUSE_MS, latencyMs + this.#random.nextBelow(jitterMs + 1)),
    );
  }
}

export type { VirtualLink, LinkFactory };
