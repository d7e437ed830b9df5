import type { Backoff } from '../pace/backoff.js';
import type { StreamPort } from '../ports/ports.js';
import { encodePacket, PacketReader, type IncomingPacket } from './codec.js';

/** Most QoS 1 messages that wait for their PUBACK. */
export const IN_FLIGHT_MAX = 8;
/** Room that a publish needs in the stream's buffer. */
export const PUBLISH_BYTES_MAX = 1_200;

/** How the node talks to its broker. */
export interface UplinkConfig {
  readonly clientId: string;
  /** Seconds, 1..65,535. Half of it is the time that the broker has for an answer. */
  readonly keepAliveS: number;
  readonly username?: string;
  readonly password?: string;
  readonly willTopic: string;
}

/** One application message. */
export interface Message {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1;
  readonly retain: boolean;
}

interface InFlight {
  readonly message: Message;
  readonly messageId: number;
  /** The connection on which it was written last; 0 for none. */
  connection: number;
  deliveredMs: number;
}

type Phase = 'offline' | 'opening' | 'handshaking' | 'online';

/** What the uplink asks of the node. */
export interface UplinkHooks {
  /** The sealed last will of a new connection, `none` to connect without, or undefined when none can be made now. */
  makeWill(connection: number, nowMs: number): Uint8Array | 'none' | undefined;
  /** Takes a message of the topic that `listen` asked for. It must not call the uplink. */
  receive?(payload: Uint8Array): void;
  /** Says what happened, for the log. */
  report(text: string): void;
}

/**
 * An MQTT 3.1.1 client as a state machine over a byte stream: connect with last will, keep-alive, QoS 0 and 1,
 * re-delivery of what was not acknowledged, one subscription, reconnect after back-off. It never waits: `step` does what is due.
 */
export class Uplink {
  readonly #config: UplinkConfig;
  readonly #stream: StreamPort;
  readonly #backoff: Backoff;
  readonly #hooks: UplinkHooks;
  readonly #inFlight: InFlight[] = [];
  #reader = new PacketReader();
  #phase: Phase = 'offline';
  #connection = 0;
  #lastMessageId = 0;
  #acknowledged = 0;
  #topic: string | undefined;
  /** The connection on which the topic was asked for, and the one on which the broker has granted it. */
  #askedConnection = 0;
  #grantedConnection = 0;
  #refusedMessages = 0;
  #sentBytes = 0;
  /** What happens next if nothing else does: retry, give up waiting, or ping. */
  #wakeMs: number;
  #connectedMs = 0;
  #lastSentMs = 0;
  #lastReceivedMs = 0;
  /** When the answer to the running ping must be there. */
  #pongDueMs: number | undefined;

  constructor(
    config: UplinkConfig,
    stream: StreamPort,
    backoff: Backoff,
    hooks: UplinkHooks,
    startMs: number,
  ) {
    this.#config = config;
    this.#stream = stream;
    this.#backoff = backoff;
    this.#hooks = hooks;
    this.#wakeMs = startMs;
  }

  get online(): boolean {
    return this.#phase === 'online';
  }

  /** Number of the current or last connection; grows by one with each that reached the handshake. */
  get connection(): number {
    return this.#connection;
  }

  /** QoS 1 messages that the broker has acknowledged. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** Bytes handed to the stream since the start. */
  get sentBytes(): number {
    return this.#sentBytes;
  }

  /** QoS 1 messages that wait for their acknowledgement. */
  get unacknowledged(): number {
    return this.#inFlight.length;
  }

  /** When `step` has something to do, unless the stream has news first. */
  get wakeMs(): number {
    return this.#wakeMs;
  }

  /** True when `publish` may be called. */
  get canPublish(): boolean {
    return (
      this.online &&
      this.#inFlight.length < IN_FLIGHT_MAX &&
      !this.#inFlight.some(({ connection }) => connection !== this.#connection) &&
      this.#stream.writableBytes() >= PUBLISH_BYTES_MAX
    );
  }

  /** The one topic to receive from, or undefined for none. Asked for again on each connection. */
  listen(topic: string | undefined): void {
    if (topic !== this.#topic) this.#askedConnection = this.#grantedConnection = 0;
    this.#topic = topic;
  }

  /** True when the broker delivers what `listen` asked for. */
  get listening(): boolean {
    return this.online && this.#grantedConnection === this.#connection;
  }

  /** Messages that were retained, or of a topic that was not asked for: acknowledged and thrown away. */
  get refusedMessages(): number {
    return this.#refusedMessages;
  }

  /** Sends a message now; at QoS 1 keeps it until it is acknowledged. Only while `canPublish`. */
  publish(message: Message, nowMs: number): void {
    if (message.qos === 0) {
      this.#write(encodePacket({ cmd: 'publish', ...message, dup: false }), nowMs);
      return;
    }
    const entry = { message, messageId: this.#nextMessageId(), connection: 0, deliveredMs: nowMs };
    this.#inFlight.push(entry);
    this.#deliver(entry, nowMs);
  }

  /** Ends the connection in good order, so that the broker keeps the last will; a new one follows. */
  reconnect(nowMs: number, why: string): void {
    if (this.online) this.#write(encodePacket({ cmd: 'disconnect' }), nowMs);
    this.#drop(nowMs, why);
  }

  step(nowMs: number): void {
    if (this.#phase === 'offline') {
      if (nowMs < this.#wakeMs) return;
      this.#stream.open();
      this.#phase = 'opening';
      this.#wakeMs = nowMs + this.#answerMs;
    }
    if (this.#stream.state() === 'open' && this.#phase === 'opening') this.#handshake(nowMs);
    if (this.#phase !== 'opening') this.#receive(nowMs);
    if (this.#stream.state() === 'failed') this.#drop(nowMs, 'the connection failed');
    else if (this.online) this.#keepUp(nowMs);
    else if (this.#isOver(nowMs)) this.#drop(nowMs, 'the broker did not answer');
  }

  get #answerMs(): number {
    return this.#config.keepAliveS * 500;
  }

  #isOver(nowMs: number): boolean {
    return this.#phase !== 'offline' && nowMs >= this.#wakeMs;
  }

  #handshake(nowMs: number): void {
    const { clientId, keepAliveS, username, password, willTopic } = this.#config;
    const payload = this.#hooks.makeWill(this.#connection + 1, nowMs);
    if (payload === undefined) return this.#drop(nowMs, 'no session could be started');
    this.#connection++;
    this.#reader = new PacketReader();
    this.#phase = 'handshaking';
    const will =
      payload === 'none' ? {} : { will: { topic: willTopic, payload, qos: 1, retain: false } as const };
    const names = {
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
    };
    const fixed = { cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: false } as const;
    this.#write(encodePacket({ ...fixed, clientId, keepalive: keepAliveS, ...names, ...will }), nowMs);
    this.#wakeMs = nowMs + this.#answerMs;
  }

  #receive(nowMs: number): void {
    for (let bytes = this.#stream.read(); bytes !== undefined; bytes = this.#stream.read()) {
      this.#lastReceivedMs = nowMs;
      const result = this.#reader.read(bytes);
      if (!result.ok) return this.#drop(nowMs, `the broker sent what is no MQTT: ${result.error}`);
      for (const packet of result.packets) {
        this.#take(packet, nowMs);
        if (this.#phase === 'offline') return;
      }
    }
  }

  #take(packet: IncomingPacket, nowMs: number): void {
    if (packet.cmd === 'connack' && this.#phase === 'handshaking') return this.#connected(packet, nowMs);
    if (packet.cmd === 'puback' && this.online) return this.#acknowledge(packet.messageId);
    if (packet.cmd === 'pingresp' && this.online) {
      this.#pongDueMs = undefined;
      return;
    }
    if (packet.cmd === 'suback' && this.online && this.#askedConnection === this.#connection)
      return this.#granted(packet);
    if (packet.cmd === 'publish' && this.online && (packet.qos ?? 0) < 2)
      return this.#incoming(packet, nowMs);
    // Everything is asked for at quality of service 1, so any other packet breaks the protocol.
    this.#drop(nowMs, `the broker sent an unexpected ${packet.cmd}`);
  }

  #connected({ returnCode }: IncomingPacket, nowMs: number): void {
    if (returnCode !== 0)
      return this.#drop(nowMs, `the broker refused the connection, return code ${returnCode ?? -1}`);
    this.#phase = 'online';
    this.#connectedMs = nowMs;
    this.#pongDueMs = undefined;
    this.#hooks.report(`connected, connection ${this.#connection}`);
  }

  #granted({ granted }: IncomingPacket): void {
    if (granted?.length === 1 && granted[0] <= 1) this.#grantedConnection = this.#connection;
    else this.#hooks.report('the broker refused the subscription');
  }

  /** A retained message has been lying there for who knows how long: what must be fresh is never retained. */
  #incoming({ topic, payload, qos, retain, messageId }: IncomingPacket, nowMs: number): void {
    if (topic === this.#topic && retain !== true && payload !== undefined) this.#hooks.receive?.(payload);
    else this.#refusedMessages++;
    // A stream that has failed may still hold what came before; without an acknowledgement it comes again.
    if (qos !== 1 || messageId === undefined || this.#stream.state() !== 'open') return;
    const bytes = encodePacket({ cmd: 'puback', messageId });
    if (this.#stream.writableBytes() < bytes.length)
      return this.#drop(nowMs, 'no room to acknowledge what the broker sends');
    this.#write(bytes, nowMs);
  }

  /** Asks for the topic once on each connection. */
  #subscribe(nowMs: number): void {
    if (this.#topic === undefined || this.#askedConnection === this.#connection) return;
    if (this.#stream.writableBytes() < PUBLISH_BYTES_MAX) return;
    const subscriptions = [{ topic: this.#topic, qos: 1 as const }];
    this.#askedConnection = this.#connection;
    this.#write(encodePacket({ cmd: 'subscribe', messageId: this.#nextMessageId(), subscriptions }), nowMs);
  }

  #acknowledge(messageId: number | undefined): void {
    const index = this.#inFlight.findIndex((entry) => entry.messageId === messageId);
    if (index < 0) return;
    this.#inFlight.splice(index, 1);
    this.#acknowledged++;
  }

  /** While online: deliver again what an earlier connection left open, and keep the connection alive. */
  #keepUp(nowMs: number): void {
    for (const entry of this.#inFlight) {
      if (entry.connection === this.#connection) continue;
      if (this.#stream.writableBytes() < PUBLISH_BYTES_MAX) break;
      this.#deliver(entry, nowMs);
    }
    this.#subscribe(nowMs);
    if (this.#pongDueMs === undefined && nowMs >= this.#pingMs) {
      this.#write(encodePacket({ cmd: 'pingreq' }), nowMs);
      this.#pongDueMs = nowMs + this.#answerMs;
    }
    if (this.#pongDueMs !== undefined && nowMs >= this.#pongDueMs)
      return this.#drop(nowMs, 'the broker did not answer a ping');
    const ackDueMs = this.#ackDueMs;
    if (nowMs >= ackDueMs) return this.#drop(nowMs, 'the broker does not acknowledge');
    this.#wakeMs = Math.min(this.#pongDueMs ?? this.#pingMs, ackDueMs);
  }

  /** A broker that answers pings and acknowledges nothing would hold the window for ever: two keep-alive times are its. */
  get #ackDueMs(): number {
    const waiting = this.#inFlight.filter(({ connection }) => connection === this.#connection);
    return Math.min(...waiting.map(({ deliveredMs }) => deliveredMs)) + this.#config.keepAliveS * 2_000;
  }

  get #pingMs(): number {
    // Also a node that only sends must learn that nobody listens.
    return Math.min(this.#lastSentMs, this.#lastReceivedMs) + this.#config.keepAliveS * 750;
  }

  #deliver(entry: InFlight, nowMs: number): void {
    const dup = entry.connection !== 0;
    entry.connection = this.#connection;
    entry.deliveredMs = nowMs;
    this.#write(encodePacket({ cmd: 'publish', ...entry.message, dup, messageId: entry.messageId }), nowMs);
  }

  #nextMessageId(): number {
    do this.#lastMessageId = (this.#lastMessageId % 0xffff) + 1;
    while (this.#inFlight.some(({ messageId }) => messageId === this.#lastMessageId));
    return this.#lastMessageId;
  }

  #write(bytes: Uint8Array, nowMs: number): void {
    this.#stream.write(bytes);
    this.#sentBytes += bytes.length;
    this.#lastSentMs = nowMs;
  }

  #drop(nowMs: number, why: string): void {
    this.#stream.close();
    if (this.online) this.#backoff.connectionEnded(nowMs - this.#connectedMs);
    this.#phase = 'offline';
    const delayMs = this.#backoff.nextDelayMs();
    this.#wakeMs = nowMs + delayMs;
    this.#hooks.report(`${why}; next try in ${delayMs} ms`);
  }
}
