import { NoveltyHead } from './adaptive-novelty.js';
import { Tail } from './adaptive-tail.js';

/** Time constants of the moving averages that describe how a value came about, in samples. */
const CONTEXT_SAMPLES = [2, 5, 15, 50];
const SPREAD_SAMPLES = 1000;
/** How long an alarm keeps weaker ones silent, in samples. */
const REFRACTORY_SAMPLES = 20;
/** The surprise at which the score is one half. */
const HALF_SURPRISE = 3;

export class AdaptiveState {
  readonly values = new NoveltyHead({ dimensions: 1, prototypesMax: 128, radius: 0.2 });
  readonly contexts = new NoveltyHead({ dimensions: 5, prototypesMax: 64, radius: 0.5 });
  readonly valueTail = new Tail();
  readonly contextTail = new Tail();
  readonly sample = new Float32Array(1 + CONTEXT_SAMPLES.length);
  samples = 0;
  origin = 0;
  mean = 0;
  spread = 0;
  peak = 0;
}

export function createAdaptiveState(): AdaptiveState {
  return new AdaptiveState();
}

function describe(state: AdaptiveState, value: number): void {
  if (state.samples === 0) state.origin = value;
  const x = Math.fround(value - state.origin);
  state.samples++;
  const deviation = x - state.mean;
  const rate = Math.max(1 / state.samples, 1 / SPREAD_SAMPLES);
  state.mean += rate * deviation;
  state.spread += rate * (Math.abs(deviation) - state.spread);
  const { sample } = state;
  sample[0] = x;
  for (let d = 1; d < sample.length; d++)
    sample[d]! += Math.max(1 / state.samples, 1 / CONTEXT_SAMPLES[d - 1]!) * (x - sample[d]!);
}

function refract(state: AdaptiveState, surprise: number): number {
  state.peak *= 1 - 1 / REFRACTORY_SAMPLES;
  const { peak } = state;
  if (surprise <= peak) return 0;
  state.peak = surprise;
  return surprise * (1 - (peak / surprise) * (peak / surprise));
}

export function stepAdaptive(state: AdaptiveState, { value }: { value: number; takenMs: number }): number {
  describe(state, value);
  const surprise = refract(
    state,
    state.valueTail.step(state.values.step(state.sample, state.spread)) +
      state.contextTail.step(state.contexts.step(state.sample, state.spread)),
  );
  return surprise / (surprise + HALF_SURPRISE);
}
