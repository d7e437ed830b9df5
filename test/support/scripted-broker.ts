import mqttPacket from 'mqtt-packet';
import type { StreamPort, StreamState } from '../../src/ports/ports.js';

/** Fields of the packets that the broker looks at, whatever the packet's kind. */
export interface ReceivedPacket {
  readonly cmd: string;
  readonly topic?: string;
  readonly payload?: Uint8Array;
  readonly messageId?: number;
  readonly qos?: number;
  readonly dup?: boolean;
  readonly retain?: boolean;
  readonly will?: { readonly topic: string; readonly payload: Uint8Array; readonly qos: number };
  readonly clientId?: string;
  readonly clean?: boolean;
  readonly keepalive?: number;
  readonly username?: string;
  readonly password?: Uint8Array;
  /** The connection, from 1, on which it came. */
  readonly connection: number;
}

/** How the broker behaves. */
export interface BrokerScript {
  /** False: the connection stays `opening`. */
  reachable: boolean;
  /** The CONNACK's return code; undefined sends none. */
  returnCode: number | undefined;
  acknowledges: boolean;
  /** What a SUBACK grants: 0, 1 or 128 for a refusal; undefined sends none. */
  granted: 0 | 1 | 128 | undefined;
  pongs: boolean;
  /** What `writableBytes` says at the start of a connection. */
  room: number;
  /** False: what is written stays in the stream's buffer, so its room shrinks. */
  drains: boolean;
}

/** A broker and the stream to it in one object. It answers at once, so that its bytes are there for the next read. */
export class ScriptedBroker implements StreamPort {
  readonly received: ReceivedPacket[] = [];
  readonly script: BrokerScript = {
    reachable: true,
    returnCode: 0,
    acknowledges: true,
    granted: 1,
    pongs: true,
    room: 65_536,
    drains: true,
  };
  /** How often `open` was called. */
  opens = 0;
  #state: StreamState = 'closed';
  #outgoing: Uint8Array[] = [];
  #buffered = 0;
  #parser = mqttPacket.parser();

  open(): void {
    if (this.#state !== 'closed') throw new Error(`opened while ${this.#state}`);
    this.opens++;
    this.#state = this.script.reachable ? 'open' : 'opening';
    this.#outgoing = [];
    this.#buffered = 0;
    this.#parser = mqttPacket.parser();
    this.#parser.on('packet', (packet) => this.#take(packet as unknown as ReceivedPacket));
    this.#parser.on('error', (error: Error) => {
      throw error;
    });
  }

  state(): StreamState {
    return this.#state;
  }

  writableBytes(): number {
    return this.script.room - this.#buffered;
  }

  write(bytes: Uint8Array): void {
    if (this.#state !== 'open') throw new Error(`written while ${this.#state}`);
    if (bytes.length > this.writableBytes()) throw new Error('written more than there is room for');
    if (!this.script.drains) this.#buffered += bytes.length;
    this.#parser.parse(Buffer.from(bytes));
  }

  read(): Uint8Array | undefined {
    return this.#outgoing.shift();
  }

  close(): void {
    this.#state = 'closed';
    this.#outgoing = [];
  }

  /** Sends bytes to the node. */
  deliver(bytes: Uint8Array): void {
    this.#outgoing.push(Uint8Array.from(bytes));
  }

  /** Sends a packet to the node. */
  send(packet: mqttPacket.Packet): void {
    this.deliver(mqttPacket.generate(packet));
  }

  /** Breaks the connection. */
  fail(): void {
    if (this.#state !== 'closed') this.#state = 'failed';
  }

  /** True when the node has something to read. */
  get hasNews(): boolean {
    return this.#outgoing.length > 0;
  }

  /** The received packets of one kind. */
  all(cmd: string): ReceivedPacket[] {
    return this.received.filter((packet) => packet.cmd === cmd);
  }

  #take(packet: ReceivedPacket): void {
    this.received.push({ ...packet, connection: this.opens });
    const { script } = this;
    if (packet.cmd === 'connect' && script.returnCode !== undefined)
      this.send({ cmd: 'connack', returnCode: script.returnCode, sessionPresent: false });
    if (packet.cmd === 'publish' && (packet.qos ?? 0) > 0 && script.acknowledges)
      this.send({ cmd: 'puback', messageId: packet.messageId });
    if (packet.cmd === 'subscribe' && script.granted !== undefined)
      this.send({ cmd: 'suback', messageId: packet.messageId ?? 0, granted: [script.granted] });
    if (packet.cmd === 'pingreq' && script.pongs) this.send({ cmd: 'pingresp' });
    if (packet.cmd === 'disconnect') this.fail();
  }
}
