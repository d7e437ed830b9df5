import { ALERT_LIMITS_DEFAULT, type AlertLimits } from '../../src/node/config.js';
import {
  child,
  fail,
  integer,
  itemOf,
  list,
  number,
  object,
  oneOf,
  optional,
  required,
  then,
} from './schema.js';
import type { Field, Parse } from './schema.js';
import { name, sensor } from './sensor-schema.js';
import { SPAN_MS_MAX } from './signal-schema.js';
import { DAY_MS, duration, MINUTE_MS, SECOND_MS } from './time-schema.js';
import type { ScenarioBackoff, ScenarioBatch, ScenarioNode, ScenarioPace, ScenarioQueue } from './types.js';

/** The most nodes of a scenario, instances of `count` included. */
export const NODES_MAX = 10_000;
/** The most sensors of one node. */
export const SENSORS_MAX = 16;
/** MQTT's CONNECT carries the keep-alive in 16 bits of seconds (MQTT 3.1.1, section 3.1.2.10). */
export const KEEP_ALIVE_MS_MAX = 65_535 * SECOND_MS;
/** As many slots as a ring may have. */
export const QUEUE_RECORDS_MAX = 65_536;

/** With these, ten thousand nodes that lose their broker for a minute do not storm it (`bench/storm.ts`). */
export const BACKOFF_DEFAULT: ScenarioBackoff = {
  minMs: SECOND_MS,
  maxMs: MINUTE_MS,
  stableMs: MINUTE_MS,
  spreadMs: MINUTE_MS,
};
const BATCH_DEFAULT: ScenarioBatch = { readings: 1, ageMs: 0 };
const QUEUE_DEFAULT: ScenarioQueue = { readings: 512, alerts: 32 };
const PACE_DEFAULT: ScenarioPace = { burst: 20, perMinute: 60 };

const backoffTime = duration({ min: 1, max: DAY_MS });
const queueLength = integer({ min: 1, max: QUEUE_RECORDS_MAX });

const backoff = then(
  object<ScenarioBackoff>({
    minMs: optional('min', backoffTime, BACKOFF_DEFAULT.minMs),
    maxMs: optional('max', backoffTime, BACKOFF_DEFAULT.maxMs),
    stableMs: optional('stable', duration({ min: 0, max: DAY_MS }), BACKOFF_DEFAULT.stableMs),
    spreadMs: optional('spread', duration({ min: 0, max: DAY_MS }), BACKOFF_DEFAULT.spreadMs),
  }),
  (value, field) => {
    if (value.minMs <= value.maxMs) return { value };
    return fail(child(field, 'max'), 'must not be less than "min"');
  },
);

const keepAlive = then(duration({ min: SECOND_MS, max: KEEP_ALIVE_MS_MAX }), (value, field) =>
  value % SECOND_MS === 0 ? { value } : fail(field, 'expected whole seconds'),
);

const batch = object<ScenarioBatch>({
  readings: optional('readings', integer({ min: 1, max: 120 }), BATCH_DEFAULT.readings),
  ageMs: optional('age', duration({ min: 0, max: DAY_MS }), BATCH_DEFAULT.ageMs),
});

const queue = object<ScenarioQueue>({
  readings: optional('readings', queueLength, QUEUE_DEFAULT.readings),
  alerts: optional('alerts', queueLength, QUEUE_DEFAULT.alerts),
});

const alerts = object<AlertLimits>({
  flapMs: optional('flap', duration({ min: 0, max: DAY_MS }), ALERT_LIMITS_DEFAULT.flapMs),
  burst: optional('burst', integer({ min: 1, max: 10_000 }), ALERT_LIMITS_DEFAULT.burst),
  perHour: optional('perHour', number({ min: 0.1, max: 1_000_000 }), ALERT_LIMITS_DEFAULT.perHour),
});

const pace = object<ScenarioPace>({
  burst: optional('burst', integer({ min: 1, max: 10_000 }), PACE_DEFAULT.burst),
  perMinute: optional('perMinute', number({ min: 0.01, max: 1_000_000 }), PACE_DEFAULT.perMinute),
});

/** A node of the file. */
export const node: Parse<ScenarioNode> = then(
  object<ScenarioNode>({
    name: required('name', name),
    count: optional('count', integer({ min: 1, max: NODES_MAX }), 1),
    qos: optional('qos', oneOf(0, 1), 1),
    keepAliveMs: optional('keepAlive', keepAlive, MINUTE_MS),
    heartbeatMs: optional('heartbeat', duration({ min: SECOND_MS, max: 30 * DAY_MS }), 5 * MINUTE_MS),
    backoff: optional('backoff', backoff, BACKOFF_DEFAULT),
    batch: optional('batch', batch, BATCH_DEFAULT),
    queue: optional('queue', queue, QUEUE_DEFAULT),
    alerts: optional<AlertLimits | undefined>('alerts', alerts, undefined),
    pace: optional('pace', pace, PACE_DEFAULT),
    startMs: optional('start', duration({ min: 0, max: SPAN_MS_MAX }), 0),
    keys: optional('keys', oneOf('provisioned', 'claim'), 'provisioned'),
    sensors: required('sensors', list(sensor, { min: 1, max: SENSORS_MAX })),
  }),
  (value, field) => {
    reportRepeatedNames(value.sensors, (index) => child(itemOf(field, 'sensors', index), 'name'));
    return { value };
  },
);

/** Reports every name that an earlier item of the list has. */
export function reportRepeatedNames(
  items: readonly { readonly name: string }[],
  fieldOf: (index: number) => Field,
): void {
  const seen = new Set<string>();
  for (const [index, item] of items.entries()) {
    if (seen.has(item.name)) fail(fieldOf(index), `"${item.name}" is the name of an earlier one`);
    seen.add(item.name);
  }
}
