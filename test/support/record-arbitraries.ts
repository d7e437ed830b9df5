import fc from 'fast-check';
import { NO_DATA, noDataValue, VALUE_MAX, VALUE_MIN, type NoDataReason } from '../../src/base/no-data.js';
import type { Birth, ChannelInfo, SensorInfo } from '../../src/wire/birth.js';
import { CHANNELS_MAX } from '../../src/wire/birth.js';
import {
  ALERT_STATES,
  DETECTORS,
  OFFSET_MS_MAX,
  SEVERITIES,
  type Alert,
  type Heartbeat,
} from '../../src/wire/events.js';
import type { TelemetryReading } from '../../src/wire/telemetry.js';

/** Non-negative integers up to the largest safe one, small ones often. */
export const counts = fc.oneof(fc.nat(1_000), fc.maxSafeNat());
const offsets = fc.oneof(
  fc.integer({ min: -1_000, max: 1_000_000 }),
  fc.integer({ min: -OFFSET_MS_MAX, max: OFFSET_MS_MAX }),
);
const integers = fc.oneof(fc.integer({ min: -1_000, max: 1_000 }), fc.maxSafeInteger());
const names = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 32 });

const reasons = fc.constantFrom(...(Object.keys(NO_DATA) as NoDataReason[]));
const values = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: -500, max: 5_000 }) },
  { weight: 2, arbitrary: fc.integer({ min: VALUE_MIN, max: VALUE_MAX }) },
  { weight: 1, arbitrary: fc.constantFrom(VALUE_MIN, VALUE_MAX, 0, -1) },
  { weight: 2, arbitrary: reasons.map(noDataValue) },
);

export const channels: fc.Arbitrary<ChannelInfo> = fc.record({
  name: names,
  unit: names,
  exponent: fc.integer({ min: -9, max: 9 }),
});

export const sensors: fc.Arbitrary<SensorInfo> = fc.record({
  name: names,
  tickMs: fc.integer({ min: 1, max: 3_600_000 }),
  channels: fc.array(channels, { minLength: 1, maxLength: CHANNELS_MAX }),
});

/** What a birth needs to be short enough, and readings of its sensors in the order of their time. */
export interface Telemetry {
  readonly sensors: readonly SensorInfo[];
  readonly readings: readonly TelemetryReading[];
}

const differences = fc.oneof(fc.constant(10), fc.nat(100), fc.nat(0x400_0000));
/** Differences of 30 readings stay below 2^31 ticks, and all times below OFFSET_MS_MAX. */
const TICKS_MAX = 0x7fff_0000;

function readingsOf(
  sensor: number,
  { tickMs, channels: { length: width } }: SensorInfo,
): fc.Arbitrary<TelemetryReading[]> {
  const rows = fc.array(fc.tuple(differences, fc.array(values, { minLength: width, maxLength: width })), {
    maxLength: 30,
  });
  return fc.tuple(fc.integer({ min: -100_000, max: 10_000_000 }), rows).map(([first, parts]) => {
    const ticksMax = Math.min(TICKS_MAX, Math.floor(OFFSET_MS_MAX / tickMs));
    let tick = Math.max(first, -ticksMax);
    return parts.map(([difference, row]) => {
      tick = Math.min(ticksMax, tick + difference);
      return { sensor, tick, values: row };
    });
  });
}

/** Readings of one to four sensors, mixed, at least one. */
export const telemetry: fc.Arbitrary<Telemetry> = fc
  .array(sensors, { minLength: 1, maxLength: 4 })
  .chain((list) =>
    fc
      .tuple(...list.map((info, sensor) => readingsOf(sensor, info)))
      .chain((groups) => fc.shuffledSubarray(groups.flat(), { minLength: Math.min(1, groups.flat().length) }))
      .map((readings) => ({ sensors: list, readings: [...readings].sort((a, b) => a.tick - b.tick) })),
  )
  .filter(({ readings }) => readings.length > 0);

export const births: fc.Arbitrary<Birth> = fc
  .record({
    firmware: names,
    bundleSha256: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    resetReason: names,
    heartbeatS: fc.integer({ min: 1, max: 604_800 }),
    utcMs: fc.option(fc.maxSafeNat(), { nil: undefined }),
    sensors: fc.array(sensors, { minLength: 1, maxLength: 3 }),
  })
  .map(({ utcMs, ...rest }) => (utcMs === undefined ? rest : { ...rest, utcMs }));

const ALERT_FIELDS = {
  id: counts.map((id) => Math.max(1, id)),
  state: fc.constantFrom(...ALERT_STATES),
  severity: fc.constantFrom(...SEVERITIES),
  detector: fc.constantFrom(...DETECTORS),
  sensor: fc.nat(255),
  channel: fc.nat(255),
  offsetMs: offsets,
  value: integers,
  limit: integers,
  boot: fc.integer({ min: 1, max: 0xffff_ffff }),
  rule: fc.nat(255),
  firstOffsetMs: offsets,
  count: counts.map((count) => Math.max(1, count)),
  suppressed: counts,
};

export const alerts: fc.Arbitrary<Alert> = fc.record(ALERT_FIELDS, {
  requiredKeys: ['id', 'state', 'severity', 'detector', 'sensor', 'channel', 'offsetMs', 'value', 'limit'],
});

export const heartbeats: fc.Arbitrary<Heartbeat> = fc.record(
  {
    offsetMs: offsets,
    connection: counts,
    queuedReadings: counts,
    takenReadings: counts,
    droppedReadings: counts,
    droppedAlerts: counts,
    acknowledgedEnvelopes: counts,
    utcMs: counts,
    freeHeapBytes: counts,
    signalDbm: fc.integer({ min: -120, max: 0 }),
    supplyMilliV: counts,
    boot: fc.integer({ min: 1, max: 0xffff_ffff }),
    openAlerts: fc.nat(255),
    suppressedAlerts: counts,
  },
  {
    requiredKeys: [
      'offsetMs',
      'connection',
      'queuedReadings',
      'takenReadings',
      'droppedReadings',
      'droppedAlerts',
      'acknowledgedEnvelopes',
    ],
  },
);
