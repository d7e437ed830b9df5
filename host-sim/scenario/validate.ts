import { readDocument } from './document.js';
import { checkFaults, fault, FAULTS_MAX } from './fault-schema.js';
import { checkFiles } from './files.js';
import { node, NODES_MAX, reportRepeatedNames } from './node-schema.js';
import { Report } from './report.js';
import {
  child,
  fail,
  integer,
  itemOf,
  list,
  number,
  object,
  optional,
  required,
  text,
  then,
} from './schema.js';
import type { Field, Parse } from './schema.js';
import { SPAN_MS_MAX } from './signal-schema.js';
import { DAY_MS, duration, HOUR_MS, instant, MINUTE_MS } from './time-schema.js';
import type { Scenario, ScenarioFleet, ScenarioNetwork } from './types.js';

/** 2026-01-01T00:00:00Z, so that a scenario without a start does not depend on the day it is run. */
export const START_UTC_MS_DEFAULT = 1_767_225_600_000;

const NETWORK_DEFAULT: ScenarioNetwork = { latencyMs: 40, jitterMs: 20 };
const delay = duration({ min: 0, max: MINUTE_MS });

const network = object<ScenarioNetwork>({
  latencyMs: optional('latency', delay, NETWORK_DEFAULT.latencyMs),
  jitterMs: optional('jitter', delay, NETWORK_DEFAULT.jitterMs),
});

const FLEET_DEFAULT: ScenarioFleet = {
  startSpreadMs: MINUTE_MS,
  loss: 0,
  breaksPerDay: 0,
  breakForMs: MINUTE_MS,
  acceptPerS: 0,
  backlog: 1_024,
};

const fleet = object<ScenarioFleet>({
  startSpreadMs: optional('startSpread', duration({ min: 0, max: DAY_MS }), FLEET_DEFAULT.startSpreadMs),
  loss: optional('loss', number({ min: 0, max: 0.5 }), FLEET_DEFAULT.loss),
  breaksPerDay: optional('breaksPerDay', number({ min: 0, max: 10_000 }), FLEET_DEFAULT.breaksPerDay),
  breakForMs: optional('breakFor', duration({ min: 1, max: DAY_MS }), FLEET_DEFAULT.breakForMs),
  acceptPerS: optional('acceptPerSecond', number({ min: 0, max: 1_000_000 }), FLEET_DEFAULT.acceptPerS),
  backlog: optional('backlog', integer({ min: 1, max: 1_000_000 }), FLEET_DEFAULT.backlog),
});

const fields = object<Scenario>({
  name: required('name', text(/^[^\p{Cc}]{1,80}$/u, '1 to 80 characters on one line')),
  description: optional('description', text(/^[^\0]{0,4000}$/, 'text of at most 4000 characters'), ''),
  seed: optional('seed', integer({ min: 0, max: 0xffff_ffff }), 1),
  startUtcMs: optional('start', instant, START_UTC_MS_DEFAULT),
  durationMs: required('duration', duration({ min: 1, max: SPAN_MS_MAX })),
  drainMs: optional('drain', duration({ min: 0, max: 30 * DAY_MS }), HOUR_MS),
  speed: optional('speed', number({ min: 0.01, max: 1_000_000 }), 1),
  network: optional('network', network, NETWORK_DEFAULT),
  nodes: required('nodes', list(node, { min: 1, max: NODES_MAX })),
  faults: optional('faults', list(fault, { min: 0, max: FAULTS_MAX }), []),
  fleet: optional('fleet', fleet, FLEET_DEFAULT),
  gateway: optional('gateway', object<Record<string, never>>({}), {}),
});

const scenarioRule: Parse<Scenario> = then(fields, (value, field) => {
  checkNodes(value, field);
  checkFaults(value, field);
  return { value };
});

function checkNodes({ nodes }: Scenario, field: Field): void {
  reportRepeatedNames(nodes, (index) => child(itemOf(field, 'nodes', index), 'name'));
  const instances = nodes.reduce((total, { count }) => total + count, 0);
  if (instances > NODES_MAX)
    fail(child(field, 'nodes'), `expected at most ${NODES_MAX} in all, got ${instances}`);
}

export type ScenarioResult =
  { readonly ok: true; readonly scenario: Scenario } | { readonly ok: false; readonly errors: string[] };

export interface ParseScenarioOptions {
  /** What the file is called in the errors. */
  readonly file: string;
  /** Whether a path that the scenario names is a readable file. Without it paths are not looked at. */
  readonly isFile?: (path: string) => boolean;
}

/**
 * Checks the text of a scenario, YAML or JSON, and fills in the defaults.
 * @returns the scenario, or every error found as `file:line: field: what is wrong`, at most ERRORS_MAX of them.
 * Never throws, whatever the text.
 */
export function parseScenario(source: string, { file, isFile }: ParseScenarioOptions): ScenarioResult {
  const report = new Report(file);
  const root = readDocument(source, report);
  if (root === undefined) return { ok: false, errors: report.lines() };
  const field: Field = { node: root, path: '', report };
  const passed = scenarioRule(field);
  if (isFile !== undefined) checkFiles(field, isFile);
  if (passed !== undefined && report.isEmpty) return { ok: true, scenario: passed.value };
  return { ok: false, errors: report.lines() };
}
