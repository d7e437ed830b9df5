import { PARTS_MAX } from '../world/signals.js';
import {
  child,
  entriesOf,
  fail,
  list,
  number,
  object,
  oneOf,
  optional,
  required,
  text,
  then,
} from './schema.js';
import type { NumberBounds, Parse, Rule, Rules } from './schema.js';
import { DAY_MS, duration, HOUR_MS } from './time-schema.js';
import type { ScenarioRamp, ScenarioReplay, ScenarioSignal, ScenarioSine, ScenarioWindow } from './types.js';

/** Any value of a sensor, in whatever unit: bounded, so that sums stay finite. */
export const VALUE_BOUNDS: NumberBounds = { min: -1e9, max: 1e9 };
/** The longest time in a scenario: long enough to reach a recording of the last century. */
export const SPAN_MS_MAX = 100 * 365 * DAY_MS;

const value = number(VALUE_BOUNDS);
const worldTime = duration({ min: 0, max: SPAN_MS_MAX });
const signedTime = duration({ min: -SPAN_MS_MAX, max: SPAN_MS_MAX });
const columnName = text(/^[^\n\r]{1,64}$/, 'the name of a column');

/** A signal of the file: exactly one kind, and windows if wanted. */
export const signal: Parse<ScenarioSignal> = (field) => {
  const entries = entriesOf(field);
  if (entries === undefined) return undefined;
  const kinds = KINDS.filter((kind) => entries.has(kind));
  if (kinds.length === 1) return bySource[kinds[0]](field);
  const got = kinds.length === 0 ? 'none' : kinds.join(' and ');
  return fail(field, `expected exactly one of ${KINDS.join(', ')}, got ${got}`);
};

const window: Parse<ScenarioWindow> = then(
  object<ScenarioWindow>({
    fromMs: required('from', worldTime),
    toMs: required('to', worldTime),
    signal: required('signal', signal),
  }),
  (passed, field) => {
    if (passed.fromMs < passed.toMs) return { value: passed };
    return fail(child(field, 'to'), 'must be later than "from"');
  },
);

const windows: Rule<readonly ScenarioWindow[]> = optional(
  'windows',
  list(window, { min: 0, max: PARTS_MAX }),
  [],
);

const sine = object<ScenarioSine>({
  mean: optional('mean', value, 0),
  amplitude: required('amplitude', value),
  periodMs: required('period', duration({ min: 1, max: SPAN_MS_MAX })),
  phaseMs: optional('phase', signedTime, 0),
});

const ramp = object<ScenarioRamp>({
  from: required('from', value),
  slopePerS: required('slopePerS', value),
  startMs: optional('start', worldTime, 0),
});

const replayRules: Rules<ScenarioReplay> = {
  csv: required('csv', text(/^[^\0\n\r]{1,1024}$/, 'the path of a CSV file')),
  timeColumn: optional('timeColumn', columnName, 'timestamp'),
  column: optional('column', columnName, 'value'),
  offsetMs: optional('offset', signedTime, 0),
  interpolate: optional('interpolate', oneOf('hold', 'linear'), 'hold'),
  gapMs: optional('gap', worldTime, HOUR_MS),
};

const noise = object<{ readonly stdDev: number }>({
  stdDev: required('stdDev', number({ min: 0, max: VALUE_BOUNDS.max })),
});

const bySource = {
  constant: object({ constant: required('constant', value), windows }),
  sine: object({ sine: required('sine', sine), windows }),
  ramp: object({ ramp: required('ramp', ramp), windows }),
  csv: object({ ...replayRules, windows }),
  noise: object({ noise: required('noise', noise), windows }),
  sum: object({ sum: required('sum', list(signal, { min: 1, max: PARTS_MAX })), windows }),
} satisfies Record<string, Parse<ScenarioSignal>>;

const KINDS = Object.keys(bySource) as (keyof typeof bySource)[];
