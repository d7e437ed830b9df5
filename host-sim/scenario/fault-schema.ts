import { child, entriesOf, fail, itemOf, object, oneOf, required } from './schema.js';
import type { Field, Parse } from './schema.js';
import { name } from './sensor-schema.js';
import { SPAN_MS_MAX } from './signal-schema.js';
import { suggestion } from './suggest.js';
import { duration } from './time-schema.js';
import type { Scenario, ScenarioFault } from './types.js';

/** The most faults of a scenario. */
export const FAULTS_MAX = 10_000;

const time = {
  atMs: required('at', duration({ min: 0, max: SPAN_MS_MAX })),
  forMs: required('for', duration({ min: 1, max: SPAN_MS_MAX })),
};
const node = required('node', name);
const sensor = required('sensor', name);
const busFault = required('fault', oneOf('nack', 'stuck', 'badCrc'));

const byKind = {
  brokerOutage: object({ kind: required('kind', oneOf('brokerOutage')), ...time }),
  linkLoss: object({ kind: required('kind', oneOf('linkLoss')), node, ...time }),
  gatewayKill: object({ kind: required('kind', oneOf('gatewayKill')), ...time }),
  powerCut: object({ kind: required('kind', oneOf('powerCut')), node, ...time }),
  bus: object({ kind: required('kind', oneOf('bus')), node, sensor, fault: busFault, ...time }),
} satisfies { [Kind in ScenarioFault['kind']]: Parse<ScenarioFault> };

const kind = oneOf(...(Object.keys(byKind) as ScenarioFault['kind'][]));

/** A fault of the file: its kind says which other fields it has. */
export const fault: Parse<ScenarioFault> = (field) => {
  const entries = entriesOf(field);
  if (entries === undefined) return undefined;
  if (!entries.has('kind')) return fail(child(field, 'kind'), 'this field is required');
  const passed = kind(child(field, 'kind'));
  return passed === undefined ? undefined : byKind[passed.value](field);
};

/** Reports faults that name a node or sensor that is not there, or that begin after the run. */
export function checkFaults(scenario: Scenario, field: Field): void {
  for (const [index, item] of scenario.faults.entries()) {
    if (field.report.isFull) return;
    const at = itemOf(field, 'faults', index);
    if ('node' in item) checkTarget(scenario, item, at);
    const endMs = scenario.durationMs + scenario.drainMs;
    if (item.atMs >= endMs) fail(child(at, 'at'), 'begins after the run ("duration" and "drain") has ended');
  }
}

function checkTarget({ nodes }: Scenario, item: ScenarioFault & { node: string }, field: Field): void {
  const target = nodes.find((candidate) => candidate.name === item.node);
  if (target === undefined) {
    const names = nodes.map((candidate) => candidate.name);
    fail(child(field, 'node'), `no node is named "${item.node}"${suggestion(item.node, names)}`);
  } else if ('sensor' in item) {
    const names = target.sensors.map((candidate) => candidate.name);
    if (names.includes(item.sensor)) return;
    const hint = suggestion(item.sensor, names);
    fail(child(field, 'sensor'), `node "${item.node}" has no sensor "${item.sensor}"${hint}`);
  }
}
