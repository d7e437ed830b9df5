import { Command } from 'commander';
import { checkWorld } from '../check/run-world.js';
import { randomWorld } from '../check/world.js';
import { UserError } from './errors.js';
import { integer } from './numbers.js';
import { progressTo } from './sim.js';

interface CheckOptions {
  readonly seeds: number;
  readonly seed: number;
  readonly show: boolean;
}

/** Failing seeds that are told one by one; the run ends at the last of them. */
const FAILURES_MAX = 10;

function showWorld(seed: number): void {
  console.log(JSON.stringify(randomWorld(seed), undefined, 2));
}

function simCheck({ seeds, seed: first, show }: CheckOptions): void {
  const progress = progressTo(seeds);
  const startMs = performance.now();
  let failed = 0;
  let done = 0;
  for (; done < seeds && failed < FAILURES_MAX; done++) {
    const seed = first + done;
    if (show) showWorld(seed);
    const violations = checkWorld(randomWorld(seed));
    progress(done);
    if (violations.length === 0) continue;
    failed++;
    console.log(`seed ${seed}: ${violations.join('; ')}`);
    console.log(`  replay: mamori sim check --seeds 1 --seed ${seed} --show`);
  }
  const perMinute = Math.round((done / (performance.now() - startMs)) * 60_000);
  console.log(`${done} worlds from seed ${first} on, ${failed} failed, ${perMinute} a minute`);
  if (failed > 0) throw new UserError(`${failed} of ${done} worlds broke an invariant, see above`);
}

/** `mamori sim check …` */
export function checkCommand(): Command {
  return new Command('check')
    .description('run random worlds with faults and hostile packets, and check what must hold in every one')
    .option('--seeds <number>', 'how many worlds', integer(1, 10_000_000), 1_000)
    .option('--seed <number>', 'the first seed', integer(0, 0xffff_ffff - 10_000_000), 1)
    .option('--show', 'print each world before it runs', false)
    .action((options: CheckOptions) => simCheck(options));
}
