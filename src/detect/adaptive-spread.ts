import type { Layout, Memory } from './adaptive-memory.js';

/** How fast the usual spread is forgotten, in samples. */
const USUAL_SAMPLES = 1000;
/** Keeps the logarithm of a dead calm finite: a hundredth of the usual spread is as calm as none. */
const CALM = 0.01;
/** Where the logarithm is cut off, in doublings. */
const DOUBLINGS_MAX = 20;

/** The places of its numbers. */
const SAMPLES = 0;
const MEAN = 1;
const SPREAD = 2;
const USUAL = 3;
const NUMBERS = 4;

/**
 * The binary logarithm of a number from 2⁻²⁰ to 2²⁰, cut off beyond. Only the four operations, so that every engine
 * gives the same bits: after scaling to [1, 2) the series 2 (z + z³/3 + z⁵/5 + z⁷/7) of the natural logarithm with
 * z = (m − 1)/(m + 1) (Abramowitz and Stegun 4.1.27), off by less than 2e-5.
 */
export function log2(value: number): number {
  let mantissa = value;
  let doublings = 0;
  while (mantissa >= 2 && doublings < DOUBLINGS_MAX) {
    mantissa /= 2;
    doublings++;
  }
  while (mantissa < 1 && doublings > -DOUBLINGS_MAX) {
    mantissa *= 2;
    doublings--;
  }
  if (mantissa >= 2 || mantissa < 1) return doublings;
  const z = (mantissa - 1) / (mantissa + 1);
  const square = z * z;
  const series = z * (1 + square * (1 / 3 + square * (1 / 5 + square / 7)));
  return doublings + 2 * Math.LOG2E * series;
}

/**
 * How lively a signal is now against how lively it usually is, in doublings: near 0 as usual, negative for a signal
 * that has gone flat or lost its season, positive for one that has grown restless.
 */
export class Liveliness {
  readonly #windowSamples: number;
  readonly #numbers: number;

  /** @param windowSamples what "now" means. */
  constructor(layout: Layout, windowSamples: number) {
    this.#windowSamples = windowSamples;
    this.#numbers = layout.takeNumbers(NUMBERS);
  }

  /** Whether enough has been seen for `step` to mean something. */
  isReady({ numbers }: Memory): boolean {
    return numbers[this.#numbers + SAMPLES] > 2 * this.#windowSamples;
  }

  step({ numbers }: Memory, value: number): number {
    const at = this.#numbers;
    const newest = 1 / ++numbers[at + SAMPLES];
    const rate = Math.max(newest, 1 / this.#windowSamples);
    const deviation = value - numbers[at + MEAN];
    const size = Math.abs(deviation);
    numbers[at + MEAN] += rate * deviation;
    numbers[at + SPREAD] += rate * (size - numbers[at + SPREAD]);
    numbers[at + USUAL] += Math.max(newest, 1 / USUAL_SAMPLES) * (size - numbers[at + USUAL]);
    return numbers[at + USUAL] > 0 ? log2(numbers[at + SPREAD] / numbers[at + USUAL] + CALM) : 0;
  }
}
