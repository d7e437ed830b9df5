import { noDataCodeOf } from '../base/no-data.js';
import {
  stepThreshold,
  THRESHOLD_START,
  type ThresholdConfig,
  type ThresholdState,
} from '../detect/threshold.js';
import type { Reading } from '../sample/sampler.js';
import type { Alert } from '../wire/events.js';
import type { DetectorConfig, SensorConfig } from './config.js';

/** An alert that waits to be sealed: its time is still the node's own clock. */
export type PendingAlert = Omit<Alert, 'offsetMs'> & { readonly takenMs: number };

interface Watch {
  readonly config: DetectorConfig;
  readonly channel: number;
  readonly scaled: ThresholdConfig;
  state: ThresholdState;
  /** Id of the running incident. */
  id: number;
}

function watchOf(sensor: SensorConfig, config: DetectorConfig): Watch {
  const channel = sensor.channels.findIndex(({ name }) => name === config.channel);
  const unit = 10 ** -sensor.channels[channel].exponent;
  const scaled = {
    ...(config.above === undefined ? {} : { above: Math.round(config.above * unit) }),
    ...(config.below === undefined ? {} : { below: Math.round(config.below * unit) }),
    hysteresis: Math.round(config.hysteresis * unit),
    holdMs: config.holdMs,
  };
  return { config, channel, scaled, state: THRESHOLD_START, id: 0 };
}

/** The detectors of all sensors and the numbering of their incidents. */
export class Alarms {
  readonly #watches: readonly (readonly Watch[])[];
  #lastId = 0;

  constructor(sensors: readonly SensorConfig[]) {
    this.#watches = sensors.map((sensor) => sensor.detectors.map((detector) => watchOf(sensor, detector)));
  }

  /** Shows a reading to its detectors; what they find goes to `emit`. A value that is not there changes nothing. */
  step(reading: Reading, emit: (alert: PendingAlert) => void): void {
    for (const watch of this.#watches[reading.sensor]) {
      const value = reading.values[watch.channel];
      if (noDataCodeOf(value) !== 0) continue;
      const { state, event } = stepThreshold(watch.scaled, watch.state, { value, takenMs: reading.takenMs });
      watch.state = state;
      if (event === undefined) continue;
      if (event.state === 'raised') watch.id = ++this.#lastId;
      const { kind: detector, severity } = watch.config;
      const { sensor, takenMs } = reading;
      emit({ ...event, id: watch.id, severity, detector, sensor, channel: watch.channel, takenMs });
    }
  }
}
