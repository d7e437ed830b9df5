import { Store } from '../../gateway/store.js';
import { SeededRandom } from '../../src/base/random.js';
import { IN_FLIGHT_MAX } from '../../src/link/uplink.js';
import { KIND, topicOf } from '../../src/wire/envelope.js';
import { outagesOf, planLife } from '../fleet/faults.js';
import { FleetNode } from '../fleet/fleet-node.js';
import { isIn } from '../fleet/gate.js';
import { planNodes, rootOf, type NodePlan } from '../run/plan.js';
import { signalsOf } from '../run/setup.js';
import { accountReadings } from './accounting.js';
import { envelopeOf, SendWatch, type SeenEnvelope } from './watch.js';
import type { Hostility, RandomWorld } from './world.js';

/** How often queues are looked at. */
const LOOK_MS = 5_000;
/** How long everything may take to arrive once all faults are over, beyond what the pace needs. */
const SETTLE_MS = 10 * 60_000;
/** Envelopes of the past that a replay can choose from. */
const RECORDED_MAX = 256;
const READINGS_PER_ENVELOPE_MAX = 120;

/** What a run is given beyond its world: a defect to plant, in a test that the check finds it. */
export interface CheckHooks {
  /** Changes the node's plan or store before anything runs. */
  readonly plant?: (plan: NodePlan, store: Store) => void;
  /** Says which messages the broker loses although it acknowledged them. */
  readonly loses?: (topic: string) => boolean;
}

/** One world that is run and watched. */
class CheckedWorld {
  readonly #world: RandomWorld;
  readonly #plan: NodePlan;
  readonly #store = new Store(':memory:', { durable: false });
  readonly #node: FleetNode<Store>;
  readonly #watch: SendWatch;
  readonly #recorded: SeenEnvelope[] = [];
  readonly #violations = new Set<string>();
  #atRiskReadings = 0;
  #cuts = 0;

  constructor(world: RandomWorld, hooks: CheckHooks) {
    this.#world = world;
    const { scenario } = world;
    [this.#plan] = planNodes(scenario, { version: 'check', bundleSha256: '00'.repeat(32) });
    const { config, name } = this.#plan;
    this.#store.addNode(config.nodeId, name, config.gatewayId, rootOf(this.#plan));
    hooks.plant?.(this.#plan, this.#store);
    this.#watch = new SendWatch(config.pace);
    const outages = outagesOf(scenario);
    this.#node = new FleetNode(
      this.#plan,
      {
        startUtcMs: scenario.startUtcMs,
        clockUtcMs: (ms) => this.#clockUtcMs(ms),
        link: { ...scenario.network, loss: scenario.fleet.loss },
        signals: signalsOf(this.#plan, { scenario, baseDir: '.' }, new Map()),
        isBrokerAway: (ms) => isIn(outages, ms),
        isDoorOpen: true,
        onAttempt: () => undefined,
        onEvent: () => undefined,
        onPacket: (packet) => this.#see(packet),
        ...(hooks.loses === undefined ? {} : { losesMessage: hooks.loses }),
      },
      this.#store,
    );
  }

  run(): string[] {
    try {
      this.#plant();
      this.#live();
      this.#account();
    } catch (error) {
      this.#violations.add(`it threw: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      this.#store.close();
    }
    return [...this.#violations, ...this.#watch.violations];
  }

  /** Plans faults and hostile acts, and notes what a power cut puts at risk before the cut comes. */
  #plant(): void {
    const { scenario, hostilities } = this.#world;
    for (const { kind, atMs, forMs } of scenario.faults) {
      if (kind !== 'powerCut') continue;
      this.#node.at(atMs, () => this.#noteCut());
      this.#node.at(atMs + forMs, () => this.#watch.booted(this.#node.nowMs));
    }
    planLife(this.#node, scenario);
    for (const hostility of hostilities) this.#node.at(hostility.ms, () => this.#harm(hostility));
  }

  #noteCut(): void {
    const { queuedReadings, unacknowledgedEnvelopes } = this.#node.stats();
    this.#atRiskReadings += queuedReadings + unacknowledgedEnvelopes * READINGS_PER_ENVELOPE_MAX;
    this.#cuts++;
  }

  #live(): void {
    const { durationMs } = this.#world.scenario;
    for (let ms = 0; ms < durationMs; ms += LOOK_MS) {
      this.#node.run(ms);
      this.#checkBounds();
    }
    this.#node.run(durationMs);
    const { queue, pace } = this.#world.scenario.nodes[0];
    const endMs = durationMs + SETTLE_MS + ((queue.readings + queue.alerts) / pace.perMinute) * 60_000;
    for (let ms = durationMs; ms < endMs && !this.#node.isQuiet; ms += LOOK_MS) this.#node.run(ms);
    if (!this.#node.isQuiet) this.#violations.add('the node did not get rid of what waits after the faults');
  }

  #checkBounds(): void {
    const { queuedReadings, queuedAlerts, unacknowledgedEnvelopes } = this.#node.stats();
    const { readings, alerts } = this.#plan.config.outbox;
    if (queuedReadings > readings || queuedAlerts > alerts) this.#violations.add('a queue is over its bound');
    if (unacknowledgedEnvelopes > IN_FLIGHT_MAX) this.#violations.add('too many envelopes in flight');
  }

  #account(): void {
    const stats = this.#node.stats();
    const { nodeId, broker } = this.#plan.config;
    const delivered = this.#store.countReadings(nodeId);
    const account = {
      ...{ name: this.#plan.name, nodeId, boots: this.#node.boots, connections: stats.connections },
      ...{ taken: stats.takenReadings, delivered, dropped: stats.droppedReadings },
      ...{ waiting: stats.queuedReadings, atRisk: this.#atRiskReadings, raisedAlerts: stats.raisedAlerts },
      ...{ deliveredAlerts: 0, envelopes: stats.sentEnvelopes, wireBytes: stats.sentBytes },
    };
    for (const violation of accountReadings(account, broker.qos)) this.#violations.add(violation);
    this.#checkAlerts(stats.raisedAlerts, stats.droppedAlerts);
    this.#checkStored(nodeId);
  }

  #checkAlerts(raised: number, dropped: number): void {
    const alerts = this.#store.alerts(this.#plan.config.nodeId);
    const delivered = alerts.filter(({ state }) => state === 'raised').length;
    if (delivered > raised) this.#violations.add(`${raised} alerts raised, ${delivered} delivered`);
    if (this.#cuts === 0 && delivered < raised - dropped)
      this.#violations.add(`${raised} alerts raised, ${dropped} dropped, ${delivered} delivered`);
  }

  /** No reading of a session stands twice, and those of a sensor are in order. */
  #checkStored(nodeId: string): void {
    const last = new Map<string, number>();
    for (const { session, sensor, utcMs } of this.#store.readings(nodeId)) {
      const key = `${session}/${sensor}`;
      if (utcMs <= (last.get(key) ?? -Infinity))
        this.#violations.add(`session/sensor ${key}: a reading twice or out of order`);
      last.set(key, utcMs);
    }
  }

  #clockUtcMs(ms: number): number | undefined {
    const { scenario, clockAheadMs, clockJump } = this.#world;
    if (clockAheadMs === undefined) return undefined;
    return scenario.startUtcMs + ms + clockAheadMs + (ms >= clockJump.ms ? clockJump.byMs : 0);
  }

  #see(packet: Uint8Array): void {
    const envelope = envelopeOf(packet);
    if (envelope === undefined) return;
    this.#watch.see(envelope, this.#node.nowMs);
    this.#recorded.push(envelope);
    if (this.#recorded.length > RECORDED_MAX) this.#recorded.shift();
  }

  #harm({ kind, seed }: Hostility): void {
    const random = new SeededRandom(seed);
    const bytes = (length: number) => {
      const result = new Uint8Array(length);
      random.fill(result);
      return result;
    };
    if (kind === 'garbageToNode') return this.#node.link.send(bytes(1 + random.nextBelow(64)));
    if (kind === 'strayPuback') return this.#node.link.send(Uint8Array.of(0x40, 2, ...bytes(2)));
    const { topic, payload } = this.#hostile(kind, random, bytes);
    this.#node.broker.inject(topic, payload);
  }

  #hostile(
    kind: Hostility['kind'],
    random: SeededRandom,
    bytes: (length: number) => Uint8Array,
  ): SeenEnvelope {
    const { nodeId } = this.#plan.config;
    const telemetry = topicOf(nodeId, KIND.telemetry);
    const past = this.#recorded.at(random.nextBelow(this.#recorded.length));
    if (kind === 'farBirth') {
      const payload = Uint8Array.of(32, 1 + random.nextBelow(127), 0, ...bytes(60));
      return { topic: topicOf(nodeId, KIND.birth), payload };
    }
    if (past === undefined || kind === 'forged')
      return { topic: telemetry, payload: Uint8Array.of(34, 1 + random.nextBelow(3), ...bytes(40)) };
    if (kind === 'replay') return past;
    if (kind === 'otherTopic') return { topic: topicOf(nodeId, KIND.alert), payload: past.payload };
    const payload = past.payload.slice();
    payload[random.nextBelow(payload.length)] ^= 1 << random.nextBelow(8);
    return { topic: past.topic, payload };
  }
}

/** Runs a world. @returns what is wrong, nothing in a good world. */
export function checkWorld(world: RandomWorld, hooks: CheckHooks = {}): string[] {
  return new CheckedWorld(world, hooks).run();
}
