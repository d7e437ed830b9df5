import mqttPacket, {
  type IConnectPacket,
  type IPublishPacket,
  type ISubscribePacket,
  type Packet,
} from 'mqtt-packet';
import type { Scheduled, Scheduler } from './scheduler.js';
import type { Server, ServerHandler, ServerSide } from './virtual-network.js';

/** Messages that wait for the subscriber at most; the oldest is dropped and counted. */
export const BROKER_QUEUE_MAX = 1_000_000;

/** Somebody who gets every message, over a session that the broker keeps while it is away. */
export interface Subscriber {
  /** @throws when it could not store the message: it is not acknowledged then, and comes again. */
  deliver(topic: string, payload: Uint8Array): void;
}

interface Client {
  readonly side: ServerSide;
  clientId: string | undefined;
  will: { topic: string; payload: Uint8Array; qos: number } | undefined;
  keepAliveMs: number;
  timer: Scheduled | undefined;
  readonly topics: Set<string>;
  lastMessageId: number;
}

interface Queued {
  readonly topic: string;
  readonly payload: Uint8Array;
}

/**
 * A model of an MQTT 3.1.1 broker with durable storage: retained messages, last wills, keep-alive, QoS 0 and 1, and
 * one subscriber's session. Packets are read and written by mqtt-packet, as on the real one.
 */
export class VirtualBroker implements Server {
  readonly #scheduler: Scheduler;
  readonly #clients = new Set<Client>();
  readonly #retained = new Map<string, Uint8Array>();
  readonly #queue: Queued[] = [];
  #subscriber: Subscriber | undefined;
  #hasSession = false;
  #up = true;
  #dropped = 0;
  #published = 0;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /** Messages for the subscriber that did not fit the queue, or came at QoS 0 while it was away. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Messages that clients published. */
  get published(): number {
    return this.#published;
  }

  get queued(): number {
    return this.#queue.length;
  }

  /** Connects the subscriber: the retained messages when it subscribes first, and ever after what has waited. */
  attach(subscriber: Subscriber): void {
    this.#subscriber = subscriber;
    if (!this.#hasSession) for (const [topic, payload] of this.#retained) subscriber.deliver(topic, payload);
    this.#hasSession = true;
    this.#flush();
  }

  detach(): void {
    this.#subscriber = undefined;
  }

  /** Goes down without a word: connections end, nothing new is accepted, no will is published. */
  stop(): void {
    this.#up = false;
    for (const client of this.#clients) {
      client.timer?.cancel();
      client.side.close();
    }
    this.#clients.clear();
  }

  start(): void {
    this.#up = true;
  }

  accept(side: ServerSide): ServerHandler | undefined {
    if (!this.#up) return undefined;
    const client: Client = {
      side,
      clientId: undefined,
      will: undefined,
      keepAliveMs: 0,
      timer: undefined,
      topics: new Set(),
      lastMessageId: 0,
    };
    this.#clients.add(client);
    const parser = mqttPacket.parser({ protocolVersion: 4 });
    parser.on('packet', (packet) => this.#take(client, packet));
    parser.on('error', () => this.#lose(client, true));
    return {
      receive: (bytes) => {
        if (this.#clients.has(client)) parser.parse(Buffer.from(bytes));
      },
      closed: () => this.#lose(client, false),
    };
  }

  /**
   * A message of the gateway's. Only clients that are connected get it: what the model leaves out is that a broker
   * would keep it for the others.
   */
  publish(topic: string, payload: Uint8Array): void {
    for (const client of this.#clients) {
      if (!client.topics.has(topic)) continue;
      const messageId = (client.lastMessageId = (client.lastMessageId % 0xffff) + 1);
      const bytes = Buffer.from(payload);
      this.#write(client, {
        cmd: 'publish',
        topic,
        payload: bytes,
        qos: 1,
        retain: false,
        dup: false,
        messageId,
      });
    }
  }

  #subscribe(client: Client, { subscriptions, messageId }: ISubscribePacket): void {
    for (const { topic } of subscriptions) client.topics.add(topic);
    this.#write(client, { cmd: 'suback', messageId, granted: subscriptions.map(() => 1) });
  }

  #take(client: Client, packet: Packet): void {
    if (!this.#clients.has(client)) return;
    if (packet.cmd === 'connect') this.#connect(client, packet);
    else if (client.clientId === undefined) return this.#lose(client, true);
    else if (packet.cmd === 'publish') this.#publish(client, packet);
    else if (packet.cmd === 'subscribe') this.#subscribe(client, packet);
    else if (packet.cmd === 'puback') return this.#watch(client);
    else if (packet.cmd === 'pingreq') this.#write(client, { cmd: 'pingresp' });
    else if (packet.cmd === 'disconnect') {
      client.will = undefined;
      return this.#lose(client, true);
    } else return this.#lose(client, true);
    this.#watch(client);
  }

  #connect(client: Client, { clientId, will, keepalive }: IConnectPacket): void {
    for (const other of this.#clients) if (other.clientId === clientId) this.#lose(other, true);
    client.clientId = clientId;
    client.keepAliveMs = (keepalive ?? 0) * 1000;
    if (will) client.will = { topic: will.topic, payload: bytesOf(will.payload), qos: will.qos ?? 0 };
    this.#write(client, { cmd: 'connack', returnCode: 0, sessionPresent: false });
  }

  #publish(client: Client, { topic, payload, qos, retain, messageId }: IPublishPacket): void {
    this.#published++;
    if (retain) this.#retained.set(topic, bytesOf(payload));
    this.#pass({ topic, payload: bytesOf(payload) }, qos);
    if (qos === 1) this.#write(client, { cmd: 'puback', messageId });
  }

  #pass(message: Queued, qos: number): void {
    if (this.#subscriber === undefined && qos === 0) {
      this.#dropped++;
      return;
    }
    this.#queue.push(message);
    if (this.#queue.length > BROKER_QUEUE_MAX) {
      this.#queue.shift();
      this.#dropped++;
    }
    this.#flush();
  }

  #flush(): void {
    while (this.#subscriber !== undefined && this.#queue.length > 0) {
      const { topic, payload } = this.#queue[0];
      this.#subscriber.deliver(topic, payload);
      this.#queue.shift();
    }
  }

  /** MQTT 3.1.1, section 3.1.2.10: one and a half keep-alive times of silence end a connection. */
  #watch(client: Client): void {
    client.timer?.cancel();
    if (client.keepAliveMs === 0 || !this.#clients.has(client)) return;
    client.timer = this.#scheduler.at(this.#scheduler.nowMs() + client.keepAliveMs * 1.5, () =>
      this.#lose(client, true),
    );
  }

  #lose(client: Client, close: boolean): void {
    if (!this.#clients.delete(client)) return;
    client.timer?.cancel();
    if (close) client.side.close();
    if (client.will !== undefined) this.#pass(client.will, client.will.qos);
  }

  #write(client: Client, packet: Packet): void {
    client.side.write(mqttPacket.generate(packet));
  }
}

function bytesOf(payload: Uint8Array | string): Uint8Array {
  return typeof payload === 'string' ? Buffer.from(payload) : payload;
}
