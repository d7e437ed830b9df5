import { OPINION, scaled, type Detector } from './detector.js';

/** Alarm when the value is beyond a limit; a value exactly on a limit is not. In the channel's unit. */
export interface ThresholdConfig {
  readonly above?: number;
  readonly below?: number;
  /** How far the value must come back inside a limit before the alarm may end. */
  readonly hysteresis: number;
}

interface Plan {
  readonly channel: number;
  readonly above: number | undefined;
  readonly below: number | undefined;
  readonly hysteresis: number;
}

/** The limit that `value` is beyond, each moved inwards by `margin`. */
function crossed({ above, below }: Plan, value: number, margin: number): number | undefined {
  if (above !== undefined && value > above - margin) return above;
  if (below !== undefined && value < below + margin) return below;
  return undefined;
}

/** Range with hysteresis. State: the limit that was crossed last. */
export const threshold: Detector<ThresholdConfig, Plan, Float64Array> = {
  fields: {
    above: { type: 'value', optional: true },
    below: { type: 'value', optional: true },
    hysteresis: { type: 'size', absent: 0 },
  },
  problem({ above, below }) {
    if (above === undefined && below === undefined) return { text: 'expected "above", "below" or both' };
    // With the two crossed or equal every value would be an alarm.
    if (above === undefined || below === undefined || below < above) return undefined;
    return { field: 'below', text: `must be less than "above" (${above})` };
  },
  plan: ({ above, below, hysteresis }, context) => ({
    channel: context.channel,
    above: above === undefined ? undefined : scaled(above, context),
    below: below === undefined ? undefined : scaled(below, context),
    hysteresis: scaled(hysteresis, context),
  }),
  create: () => new Float64Array(1),
  step(plan, state, sample, verdict) {
    const value = sample.values[plan.channel];
    const limit = crossed(plan, value, sample.isRaised ? plan.hysteresis : 0);
    if (limit !== undefined) state[0] = limit;
    verdict.opinion = limit === undefined ? OPINION.calm : OPINION.alarm;
    verdict.score = limit === undefined ? 0 : 1;
    verdict.value = value;
    verdict.limit = state[0];
  },
};
