import { DayMemory } from './adaptive-day.js';
import { Novelty } from './adaptive-novelty.js';
import { Liveliness } from './adaptive-spread.js';
import { Tail } from './adaptive-tail.js';

/** The score from which a reading is called anomalous, for every sensor: the one global threshold. */
export const ADAPTIVE_THRESHOLD = 0.5;

/** The moving averages that tell how a value came about, in samples: doublings and a half, up to some hours. */
const CONTEXT_SAMPLES = [2, 5, 15, 50] as const;
/** How far back the usual spread of the values reaches. */
const SPREAD_SAMPLES = 1000;
/** What "now" means for the liveliness: a burst or a stuck sensor, and a part of a day. */
const SHORT_SAMPLES = 10;
const LONG_SAMPLES = 100;
/** The width of a prototype of liveliness, in doublings. */
const LIVELINESS_RADIUS = 0.05;
/** What the four kinds of novelty weigh; a new value is the plainest of them. */
const WEIGHTS = { value: 1, context: 0.5, short: 0.5, long: 0.25 } as const;
/** Surprises of the last hundred samples add up: one oddity may be chance, several in a row hardly. */
const EVIDENCE_SAMPLES = 100;
const EVIDENCE_WEIGHT = 0.4;
/** How long an alarm keeps weaker ones silent. */
const REFRACTORY_SAMPLES = 20;
/** The surprise at which the score is one half. */
const HALF_SURPRISE = 5.5;
/** Values are cut off here, so that their squares stay finite. */
const VALUE_MAX = 1e18;
/** What a number costs on a device: one slot of a 32-bit XS machine. */
const SLOT_BYTES = 16;

/** A novelty with the tail that tells how surprising it is. */
class Head {
  readonly novelty: Novelty;
  readonly #tail = new Tail();

  constructor(dimensions: number, prototypesMax: number, radius: number) {
    this.novelty = new Novelty({ dimensions, prototypesMax, radius });
  }

  surprise(sample: Float32Array, spread: number): number {
    return this.#tail.step(this.novelty.step(sample, spread));
  }
}

/** Everything the detector knows of one signal; of constant size. `stepAdaptive` changes it in place. */
export class AdaptiveState {
  readonly #value = new Head(1, 64, 0.2);
  readonly #context = new Head(1 + CONTEXT_SAMPLES.length, 64, 0.5);
  readonly #short = new Head(1, 32, LIVELINESS_RADIUS);
  readonly #long = new Head(1, 32, LIVELINESS_RADIUS);
  readonly #shortLiveliness = new Liveliness(SHORT_SAMPLES);
  readonly #longLiveliness = new Liveliness(LONG_SAMPLES);
  readonly #day = new DayMemory();
  /** The value, then its moving averages. */
  readonly #sample = new Float32Array(1 + CONTEXT_SAMPLES.length);
  readonly #liveliness = new Float32Array(1);
  #samples = 0;
  #origin = 0;
  #mean = 0;
  #spread = 0;
  #evidence = 0;
  #peak = 0;

  /** What this state takes on a device: its arrays, and a slot for each number. */
  get bytes(): number {
    const arrays = [this.#value, this.#context, this.#short, this.#long]
      .map(({ novelty }) => novelty.arrayBytes)
      .reduce((sum, bytes) => sum + bytes, this.#day.arrayBytes);
    const numbers = 4 * (5 + 4) + 2 * 5 + 2 + 6;
    return arrays + this.#sample.byteLength + this.#liveliness.byteLength + numbers * SLOT_BYTES;
  }

  /** The score of a reading; see `stepAdaptive`. */
  step(value: number, takenMs: number): number {
    if (!Number.isFinite(value)) return 0;
    this.#describe(value);
    const surprise = this.#refract(this.#day.step(this.#accumulate(this.#surprise()), takenMs));
    return surprise / (surprise + HALF_SURPRISE);
  }

  /** Takes the value in, relative to the first one, so that single precision suffices for it. */
  #describe(value: number): void {
    if (this.#samples === 0) this.#origin = value;
    this.#samples++;
    const relative = Math.fround(Math.max(-VALUE_MAX, Math.min(VALUE_MAX, value - this.#origin)));
    const newest = 1 / this.#samples;
    const rate = Math.max(newest, 1 / SPREAD_SAMPLES);
    const deviation = relative - this.#mean;
    this.#mean += rate * deviation;
    this.#spread += rate * (Math.abs(deviation) - this.#spread);
    const sample = this.#sample;
    sample[0] = relative;
    for (let index = 0; index < CONTEXT_SAMPLES.length; index++) {
      const average = sample[index + 1]!;
      sample[index + 1] = average + Math.max(newest, 1 / CONTEXT_SAMPLES[index]!) * (relative - average);
    }
  }

  /** How surprising the reading is, in weighted e-folds of rarity. */
  #surprise(): number {
    return (
      WEIGHTS.value * this.#value.surprise(this.#sample, this.#spread) +
      WEIGHTS.context * this.#context.surprise(this.#sample, this.#spread) +
      WEIGHTS.short * this.#livelinessSurprise(this.#shortLiveliness, this.#short) +
      WEIGHTS.long * this.#livelinessSurprise(this.#longLiveliness, this.#long)
    );
  }

  #livelinessSurprise(liveliness: Liveliness, head: Head): number {
    this.#liveliness[0] = liveliness.step(this.#sample[0]!);
    return liveliness.isReady ? head.surprise(this.#liveliness, 1) : 0;
  }

  #accumulate(surprise: number): number {
    this.#evidence = this.#evidence * (1 - 1 / EVIDENCE_SAMPLES) + surprise;
    return surprise + EVIDENCE_WEIGHT * this.#evidence;
  }

  /** Only what exceeds the fading peak of earlier surprises is told again. */
  #refract(surprise: number): number {
    this.#peak *= 1 - 1 / REFRACTORY_SAMPLES;
    if (surprise <= this.#peak) return 0;
    const known = this.#peak / surprise;
    this.#peak = surprise;
    return surprise * (1 - known * known);
  }
}

/** A detector's state for one signal that it knows nothing of yet. There is nothing to configure. */
export function createAdaptiveState(): AdaptiveState {
  return new AdaptiveState();
}

/**
 * One step of the adaptive detector: learns a reading and tells how anomalous it was.
 * @param value in any unit; one that is not finite is passed over with score 0.
 * @param takenMs the reading's time, of a wall clock or an uptime; tells the hour of the day.
 * @returns 0 to 1; `ADAPTIVE_THRESHOLD` or more is an anomaly.
 */
export function stepAdaptive(
  state: AdaptiveState,
  { value, takenMs }: { readonly value: number; readonly takenMs: number },
): number {
  return state.step(value, takenMs);
}
