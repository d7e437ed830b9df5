import { judge, OPINION, scaled, type Detector } from './detector.js';

/** Alarm when a value is further from what is expected than its usual spread allows. */
export interface RobustZConfig {
  /** Limit in standard deviations of a normal distribution with the same mean deviation. */
  readonly sigmas: number;
  /** Samples over which level and spread are learned; four times as many are the warm-up. */
  readonly memory: number;
  /** Parts of the day with an expectation of their own, from the second day on; 1 for none. */
  readonly seasons: number;
  /** The spread is never taken to be less, in the channel's unit; 0 means one step of the resolution. */
  readonly minSpread: number;
}

interface Plan {
  readonly channel: number;
  readonly sigmas: number;
  readonly memory: number;
  readonly seasons: number;
  readonly minSpread: number;
}

const DAY_MS = 86_400_000;
/** Standard deviation over mean absolute deviation of a normal distribution: the root of pi / 2. */
const SIGMA_PER_DEVIATION = 1.2533;
/** What is further away than so many mean deviations counts as that far. */
const CLIP = 3;

const LEVEL = 0;
const SPREAD = 1;
const COUNT = 2;
const LAST_MS = 3;
const SEASON = 4;
const SLOPE = 5;
const FROM = 6;
const PROFILE = 7;

function clip(value: number, limit: number): number {
  return value > limit ? limit : value < -limit ? -limit : value;
}

/** Moves level and spread towards a sample that was `error` from the expectation. */
function learn({ memory, minSpread }: Plan, state: Float64Array, error: number): void {
  const count = ++state[COUNT];
  const rate = 1 / (count < memory ? count : memory);
  // The first samples tell the scale themselves, so nothing is clipped by a spread that is not known yet.
  const bounded = count < memory ? error : clip(error, CLIP * state[SPREAD]);
  const size = bounded < 0 ? -bounded : bounded;
  state[LEVEL] += bounded * rate;
  state[SPREAD] += (size - state[SPREAD]) * rate;
  if (state[SPREAD] < minSpread) state[SPREAD] = minSpread;
}

/** Half of the way from what was learned on the days before to today; NaN is nothing yet. */
function blend(before: number, today: number): number {
  return before === before ? (before + today) / 2 : today;
}

/** Ends one part of the day, and plans how the level goes through the next: as it went on the days before. */
function enterSeason(state: Float64Array, season: number, perMs: number): void {
  const at = PROFILE + state[SEASON];
  if (state[COUNT] > 0) state[at] = blend(state[at], state[LEVEL] - state[FROM]);
  const change = state[PROFILE + season];
  state[SLOPE] = change === change ? change * perMs : 0;
  state[FROM] = state[LEVEL];
  state[SEASON] = season;
}

/** Moves the level as the time of the day lets expect. */
function expect({ seasons }: Plan, state: Float64Array, takenMs: number): number {
  const season = Math.floor(((takenMs % DAY_MS) / DAY_MS) * seasons);
  if (season !== state[SEASON]) enterSeason(state, season, seasons / DAY_MS);
  const passedMs = takenMs - state[LAST_MS];
  state[LAST_MS] = takenMs;
  // Over a gap longer than a part of the day the slope says nothing.
  if (passedMs * seasons < DAY_MS) state[LEVEL] += state[SLOPE] * passedMs;
  return state[LEVEL];
}

/**
 * Huber-clipped running level and mean absolute deviation, and a profile of the day, where a day is 24 hours of the
 * node's own clock. State: level, spread, count, time, part of the day, its slope and first level, and the
 * change of the level in each part.
 */
export const robustZ: Detector<RobustZConfig, Plan, Float64Array> = {
  fields: {
    sigmas: { type: 'number', min: 1, max: 1_000, absent: 6 },
    memory: { type: 'integer', min: 4, max: 1_000_000, absent: 64 },
    seasons: { type: 'integer', min: 1, max: 96, absent: 24 },
    minSpread: { type: 'size', absent: 0 },
  },
  plan: ({ sigmas, memory, seasons, minSpread }, context) => ({
    channel: context.channel,
    sigmas,
    memory,
    seasons,
    minSpread: Math.max(1, scaled(minSpread, context)),
  }),
  create: ({ seasons }) => new Float64Array(PROFILE + seasons).fill(NaN, PROFILE),
  step(plan, state, sample, verdict) {
    const value = sample.values[plan.channel];
    const expected = expect(plan, state, sample.takenMs);
    const error = value - expected;
    const allowed = plan.sigmas * SIGMA_PER_DEVIATION * state[SPREAD];
    judge(verdict, sample, error < 0 ? -error : error, allowed);
    verdict.value = value;
    verdict.limit = expected + (error < 0 ? -allowed : allowed);
    if (state[COUNT] < 4 * plan.memory) verdict.opinion = OPINION.none;
    learn(plan, state, error);
  },
};
