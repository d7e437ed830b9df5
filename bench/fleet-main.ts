import { isWithin, table, type Result } from './budget.js';
import { measureFleetDay } from './fleet.js';
import { saveResults } from './results.js';

/** `npm run bench:fleet [-- 100 1000 10000]`: whole days of fleets of these sizes. */
const sizes = process.argv.slice(2).map(Number);
const results: Result[] = [];
for (const nodes of sizes.length === 0 ? [100, 1_000] : sizes)
  results.push(...(await measureFleetDay(nodes)));
saveResults(results);
console.log(table(results));
if (!results.every(isWithin)) {
  process.stderr.write('mamori: a figure is over its budget\n');
  process.exitCode = 1;
}
