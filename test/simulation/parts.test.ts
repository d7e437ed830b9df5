import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PARTS } from '../../hal/parts.js';
import type { GatewayEvent } from '../../gateway/events.js';
import type { Summary } from '../../host-sim/run/summary.js';
import { mamori, PROJECT, scratch } from '../support/processes.js';

const SCENARIO = join(PROJECT, 'scenarios', 'parts.yaml');

type Readings = Map<string, Extract<GatewayEvent, { type: 'reading' }>[]>;

function run(engine: string, path: string): Summary {
  const { status, stdout, stderr } = mamori(
    ...['sim', 'run', SCENARIO, '--engine', engine, '--trace', path, '--json'],
  );
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Summary;
}

function readingsOf(trace: string): Readings {
  const readings: Readings = new Map();
  for (const line of trace.trim().split('\n').slice(1)) {
    const { gateway } = JSON.parse(line) as { gateway?: GatewayEvent };
    if (gateway?.type !== 'reading') continue;
    const of = readings.get(gateway.sensor) ?? [];
    readings.set(gateway.sensor, [...of, gateway]);
  }
  return readings;
}

describe('scenarios/parts.yaml', () => {
  const folder = scratch();
  const nodePath = join(folder.path, 'node.jsonl');
  const xsPath = join(folder.path, 'xs.jsonl');
  let summary: Summary;

  beforeAll(() => {
    summary = run('node', nodePath);
    run('xs', xsPath);
  });

  afterAll(() => folder.remove());

  test('has every part', () => {
    const header = JSON.parse(readFileSync(nodePath, 'utf8').split('\n', 1)[0]) as {
      nodes: { parts: Record<string, string> }[];
    };
    const parts = header.nodes.flatMap((node) => Object.values(node.parts));
    expect(parts.sort()).toEqual(Object.keys(PARTS).sort());
  });

  test('leaves byte-equal traces on Node and on XS', () => {
    expect(readFileSync(xsPath).equals(readFileSync(nodePath))).toBe(true);
  });

  test('breaks no rule and loses nothing', () => {
    expect(summary.violations).toEqual([]);
    expect(summary.totals.delivered).toBe(summary.totals.taken);
  });

  test('has data from every sensor for the whole hour, but for the minutes of a fault', () => {
    const readings = readingsOf(readFileSync(nodePath, 'utf8'));
    expect(readings.size).toBe(Object.keys(PARTS).length);
    for (const [sensor, of] of readings) {
      const missing = of.filter(({ values }) => values.some((value) => typeof value.value === 'string'));
      expect([sensor, of.length >= 58, missing.length <= 3]).toEqual([sensor, true, true]);
    }
  });

  test.each([
    ['ground', 'corrupt'],
    ['place', 'corrupt'],
    ['scale', 'deviceTimeout'],
    ['sound', 'deviceError'],
    ['supply', 'deviceNotPresent'],
  ])('the fault of %s is a reading that says %s', (sensor, reason) => {
    const of = readingsOf(readFileSync(nodePath, 'utf8')).get(sensor) ?? [];
    const reasons = of.flatMap(({ values }) => values.map(({ value }) => value));
    expect(new Set(reasons.filter((value) => typeof value === 'string'))).toEqual(new Set([reason]));
  });
});
