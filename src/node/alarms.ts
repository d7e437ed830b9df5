import { TokenBucket } from '../pace/token-bucket.js';
import type { Reading } from '../sample/sampler.js';
import type { Alert } from '../wire/events.js';
import { ALERT_LIMITS_DEFAULT, type AlertLimits, type SensorConfig } from './config.js';
import { Watch } from './watch.js';

/** An alert that waits to be sealed: its times are still the node's own clock, and its boot is not known yet. */
export type PendingAlert = Omit<Alert, 'offsetMs' | 'firstOffsetMs' | 'boot'> & {
  readonly takenMs: number;
  readonly firstMs: number;
};

/** The detectors of all sensors, the numbering of their incidents, and the limit of what all of them tell. */
export class Alarms {
  readonly #watches: readonly (readonly Watch[])[];
  readonly #bucket: TokenBucket;
  #lastId = 0;
  readonly #nextId = () => ++this.#lastId;

  constructor(sensors: readonly SensorConfig[], limits: AlertLimits = ALERT_LIMITS_DEFAULT) {
    this.#watches = sensors.map((sensor) =>
      sensor.detectors.map((detector) => new Watch(sensor, detector, limits.flapMs)),
    );
    this.#bucket = new TokenBucket(limits.burst, limits.perHour / 60, 0);
  }

  /** Incidents that were told as raised and not yet as cleared. */
  get openAlerts(): number {
    return this.#count(({ isToldRaised }) => (isToldRaised ? 1 : 0));
  }

  /** Alerts that were held back for good. */
  get suppressedAlerts(): number {
    return this.#count(({ suppressed }) => suppressed);
  }

  /** Of the detectors of one sensor, in the order of its configuration. */
  watchesOf(sensor: number): readonly Watch[] {
    return this.#watches[sensor];
  }

  /** Shows a reading to its detectors; what is to be told goes to `emit`. */
  step(reading: Reading, emit: (alert: PendingAlert) => void): void {
    const watches = this.#watches[reading.sensor];
    for (let rule = 0; rule < watches.length; rule++) {
      const watch = watches[rule];
      if (!watch.step(reading, this.#nextId) || !this.#bucket.take(reading.takenMs)) continue;
      watch.told(reading.takenMs);
      emit(this.#alertOf(watch, reading.sensor, rule));
    }
  }

  #alertOf(watch: Watch, sensor: number, rule: number): PendingAlert {
    const { kind: detector, severity } = watch.config;
    const { id, channel, value, limit, count, firstMs, changedMs: takenMs } = watch;
    const state = watch.isRaised ? 'raised' : 'cleared';
    const { suppressedAlerts: suppressed } = this;
    const alert = { id, state, severity, detector, sensor, channel, value, limit, rule, count } as const;
    return { ...alert, takenMs, firstMs, ...(suppressed === 0 ? {} : { suppressed }) };
  }

  #count(of: (watch: Watch) => number): number {
    let sum = 0;
    for (const watches of this.#watches) for (const watch of watches) sum += of(watch);
    return sum;
  }
}
