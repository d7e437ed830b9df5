import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { readBundle } from '../engine/bundle.js';
import { fleetPage } from '../fleet/page.js';
import { FLEET_NODES_MAX, scaleScenario } from '../fleet/plan.js';
import { runFleet } from '../fleet/run.js';
import { durationMsOf } from '../scenario/time-schema.js';
import { SPAN_MS_MAX } from '../scenario/signal-schema.js';
import { UserError } from './errors.js';
import { integer } from './numbers.js';
import { fleetText } from './print-fleet.js';
import { progressTo, readScenario } from './sim.js';

/** The most threads that are started. */
const WORKERS_MAX = 64;

interface FleetOptions {
  readonly nodes: number;
  readonly duration?: number;
  readonly scenario: string;
  readonly seed?: number;
  readonly workers: number;
  readonly json: boolean;
  readonly html?: string;
}

function duration(text: string): number {
  const ms = durationMsOf(text);
  if (ms === undefined || ms < 1_000 || ms > SPAN_MS_MAX)
    throw new InvalidArgumentError('expected a duration such as 90m, 24h or 7d');
  return ms;
}

/** Faults that a shorter run does not reach are left out. */
async function simFleet(options: FleetOptions): Promise<void> {
  const { scenario: read, baseDir } = readScenario(options.scenario, options);
  const durationMs = options.duration ?? read.durationMs;
  const faults = read.faults.filter(({ atMs }) => atMs < durationMs);
  const least = read.nodes.length;
  if (options.nodes < least) throw new UserError(`--nodes: the scenario needs at least ${least}`);
  const scenario = scaleScenario({ ...read, durationMs, faults }, options.nodes);
  const { sha256 } = await readBundle();
  const report = await runFleet(
    { scenario, baseDir, bundleSha256: sha256 },
    {
      workers: Math.min(options.workers, options.nodes),
      workerUrl: new URL('../fleet/worker.js', import.meta.url),
      onProgress: progressTo(durationMs + scenario.drainMs),
    },
  );
  if (options.html !== undefined) writeFileSync(options.html, fleetPage(report));
  console.log(options.json ? JSON.stringify(report, undefined, 2) : fleetText(report));
  if (report.violations.length > 0) throw new UserError('the run does not add up, see above');
}

/** `mamori sim fleet …` */
export function fleetCommand(): Command {
  return new Command('fleet')
    .description('run thousands of whole nodes under virtual time, and tell what became of their readings')
    .requiredOption('--scenario <file>', 'YAML or JSON file; its counts give the proportions')
    .option('--nodes <number>', 'how many nodes', integer(1, FLEET_NODES_MAX), 1000)
    .option('--duration <time>', "instead of the scenario's, such as 24h", duration)
    .option('--seed <number>', "instead of the scenario's seed", integer(0, 0xffff_ffff))
    .option('--workers <number>', 'threads', integer(1, WORKERS_MAX), availableParallelism())
    .option('--html <file>', 'write a page with plots')
    .option('--json', 'print the report as JSON', false)
    .action((options: FleetOptions) => simFleet(options));
}
