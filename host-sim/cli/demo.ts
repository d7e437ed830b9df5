import { Command, Option } from 'commander';
import { join } from 'node:path';
import type { GatewayEvent } from '../../gateway/events.js';
import { projectFolder } from '../engine/bundle.js';
import { ENGINES, type EngineName } from '../engine/engine.js';
import { runLive } from '../run/live.js';
import { NO_TRACE } from '../run/trace.js';
import { UserError } from './errors.js';
import { eventText, summaryText, timeText } from './print.js';
import { readScenario } from './sim.js';

/** Readings are shown once in so much world time, so that a person can follow. */
const SHOW_EVERY_MS = 6 * 3_600_000;

/** Shows the first reading of every window of time, and everything that is rare. */
class DemoPrinter {
  readonly #shown = new Map<string, number>();
  readonly #names: ReadonlyMap<string, string>;
  #burst = 0;

  constructor(names: ReadonlyMap<string, string>) {
    this.#names = names;
  }

  print(event: GatewayEvent): void {
    if (event.type === 'heartbeat' || event.type === 'refusal') return;
    if (event.type === 'reading') {
      this.#burst++;
      const last = this.#shown.get(event.nodeId) ?? -Infinity;
      if (event.utcMs - last < SHOW_EVERY_MS) return;
      this.#shown.set(event.nodeId, event.utcMs);
    }
    const text = eventText(event, (nodeId) => this.#names.get(nodeId) ?? nodeId);
    if (text !== undefined) console.log(text);
  }

  /** Readings since the last call. */
  takeBurst(): number {
    const burst = this.#burst;
    this.#burst = 0;
    return burst;
  }
}

async function demo({ engine, json }: { engine: EngineName; json: boolean }): Promise<void> {
  const { scenario, baseDir } = readScenario(join(projectFolder(), 'scenarios', 'demo.yaml'), {});
  const names = new Map<string, string>();
  const printer = new DemoPrinter(names);
  const say = json ? () => undefined : (text: string) => console.log(text);
  say(
    `Recorded data of a failing machine, four days at ${scenario.speed} times real speed, over TCP to an embedded MQTT broker.\n`,
  );
  const summary = await runLive({
    scenario,
    baseDir,
    engine,
    trace: NO_TRACE,
    onEvent: json ? () => undefined : (event) => printer.print(event),
    onPlan: (plans) => plans.forEach(({ name, config }) => names.set(config.nodeId, name)),
    onFault: ({ kind }, phase, worldMs) => {
      const at = timeText(scenario.startUtcMs + worldMs);
      if (phase === 'begin') say(`${at}  --- ${kind} begins; ${printer.takeBurst()} readings so far ---`);
      else
        say(
          `${at}  --- ${kind} is over; ${printer.takeBurst()} readings came during it, the backlog comes now ---`,
        );
    },
    onLog: () => undefined,
    onProgress: () => undefined,
  });
  say('');
  console.log(json ? JSON.stringify(summary, undefined, 2) : summaryText(summary));
  if (summary.violations.length > 0) throw new UserError('the run does not add up, see above');
  say('\nNext: npx mamori sim run scenarios/demo.yaml --engine xs    (the same bundle on the XS engine)');
}

/** `mamori demo`, what `npm start` shows. */
export function demoCommand(): Command {
  return new Command('demo')
    .description('a recorded machine failure, live against an embedded broker, in under a minute')
    .addOption(new Option('--engine <name>', 'what runs the nodes').choices(ENGINES).default('node'))
    .option('--json', 'print the account as JSON only', false)
    .action(demo);
}
