import type { Layout, Memory } from './adaptive-memory.js';

/** How a memory of novelty is laid out. */
export interface NoveltyOptions {
  /** How many numbers describe one sample. */
  readonly dimensions: number;
  /** How many prototypes are kept at most. */
  readonly prototypesMax: number;
  /** How far from every prototype a sample must lie to become one, in units of the `spread` given to `step`. */
  readonly radius: number;
}

/** How far the nearest prototype moves towards a sample that is not new. */
const LEARN_RATE = 0.1;
/** A use of a prototype loses this share of its worth with every sample that follows. */
const FORGET_RATE = 0.002;
/** Worth is counted in growing units in place of fading every count; at this size the counts are scaled back. */
const UNIT_MAX = 1e6;
/** Nothing is called new before more than so many prototypes, or samples, are known. */
const PROTOTYPES_MIN = 10;
const SAMPLES_MIN = 100;

/** The places of its numbers. */
const PROTOTYPES = 0;
const SAMPLES = 1;
const UNIT = 2;
const NUMBERS = 3;

/**
 * A memory of what a signal has been like: a few prototypes, of which the least used makes room for what is new.
 *
 * The distance of a sample to its nearest prototype is its novelty. A novelty is learned at once, so what repeats is
 * new only once. This is adaptive resonance (Carpenter and Grossberg 1987, "A massively parallel architecture for a
 * self-organizing neural pattern recognition machine") with a Euclidean match, and a nearest-neighbour detector
 * (Burnaev and Ishimtsev 2016, arXiv:1608.04585) in constant memory.
 */
export class Novelty {
  readonly #dimensions: number;
  readonly #prototypesMax: number;
  readonly #radius: number;
  /** Where the points start, one after the other, and where their worths. */
  readonly #points: number;
  readonly #worths: number;
  readonly #numbers: number;

  constructor(layout: Layout, { dimensions, prototypesMax, radius }: NoveltyOptions) {
    this.#dimensions = dimensions;
    this.#prototypesMax = prototypesMax;
    this.#radius = radius;
    this.#points = layout.takeFloats(dimensions * prototypesMax);
    this.#worths = layout.takeFloats(prototypesMax);
    this.#numbers = layout.takeNumbers(NUMBERS);
  }

  /**
   * Learns a sample.
   * @param sample where its `dimensions` floats start, all finite.
   * @param spread how far the signal usually strays, at least 0.
   * @returns the distance to the nearest prototype, at least 0; 0 as long as too little is known.
   */
  step(memory: Memory, sample: number, spread: number): number {
    const { numbers } = memory;
    const at = this.#numbers;
    numbers[at + SAMPLES]++;
    this.#age(memory);
    if (numbers[at + PROTOTYPES] === 0) {
      this.#insert(memory, sample);
      return 0;
    }
    const nearest = this.#nearest(memory.floats, sample, numbers[at + PROTOTYPES]);
    const distance = this.#distance(memory.floats, sample, nearest);
    const isExperienced = numbers[at + PROTOTYPES] > PROTOTYPES_MIN || numbers[at + SAMPLES] > SAMPLES_MIN;
    if (distance > this.#radius * spread) this.#insert(memory, sample);
    else this.#approach(memory, sample, nearest);
    return isExperienced ? distance : 0;
  }

  #age({ floats, numbers }: Memory): void {
    const unit = (numbers[this.#numbers + UNIT] || 1) / (1 - FORGET_RATE);
    numbers[this.#numbers + UNIT] = unit < UNIT_MAX ? unit : 1;
    if (unit < UNIT_MAX) return;
    const end = this.#worths + numbers[this.#numbers + PROTOTYPES];
    for (let at = this.#worths; at < end; at++) floats[at] /= unit;
  }

  /** The slot of the nearest prototype, of at least one. A sum that is already too large is given up. */
  #nearest(floats: Float32Array, sample: number, prototypes: number): number {
    const dimensions = this.#dimensions;
    const start = this.#points;
    const end = start + prototypes * dimensions;
    let best = Infinity;
    let nearest = start;
    for (let point = start; point < end; point += dimensions) {
      const first = floats[sample] - floats[point];
      let sum = first * first;
      for (let index = 1; index < dimensions && sum < best; index++) {
        const difference = floats[sample + index] - floats[point + index];
        sum += difference * difference;
      }
      if (sum < best) {
        best = sum;
        nearest = point;
      }
    }
    return (nearest - start) / dimensions;
  }

  #distance(floats: Float32Array, sample: number, slot: number): number {
    const point = this.#points + slot * this.#dimensions;
    let sum = 0;
    for (let index = 0; index < this.#dimensions; index++) {
      const difference = floats[sample + index] - floats[point + index];
      sum += difference * difference;
    }
    return Math.sqrt(sum);
  }

  #insert({ floats, numbers }: Memory, sample: number): void {
    const prototypes = numbers[this.#numbers + PROTOTYPES];
    const isFull = prototypes === this.#prototypesMax;
    const slot = isFull ? this.#leastUsed(floats) : prototypes;
    if (!isFull) numbers[this.#numbers + PROTOTYPES]++;
    const point = this.#points + slot * this.#dimensions;
    for (let index = 0; index < this.#dimensions; index++) floats[point + index] = floats[sample + index];
    floats[this.#worths + slot] = numbers[this.#numbers + UNIT];
  }

  #leastUsed(floats: Float32Array): number {
    const start = this.#worths;
    let least = 0;
    for (let slot = 1; slot < this.#prototypesMax; slot++)
      if (floats[start + slot] < floats[start + least]) least = slot;
    return least;
  }

  #approach({ floats, numbers }: Memory, sample: number, slot: number): void {
    const point = this.#points + slot * this.#dimensions;
    for (let index = 0; index < this.#dimensions; index++)
      floats[point + index] += LEARN_RATE * (floats[sample + index] - floats[point + index]);
    floats[this.#worths + slot] += numbers[this.#numbers + UNIT];
  }
}
