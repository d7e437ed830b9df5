import { createServer, type Server, type Socket } from 'node:net';
import { Aedes } from 'aedes';

/** An aedes broker on loopback that can go away and come back with all it knew. */
export class LiveBroker {
  readonly #aedes: Aedes;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;

  private constructor(aedes: Aedes) {
    this.#aedes = aedes;
  }

  static async start(): Promise<LiveBroker> {
    // Nodes wait at most this long for a connection that the broker is slow to take.
    const broker = new LiveBroker(
      await Aedes.createBroker({ heartbeatInterval: 3_600_000, connectTimeout: 30_000 }),
    );
    await broker.up();
    return broker;
  }

  get port(): number {
    return this.#port;
  }

  async up(): Promise<void> {
    if (this.#server !== undefined) return;
    const server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      this.#aedes.handle(socket);
    });
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, '127.0.0.1', resolve);
    });
    const address = server.address();
    if (address !== null && typeof address === 'object') this.#port = address.port;
  }

  /** Drops every connection and listens no more. Sessions, retained and queued messages stay. */
  async down(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  async stop(): Promise<void> {
    await this.down();
    await new Promise<void>((resolve) => this.#aedes.close(resolve));
  }
}
