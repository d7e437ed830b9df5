import { GatewayCore, type CoreStore } from '../../gateway/core.js';
import type { GatewayEvent } from '../../gateway/events.js';
import { PARTS as DRIVERS, type PartDescription } from '../../hal/parts.js';
import { SeededRandom } from '../../src/base/random.js';
import { createNode, type Node, type NodeStats } from '../../src/node/node.js';
import type { Ports } from '../../src/ports/ports.js';
import type { BusFault } from '../devices/bus.js';
import type { PartBus } from '../devices/part-bus.js';
import { PARTS as MODELS } from '../devices/parts.js';
import type { NodePlan } from '../run/plan.js';
import type { Signal } from '../world/signals.js';
import { BrokerEnd } from './broker-end.js';
import { FleetLink, type LinkConfig } from './fleet-link.js';
import { Timeline } from './timeline.js';

/** Keeps the network's randomness apart from the node's own. */
const NETWORK_SEED = 0x5bd1e995;

/** What a fleet's node gets of its world. */
export interface FleetNodeWorld {
  /** Wall-clock time at world time 0. */
  readonly startUtcMs: number;
  /** What the node's own clock says, where that is not the world's time. */
  readonly clockUtcMs?: (worldMs: number) => number | undefined;
  readonly link: LinkConfig;
  readonly signals: ReadonlyMap<string, Readonly<Record<string, Signal>>>;
  /** Whether a connection that reaches the broker at `ms` finds it away. */
  readonly isBrokerAway: (ms: number) => boolean;
  /** True when the broker takes all that come, so that nobody has to be asked. */
  readonly isDoorOpen: boolean;
  /** Told of each attempt to connect. */
  readonly onAttempt: (ms: number) => void;
  /** Told of what the gateway learned, and when. */
  readonly onEvent: (event: GatewayEvent, utcMs: number) => void;
  /** A broken broker: it acknowledges these and loses them. */
  readonly losesMessage?: (topic: string) => boolean;
  /** Told of each packet that the node sends. */
  readonly onPacket?: (packet: Uint8Array) => void;
}

/** A connection that waits for the broker's answer; the node's world stands still until it is there. */
export interface Knock {
  readonly ms: number;
  readonly connection: number;
}

const SUMMED = [
  'takenReadings',
  'skippedReadings',
  'droppedReadings',
  'droppedAlerts',
  'raisedAlerts',
  'sentEnvelopes',
  'connections',
] as const;

/** One node with its parts, its link, the broker's end of it and its gateway, in a time of its own. */
export class FleetNode<S extends CoreStore = CoreStore> {
  readonly plan: NodePlan;
  /** The gateway's store; it outlives the gateway. */
  readonly store: S;
  readonly link: FleetLink;
  readonly broker: BrokerEnd;
  readonly #world: FleetNodeWorld;
  readonly #timeline = new Timeline();
  readonly #entropy: SeededRandom;
  readonly #network: SeededRandom;
  readonly #buses = new Map<string, PartBus>();
  readonly #ports: Ports;
  #core: GatewayCore | undefined;
  #node: Node | undefined;
  #bootMs = 0;
  #nowMs = 0;
  #wakeMs = Infinity;
  #isPoked = false;
  #knock: Knock | undefined;
  readonly #before: Record<string, number> = {};
  boots = 0;
  flashWrites = 0;
  /** What the node logged as an error. */
  errors = 0;
  gatewayRefusals = 0;

  constructor(plan: NodePlan, world: FleetNodeWorld, store: S) {
    this.plan = plan;
    this.#world = world;
    this.#entropy = new SeededRandom(plan.seed);
    this.#network = new SeededRandom(plan.seed ^ NETWORK_SEED);
    this.store = store;
    this.#core = new GatewayCore(store);
    this.broker = new BrokerEnd({
      nowMs: () => this.#nowMs,
      at: (ms, work) => this.#timeline.at(ms, work),
      send: (bytes) => this.link.send(bytes),
      hangUp: () => this.link.hangUp(),
      deliver: (topic, payload) => this.#deliver(topic, payload),
    });
    this.link = new FleetLink(this.#linkWorld(), this.#timeline, this.#network, world.link);
    for (const { name, part } of plan.sensors) this.#buses.set(name, this.#bus(name, part));
    this.#ports = this.#makePorts();
  }

  /** World time of this node. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Set while the node waits at the broker's door. */
  get knock(): Knock | undefined {
    return this.#knock;
  }

  /** Plans something that happens to this node. */
  at(ms: number, work: () => void): void {
    this.#timeline.at(ms, work);
  }

  /** A number for faults that hit this node at random. */
  nextUnit(): number {
    return this.#network.nextUnit();
  }

  /** Lets time pass up to and including `untilMs`, or until the node knocks at the broker's door. */
  run(untilMs: number): void {
    while (this.#knock === undefined) {
      const nextMs = this.#isPoked ? this.#nowMs : Math.min(this.#wakeMs, this.#timeline.nextMs);
      if (nextMs > untilMs) return;
      this.#nowMs = Math.max(this.#nowMs, nextMs);
      while (this.#timeline.nextMs <= this.#nowMs && this.#knock === undefined) this.#timeline.runNext();
      if (this.#knock === undefined && (this.#isPoked || this.#wakeMs <= this.#nowMs)) this.#step();
    }
  }

  /** The broker's answer to the knock. */
  answer(acceptMs: number | undefined): void {
    const knock = this.#knock;
    this.#knock = undefined;
    if (knock !== undefined) this.link.answer(knock.connection, acceptMs);
  }

  /** Does nothing to a machine that runs: a power cut before its start must not start it twice. */
  powerOn(): void {
    if (this.#node !== undefined) return;
    this.boots++;
    this.#bootMs = this.#nowMs;
    this.#node = createNode(this.#ports, this.plan.config, 0);
    this.#isPoked = true;
  }

  powerOff(): void {
    const stats = this.#node?.stats();
    if (stats === undefined) return;
    for (const key of SUMMED) this.#before[key] = (this.#before[key] ?? 0) + stats[key];
    this.#node = undefined;
    this.#wakeMs = Infinity;
    this.#isPoked = false;
    this.link.powerOff();
    // A machine without power holds no bus: its parts start anew as well.
    for (const { name, part } of this.plan.sensors) this.#buses.set(name, this.#bus(name, part));
  }

  drain(): void {
    this.#node?.drain();
    this.#isPoked = true;
  }

  setBusFault(sensor: string, fault: BusFault): void {
    this.#buses.get(sensor)?.setFault(fault);
  }

  /** The gateway loses all that is only in memory, or comes back. */
  setGatewayUp(isUp: boolean): void {
    this.#core = isUp ? new GatewayCore(this.store) : undefined;
    this.broker.setGatewayUp(isUp);
  }

  /** Counters over all boots; what waits is of the running one. */
  stats(): NodeStats {
    const now = this.#node?.stats();
    const sums = Object.fromEntries(SUMMED.map((key) => [key, (this.#before[key] ?? 0) + (now?.[key] ?? 0)]));
    return {
      ...(sums as unknown as NodeStats),
      queuedReadings: now?.queuedReadings ?? 0,
      queuedAlerts: now?.queuedAlerts ?? 0,
      unacknowledgedEnvelopes: now?.unacknowledgedEnvelopes ?? 0,
      online: now?.online ?? false,
      sentBytes: this.link.transferredBytes,
    };
  }

  /** True when nothing waits and all that was sent is acknowledged. */
  get isQuiet(): boolean {
    const stats = this.#node?.stats();
    if (stats === undefined) return false;
    return stats.queuedReadings + stats.queuedAlerts + stats.unacknowledgedEnvelopes === 0;
  }

  /** Readings that wait in the running node. */
  get queuedReadings(): number {
    return this.#node?.stats().queuedReadings ?? 0;
  }

  #step(): void {
    this.#isPoked = false;
    this.#wakeMs = Infinity;
    if (this.#node === undefined) return;
    const nowMs = this.#nowMs - this.#bootMs;
    this.#wakeMs = this.#bootMs + Math.max(this.#node.step(nowMs), nowMs + 1);
  }

  #deliver(topic: string, payload: Uint8Array): void {
    if (this.#world.losesMessage?.(topic) === true) return;
    const utcMs = this.#world.startUtcMs + this.#nowMs;
    for (const event of this.#core?.receive(topic, payload, utcMs) ?? []) {
      if (event.type === 'refusal') this.gatewayRefusals++;
      this.#world.onEvent(event, utcMs);
    }
  }

  #linkWorld() {
    return {
      nowMs: () => this.#nowMs,
      knock: (connection: number) => this.#arrive(connection),
      receive: (bytes: Uint8Array) => this.broker.receive(bytes),
      sent: (bytes: Uint8Array) => this.#world.onPacket?.(bytes),
      closed: () => this.broker.closed(),
      news: () => void (this.#isPoked = true),
    };
  }

  #arrive(connection: number): void {
    this.#world.onAttempt(this.#nowMs);
    if (this.#world.isBrokerAway(this.#nowMs)) this.link.answer(connection, undefined);
    else if (this.#world.isDoorOpen) this.link.answer(connection, this.#nowMs);
    else this.#knock = { ms: this.#nowMs, connection };
  }

  #bus(name: string, part: NodePlan['sensors'][number]['part']): PartBus {
    return MODELS[part].connect(() => this.#nowMs, this.#world.signals.get(name) ?? {});
  }

  #makePorts(): Ports {
    const { flash, parts } = this.plan;
    const { startUtcMs, clockUtcMs = (ms) => startUtcMs + ms } = this.#world;
    return {
      wallClock: { utcMs: () => clockUtcMs(this.#nowMs) },
      entropy: { isReady: () => true, fill: (bytes) => this.#entropy.fill(bytes) },
      flash: {
        read: (name) => flash.get(name)?.slice(),
        write: (name, value) => {
          this.flashWrites++;
          flash.set(name, value.slice());
        },
        erase: (name) => void flash.delete(name),
      },
      stream: this.link,
      facts: {
        resetReason: () => 'powerOn',
        freeHeapBytes: () => undefined,
        signalDbm: () => undefined,
        supplyMilliV: () => undefined,
      },
      log: { write: (level) => void (this.errors += level === 'error' ? 1 : 0) },
      openSensor: (name) => {
        const bus = this.#buses.get(name);
        if (bus === undefined) throw new Error(`no sensor ${name}`);
        const options = Object.entries(bus.io).map(([port, io]) => [port, { io }] as const);
        const part: PartDescription = DRIVERS[parts[name]];
        return part.create(Object.fromEntries(options));
      },
    };
  }
}
