import { dirname, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { GatewayEvent } from '../../gateway/events.js';
import { ENGINES, type EngineName } from '../engine/engine.js';
import { runLive } from '../run/live.js';
import type { RunOptions } from '../run/setup.js';
import type { Summary } from '../run/summary.js';
import { fileTrace, NO_TRACE } from '../run/trace.js';
import { runVirtual } from '../run/virtual.js';
import { loadScenario } from '../scenario/load.js';
import type { Scenario } from '../scenario/types.js';
import { UserError } from './errors.js';
import { integer } from './numbers.js';
import { eventText, summaryText } from './print.js';

/** Progress is shown on anything longer than this. */
const PROGRESS_MS = 2_000;

export interface SimOptions {
  readonly engine: EngineName;
  readonly seed?: number;
  readonly speed?: number;
  readonly live: boolean;
  readonly broker?: string;
  readonly trace?: string;
  readonly json: boolean;
  readonly events: boolean;
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 1_000_000))
    throw new InvalidArgumentError('expected a number above 0, at most 1000000');
  return value;
}

/** Reads a scenario, with the seed and speed of the command line. @throws {UserError} with every mistake in the file. */
export function readScenario(
  path: string,
  { seed, speed }: { seed?: number; speed?: number },
): { scenario: Scenario; baseDir: string } {
  const loaded = loadScenario(path);
  if (!loaded.ok) throw new UserError(loaded.errors.join('\n'));
  const changes = { ...(seed === undefined ? {} : { seed }), ...(speed === undefined ? {} : { speed }) };
  return { scenario: { ...loaded.scenario, ...changes }, baseDir: dirname(resolve(path)) };
}

/** Says on stderr how far a run is, once it takes long. */
export function progressTo(endMs: number): (worldMs: number) => void {
  const start = Date.now();
  let last = start;
  return (worldMs) => {
    if (Date.now() - last < PROGRESS_MS) return;
    last = Date.now();
    const percent = Math.min(100, Math.floor((worldMs / endMs) * 100));
    process.stderr.write(
      `mamori: ${percent} % of the scenario after ${Math.round((last - start) / 1000)} s\n`,
    );
  };
}

function printer(names: ReadonlyMap<string, string>, events: boolean): (event: GatewayEvent) => void {
  return (event) => {
    if (!events && event.type !== 'alert' && event.type !== 'state') return;
    const text = eventText(event, (nodeId) => names.get(nodeId) ?? nodeId);
    if (text !== undefined) console.log(text);
  };
}

/** Runs a scenario file and prints its account. @throws {UserError} when readings are not accounted for. */
export async function simRun(path: string, options: SimOptions): Promise<Summary> {
  if (options.broker !== undefined && !options.live)
    throw new UserError('--broker needs --live: a virtual run models its broker');
  const { scenario, baseDir } = readScenario(path, options);
  const trace = options.trace === undefined ? NO_TRACE : fileTrace(options.trace);
  const names = new Map<string, string>();
  const runOptions: RunOptions = {
    scenario,
    baseDir,
    engine: options.engine,
    trace,
    onEvent: options.json ? () => undefined : printer(names, options.events),
    onPlan: (plans) => plans.forEach(({ name, config }) => names.set(config.nodeId, name)),
    onFault: () => undefined,
    onLog: () => undefined,
    onProgress: progressTo(scenario.durationMs + scenario.drainMs),
  };
  try {
    const summary = options.live ? await runLive(runOptions, options.broker) : await runVirtual(runOptions);
    console.log(options.json ? JSON.stringify(summary, undefined, 2) : summaryText(summary));
    if (summary.violations.length > 0) throw new UserError('the run does not add up, see above');
    return summary;
  } finally {
    trace.close();
  }
}

/** `mamori sim …` */
export function simCommand(): Command {
  const run = new Command('run')
    .description('run a scenario: virtual (modelled network and time) or, with --live, against a real broker')
    .argument('<scenario>', 'YAML or JSON file')
    .addOption(new Option('--engine <name>', 'what runs the nodes').choices(ENGINES).default('node'))
    .option('--seed <number>', "instead of the scenario's seed", integer(0, 0xffff_ffff))
    .option('--speed <factor>', 'live: world seconds a real second', positive)
    .option('--live', 'real TCP to a real broker', false)
    .option('--broker <url>', 'live: mqtt://host:port (default: an embedded broker)')
    .option('--trace <file>', 'write every step as JSON lines')
    .option('--events', 'print readings and heartbeats too', false)
    .option('--json', 'print the account as JSON', false)
    .action(async (path: string, options: SimOptions) => void (await simRun(path, options)));
  return new Command('sim').description('the simulator').addCommand(run);
}
