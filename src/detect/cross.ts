import { noDataCodeOf } from '../base/no-data.js';
import { judge, OPINION, placeOf, scaled, type Detector } from './detector.js';

/** Alarm when two channels of a sensor do not fit: `value` should be `factor` times `other` plus `offset`. */
export interface CrossConfig {
  /** Name of the other channel. */
  readonly other: string;
  /** From the other channel's unit to this one's. */
  readonly factor: number;
  /** In this channel's unit, as the tolerance. */
  readonly offset: number;
  readonly tolerance: number;
}

interface Plan {
  readonly channel: number;
  readonly other: number;
  readonly factor: number;
  readonly offset: number;
  readonly tolerance: number;
}

/** Remembers nothing. */
export const cross: Detector<CrossConfig, Plan, Float64Array> = {
  fields: {
    other: { type: 'channel' },
    factor: { type: 'number', min: -1e9, max: 1e9, absent: 1 },
    offset: { type: 'value', absent: 0 },
    tolerance: { type: 'size' },
  },
  plan({ other, factor, offset, tolerance }, context) {
    const place = placeOf(other, context);
    const { channels, channel } = context;
    return {
      channel,
      other: place,
      factor: factor * 10 ** (channels[place].exponent - channels[channel].exponent),
      offset: scaled(offset, context),
      tolerance: scaled(tolerance, context),
    };
  },
  create: () => new Float64Array(0),
  step(plan, _state, sample, verdict) {
    const value = sample.values[plan.channel];
    const other = sample.values[plan.other];
    const expected = plan.factor * other + plan.offset;
    const error = value - expected;
    judge(verdict, sample, error < 0 ? -error : error, plan.tolerance);
    verdict.value = value;
    verdict.limit = expected + (error < 0 ? -plan.tolerance : plan.tolerance);
    if (noDataCodeOf(other) === 0) return;
    verdict.opinion = OPINION.none;
    verdict.score = 0;
  },
};
