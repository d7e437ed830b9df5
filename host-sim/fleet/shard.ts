import type { GatewayEvent } from '../../gateway/events.js';
import { FIRMWARE_VERSION, signalsOf } from '../run/setup.js';
import { planNodes, rootOf, type NodePlan } from '../run/plan.js';
import type { SeriesCache } from '../scenario/signals.js';
import { outagesOf, planLife } from './faults.js';
import { FleetNode } from './fleet-node.js';
import { isIn } from './gate.js';
import { Histogram } from './histogram.js';
import { MemoryStore } from './memory-store.js';
import type { FleetPlan } from './plan.js';

/** Points of the plots over time. */
export const BINS = 240;

/** The broker's answer to one node's knock. */
export interface Answer {
  /** The node's number in the fleet. */
  readonly node: number;
  /** When it is accepted; undefined: refused. */
  readonly acceptMs: number | undefined;
}

/** A node that waits at the broker's door. */
export interface ShardKnock {
  readonly node: number;
  readonly ms: number;
}

/** Sums over nodes; every field can be added up. */
export interface FleetCounts {
  nodes: number;
  boots: number;
  taken: number;
  skipped: number;
  delivered: number;
  droppedReadings: number;
  droppedAlerts: number;
  waiting: number;
  unacknowledged: number;
  raisedAlerts: number;
  deliveredAlerts: number;
  envelopes: number;
  connections: number;
  attempts: number;
  wireBytes: number;
  flashWrites: number;
  twins: number;
  errors: number;
  brokerDropped: number;
  refusals: number;
}

/** What came of a shard, ready to be added to others. */
export interface ShardReport {
  readonly counts: FleetCounts;
  readonly refusals: Readonly<Record<string, number>>;
  readonly latencies: Float64Array;
  /** Attempts to connect that reached the network, by second of world time. */
  readonly attemptsPerS: Uint32Array;
  /** Readings that wait in the nodes, by `BINS` equal parts of the duration: their sum, and the longest queue. */
  readonly queued: Float64Array;
  readonly queuedMost: Float64Array;
  /** Nodes whose account does not add up, at most ten. */
  readonly violations: readonly string[];
  readonly memoryBytes: number;
}

/** What a shard can do, in this thread or in a worker. */
export interface ShardPort {
  /**
   * Takes answers and lets time pass to `untilMs`, which is the end of a part of the duration, or of the run. Returns
   * who waits at the door.
   */
  advance(untilMs: number, answers: readonly Answer[]): Promise<ShardKnock[]>;
  report(): Promise<ShardReport>;
}

/** Most violations that are told one by one. */
const VIOLATIONS_MAX = 10;

/** Bytes of JavaScript memory in use; after a collection where the engine lets us ask for one. */
function memoryBytes(): number {
  (globalThis as { gc?: () => void }).gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Every `of`-th node of a fleet, from number `index` on. */
export class Shard {
  readonly #nodes = new Map<number, FleetNode<MemoryStore>>();
  readonly #latencies = new Histogram();
  readonly #attemptsPerS: Uint32Array;
  readonly #queued = new Float64Array(BINS);
  readonly #queuedMost = new Float64Array(BINS);
  readonly #emptyBytes: number;
  #untilMs = -1;
  #bin = 0;

  constructor({ scenario, baseDir, bundleSha256 }: FleetPlan, index: number, of: number) {
    const { network, fleet, startUtcMs, durationMs, drainMs } = scenario;
    this.#attemptsPerS = new Uint32Array(Math.ceil((durationMs + drainMs) / 1000) + 1);
    this.#emptyBytes = memoryBytes();
    const cache: SeriesCache = new Map();
    const outages = outagesOf(scenario);
    const plans = planNodes(scenario, { version: FIRMWARE_VERSION, bundleSha256 });
    const shared = {
      startUtcMs,
      link: { ...network, loss: fleet.loss },
      isBrokerAway: (ms: number) => isIn(outages, ms),
      isDoorOpen: fleet.acceptPerS === 0,
      onAttempt: (ms: number) => void this.#attemptsPerS[Math.floor(ms / 1000)]++,
      onEvent: (event: GatewayEvent, utcMs: number) => {
        if (event.type === 'alert') this.#latencies.add(utcMs - event.utcMs);
      },
    };
    plans.forEach((plan: NodePlan, number) => {
      if (number % of !== index) return;
      const signals = signalsOf(plan, { scenario, baseDir }, cache);
      const node = new FleetNode(plan, { ...shared, signals }, new MemoryStore(plan.config, rootOf(plan)));
      planLife(node, scenario);
      this.#nodes.set(number, node);
    });
  }

  advance(untilMs: number, answers: readonly Answer[]): ShardKnock[] {
    const isNew = untilMs > this.#untilMs;
    if (isNew && this.#untilMs >= 0) this.#noteQueues();
    this.#untilMs = untilMs;
    const knocks: ShardKnock[] = [];
    const run = (number: number, node: FleetNode<MemoryStore>) => {
      node.run(untilMs);
      if (node.knock !== undefined) knocks.push({ node: number, ms: node.knock.ms });
    };
    for (const { node, acceptMs } of answers) {
      const target = this.#nodes.get(node);
      target?.answer(acceptMs);
      if (target !== undefined && !isNew) run(node, target);
    }
    if (isNew) for (const [number, node] of this.#nodes) run(number, node);
    return knocks;
  }

  /** Notes the queues at the end of a part of the duration: every node stands at that time now. */
  #noteQueues(): void {
    const bin = this.#bin++;
    if (bin >= BINS) return;
    for (const node of this.#nodes.values()) {
      const { queuedReadings } = node;
      this.#queued[bin] += queuedReadings;
      this.#queuedMost[bin] = Math.max(this.#queuedMost[bin], queuedReadings);
    }
  }

  report(): ShardReport {
    const memory = memoryBytes() - this.#emptyBytes;
    const refusals: Record<string, number> = {};
    const counts = emptyCounts();
    const violations: string[] = [];
    for (const node of this.#nodes.values()) {
      const one = countsOf(node);
      addCounts(counts, one);
      for (const [reason, count] of node.store.refusals) refusals[reason] = (refusals[reason] ?? 0) + count;
      const violation = violationOf(one, node);
      if (violation !== undefined && violations.length < VIOLATIONS_MAX) violations.push(violation);
    }
    return {
      counts,
      refusals,
      latencies: this.#latencies.counts,
      attemptsPerS: this.#attemptsPerS,
      queued: this.#queued,
      queuedMost: this.#queuedMost,
      violations,
      memoryBytes: memory,
    };
  }
}

/** All fields 0. */
export function emptyCounts(): FleetCounts {
  return {
    nodes: 0,
    boots: 0,
    taken: 0,
    skipped: 0,
    delivered: 0,
    droppedReadings: 0,
    droppedAlerts: 0,
    waiting: 0,
    unacknowledged: 0,
    raisedAlerts: 0,
    deliveredAlerts: 0,
    envelopes: 0,
    connections: 0,
    attempts: 0,
    wireBytes: 0,
    flashWrites: 0,
    twins: 0,
    errors: 0,
    brokerDropped: 0,
    refusals: 0,
  };
}

/** Adds `from` to `into`. */
export function addCounts(into: FleetCounts, from: FleetCounts): void {
  for (const key of Object.keys(into) as (keyof FleetCounts)[]) into[key] += from[key];
}

function countsOf(node: FleetNode<MemoryStore>): FleetCounts {
  const stats = node.stats();
  return {
    nodes: 1,
    boots: node.boots,
    taken: stats.takenReadings,
    skipped: stats.skippedReadings,
    delivered: node.store.readings,
    droppedReadings: stats.droppedReadings,
    droppedAlerts: stats.droppedAlerts,
    waiting: stats.queuedReadings,
    unacknowledged: stats.unacknowledgedEnvelopes,
    raisedAlerts: stats.raisedAlerts,
    deliveredAlerts: node.store.raisedAlerts,
    envelopes: stats.sentEnvelopes,
    connections: stats.connections,
    attempts: node.link.attempts,
    wireBytes: node.link.transferredBytes,
    flashWrites: node.flashWrites,
    twins: node.store.twins,
    errors: node.errors,
    brokerDropped: node.broker.dropped,
    refusals: node.gatewayRefusals,
  };
}

/** A node that never lost its power and has nothing under way delivered all that it did not count as dropped. */
function violationOf(counts: FleetCounts, { plan }: FleetNode): string | undefined {
  if (counts.twins > 0) return `${plan.name}: ${counts.twins} records stored twice`;
  const isExact = counts.boots === 1 && counts.unacknowledged === 0 && counts.brokerDropped === 0;
  const expected = counts.taken - counts.droppedReadings - counts.waiting;
  const qos = plan.config.broker.qos;
  if (counts.delivered > expected || (isExact && qos === 1 && counts.delivered !== expected))
    return `${plan.name}: ${counts.delivered} readings delivered, expected ${expected}`;
  return undefined;
}
