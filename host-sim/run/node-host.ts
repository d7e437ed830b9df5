import { fromHex, toHex } from '../../src/base/bytes.js';
import type { NodeStats } from '../../src/node/node.js';
import type { Engine, EngineFactory } from '../engine/engine.js';
import type { Effect, HostRequest, Reply } from '../engine/protocol.js';
import type { Link, LinkFactory } from '../network/link.js';
import type { Scheduled, Scheduler } from '../network/scheduler.js';
import type { Machine } from './machine.js';
import type { NodePlan } from './plan.js';
import type { Trace } from './trace.js';

/** What a host needs of its run. */
export interface HostContext {
  readonly scheduler: Scheduler;
  readonly startEngine: EngineFactory;
  readonly trace: Trace;
  /** Wall-clock time at world time 0. */
  readonly startUtcMs: number;
  /** Gets the node's log. */
  readonly onLog: (node: string, level: string, text: string) => void;
}

/** Counters of one node over all its boots. */
export interface HostStats extends NodeStats {
  readonly boots: number;
  /** Readings that were in memory at a power cut: some of them may have been delivered. */
  readonly atRiskReadings: number;
  readonly transferredBytes: number;
}

type Started = { readonly engine: Engine; readonly bootMs: number };
type StepReply = Extract<Reply, { effects: unknown }>;

/** Most readings that one unacknowledged envelope can hold. */
const READINGS_PER_ENVELOPE_MAX = 120;
const SUMMED = [
  'takenReadings',
  'skippedReadings',
  'droppedReadings',
  'droppedAlerts',
  'raisedAlerts',
  'suppressedAlerts',
  'sentEnvelopes',
  'connections',
  'sentBytes',
] as const;

/** Runs one node: gives its program time, bytes and sensors, and does what it wants done. */
export class NodeHost {
  readonly plan: NodePlan;
  readonly machine: Machine;
  readonly link: Link;
  readonly #context: HostContext;
  #running: Started | undefined;
  #wake: Scheduled | undefined;
  #pokePlanned = false;
  /** Steps run one after the other, whatever the engine's speed. */
  #queue: Promise<void> = Promise.resolve();
  #boots = 0;
  #atRisk = 0;
  #before: Record<string, number> = {};
  #calls: [HostRequest, unknown][] = [];

  constructor(plan: NodePlan, machine: Machine, links: LinkFactory, context: HostContext) {
    this.plan = plan;
    this.machine = machine;
    this.#context = context;
    this.link = links(() => this.#planPoke());
  }

  /** Power on. @throws {Error} when the program does not start. */
  async start(resetReason: string): Promise<void> {
    const engine = await this.#context.startEngine((request) => this.#answer(request));
    const { config, parts, name } = this.plan;
    this.#boots++;
    this.#running = { engine, bootMs: this.#context.scheduler.nowMs() };
    const reply = await engine.send({ op: 'start', nowMs: 0, config, parts, resetReason });
    if (!reply.ok) throw new Error(`node ${name} does not start: ${reply.error}`);
    this.#trace({ start: resetReason });
    await this.poke();
  }

  /** Power off, in the middle of whatever it did. */
  async cutPower(): Promise<void> {
    const stats = await this.#boot();
    this.#wake?.cancel();
    const engine = this.#running?.engine;
    this.#running = undefined;
    await this.#queue;
    this.link.close();
    this.machine.cutPower();
    await engine?.stop();
    this.#trace({ powerCut: true });
    if (stats === undefined) return;
    for (const key of SUMMED) this.#before[key] = (this.#before[key] ?? 0) + stats[key];
    this.#atRisk += stats.queuedReadings + stats.unacknowledgedEnvelopes * READINGS_PER_ENVELOPE_MAX;
  }

  /** Ends the sampling; what waits is sent. */
  drain(): Promise<void> {
    this.#queue = this.#queue.then(async () => {
      await this.#running?.engine.send({ op: 'drain' });
      this.#trace({ drain: true });
    });
    return this.poke();
  }

  /** True when everything that was taken has been acknowledged, or counted as dropped. */
  async isQuiet(): Promise<boolean> {
    const { unacknowledgedEnvelopes, queuedReadings, queuedAlerts } = await this.stats();
    return unacknowledgedEnvelopes + queuedReadings + queuedAlerts === 0;
  }

  async stop(): Promise<void> {
    this.#wake?.cancel();
    const engine = this.#running?.engine;
    this.#running = undefined;
    await this.#queue;
    this.link.close();
    await engine?.stop();
  }

  /** Steps the program now. */
  poke(): Promise<void> {
    this.#queue = this.#queue.then(() => this.#step());
    return this.#queue;
  }

  async stats(): Promise<HostStats> {
    const now = await this.#boot();
    const sums = Object.fromEntries(SUMMED.map((key) => [key, (this.#before[key] ?? 0) + (now?.[key] ?? 0)]));
    return {
      ...(sums as unknown as NodeStats),
      queuedReadings: now?.queuedReadings ?? 0,
      queuedAlerts: now?.queuedAlerts ?? 0,
      unacknowledgedEnvelopes: now?.unacknowledgedEnvelopes ?? 0,
      online: now?.online ?? false,
      boots: this.#boots,
      atRiskReadings: this.#atRisk,
      transferredBytes: this.link.transferredBytes,
    };
  }

  /** Counters of the running boot. */
  async #boot(): Promise<NodeStats | undefined> {
    await this.#queue;
    const reply = await this.#running?.engine.send({ op: 'stats' });
    return reply !== undefined && reply.ok && 'stats' in reply ? reply.stats : undefined;
  }

  #planPoke(): void {
    if (this.#pokePlanned) return;
    this.#pokePlanned = true;
    this.#context.scheduler.at(this.#context.scheduler.nowMs(), () => {
      this.#pokePlanned = false;
      return this.poke();
    });
  }

  #answer(request: string): string {
    const parsed = JSON.parse(request) as HostRequest;
    const reply = this.machine.answer(parsed);
    this.#calls.push([parsed, reply]);
    return JSON.stringify(reply);
  }

  async #step(): Promise<void> {
    if (this.#running === undefined) return;
    this.#wake?.cancel();
    const { engine, bootMs } = this.#running;
    const { scheduler, startUtcMs } = this.#context;
    const nowMs = scheduler.nowMs() - bootMs;
    const stream = {
      state: this.link.state(),
      writableBytes: this.link.writableBytes(),
      received: this.link.take().map(toHex),
    };
    const reply = await engine.send({ op: 'step', nowMs, utcMs: startUtcMs + bootMs + nowMs, stream });
    if (!reply.ok) throw new Error(`node ${this.plan.name} failed: ${reply.error}`);
    // The power may have gone while a slow engine was still at it.
    if (this.#running?.engine !== engine) return;
    const { effects, wakeMs } = reply as StepReply;
    this.#trace({ in: stream, calls: this.#calls, out: effects, wakeMs });
    for (const effect of effects) this.#apply(effect);
    if (wakeMs !== null) this.#wake = scheduler.at(bootMs + Math.max(wakeMs, nowMs + 1), () => this.poke());
  }

  #apply(effect: Effect): void {
    switch (effect[0]) {
      case 'open':
        return this.link.open();
      case 'write':
        return this.link.write(fromHex(effect[1]));
      case 'close':
        return this.link.close();
      case 'log':
        return this.#context.onLog(this.plan.name, effect[1], effect[2]);
    }
  }

  #trace(what: object): void {
    this.#context.trace.write({ t: this.#context.scheduler.nowMs(), node: this.plan.name, ...what });
    this.#calls = [];
  }
}
