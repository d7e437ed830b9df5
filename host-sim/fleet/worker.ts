import { parentPort, workerData } from 'node:worker_threads';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { FleetPlan } from './plan.js';
import { Shard, type Answer } from './shard.js';

/** What a worker is asked. */
export type WorkerRequest =
  | { readonly op: 'advance'; readonly untilMs: number; readonly answers: readonly Answer[] }
  | { readonly op: 'report' };

/** What a worker is started with. */
export interface WorkerStart {
  readonly plan: FleetPlan;
  readonly index: number;
  readonly of: number;
}

// Memory is told after a collection, or it would say more of the garbage than of the nodes.
setFlagsFromString('--expose-gc');
(globalThis as { gc?: unknown }).gc = runInNewContext('gc');

const { plan, index, of } = workerData as WorkerStart;
const shard = new Shard(plan, index, of);
parentPort?.on('message', (request: WorkerRequest) => {
  parentPort?.postMessage(
    request.op === 'report' ? shard.report() : shard.advance(request.untilMs, request.answers),
  );
});
