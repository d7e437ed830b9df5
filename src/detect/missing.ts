import { noDataCodeOf } from '../base/no-data.js';
import { OPINION, scoreOf, type Detector } from './detector.js';

/**
 * Alarm when readings have no data: `run` of them one behind the other (unplugged), or more than `noisy` of the last
 * `window` (a bad contact). 0 switches either off. The alert's value and limit are numbers of readings.
 */
export interface MissingConfig {
  readonly run: number;
  readonly noisy: number;
  readonly window: number;
}

const RUN = 0;
const AT = 1;
const MISSED = 2;
const RING = 3;

/** Puts the newest reading into the window. */
function remember(state: Uint8Array, window: number, isMissing: number): void {
  const at = RING + state[AT];
  state[MISSED] += isMissing - state[at];
  state[at] = isMissing;
  state[AT] = (state[AT] + 1) % window;
  if (isMissing === 0) state[RUN] = 0;
  else if (state[RUN] < 255) state[RUN]++;
}

function forget(state: Uint8Array): void {
  state.fill(0, RING);
  state[MISSED] = 0;
}

/** State: length of the run, and the window as a ring. A noisy channel is calm again at half of its limit. */
export const missing: Detector<MissingConfig, MissingConfig & { channel: number }, Uint8Array> = {
  seesNoData: true,
  fields: {
    run: { type: 'integer', min: 0, max: 250, absent: 3 },
    noisy: { type: 'integer', min: 0, max: 250, absent: 0 },
    window: { type: 'integer', min: 1, max: 250, absent: 20 },
  },
  problem({ run, noisy, window }) {
    if (run === 0 && noisy === 0) return { text: 'expected "run", "noisy" or both above 0' };
    return noisy < window ? undefined : { field: 'noisy', text: `must be less than "window" (${window})` };
  },
  plan: (config, { channel }) => ({ ...config, channel }),
  create: ({ window }) => new Uint8Array(RING + window),
  step({ channel, run, noisy, window }, state, { values, isRaised }, verdict) {
    remember(state, window, noDataCodeOf(values[channel]) === 0 ? 0 : 1);
    const inRun = run > 0 && state[RUN] >= run;
    // A run is one failure, not many: when it has ended, it is over.
    if (inRun) forget(state);
    const isNoisy = noisy > 0 && state[MISSED] > (isRaised ? noisy / 2 : noisy);
    const byRun = inRun || noisy === 0;
    verdict.opinion = inRun || isNoisy ? OPINION.alarm : OPINION.calm;
    verdict.value = byRun ? state[RUN] : state[MISSED];
    verdict.limit = byRun ? run : noisy;
    verdict.score = scoreOf(verdict.value, verdict.limit);
  },
};
