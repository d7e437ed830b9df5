/** How a novelty head learns. */
export interface NoveltyOptions {
  /** How many points describe one sample. */
  readonly dimensions: number;
  /** How many prototypes are kept at most. */
  readonly prototypesMax: number;
  /** How far from every prototype a sample must lie to become one, in mean deviations of the signal. */
  readonly radius: number;
}

/** How far the nearest prototype moves towards a sample that is not new. */
const LEARN_RATE = 0.1;
/** Worth of a prototype's uses fades by this much a sample. */
const FORGET_RATE = 0.002;
/** Worth is counted in growing units in place of fading every count; above this the counts are scaled back. */
const UNIT_MAX = 1e6;
/** So many samples must be seen, or so many prototypes known, before anything is called new. */
const KNOWN_MIN = 10;
const SAMPLES_MIN = 100;

/**
 * A memory of what the signal has been like: a few prototypes, of which the least used makes room for what is new.
 *
 * The distance of a sample to its nearest prototype is its novelty. It is learned at once, so that a repeated
 * novelty is new only the first time. This is adaptive resonance (Carpenter and Grossberg 1987, "A massively
 * parallel architecture for a self-organizing neural pattern recognition machine") with a Euclidean match, and the
 * conformal nearest-neighbour detector of Burnaev and Ishimtsev 2016 (arXiv:1608.04585) in constant memory.
 */
export class NoveltyHead {
  readonly #dimensions: number;
  readonly #prototypesMax: number;
  readonly #radius: number;
  readonly #points: Float32Array;
  readonly #worth: Float32Array;
  #count = 0;
  #samples = 0;
  #unit = 1;

  constructor({ dimensions, prototypesMax, radius }: NoveltyOptions) {
    this.#dimensions = dimensions;
    this.#prototypesMax = prototypesMax;
    this.#radius = radius;
    this.#points = new Float32Array(dimensions * prototypesMax);
    this.#worth = new Float32Array(prototypesMax);
  }

  get stateBytes(): number {
    return this.#points.byteLength + this.#worth.byteLength + 3 * 8;
  }

  /**
   * Learns a sample.
   * @param sample its first `dimensions` elements, float32.
   * @param spread the mean deviation of the signal, at least 0.
   * @returns its distance to the nearest prototype, at least 0; 0 as long as too little is known.
   */
  step(sample: Float32Array, spread: number): number {
    this.#samples++;
    this.#age();
    const nearest = this.#nearest(sample);
    if (nearest < 0) {
      this.#insert(sample);
      return 0;
    }
    const distance = Math.sqrt(this.#squaredDistance(sample, nearest));
    const isKnowing = this.#count > KNOWN_MIN || this.#samples > SAMPLES_MIN;
    if (distance > this.#radius * spread) this.#insert(sample);
    else this.#approach(sample, nearest);
    return isKnowing ? distance : 0;
  }

  #age(): void {
    this.#unit /= 1 - FORGET_RATE;
    if (this.#unit < UNIT_MAX) return;
    for (let index = 0; index < this.#count; index++) this.#worth[index]! /= this.#unit;
    this.#unit = 1;
  }

  #squaredDistance(sample: Float32Array, index: number): number {
    const dimensions = this.#dimensions;
    const points = this.#points;
    let sum = 0;
    for (let at = index * dimensions, d = 0; d < dimensions; at++, d++) {
      const difference = sample[d]! - points[at]!;
      sum += difference * difference;
    }
    return sum;
  }

  /** The index of the nearest prototype, -1 if there is none. A sum that is already too large is given up. */
  #nearest(sample: Float32Array): number {
    const dimensions = this.#dimensions;
    const points = this.#points;
    const end = this.#count * dimensions;
    let best = Infinity;
    let nearest = -1;
    for (let start = 0; start < end; start += dimensions) {
      let sum = 0;
      for (let d = 0; d < dimensions && sum < best; d++) {
        const difference = sample[d]! - points[start + d]!;
        sum += difference * difference;
      }
      if (sum < best) {
        best = sum;
        nearest = start;
      }
    }
    return nearest < 0 ? -1 : nearest / dimensions;
  }

  #insert(sample: Float32Array): void {
    const index = this.#count < this.#prototypesMax ? this.#count++ : this.#leastUsed();
    const start = index * this.#dimensions;
    for (let d = 0; d < this.#dimensions; d++) this.#points[start + d] = sample[d]!;
    this.#worth[index] = this.#unit;
  }

  #leastUsed(): number {
    let least = 0;
    for (let index = 1; index < this.#count; index++)
      if (this.#worth[index]! < this.#worth[least]!) least = index;
    return least;
  }

  #approach(sample: Float32Array, index: number): void {
    const start = index * this.#dimensions;
    for (let d = 0; d < this.#dimensions; d++) {
      const point = this.#points[start + d]!;
      this.#points[start + d] = point + LEARN_RATE * (sample[d]! - point);
    }
    this.#worth[index]! += this.#unit;
  }
}
