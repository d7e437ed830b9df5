import { GatewayCore } from '../../gateway/core.js';
import { Store } from '../../gateway/store.js';
import { createNode, type Node } from '../../src/node/node.js';
import { CLAIM_FLASH_NAME, encodeClaim } from '../../src/pair/flash.js';
import type { Claim } from '../../src/seal/claim.js';
import { celsius, FakeSensor } from './fake-sensor.js';
import { MemoryFlash, seededBytes, SeededEntropy, TEST_PARTIES } from './memory-ports.js';
import { NODE_CONFIG } from './node-rig.js';
import { ScriptedBroker } from './scripted-broker.js';

export const CLAIM: Claim = { nodeId: TEST_PARTIES.nodeId, secret: seededBytes(21, 16) };
const STEP_MS = 500;
/** Restarts after which a run that keeps failing is given up. */
const BOOTS_MAX = 20;

/** Where the power goes: at an operation of the node's flash, or around a message, of either side. */
export type Cut =
  | { readonly at: 'flash'; readonly index: number; readonly when: 'before' | 'after' }
  | { readonly at: 'toGateway'; readonly index: number; readonly when: NodeMessageCut }
  | { readonly at: 'toNode'; readonly index: number; readonly when: 'lost' | 'nodeDies' };

/**
 * `lost` with the connection; `nodeDies` after it was sent; `gatewayBefore` its transaction, so that the broker delivers
 * again; `gatewayAfter` its transaction, with the replies not yet sent.
 */
export type NodeMessageCut = 'lost' | 'nodeDies' | 'gatewayBefore' | 'gatewayAfter';

/** Flash that counts its changes, and dies at one of them. */
class MortalFlash extends MemoryFlash {
  changes = 0;
  isDead = false;
  cut: Cut | undefined;
  onDeath: () => void = () => undefined;

  override write(name: string, value: Uint8Array): void {
    this.#change(() => super.write(name, value));
  }

  override erase(name: string): void {
    this.#change(() => super.erase(name));
  }

  #change(work: () => void): void {
    if (this.isDead) throw new Error('the power is off');
    const index = this.changes++;
    const dies = this.cut?.at === 'flash' && this.cut.index === index;
    if (!dies || this.cut?.when === 'after') work();
    if (!dies) return;
    this.isDead = true;
    this.onDeath();
    throw new Error('the power is off');
  }
}

/** A node with a claim and a gateway that waits for it, with one power cut or lost message at a chosen place. */
export class PairingRig {
  readonly flash = new MortalFlash();
  readonly store = new Store(':memory:');
  gateway: GatewayCore;
  node!: Node;
  broker!: ScriptedBroker;
  nowMs = 0;
  readings = 0;
  toGateway = 0;
  toNode = 0;
  boots = 0;
  readonly #cut: Cut | undefined;
  #bootMs = 0;
  #taken = 0;
  #killNode = false;

  constructor(cut?: Cut, claim = CLAIM) {
    this.#cut = cut;
    this.gateway = this.#newGateway();
    this.gateway.pair(claim, TEST_PARTIES.gatewayId, 'pump');
    this.flash.write(CLAIM_FLASH_NAME, encodeClaim(CLAIM));
    this.flash.changes = 0;
    this.flash.cut = cut;
    this.boot();
  }

  /** Power on. */
  boot(): void {
    if (++this.boots > BOOTS_MAX) throw new Error('the node does not stay up');
    this.broker = new ScriptedBroker();
    this.#taken = 0;
    this.#bootMs = this.nowMs;
    this.#killNode = false;
    this.flash.isDead = false;
    this.flash.onDeath = () => (this.#killNode = true);
    try {
      this.node = createNode(this.#ports(), NODE_CONFIG, 0);
    } catch (error) {
      if (!this.#killNode) throw error;
      this.boot();
    }
  }

  /** Goes on until `untilMs`, or until `done`. */
  run(untilMs: number, done: () => boolean = () => false): this {
    while (this.nowMs < untilMs && !done()) {
      this.step();
      this.nowMs += STEP_MS;
    }
    return this;
  }

  get bothPaired(): boolean {
    return this.node.stats().paired && this.gateway.pairingState(CLAIM.nodeId) === 'paired';
  }

  step(): void {
    const sent = this.broker.received.length;
    do {
      const before = this.broker.received.length;
      this.node.step(this.nowMs - this.#bootMs);
      // What a dead node wrote behind its death never left it.
      if (this.#killNode) this.broker.received.length = Math.max(sent, before);
      this.#pass();
      if (this.#killNode) return this.boot();
    } while (this.broker.hasNews);
  }

  /** Hands a frame to the node as the broker would. */
  sendToNode(topic: string, payload: Uint8Array): void {
    this.broker.send({
      cmd: 'publish',
      topic,
      payload: Buffer.from(payload),
      qos: 1,
      retain: false,
      dup: false,
      messageId: 1 + (this.toNode % 1_000),
    });
  }

  #pass(): void {
    const published = this.broker.all('publish');
    while (this.#taken < published.length) {
      const { topic = '', payload } = published[this.#taken++];
      this.#deliver(topic, Uint8Array.from(payload ?? []));
    }
  }

  #deliver(topic: string, payload: Uint8Array): void {
    const index = this.toGateway++;
    const when = this.#cut?.at === 'toGateway' && this.#cut.index === index ? this.#cut.when : undefined;
    if (when === 'lost') return this.broker.fail();
    if (when === 'gatewayBefore') this.gateway = this.#newGateway();
    for (const event of this.gateway.receive(topic, payload, this.nowMs))
      if (event.type === 'reading') this.readings++;
    if (when === 'gatewayAfter') this.gateway = this.#newGateway();
    if (when === 'nodeDies') this.#killNode = true;
    for (const reply of this.gateway.takeReplies()) this.#reply(reply.topic, reply.payload);
  }

  #reply(topic: string, payload: Uint8Array): void {
    const index = this.toNode++;
    const when = this.#cut?.at === 'toNode' && this.#cut.index === index ? this.#cut.when : undefined;
    if (when === 'lost') return this.broker.fail();
    if (when === 'nodeDies') this.#killNode = true;
    if (!this.#killNode) this.sendToNode(topic, payload);
  }

  #newGateway(): GatewayCore {
    return new GatewayCore(this.store, new SeededEntropy(77 + this.toGateway));
  }

  #ports(): Parameters<typeof createNode>[0] {
    return {
      wallClock: { utcMs: () => undefined },
      entropy: new SeededEntropy(100 + this.boots),
      flash: this.flash,
      stream: this.broker,
      facts: {
        resetReason: () => 'powerOn',
        freeHeapBytes: () => undefined,
        signalDbm: () => undefined,
        supplyMilliV: () => undefined,
      },
      log: { write: () => undefined },
      openSensor: () => new FakeSensor(() => celsius(20)),
    };
  }
}
