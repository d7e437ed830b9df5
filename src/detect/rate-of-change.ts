import { judge, OPINION, scaled, type Detector } from './detector.js';

/** Alarm when the value rises or falls faster than the quantity can. */
export interface RateOfChangeConfig {
  /** Largest rise and fall within `perMs`, in the channel's unit. */
  readonly rise?: number;
  readonly fall?: number;
  readonly perMs: number;
}

interface Plan {
  readonly channel: number;
  readonly rise: number;
  readonly fall: number;
  readonly perMs: number;
}

const VALUE = 0;
const AT_MS = 1;
const IS_KNOWN = 2;

/** Compares each value with the one before, over the time that really passed. State: that value, its time. */
export const rateOfChange: Detector<RateOfChangeConfig, Plan, Float64Array> = {
  fields: {
    rise: { type: 'size', optional: true },
    fall: { type: 'size', optional: true },
    perMs: { type: 'duration', min: 1, absent: 60_000 },
  },
  problem: ({ rise, fall }) =>
    rise === undefined && fall === undefined ? { text: 'expected "rise", "fall" or both' } : undefined,
  plan: ({ rise, fall, perMs }, context) => ({
    channel: context.channel,
    rise: rise === undefined ? Infinity : scaled(rise, context),
    fall: fall === undefined ? Infinity : scaled(fall, context),
    perMs,
  }),
  create: () => new Float64Array(3),
  step(plan, state, sample, verdict) {
    const value = sample.values[plan.channel];
    const change = value - state[VALUE];
    const passedMs = sample.takenMs - state[AT_MS];
    const isFirst = state[IS_KNOWN] === 0 || passedMs <= 0;
    const allowed = ((change < 0 ? plan.fall : plan.rise) * passedMs) / plan.perMs;
    verdict.value = value;
    verdict.limit = allowed === Infinity ? value : state[VALUE] + (change < 0 ? -allowed : allowed);
    if (isFirst) {
      verdict.opinion = OPINION.none;
      verdict.score = 0;
    } else judge(verdict, sample, change < 0 ? -change : change, allowed);
    state[VALUE] = value;
    state[AT_MS] = sample.takenMs;
    state[IS_KNOWN] = 1;
  },
};
