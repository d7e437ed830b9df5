import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../host-sim/engine/bundle.js';
import { isWithin, table, type Result } from './budget.js';
import { measureDetect } from './detect.js';
import { nabResults } from './nab/results.js';
import { measureWire } from './wire.js';
import { measureXs } from './xs.js';

const results: Result[] = [
  ...(await measureXs()),
  ...(await measureDetect()),
  ...measureWire(),
  ...nabResults(),
];
writeFileSync(join(projectFolder(), 'bench', 'results.json'), `${JSON.stringify(results, undefined, 2)}\n`);
console.log(table(results));
if (!results.every(isWithin)) {
  process.stderr.write('mamori: a figure is over its budget\n');
  process.exitCode = 1;
}
