import {
  child,
  fail,
  itemOf,
  list,
  number,
  object,
  oneOf,
  optional,
  record,
  reportUnknown,
} from './schema.js';
import { required, text, then } from './schema.js';
import type { Field, Parse, Passed } from './schema.js';
import { signal, SPAN_MS_MAX, VALUE_BOUNDS } from './signal-schema.js';
import { suggestion } from './suggest.js';
import { duration, HOUR_MS, SECOND_MS } from './time-schema.js';
import { CHANNEL_DEFAULTS } from './types.js';
import type { ScenarioDetector, ScenarioPart, ScenarioSensor, ScenarioSignal } from './types.js';

/** The most detectors of one sensor. */
export const DETECTORS_MAX = 16;

/** A name that is short enough for an MQTT topic and safe in it. */
export const name = text(/^[a-z0-9-]{1,32}$/, '1 to 32 of the characters a-z, 0-9 and "-"');

const positiveTime = duration({ min: 1, max: SPAN_MS_MAX });

const detector: Parse<ScenarioDetector> = then(
  object<ScenarioDetector>({
    kind: required('kind', oneOf('threshold')),
    channel: required('channel', text(/^[a-z0-9]{1,32}$/, 'the name of a channel')),
    above: optional<number | undefined>('above', number(VALUE_BOUNDS), undefined),
    below: optional<number | undefined>('below', number(VALUE_BOUNDS), undefined),
    hysteresis: optional('hysteresis', number({ min: 0, max: VALUE_BOUNDS.max }), 0),
    holdMs: optional('hold', duration({ min: 0, max: SPAN_MS_MAX }), 0),
    severity: optional('severity', oneOf('info', 'warning', 'critical'), 'warning'),
  }),
  (value, field) => checkThresholds(value, field),
);

function checkThresholds(value: ScenarioDetector, field: Field): Passed<ScenarioDetector> | undefined {
  const { above, below } = value;
  if (above === undefined && below === undefined) return fail(field, 'expected "above", "below" or both');
  // With the two crossed or equal every value would be an alarm.
  if (above !== undefined && below !== undefined && below >= above) {
    return fail(child(field, 'below'), `must be less than "above" (${above})`);
  }
  return { value };
}

/** A sensor of the file; channels without a signal get the constant of CHANNEL_DEFAULTS. */
export const sensor: Parse<ScenarioSensor> = then(
  object<ScenarioSensor>({
    name: required('name', name),
    part: required('part', oneOf(...(Object.keys(CHANNEL_DEFAULTS) as ScenarioPart[]))),
    intervalMs: required('interval', positiveTime),
    tickMs: optional('tick', positiveTime, SECOND_MS),
    timeoutMs: optional('timeout', duration({ min: 1, max: HOUR_MS }), SECOND_MS),
    signals: optional('signals', record(signal), {}),
    detectors: optional('detectors', list(detector, { min: 0, max: DETECTORS_MAX }), []),
  }),
  (value, field) => {
    const channels = Object.keys(CHANNEL_DEFAULTS[value.part]);
    checkSignalChannels(channels, field);
    checkDetectorChannels(value, channels, field);
    return { value: { ...value, signals: withDefaults(value) } };
  },
);

function checkSignalChannels(channels: string[], field: Field): void {
  const signals = child(field, 'signals');
  // Where the sensor has no signals, the child is the sensor itself, whose fields are no channels.
  if (signals.node !== field.node) reportUnknown(signals, channels);
}

function checkDetectorChannels({ part, detectors }: ScenarioSensor, channels: string[], field: Field): void {
  for (const [index, { channel }] of detectors.entries()) {
    if (channels.includes(channel)) continue;
    const at = child(itemOf(field, 'detectors', index), 'channel');
    fail(
      at,
      `${part} has no channel "${channel}", only ${channels.join(', ')}${suggestion(channel, channels)}`,
    );
  }
}

function withDefaults({ part, signals }: ScenarioSensor): Record<string, ScenarioSignal> {
  const defaults = Object.entries<number>(CHANNEL_DEFAULTS[part]);
  return Object.fromEntries(
    defaults.map(([channel, constant]) => [channel, signals[channel] ?? { constant, windows: [] }]),
  );
}
