import { isWithin, table, type Result } from './budget.js';
import { measureDetect } from './detect.js';
import { measureFleet } from './fleet.js';
import { nabResults } from './nab/results.js';
import { saveResults } from './results.js';
import { measureStorm } from './storm.js';
import { measureWire } from './wire.js';
import { measureXs } from './xs.js';

const results: Result[] = [
  ...(await measureXs()),
  ...(await measureDetect()),
  ...measureWire(),
  ...nabResults(),
  ...measureStorm(),
  ...(await measureFleet()),
];
saveResults(results);
console.log(table(results));
if (!results.every(isWithin)) {
  process.stderr.write('mamori: a figure is over its budget\n');
  process.exitCode = 1;
}
