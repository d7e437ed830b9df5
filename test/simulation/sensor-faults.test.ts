import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Summary } from '../../host-sim/run/summary.js';
import { mamori, PROJECT, scratch } from '../support/processes.js';

const SCENARIO = join(PROJECT, 'scenarios', 'sensor-faults.yaml');
const MINUTE = 60_000;

/** Each fault with its own alert, and within what time it must be raised and cleared, in minutes. */
const EXPECTED = [
  { fault: 'nack', channel: 'temperature', detector: 'missing', raised: 4, cleared: 2 },
  { fault: 'signal', channel: 'temperature', detector: 'stuck', raised: 31, cleared: 2 },
  { fault: 'badCrc', channel: 'temperature', detector: 'missing', raised: 12, cleared: 20 },
  { fault: 'signal', channel: 'temperature', detector: 'drift', raised: 120, cleared: 60 },
  { fault: 'signal', channel: 'temperature', detector: 'rateOfChange', raised: 2, cleared: 7 },
  { fault: 'signal', channel: 'humidity', detector: 'robustZ', raised: 2, cleared: 2 },
] as const;

function run(...args: string[]): Summary {
  const { status, stdout, stderr } = mamori('sim', 'run', SCENARIO, '--json', ...args);
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Summary;
}

describe('a day with faults of a sensor, and one without', () => {
  test.each([1, 2, 3])('seed %i: each fault raises its own alert in time, and nothing else does', (seed) => {
    const { alerts, violations } = run('--seed', String(seed));
    expect(violations).toEqual([]);
    expect(alerts.filter(({ node }) => node === 'quiet')).toEqual([]);
    const found = alerts.map(({ fault, channel, detector }) => ({ fault, channel, detector }));
    expect(found).toEqual(EXPECTED.map(({ fault, channel, detector }) => ({ fault, channel, detector })));
    alerts.forEach(({ raisedAfterMs, clearedAfterMs }, i) => {
      expect(raisedAfterMs).toBeGreaterThanOrEqual(0);
      expect(raisedAfterMs).toBeLessThanOrEqual(EXPECTED[i].raised * MINUTE);
      expect(clearedAfterMs).toBeGreaterThanOrEqual(0);
      expect(clearedAfterMs).toBeLessThanOrEqual(EXPECTED[i].cleared * MINUTE);
    });
  });

  test('XS and Node raise equal alerts, in byte-equal traces', () => {
    const folder = scratch();
    const at = (name: string) => join(folder.path, name);
    const xs = run('--engine', 'xs', '--trace', at('xs.jsonl'));
    const node = run('--engine', 'node', '--trace', at('node.jsonl'));
    expect(xs.alerts).toEqual(node.alerts);
    expect(readFileSync(at('xs.jsonl')).equals(readFileSync(at('node.jsonl')))).toBe(true);
    folder.remove();
  });
});
