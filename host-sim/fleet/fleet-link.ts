import type { SeededRandom } from '../../src/base/random.js';
import type { StreamPort, StreamState } from '../../src/ports/ports.js';
import { LINK_BUFFER_BYTES } from '../network/link.js';
import type { Timeline } from './timeline.js';

/** A lost piece comes again after this time, and after twice as long each time more (RFC 6298, least timeout). */
const RESEND_MS = 1_000;
/** After so many losses in a row a piece gets through at last: by then the node has given the connection up. */
const RESENDS_MAX = 6;
/** Time until the answer of a host that refuses. */
const REFUSE_MS = 5;

/** Delays and losses of a link. */
export interface LinkConfig {
  /** One way, milliseconds. */
  readonly latencyMs: number;
  /** Up to so much more, drawn anew for each piece; order is kept. */
  readonly jitterMs: number;
  /** Part of the pieces that must be sent again. */
  readonly loss: number;
}

/** What a link asks of its world. */
export interface LinkWorld {
  nowMs(): number;
  /** A connection reaches the broker's door now; `FleetLink.answer` will be called with what became of it. */
  knock(connection: number): void;
  /** The broker's end gets these bytes. */
  receive(bytes: Uint8Array): void;
  /** The node sent these bytes just now. */
  sent(bytes: Uint8Array): void;
  /** The node closed the connection, and the broker's end hears of it. */
  closed(): void;
  /** The node shall look: there are bytes, or another state. */
  news(): void;
}

/** The stream port of one node and the way to the broker behind it: TCP as its users see it, late but in order. */
export class FleetLink implements StreamPort {
  readonly #world: LinkWorld;
  readonly #timeline: Timeline;
  readonly #random: SeededRandom;
  readonly #config: LinkConfig;
  #state: StreamState = 'closed';
  #received: Uint8Array[] = [];
  /** Number of the running connection; what belongs to an earlier one is void. */
  #connection = 0;
  /** Changes when what is under way to the broker is lost. */
  #carrier = 0;
  /** True from the broker's accept until it hears of the end. */
  #isAccepted = false;
  #upMs = 0;
  #downMs = 0;
  /** True while nothing gets through and nobody says so. */
  #isCut = false;
  transferredBytes = 0;
  /** Times that the node asked for a connection. */
  attempts = 0;

  constructor(world: LinkWorld, timeline: Timeline, random: SeededRandom, config: LinkConfig) {
    this.#world = world;
    this.#timeline = timeline;
    this.#random = random;
    this.#config = config;
  }

  open(): void {
    this.attempts++;
    this.#state = 'opening';
    const connection = ++this.#connection;
    this.#up(() => {
      if (connection === this.#connection) this.#world.knock(connection);
    });
  }

  state(): StreamState {
    return this.#state;
  }

  writableBytes(): number {
    return this.#state === 'open' ? LINK_BUFFER_BYTES : 0;
  }

  write(bytes: Uint8Array): void {
    this.transferredBytes += bytes.length;
    this.#world.sent(bytes);
    // The uplink makes a fresh array for each packet and never looks at it again.
    this.#up(() => this.#world.receive(bytes));
  }

  read(): Uint8Array | undefined {
    return this.#received.shift();
  }

  close(): void {
    if (this.#isAccepted) this.#up(() => this.#world.closed());
    this.#abandon('closed');
  }

  /** The broker's answer to a knock: accepted at `atMs`, or refused when that is undefined. */
  answer(connection: number, atMs: number | undefined): void {
    if (atMs === undefined) this.#down(connection, () => this.#fail());
    else
      this.#timeline.at(atMs, () => {
        if (connection !== this.#connection) return;
        this.#isAccepted = true;
        this.#down(connection, () => this.#setOpen());
      });
  }

  /** Carries bytes from the broker's end to the node. */
  send(bytes: Uint8Array): void {
    this.#down(this.#connection, () => {
      this.transferredBytes += bytes.length;
      this.#received.push(bytes);
      this.#world.news();
    });
  }

  /** The broker ends the connection. */
  hangUp(): void {
    this.#isAccepted = false;
    this.#down(this.#connection, () => this.#fail());
  }

  /** Cuts the link, or heals it: the radio knows at once, the broker only when the node stays silent. */
  setCut(isCut: boolean): void {
    this.#isCut = isCut;
    if (isCut && this.#state !== 'closed') this.#fail();
  }

  /** The node's power is gone: nobody says goodbye. */
  powerOff(): void {
    this.#carrier++;
    this.#abandon('closed');
  }

  #setOpen(): void {
    this.#state = 'open';
    this.#world.news();
  }

  #fail(): void {
    this.#carrier++;
    this.#abandon('failed');
    this.#world.news();
  }

  #abandon(state: StreamState): void {
    this.#connection++;
    this.#isAccepted = false;
    this.#state = state;
    this.#received = [];
  }

  /** What is under way when the node closes in good order still arrives; what a broken link carried does not. */
  #up(work: () => void): void {
    const carrier = this.#carrier;
    this.#upMs = Math.max(this.#upMs, this.#world.nowMs() + this.#delayMs());
    this.#timeline.at(this.#upMs, () => {
      if (carrier === this.#carrier && !this.#isCut) work();
    });
  }

  #down(connection: number, work: () => void): void {
    this.#downMs = Math.max(this.#downMs, this.#world.nowMs() + this.#delayMs());
    this.#timeline.at(this.#downMs, () => {
      if (connection === this.#connection && !this.#isCut) work();
    });
  }

  /** One piece's way in milliseconds, resends included. */
  #delayMs(): number {
    const { latencyMs, jitterMs, loss } = this.#config;
    let delayMs = Math.max(REFUSE_MS, latencyMs + this.#random.nextBelow(jitterMs + 1));
    if (loss === 0) return delayMs;
    for (let resend = 0; resend < RESENDS_MAX && this.#random.nextUnit() < loss; resend++)
      delayMs += RESEND_MS * 2 ** resend;
    return delayMs;
  }
}
