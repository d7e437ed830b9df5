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
const LEARN_RATE = 0.2;
/** A use of a prototype loses this share of its worth with every sample that follows. */
const FORGET_RATE = 0.002;
/** Worth is counted in growing units in place of fading every count; at this size the counts are scaled back. */
const UNIT_MAX = 1e6;
/** Nothing is called new before more than so many prototypes, or samples, are known. */
const PROTOTYPES_MIN = 10;
const SAMPLES_MIN = 100;

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
  readonly #radius: number;
  readonly #points: Float32Array;
  readonly #worths: Float32Array;
  #prototypes = 0;
  #samples = 0;
  #unit = 1;

  constructor({ dimensions, prototypesMax, radius }: NoveltyOptions) {
    this.#dimensions = dimensions;
    this.#radius = radius;
    this.#points = new Float32Array(dimensions * prototypesMax);
    this.#worths = new Float32Array(prototypesMax);
  }

  get arrayBytes(): number {
    return this.#points.byteLength + this.#worths.byteLength;
  }

  /**
   * Learns a sample.
   * @param sample `dimensions` numbers, finite; only read.
   * @param spread how far the signal usually strays, at least 0.
   * @returns the distance to the nearest prototype, at least 0; 0 as long as too little is known.
   */
  step(sample: Float32Array, spread: number): number {
    this.#samples++;
    this.#age();
    const start = this.#nearest(sample);
    if (start < 0) {
      this.#insert(sample);
      return 0;
    }
    const distance = this.#distance(sample, start);
    const isExperienced = this.#prototypes > PROTOTYPES_MIN || this.#samples > SAMPLES_MIN;
    if (distance > this.#radius * spread) this.#insert(sample);
    else this.#approach(sample, start);
    return isExperienced ? distance : 0;
  }

  #age(): void {
    this.#unit /= 1 - FORGET_RATE;
    if (this.#unit < UNIT_MAX) return;
    for (let index = 0; index < this.#prototypes; index++)
      this.#worths[index] = (this.#worths[index] ?? 0) / this.#unit;
    this.#unit = 1;
  }

  /** Where the nearest prototype starts, -1 if there is none. A sum that is already too large is given up. */
  #nearest(sample: Float32Array): number {
    const dimensions = this.#dimensions;
    const points = this.#points;
    const end = this.#prototypes * dimensions;
    let best = Infinity;
    let nearest = -1;
    for (let start = 0; start < end; start += dimensions) {
      let sum = 0;
      for (let index = 0; index < dimensions && sum < best; index++) {
        const difference = sample[index]! - points[start + index]!;
        sum += difference * difference;
      }
      if (sum < best) {
        best = sum;
        nearest = start;
      }
    }
    return nearest;
  }

  #distance(sample: Float32Array, start: number): number {
    let sum = 0;
    for (let index = 0; index < this.#dimensions; index++) {
      const difference = sample[index]! - this.#points[start + index]!;
      sum += difference * difference;
    }
    return Math.sqrt(sum);
  }

  #insert(sample: Float32Array): void {
    const isFull = this.#prototypes === this.#worths.length;
    const slot = isFull ? this.#leastUsed() : this.#prototypes++;
    const start = slot * this.#dimensions;
    for (let index = 0; index < this.#dimensions; index++) this.#points[start + index] = sample[index]!;
    this.#worths[slot] = this.#unit;
  }

  #leastUsed(): number {
    let least = 0;
    for (let slot = 1; slot < this.#prototypes; slot++)
      if (this.#worths[slot]! < this.#worths[least]!) least = slot;
    return least;
  }

  #approach(sample: Float32Array, start: number): void {
    for (let index = 0; index < this.#dimensions; index++) {
      const point = this.#points[start + index]!;
      this.#points[start + index] = point + LEARN_RATE * (sample[index]! - point);
    }
    const slot = start / this.#dimensions;
    this.#worths[slot] = this.#worths[slot]! + this.#unit;
  }
}
