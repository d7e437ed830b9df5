/** `npm run mcu:test`: builds the images, runs them, checks what the gateway got, and prints the figures. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isWithin, table } from '../../bench/budget.js';
import { projectFolder } from '../../host-sim/engine/bundle.js';
import { Checks } from './checks.js';
import { figuresOf } from './figures.js';
import { missingTools } from './toolchain.js';
import { runAll } from './runs.js';

const missing = missingTools();
if (missing.length > 0) {
  console.log(`mcu:test skipped: missing ${missing.join(', ')}`);
  console.log(`0 passed, ${process.env.CI === 'true' ? 1 : 0} failed`);
  if (process.env.CI === 'true') process.exitCode = 1;
} else {
  const checks = new Checks();
  const runs = await runAll(checks, (text) => process.stderr.write(`mcu: ${text}\n`));
  if (runs !== undefined) {
    const results = figuresOf(runs);
    writeFileSync(join(projectFolder(), 'bench', 'mcu.json'), `${JSON.stringify(results, undefined, 2)}\n`);
    console.log(table(results));
    for (const result of results)
      if (result.limit !== undefined) checks.check(`${result.name} keeps its budget`, isWithin(result));
  }
  console.log(`${checks.passed} passed, ${checks.failed} failed`);
  if (checks.failed > 0) process.exitCode = 1;
}
