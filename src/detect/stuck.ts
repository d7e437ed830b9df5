import { noDataCodeOf } from '../base/no-data.js';
import { OPINION, placeOf, scaled, scoreOf, type Detector } from './detector.js';

/**
 * Alarm when a value stands still that should not. The rule, in this order:
 * 1. a value within `minChange` of `rest` may stand still for ever (0 W of a machine that is off);
 * 2. with a `sibling`, standing still is an alarm only when that channel of the same sensor has moved by
 *    `siblingChange` meanwhile: where all rests, the world rests;
 * 3. otherwise it is an alarm after `afterMs` without a change of at least `minChange`.
 */
export interface StuckConfig {
  readonly afterMs: number;
  /** Smallest change that counts, in the channel's unit; 0 means one step of the channel's resolution. */
  readonly minChange: number;
  readonly rest?: number;
  readonly sibling?: string;
  /** In the sibling's unit; 0 means one step of its resolution. */
  readonly siblingChange: number;
}

interface Plan {
  readonly channel: number;
  readonly afterMs: number;
  readonly minChange: number;
  readonly rest: number | undefined;
  /** -1 without one. */
  readonly sibling: number;
  readonly siblingChange: number;
}

const ANCHOR = 0;
const SINCE_MS = 1;
const IS_KNOWN = 2;
const LOWEST = 3;
const HIGHEST = 4;

function distance(a: number, b: number): number {
  return a < b ? b - a : a - b;
}

/** From here on the value is watched anew. */
function anchor(state: Float64Array, value: number, takenMs: number): void {
  state[ANCHOR] = value;
  state[SINCE_MS] = takenMs;
  state[IS_KNOWN] = 1;
  state[LOWEST] = Infinity;
  state[HIGHEST] = -Infinity;
}

function siblingMoved(
  { sibling, siblingChange }: Plan,
  state: Float64Array,
  values: readonly number[],
): boolean {
  if (sibling < 0) return true;
  const value = values[sibling];
  if (noDataCodeOf(value) === 0) {
    if (value < state[LOWEST]) state[LOWEST] = value;
    if (value > state[HIGHEST]) state[HIGHEST] = value;
  }
  return state[HIGHEST] - state[LOWEST] >= siblingChange;
}

/** State: the value since when it stands, and the range of the sibling since then. */
export const stuck: Detector<StuckConfig, Plan, Float64Array> = {
  fields: {
    afterMs: { type: 'duration', min: 1 },
    minChange: { type: 'size', absent: 0 },
    rest: { type: 'value', optional: true },
    sibling: { type: 'channel', optional: true },
    siblingChange: { type: 'number', absent: 0 },
  },
  plan(config, context) {
    const sibling = config.sibling === undefined ? -1 : placeOf(config.sibling, context);
    const change = sibling < 0 ? 0 : scaled(config.siblingChange, { ...context, channel: sibling });
    return {
      channel: context.channel,
      afterMs: config.afterMs,
      minChange: Math.max(1, scaled(config.minChange, context)),
      rest: config.rest === undefined ? undefined : scaled(config.rest, context),
      sibling,
      siblingChange: Math.max(1, change),
    };
  },
  create: () => new Float64Array(5),
  step(plan, state, { values, takenMs }, verdict) {
    const value = values[plan.channel];
    if (state[IS_KNOWN] === 0 || distance(value, state[ANCHOR]) >= plan.minChange) {
      anchor(state, value, takenMs);
    }
    const moved = siblingMoved(plan, state, values);
    const rests = plan.rest !== undefined && distance(value, plan.rest) < plan.minChange;
    const stoodMs = takenMs - state[SINCE_MS];
    const counts = moved && !rests;
    verdict.value = value;
    verdict.limit = plan.minChange;
    verdict.score = counts ? scoreOf(stoodMs, plan.afterMs) : 0;
    verdict.opinion = counts && stoodMs >= plan.afterMs ? OPINION.alarm : OPINION.calm;
  },
};
