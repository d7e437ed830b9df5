import { join } from 'node:path';
import { measureStorm } from '../../bench/storm.js';
import { scaleScenario, type FleetPlan } from '../../host-sim/fleet/plan.js';
import { fleetPage } from '../../host-sim/fleet/page.js';
import { runFleet } from '../../host-sim/fleet/run.js';
import type { FleetReport } from '../../host-sim/fleet/report.js';
import { loadScenario } from '../../host-sim/scenario/load.js';
import { mamori, PROJECT, scratch } from '../support/processes.js';
import { readFileSync } from 'node:fs';

const FILE = join(PROJECT, 'scenarios', 'fleet.yaml');

/** The fleet's scenario, a few hours of it with the faults drawn together. */
function plan(nodes: number, changes: object = {}): FleetPlan {
  const loaded = loadScenario(FILE);
  if (!loaded.ok) throw new Error(loaded.errors.join('\n'));
  const minutes = (at: number, length: number) => ({ atMs: at * 60_000, forMs: length * 60_000 });
  const scenario = {
    ...loaded.scenario,
    durationMs: 2 * 3_600_000,
    fleet: { ...loaded.scenario.fleet, breaksPerDay: 24, acceptPerS: 2, backlog: 8 },
    faults: [
      { kind: 'brokerOutage', ...minutes(20, 10) },
      { kind: 'gatewayKill', ...minutes(45, 5) },
      { kind: 'powerCut', node: 'basement', ...minutes(70, 5) },
      { kind: 'bus', node: 'room', sensor: 'air', fault: 'nack', ...minutes(90, 2) },
      { kind: 'linkLoss', node: 'room', ...minutes(100, 2) },
    ] as const,
    ...changes,
  };
  return { scenario: scaleScenario(scenario, nodes), baseDir: PROJECT, bundleSha256: 'ab'.repeat(32) };
}

const IN_PROCESS = {
  workers: 1,
  workerUrl: new URL('file:///nowhere'),
  onProgress: () => undefined,
};

describe('runFleet', () => {
  let report: FleetReport;
  beforeAll(async () => {
    report = await runFleet(plan(30), IN_PROCESS);
  });

  test('every reading is delivered once, waits, or was in memory at a power cut', () => {
    const { counts, lost } = report;
    expect(report.violations).toEqual([]);
    expect(counts).toMatchObject({ nodes: 30, twins: 0, errors: 0, waiting: 0, unacknowledged: 0 });
    expect(counts.taken).toBeGreaterThan(30 * 700);
    expect(counts.delivered + lost).toBe(counts.taken);
    // Three or four basements lose at most a batch and what was not acknowledged.
    expect(lost).toBeGreaterThanOrEqual(0);
    expect(lost).toBeLessThan(4 * 14);
  });

  test('nodes come back after outage, broken links, power cut and a full door', () => {
    expect(report.counts.boots).toBeGreaterThan(30);
    expect(report.counts.connections).toBeGreaterThan(90);
    expect(report.counts.attempts).toBeGreaterThan(report.counts.connections);
    expect(report.connects.peakPerS).toBeGreaterThan(1);
  });

  test('queues grow while the broker is away', () => {
    const { mean, most } = report.queues;
    // The outage lasts from 20 to 30 of 120 minutes.
    expect(mean[Math.floor((240 * 29) / 120)]).toBeGreaterThan(40);
    expect(mean[Math.floor((240 * 15) / 120)]).toBeLessThan(10);
    expect(Math.max(...most)).toBeLessThanOrEqual(512);
  });

  test('the same seed gives the same report, another seed another', async () => {
    const again = await runFleet(plan(30), IN_PROCESS);
    const other = await runFleet(plan(30, { seed: 9 }), IN_PROCESS);
    expect({ ...again, cost: 0 }).toEqual({ ...report, cost: 0 });
    expect(other.counts).not.toEqual(report.counts);
  });

  test('a full queue drops the oldest, and each is counted', async () => {
    const small = plan(4, { faults: [{ kind: 'brokerOutage', atMs: 600_000, forMs: 3_600_000 }] });
    const nodes = small.scenario.nodes.map((node) => ({ ...node, queue: { readings: 50, alerts: 4 } }));
    const { counts, lost, violations } = await runFleet(
      { ...small, scenario: { ...small.scenario, nodes } },
      IN_PROCESS,
    );
    expect(violations).toEqual([]);
    expect(counts.droppedReadings).toBeGreaterThan(4 * 250);
    expect(lost).toBe(0);
  });

  test('the page holds the figures and needs nothing from outside', () => {
    const page = fleetPage(report);
    expect(page).toContain(`<td>${report.counts.taken}</td>`);
    expect(page.match(/<svg/g)).toHaveLength(3);
    expect(page).not.toMatch(/https?:|<script|src=/);
  });
});

test('scaleScenario keeps the proportions and gives each kind a node', () => {
  const counts = (nodes: number) => plan(nodes).scenario.nodes.map(({ count }) => count);
  expect(counts(2)).toEqual([1, 1]);
  expect(counts(1_000).reduce((a, b) => a + b)).toBe(1_000);
  expect(counts(1_000)[0]).toBeGreaterThan(890);
  expect(() => counts(1)).toThrow(RangeError);
});

test('mamori sim fleet: one, two and three threads give the same report', () => {
  const folder = scratch();
  const runs = ['1', '2', '3'].map((workers) => {
    const html = join(folder.path, `${workers}.html`);
    const { status, stdout, stderr } = mamori(
      ...['sim', 'fleet', '--scenario', FILE, '--nodes', '24', '--duration', '7h', '--seed', '5'],
      ...['--workers', workers, '--json', '--html', html],
    );
    if (status !== 0) throw new Error(stderr);
    expect(readFileSync(html, 'utf8')).toContain('24 nodes, seed 5');
    return { ...(JSON.parse(stdout) as FleetReport), cost: 0 };
  });
  expect(runs[1]).toEqual(runs[0]);
  expect(runs[2]).toEqual(runs[0]);
  folder.remove();
});

test('mamori sim fleet says what is wrong with its options', () => {
  const few = mamori('sim', 'fleet', '--scenario', FILE, '--nodes', '1');
  expect(few.status).toBe(1);
  expect(few.stderr).toContain('--nodes: the scenario needs at least 2');
  const wrong = mamori('sim', 'fleet', '--scenario', FILE, '--duration', 'long');
  expect(wrong.stderr).toContain('expected a duration such as');
});

test('a storm of 10,000 nodes: the default back-off keeps both goals', () => {
  for (const { value, limit } of measureStorm()) expect(value).toBeLessThanOrEqual(limit as number);
});
