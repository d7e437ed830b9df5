import { boundsOf, type FieldRule } from '../../src/detect/detector.js';
import { REGISTRY, type DetectorName } from '../../src/detect/registry.js';
import { SEVERITIES } from '../../src/wire/events.js';
import {
  child,
  describe,
  entriesOf,
  fail,
  integer,
  number,
  object,
  oneOf,
  optional,
  required,
  text,
} from './schema.js';
import type { Field, Parse, Rule } from './schema.js';
import { SPAN_MS_MAX, VALUE_BOUNDS } from './signal-schema.js';
import { suggestion } from './suggest.js';
import { duration } from './time-schema.js';
import type { ScenarioDetector } from './types.js';

const channelName = text(/^[a-z0-9]{1,32}$/, 'the name of a channel');
const kind = oneOf(...(Object.keys(REGISTRY) as DetectorName[]));
/** The longest time that the device's own check takes. */
const HOLD_MS_MAX = 604_800_000;

/** What every detector of a file may have; only its channel must be there. */
const COMMON: Readonly<Record<string, Rule<unknown>>> = {
  channel: required('channel', channelName),
  holdMs: optional('hold', duration({ min: 0, max: HOLD_MS_MAX }), 0),
  clearMs: optional<number | undefined>('clear', duration({ min: 0, max: HOLD_MS_MAX }), undefined),
  severity: optional('severity', oneOf(...SEVERITIES), 'warning'),
};

function parseOf(rule: FieldRule): Parse<unknown> {
  const { min = 0, max = SPAN_MS_MAX } = rule;
  switch (rule.type) {
    case 'channel':
      return channelName;
    case 'duration':
      return duration({ min, max: Math.min(max, boundsOf(rule, 0).max) });
    case 'integer':
      return integer(boundsOf(rule, 0));
    case 'number':
      return number(boundsOf(rule, 0));
    case 'size':
      return number({ min: 0, max: VALUE_BOUNDS.max });
    case 'value':
      return number(VALUE_BOUNDS);
  }
}

/** A duration's name ends in Ms on the device; in a file it has its unit behind it. */
function keyOf(name: string, { type }: FieldRule): string {
  return type === 'duration' ? name.replace(/Ms$/, '') : name;
}

function ruleOf(name: string, field: FieldRule): Rule<unknown> {
  const rule = required(keyOf(name, field), parseOf(field));
  if (field.absent !== undefined) return { ...rule, absent: { value: field.absent } };
  return field.optional === true ? { ...rule, absent: { value: undefined } } : rule;
}

function schemaOf(name: DetectorName): Parse<ScenarioDetector> {
  const own = Object.entries(REGISTRY[name].fields).map(
    ([field, rule]) => [field, ruleOf(field, rule)] as const,
  );
  const rules = { kind: required('kind', oneOf(name)), ...Object.fromEntries(own), ...COMMON };
  return object<Record<string, unknown>>(rules) as unknown as Parse<ScenarioDetector>;
}

const byKind = Object.fromEntries(
  (Object.keys(REGISTRY) as DetectorName[]).map((name) => [name, schemaOf(name)]),
) as Record<DetectorName, Parse<ScenarioDetector>>;

/** A detector of the file: its kind says which other fields it has. */
export const detector: Parse<ScenarioDetector> = (field) => {
  const entries = entriesOf(field);
  if (entries === undefined) return undefined;
  if (!entries.has('kind')) return fail(child(field, 'kind'), 'this field is required');
  const passedKind = kind(child(field, 'kind'));
  if (passedKind === undefined) return undefined;
  const passed = byKind[passedKind.value](field);
  if (passed === undefined) return undefined;
  const found = REGISTRY[passedKind.value].problem(passed.value as never);
  if (found === undefined) return passed;
  return fail(found.field === undefined ? field : child(field, found.field), found.text);
};

type Channels = readonly { readonly name: string; readonly exponent: number }[];

/** Reports channels that the sensor has not, and values that no reading of the channel can have. */
export function checkDetector(
  value: ScenarioDetector,
  channels: Channels,
  { field, sensor }: { field: Field; sensor: string },
): void {
  const fields = REGISTRY[value.kind].fields;
  const values = value as unknown as Readonly<Record<string, string | number | undefined>>;
  const exponent = channels.find(({ name }) => name === value.channel)?.exponent ?? 0;
  for (const [name, rule] of Object.entries({ channel: { type: 'channel' } as const, ...fields })) {
    const at = child(field, keyOf(name, rule));
    const found = values[name];
    if (found === undefined) continue;
    if (rule.type === 'channel') checkChannel(String(found), channels, { field: at, sensor });
    else if (rule.type === 'value' || rule.type === 'size') checkRange(Number(found), rule, exponent, at);
  }
}

function checkChannel(
  channel: string,
  channels: Channels,
  { field, sensor }: { field: Field; sensor: string },
): void {
  const names = channels.map(({ name }) => name);
  if (names.includes(channel)) return;
  fail(field, `${sensor} has no channel "${channel}", only ${names.join(', ')}${suggestion(channel, names)}`);
}

function checkRange(value: number, rule: FieldRule, exponent: number, field: Field): void {
  const { min, max } = boundsOf(rule, exponent);
  if (value >= min && value <= max) return;
  fail(field, `expected a number in ${min}..${max}, got ${describe(field.node)}`);
}
