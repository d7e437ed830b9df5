import { judge, OPINION, scaled, type Detector } from './detector.js';

/** Alarm when the level has moved away from a slow baseline. */
export interface DriftConfig {
  /** How far the level may be from the baseline, in the channel's unit. */
  readonly tolerance: number;
  /** Time constants of the level and of the baseline; the baseline's is also its warm-up. */
  readonly levelMs: number;
  readonly baselineMs: number;
}

interface Plan {
  readonly channel: number;
  readonly tolerance: number;
  readonly levelMs: number;
  readonly baselineMs: number;
}

const LEVEL = 0;
const BASELINE = 1;
const LAST_MS = 2;
const AGE_MS = 3;
const IS_KNOWN = 4;

/** A raised alert ends at this part of the tolerance. */
const RELEASE = 0.7;

/** How much of the way to a new value a first-order filter goes; while it is young it is a mean. */
function weight(passedMs: number, ageMs: number, constantMs: number): number {
  return passedMs / (passedMs + (ageMs < constantMs ? ageMs : constantMs));
}

/** Two first-order filters over the time that really passed. State: both, the time and the age. */
export const drift: Detector<DriftConfig, Plan, Float64Array> = {
  fields: {
    tolerance: { type: 'size' },
    levelMs: { type: 'duration', min: 1, absent: 600_000 },
    baselineMs: { type: 'duration', min: 1, absent: 86_400_000 },
  },
  problem: ({ levelMs, baselineMs }) =>
    levelMs < baselineMs ? undefined : { field: 'levelMs', text: 'must be shorter than the baseline' },
  plan: ({ tolerance, levelMs, baselineMs }, context) => ({
    channel: context.channel,
    tolerance: scaled(tolerance, context),
    levelMs,
    baselineMs,
  }),
  create: () => new Float64Array(5),
  step(plan, state, sample, verdict) {
    const value = sample.values[plan.channel];
    const passedMs = sample.takenMs - state[LAST_MS];
    state[LAST_MS] = sample.takenMs;
    if (state[IS_KNOWN] === 0) {
      state[IS_KNOWN] = 1;
      state[LEVEL] = state[BASELINE] = value;
    } else if (passedMs > 0) {
      state[LEVEL] += (value - state[LEVEL]) * weight(passedMs, state[AGE_MS], plan.levelMs);
      state[BASELINE] += (value - state[BASELINE]) * weight(passedMs, state[AGE_MS], plan.baselineMs);
      state[AGE_MS] += passedMs;
    }
    const apart = state[LEVEL] - state[BASELINE];
    judge(verdict, sample, apart < 0 ? -apart : apart, plan.tolerance, RELEASE);
    verdict.value = state[LEVEL];
    verdict.limit = state[BASELINE] + (apart < 0 ? -plan.tolerance : plan.tolerance);
    if (state[AGE_MS] < plan.baselineMs) verdict.opinion = OPINION.none;
  },
};
