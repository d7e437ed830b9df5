import { PARTS } from '../../hal/parts.js';
import { child, itemOf, list, object, oneOf, optional, record, reportUnknown } from './schema.js';
import { required, text, then } from './schema.js';
import type { Field, Parse } from './schema.js';
import { signal, SPAN_MS_MAX } from './signal-schema.js';
import { duration, HOUR_MS, SECOND_MS } from './time-schema.js';
import { checkDetector, detector } from './detector-schema.js';
import { CHANNEL_DEFAULTS } from './types.js';
import type { ScenarioPart, ScenarioSensor, ScenarioSignal } from './types.js';

/** The most detectors of one sensor. */
export const DETECTORS_MAX = 16;

/** A name that is short enough for an MQTT topic and safe in it. */
export const name = text(/^[a-z0-9-]{1,32}$/, '1 to 32 of the characters a-z, 0-9 and "-"');

const positiveTime = duration({ min: 1, max: SPAN_MS_MAX });

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
    for (const index of value.detectors.keys()) {
      checkDetector(value.detectors[index], PARTS[value.part].channels, {
        field: itemOf(field, 'detectors', index),
        sensor: value.part,
      });
    }
    return { value: { ...value, signals: withDefaults(value) } };
  },
);

function checkSignalChannels(channels: string[], field: Field): void {
  const signals = child(field, 'signals');
  // Where the sensor has no signals, the child is the sensor itself, whose fields are no channels.
  if (signals.node !== field.node) reportUnknown(signals, channels);
}

function withDefaults({ part, signals }: ScenarioSensor): Record<string, ScenarioSignal> {
  const defaults = Object.entries<number>(CHANNEL_DEFAULTS[part]);
  return Object.fromEntries(
    defaults.map(([channel, constant]) => [channel, signals[channel] ?? { constant, windows: [] }]),
  );
}
