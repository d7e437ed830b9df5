import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mamori, PROJECT, scratch } from '../support/processes.js';
import type { Summary } from '../../host-sim/run/summary.js';

const DEMO = join(PROJECT, 'scenarios', 'demo.yaml');

function run(...args: string[]): Summary {
  const { status, stdout, stderr } = mamori('sim', 'run', ...args, '--json');
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Summary;
}

describe('mamori sim run', () => {
  test('the demo on XS and on Node leaves byte-equal traces that begin with bundle, seed and configuration', () => {
    const folder = scratch();
    const at = (name: string) => join(folder.path, name);
    run(DEMO, '--engine', 'xs', '--trace', at('xs.jsonl'));
    const { bundleSha256 } = run(DEMO, '--engine', 'node', '--trace', at('node.jsonl'));
    const trace = readFileSync(at('node.jsonl'));
    expect(readFileSync(at('xs.jsonl')).equals(trace)).toBe(true);
    const header = JSON.parse(trace.toString('utf8', 0, trace.indexOf(10))) as Record<string, unknown>;
    expect(header).toMatchObject({ bundleSha256, seed: 2013, scenario: { name: 'demo' } });
    expect(header.nodes).toHaveLength(2);
    folder.remove();
  });

  test('another seed gives another trace and the same account', () => {
    const folder = scratch();
    const at = (name: string) => join(folder.path, name);
    const first = run(DEMO, '--seed', '1', '--trace', at('1.jsonl'));
    const second = run(DEMO, '--seed', '2', '--trace', at('2.jsonl'));
    expect(first.totals.taken).toBe(second.totals.taken);
    expect(readFileSync(at('1.jsonl')).equals(readFileSync(at('2.jsonl')))).toBe(false);
    folder.remove();
  });

  test('every reading reaches the store exactly once, across the broker outage of the demo', () => {
    const { totals, violations } = run(DEMO);
    expect(violations).toEqual([]);
    expect(totals.delivered).toBe(totals.taken);
    expect(totals).toMatchObject({ dropped: 0, waiting: 0, raisedAlerts: 1, deliveredAlerts: 1 });
  });

  test.each([1, 2, 3])('every fault at once, seed %i: each reading is delivered once or counted', (seed) => {
    const { totals, violations } = run(join(PROJECT, 'scenarios', 'faults.yaml'), '--seed', String(seed));
    expect(violations).toEqual([]);
    expect(totals.boots).toBeGreaterThan(3);
    expect(totals.connections).toBeGreaterThan(4);
  });
});
