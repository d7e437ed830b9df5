import { connect, type Socket } from 'node:net';
import type { StreamState } from '../../src/ports/ports.js';
import { LINK_BUFFER_BYTES, type Link, type LinkFactory } from './link.js';

/** How long a closed socket may take to say its last words. */
const LINGER_MS = 100;

/** A link over TCP. */
class TcpLink implements Link {
  readonly #host: string;
  readonly #port: number;
  readonly #onNews: () => void;
  #socket: Socket | undefined;
  #state: StreamState = 'closed';
  #received: Uint8Array[] = [];
  transferredBytes = 0;

  constructor(host: string, port: number, onNews: () => void) {
    this.#host = host;
    this.#port = port;
    this.#onNews = onNews;
  }

  state(): StreamState {
    return this.#state;
  }

  writableBytes(): number {
    return this.#state === 'open' ? Math.max(0, LINK_BUFFER_BYTES - (this.#socket?.writableLength ?? 0)) : 0;
  }

  open(): void {
    this.close();
    this.#state = 'opening';
    const socket = connect({ host: this.#host, port: this.#port, noDelay: true });
    this.#socket = socket;
    const guarded = (change: (bytes?: Uint8Array) => void) => (value?: unknown) => {
      if (this.#socket !== socket) return;
      change(value instanceof Uint8Array ? value : undefined);
      this.#onNews();
    };
    socket.on(
      'connect',
      guarded(() => (this.#state = 'open')),
    );
    socket.on(
      'data',
      guarded((bytes) => bytes !== undefined && this.#receive(bytes)),
    );
    socket.on(
      'drain',
      guarded(() => undefined),
    );
    socket.on(
      'error',
      guarded(() => (this.#state = 'failed')),
    );
    socket.on(
      'close',
      guarded(() => (this.#state = 'failed')),
    );
  }

  write(bytes: Uint8Array): void {
    this.transferredBytes += bytes.length;
    this.#socket?.write(bytes);
  }

  close(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#state = 'closed';
    this.#received = [];
    if (socket === undefined) return;
    // What was written last, such as a DISCONNECT, still goes out; a peer that never answers is not waited for.
    socket.on('error', () => undefined);
    socket.end();
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
  }

  take(): Uint8Array[] {
    return this.#received.splice(0);
  }

  #receive(bytes: Uint8Array): void {
    this.transferredBytes += bytes.length;
    this.#received.push(bytes);
  }
}

/** Links to one broker. */
export function tcpLinks(host: string, port: number): LinkFactory {
  return (onNews) => new TcpLink(host, port, onNews);
}
