import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../host-sim/engine/bundle.js';
import type { Result } from './budget.js';

/** Writes figures to `bench/results.json`; figures of other names that stand there stay. */
export function saveResults(results: readonly Result[]): void {
  const path = join(projectFolder(), 'bench', 'results.json');
  const before = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Result[]) : [];
  const kept = before.filter(({ name }) => !results.some((result) => result.name === name));
  writeFileSync(path, `${JSON.stringify([...kept, ...results], undefined, 2)}\n`);
}
