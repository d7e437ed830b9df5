import { Worker } from 'node:worker_threads';
import { outagesOf } from './faults.js';
import { Gate } from './gate.js';
import { leastGapMs, type FleetPlan } from './plan.js';
import { fleetReport, type FleetReport } from './report.js';
import { BINS, Shard, type Answer, type ShardKnock, type ShardPort, type ShardReport } from './shard.js';
import type { WorkerRequest, WorkerStart } from './worker.js';

/** How a fleet is run; none of it changes what comes out. */
export interface FleetRunOptions {
  /** Threads, at least 1; with 1 everything runs in this thread. */
  readonly workers: number;
  /** The compiled `fleet/worker.js`. */
  readonly workerUrl: URL;
  /** Called now and then with the world's time. */
  readonly onProgress: (worldMs: number) => void;
}

/** A shard in a thread of its own. */
class WorkerShard implements ShardPort {
  readonly #worker: Worker;
  #settle: { resolve(value: unknown): void; reject(error: unknown): void } | undefined;

  constructor(url: URL, start: WorkerStart) {
    this.#worker = new Worker(url, { workerData: start });
    this.#worker.on('message', (value: unknown) => this.#settle?.resolve(value));
    this.#worker.on('error', (error) => this.#settle?.reject(error));
  }

  advance(untilMs: number, answers: readonly Answer[]): Promise<ShardKnock[]> {
    return this.#ask<ShardKnock[]>({ op: 'advance', untilMs, answers });
  }

  report(): Promise<ShardReport> {
    return this.#ask<ShardReport>({ op: 'report' });
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }

  #ask<T>(request: WorkerRequest): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve: (value) => resolve(value as T), reject };
      this.#worker.postMessage(request);
    });
  }
}

/** A shard in this thread, as if it were in another. */
function inThisThread(shard: Shard): ShardPort {
  return {
    advance: (untilMs, answers) => Promise.resolve(shard.advance(untilMs, answers)),
    report: () => Promise.resolve(shard.report()),
  };
}

/** Brings shards and the broker's door together. */
class FleetRun {
  readonly #shards: readonly ShardPort[];
  readonly #gate: Gate;
  readonly #gapMs: number;
  #waiting: ShardKnock[] = [];

  constructor(shards: readonly ShardPort[], { scenario }: FleetPlan) {
    const { acceptPerS, backlog } = scenario.fleet;
    this.#shards = shards;
    this.#gate = new Gate({
      acceptPerS: acceptPerS === 0 ? Infinity : acceptPerS,
      backlog,
      outages: outagesOf(scenario),
    });
    this.#gapMs = leastGapMs(scenario);
  }

  /** Lets time pass to `untilMs`: nodes run until they knock, and knocks are answered, until none is left. */
  async advance(untilMs: number): Promise<void> {
    let answers: Answer[] = [];
    do {
      const of = this.#shards.length;
      const knocks = await Promise.all(
        this.#shards.map((shard, i) =>
          shard.advance(
            untilMs,
            answers.filter(({ node }) => node % of === i),
          ),
        ),
      );
      this.#waiting.push(...knocks.flat());
      answers = this.#answer();
    } while (answers.length > 0);
  }

  /**
   * Answers the knocks whose place in the order is certain. Every other node has come to the end of this stretch of
   * time or waits too, and one that is answered cannot be back sooner than the least gap after the first knock.
   */
  #answer(): Answer[] {
    this.#waiting.sort((a, b) => a.ms - b.ms || a.node - b.node);
    const first = this.#waiting.at(0);
    if (first === undefined) return [];
    const certain = this.#waiting.findIndex(({ ms }) => ms >= first.ms + this.#gapMs);
    const now = this.#waiting.splice(0, certain < 0 ? this.#waiting.length : certain);
    return now.map(({ node, ms }) => ({ node, acceptMs: this.#gate.knock(ms) }));
  }
}

/**
 * Runs a fleet. The result is a function of the plan, whatever the number of workers.
 * @throws {Error} when a CSV file is broken, or a node's program fails.
 */
export async function runFleet(plan: FleetPlan, options: FleetRunOptions): Promise<FleetReport> {
  const { durationMs, drainMs } = plan.scenario;
  const startMs = performance.now();
  const cpu = process.cpuUsage();
  const threads: WorkerShard[] = [];
  const of = options.workers;
  if (of > 1)
    for (let index = 0; index < of; index++)
      threads.push(new WorkerShard(options.workerUrl, { plan, index, of }));
  const shards = of > 1 ? threads : [inThisThread(new Shard(plan, 0, 1))];
  try {
    const run = new FleetRun(shards, plan);
    for (let bin = 1; bin <= BINS; bin++) {
      await run.advance(Math.round((durationMs * bin) / BINS));
      options.onProgress((durationMs * bin) / BINS);
    }
    await run.advance(durationMs + drainMs);
    const reports = await Promise.all(shards.map((shard) => shard.report()));
    const { user, system } = process.cpuUsage(cpu);
    const cost = {
      wallS: (performance.now() - startMs) / 1000,
      cpuS: (user + system) / 1e6,
      workers: of,
      bytesPerNode: Math.round(
        reports.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0) /
          reports.reduce((sum, { counts }) => sum + counts.nodes, 0),
      ),
    };
    return fleetReport(plan.scenario, reports, cost);
  } finally {
    for (const thread of threads) await thread.stop();
  }
}
