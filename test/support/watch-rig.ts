import { noDataValue } from '../../src/base/no-data.js';
import { Alarms, type PendingAlert } from '../../src/node/alarms.js';
import type { AlertLimits, DetectorConfig, SensorConfig } from '../../src/node/config.js';

/** Nothing is held back. */
export const NO_LIMITS: AlertLimits = { flapMs: 0, burst: 10_000, perHour: 1_000_000 };
/** A reading without data. */
export const GONE = noDataValue('deviceTimeout');

type Own = DetectorConfig extends infer Kind ? (Kind extends unknown ? Partial<Kind> : never) : never;

/** A sensor whose channels `a` and `b` have whole numbers, with these detectors on `a`. */
export function sensorWith(...detectors: Own[]): SensorConfig {
  const channel = (name: string) => ({ name, unit: 'W', path: [name], scale: 1, exponent: 0 });
  const common = { channel: 'a', holdMs: 0, severity: 'warning' };
  return {
    name: 'sensor',
    intervalMs: 1_000,
    tickMs: 1_000,
    timeoutMs: 500,
    channels: [channel('a'), channel('b')],
    detectors: detectors.map((own) => ({ ...common, ...own }) as unknown as DetectorConfig),
  };
}

export type Told = PendingAlert & { readonly at: number };

/** One value of `a` (or one of each channel) a second. */
export function perSecond(...values: (number | readonly [number, number])[]): [number, readonly number[]][] {
  return values.map((value, i) => [i * 1_000, typeof value === 'number' ? [value, 0] : value]);
}

/** Shows readings, `[takenMs, values]` each, to detectors; the alerts with the time at which they left. */
export function tell(
  sensor: SensorConfig,
  readings: readonly (readonly [number, readonly number[]])[],
  limits: AlertLimits = NO_LIMITS,
): Told[] {
  const alarms = new Alarms([sensor], limits);
  return readings.flatMap(([takenMs, values]) => {
    const told: Told[] = [];
    alarms.step({ sensor: 0, takenMs, values }, (alert) => told.push({ ...alert, at: takenMs }));
    return told;
  });
}

/** Only what a test of a detector looks at: state and time in seconds. */
export function outline(told: readonly Told[]): string[] {
  return told.map(({ state, at }) => `${state} ${at / 1_000}`);
}
