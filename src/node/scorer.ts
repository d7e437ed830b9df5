import type { Alert } from '../wire/events.js';
import { Alarms } from './alarms.js';
import { checkSensor, type AlertLimits, type SensorConfig } from './config.js';

/** What the detectors of one sensor say to one reading. */
export interface Scored {
  /** The highest score of all detectors, 0..1. */
  readonly score: number;
  /** True while one of them is raised. */
  readonly isRaised: boolean;
  readonly alerts: readonly (Pick<Alert, 'id' | 'state' | 'detector' | 'value' | 'limit' | 'count'> & {
    readonly takenMs: number;
  })[];
}

/**
 * A sensor's detectors without the rest of a node, for recorded data: `mamori detect` shows with it what the device
 * would have said.
 * @throws {TypeError} or {RangeError} on a configuration that cannot work.
 */
export function createScorer(
  sensor: SensorConfig,
  limits: AlertLimits,
): (takenMs: number, values: readonly number[]) => Scored {
  checkSensor('sensor', sensor);
  const alarms = new Alarms([sensor], limits);
  const watches = alarms.watchesOf(0);
  return (takenMs, values) => {
    const alerts: Scored['alerts'][number][] = [];
    alarms.step({ sensor: 0, takenMs, values }, ({ id, state, detector, value, limit, count, takenMs: at }) =>
      alerts.push({ id, state, detector, value, limit, count, takenMs: at }),
    );
    const score = watches.reduce((most, watch) => Math.max(most, watch.score), 0);
    return { score, isRaised: watches.some(({ isRaised }) => isRaised), alerts };
  };
}
