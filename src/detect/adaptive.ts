import { DayMemory, DayProfile, hourOf } from './adaptive-day.js';
import { Layout, type Memory } from './adaptive-memory.js';
import { Novelty } from './adaptive-novelty.js';
import { Liveliness, log2 } from './adaptive-spread.js';
import { Tail } from './adaptive-tail.js';

/** The score from which a reading is called anomalous, for every sensor: the one global threshold. */
export const ADAPTIVE_THRESHOLD = 0.5;

/** The moving averages that tell how a value came about, in samples. */
const CONTEXT_SAMPLES = [2, 5, 15, 50] as const;
/** How far back the usual spread of the values reaches. */
const SPREAD_SAMPLES = 1000;
/** What "now" means for the liveliness: a burst or a stuck sensor, and some hours. */
const SHORT_SAMPLES = 10;
const LONG_SAMPLES = 50;
/** The width of a prototype of liveliness, in doublings. */
const LIVELINESS_RADIUS = 0.05;
/** What the surprises weigh; a new value is the plainest of them. */
const VALUE_WEIGHT = 1;
const CONTEXT_WEIGHT = 0.5;
const SHORT_WEIGHT = 0.5;
const CALM_WEIGHT = 0.4;
const LONG_WEIGHT = 0.25;
const SEASON_WEIGHT = 0.25;
/** Surprises of the last hundred samples add up: one oddity may be chance, several in a row hardly. */
const EVIDENCE_SAMPLES = 100;
const EVIDENCE_WEIGHT = 0.2;
/** How long an alarm keeps weaker ones silent. */
const REFRACTORY_SAMPLES = 30;
/** By how much the bar rises with each doubling of the samples seen, between these counts. */
const CAUTION = 0.1;
const CAUTION_SAMPLES_MIN = 500;
const CAUTION_SAMPLES_MAX = 20_000;
/** The surprise at which the score is one half, in weighted e-folds of rarity. */
const HALF_SURPRISE = 4.7;
/** Values are cut off here, so that their squares stay finite. */
const VALUE_MAX = 1e18;

const layout = new Layout();

/** A novelty with the tail that tells how surprising it is. */
class Head {
  readonly #novelty: Novelty;
  readonly #tail = new Tail(layout);

  constructor(dimensions: number, prototypesMax: number, radius: number) {
    this.#novelty = new Novelty(layout, { dimensions, prototypesMax, radius });
  }

  surprise(memory: Memory, sample: number, spread: number): number {
    return this.#tail.step(memory, this.#novelty.step(memory, sample, spread));
  }
}

const valueHead = new Head(1, 64, 0.2);
const contextHead = new Head(1 + CONTEXT_SAMPLES.length, 48, 0.5);
const shortHead = new Head(1, 32, LIVELINESS_RADIUS);
const longHead = new Head(1, 32, LIVELINESS_RADIUS);
const seasonHead = new Head(1, 32, 0.2);
const calmTail = new Tail(layout);
const shortLiveliness = new Liveliness(layout, SHORT_SAMPLES);
const longLiveliness = new Liveliness(layout, LONG_SAMPLES);
const dayProfile = new DayProfile(layout);
const dayMemory = new DayMemory(layout);

/** Where the value lies, then its moving averages, and where a feature is put for its head. */
const VALUE = layout.takeFloats(1 + CONTEXT_SAMPLES.length);
const FEATURE = layout.takeFloats(1);
const SAMPLES = layout.takeNumbers(1);
const ORIGIN = layout.takeNumbers(1);
const MEAN = layout.takeNumbers(1);
const SPREAD = layout.takeNumbers(1);
const EVIDENCE = layout.takeNumbers(1);
const PEAK = layout.takeNumbers(1);

/** A detector's state for one signal: about 3.4 kB that never grow. */
export type AdaptiveState = Memory;

/** The state of a detector that knows nothing of its signal yet. There is nothing to configure. */
export function createAdaptiveState(): AdaptiveState {
  return layout.createMemory();
}

/** What a state takes, in bytes. */
export function adaptiveStateBytes({ floats, numbers }: AdaptiveState): number {
  return floats.byteLength + numbers.byteLength;
}

/** Takes the value in, relative to the first one, so that single precision suffices for it. */
function describe({ floats, numbers }: Memory, value: number): void {
  if (numbers[SAMPLES] === 0) numbers[ORIGIN] = value;
  const newest = 1 / ++numbers[SAMPLES];
  const relative = Math.fround(Math.max(-VALUE_MAX, Math.min(VALUE_MAX, value - numbers[ORIGIN])));
  const rate = Math.max(newest, 1 / SPREAD_SAMPLES);
  const deviation = relative - numbers[MEAN];
  numbers[MEAN] += rate * deviation;
  numbers[SPREAD] += rate * (Math.abs(deviation) - numbers[SPREAD]);
  floats[VALUE] = relative;
  for (let index = 0; index < CONTEXT_SAMPLES.length; index++) {
    const average = floats[VALUE + 1 + index];
    floats[VALUE + 1 + index] += Math.max(newest, 1 / CONTEXT_SAMPLES[index]) * (relative - average);
  }
}

function livelinessSurprise(memory: Memory, liveliness: Liveliness, head: Head): number {
  memory.floats[FEATURE] = liveliness.step(memory, memory.floats[VALUE]);
  return liveliness.isReady(memory) ? head.surprise(memory, FEATURE, 1) : 0;
}

/**
 * A burst, or a calm. A signal that gets stuck grows calm step by step, and every step is learned at once: so calm is
 * also taken by its depth, once for each window.
 */
function shortSurprise(memory: Memory): number {
  const novelty = livelinessSurprise(memory, shortLiveliness, shortHead);
  const isCalmDue = shortLiveliness.isReady(memory) && memory.numbers[SAMPLES] % SHORT_SAMPLES === 0;
  const calm = isCalmDue ? calmTail.step(memory, Math.max(0, -memory.floats[FEATURE])) : 0;
  return SHORT_WEIGHT * novelty + CALM_WEIGHT * calm;
}

function seasonSurprise(memory: Memory, hour: number): number {
  const { floats, numbers } = memory;
  floats[FEATURE] = dayProfile.step(memory, floats[VALUE], hour);
  return seasonHead.surprise(memory, FEATURE, numbers[SPREAD]);
}

/** How surprising the newest value is, in weighted e-folds of rarity. */
function surpriseOf(memory: Memory, hour: number): number {
  const spread = memory.numbers[SPREAD];
  return (
    VALUE_WEIGHT * valueHead.surprise(memory, VALUE, spread) +
    CONTEXT_WEIGHT * contextHead.surprise(memory, VALUE, spread) +
    shortSurprise(memory) +
    LONG_WEIGHT * livelinessSurprise(memory, longLiveliness, longHead) +
    SEASON_WEIGHT * seasonSurprise(memory, hour)
  );
}

function accumulate({ numbers }: Memory, surprise: number): number {
  numbers[EVIDENCE] = numbers[EVIDENCE] * (1 - 1 / EVIDENCE_SAMPLES) + surprise;
  return surprise + EVIDENCE_WEIGHT * numbers[EVIDENCE];
}

/** Only what exceeds the fading peak of earlier surprises is told again. */
function refract({ numbers }: Memory, surprise: number): number {
  numbers[PEAK] *= 1 - 1 / REFRACTORY_SAMPLES;
  if (surprise <= numbers[PEAK]) return 0;
  const known = numbers[PEAK] / surprise;
  numbers[PEAK] = surprise;
  return surprise * (1 - known * known * known);
}

/** Who looks often meets what is rare: a correction for many tests, logarithmic as rarity is. */
function caution({ numbers }: Memory): number {
  const samples = Math.min(numbers[SAMPLES], CAUTION_SAMPLES_MAX);
  return samples > CAUTION_SAMPLES_MIN ? 1 + CAUTION * log2(samples / CAUTION_SAMPLES_MIN) : 1;
}

/**
 * One step of the adaptive detector: learns a reading, in place, and tells how anomalous it was.
 * @param value in any unit; one that is not finite is passed over with score 0.
 * @param takenMs the reading's time, of a wall clock or an uptime; tells the hour of the day.
 * @returns 0 to 1; `ADAPTIVE_THRESHOLD` or more is an anomaly.
 */
export function stepAdaptive(
  state: AdaptiveState,
  { value, takenMs }: { readonly value: number; readonly takenMs: number },
): number {
  if (!Number.isFinite(value) || !Number.isFinite(takenMs)) return 0;
  const hour = hourOf(takenMs);
  describe(state, value);
  const surprise = refract(state, dayMemory.step(state, accumulate(state, surpriseOf(state, hour)), hour));
  return surprise / (surprise + HALF_SURPRISE * caution(state));
}
