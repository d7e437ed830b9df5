/** First nibble of an MQTT 3.1.1 packet (section 2.2.1), of those that a node sends. */
const PACKET = { connect: 1, publish: 3, pingreq: 12, disconnect: 14 } as const;
const CONNACK = Uint8Array.of(0x20, 2, 0, 0);
const PINGRESP = Uint8Array.of(0xd0, 0);
/** Messages of one node that wait for a gateway that is away; the oldest is dropped and counted. */
export const WAITING_MAX = 65_536;

/** What the broker's end asks of its world. */
export interface BrokerWorld {
  nowMs(): number;
  at(ms: number, work: () => void): void;
  /** Sends to the node over the connection that it accepted last. */
  send(bytes: Uint8Array): void;
  /** Ends that connection. */
  hangUp(): void;
  /** Hands a message to the gateway. @throws when it is down: the message waits. */
  deliver(topic: string, payload: Uint8Array): void;
}

interface Message {
  readonly topic: string;
  readonly payload: Uint8Array;
}

function text(bytes: Uint8Array): string {
  let result = '';
  for (let i = 0; i < bytes.length; i++) result += String.fromCharCode(bytes[i]);
  return result;
}

/** Where the packet's body begins, behind the remaining length (section 2.2.3). */
function bodyAt(packet: Uint8Array): number {
  let at = 1;
  while (packet[at] >= 128) at++;
  return at + 1;
}

/** A field with a length of two bytes before it. */
function field(packet: Uint8Array, at: number): Uint8Array {
  return packet.subarray(at + 2, at + 2 + ((packet[at] << 8) | packet[at + 1]));
}

/**
 * What a broker knows of one node: its connection, its last will, and what waits for the gateway. It reads just what
 * the nodes of a fleet send, one packet at a time, as their uplink writes them; the broker of a plain run is
 * `network/virtual-broker.ts`, which reads any MQTT.
 */
export class BrokerEnd {
  readonly #world: BrokerWorld;
  readonly #waiting: Message[] = [];
  #isGatewayUp = true;
  #isConnected = false;
  #will: Message | undefined;
  #keepAliveMs = 0;
  #heardMs = 0;
  /** True while an event waits that will look whether the node is still there. */
  #isWatching = false;
  #dropped = 0;

  constructor(world: BrokerWorld) {
    this.#world = world;
  }

  /** Messages that were lost here: the gateway was away and they had quality of service 0, or too many waited. */
  get dropped(): number {
    return this.#dropped;
  }

  receive(packet: Uint8Array): void {
    this.#heardMs = this.#world.nowMs();
    const kind = packet[0] >> 4;
    if (kind === PACKET.connect) this.#connect(packet);
    else if (kind === PACKET.publish) this.#publish(packet);
    else if (kind === PACKET.pingreq) this.#world.send(PINGRESP);
    else if (kind === PACKET.disconnect) {
      this.#will = undefined;
      this.#isConnected = false;
    }
  }

  /** Somebody else publishes in this node's name, at quality of service 1. */
  inject(topic: string, payload: Uint8Array): void {
    this.#pass({ topic, payload }, 1);
  }

  /** The node's end was closed: its last will goes out. */
  closed(): void {
    if (!this.#isConnected) return;
    this.#isConnected = false;
    this.#publishWill();
  }

  /** The broker goes down: it forgets the connection and publishes no will. */
  stop(): void {
    this.#isConnected = false;
    this.#will = undefined;
  }

  setGatewayUp(isUp: boolean): void {
    this.#isGatewayUp = isUp;
    while (this.#isGatewayUp && this.#waiting.length > 0) this.#hand(this.#waiting.shift() as Message);
  }

  /** MQTT 3.1.1, section 3.1: the will is there and the user name is not, as the plans of a fleet have it. */
  #connect(packet: Uint8Array): void {
    // A second connection of one client ends the first (section 3.1.4).
    if (this.#isConnected) this.#publishWill();
    const at = bodyAt(packet);
    this.#keepAliveMs = ((packet[at + 8] << 8) | packet[at + 9]) * 1000;
    const topicAt = at + 10 + 2 + field(packet, at + 10).length;
    const topic = field(packet, topicAt);
    this.#will = { topic: text(topic), payload: field(packet, topicAt + 2 + topic.length).slice() };
    this.#isConnected = true;
    this.#world.send(CONNACK);
    this.#watch();
  }

  #publish(packet: Uint8Array): void {
    const at = bodyAt(packet);
    const topic = field(packet, at);
    const idAt = at + 2 + topic.length;
    const qos = (packet[0] >> 1) & 3;
    this.#pass({ topic: text(topic), payload: packet.subarray(qos === 0 ? idAt : idAt + 2) }, qos);
    if (qos === 1) this.#world.send(Uint8Array.of(0x40, 2, packet[idAt], packet[idAt + 1]));
  }

  #pass(message: Message, qos: number): void {
    if (this.#isGatewayUp) return this.#hand(message);
    if (qos === 1) this.#waiting.push(message);
    else this.#dropped++;
    if (this.#waiting.length <= WAITING_MAX) return;
    this.#waiting.shift();
    this.#dropped++;
  }

  #hand({ topic, payload }: Message): void {
    this.#world.deliver(topic, payload);
  }

  #publishWill(): void {
    if (this.#will !== undefined) this.#pass(this.#will, 1);
    this.#will = undefined;
  }

  /** One and a half keep-alive times of silence end a connection (section 3.1.2.10). */
  #watch(): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    this.#world.at(this.#heardMs + this.#keepAliveMs * 1.5, () => {
      this.#isWatching = false;
      if (!this.#isConnected) return;
      if (this.#world.nowMs() < this.#heardMs + this.#keepAliveMs * 1.5) return this.#watch();
      this.#world.hangUp();
      this.closed();
    });
  }
}
