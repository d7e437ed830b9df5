/** All that the detector knows of one signal: two arrays of constant size, which may be stored and restored as bytes. */
export interface Memory {
  /** Points and samples. */
  readonly floats: Float32Array;
  /** Counts, means and the like. */
  readonly numbers: Float64Array;
}

/**
 * Deals out the places of a memory. The parts of the detector are built once, and are shared by all signals: each
 * asks for its places and remembers where they start.
 */
export class Layout {
  #floats = 0;
  #numbers = 0;

  /** Where `count` floats start. */
  takeFloats(count: number): number {
    this.#floats += count;
    return this.#floats - count;
  }

  /** Where `count` numbers start. */
  takeNumbers(count: number): number {
    this.#numbers += count;
    return this.#numbers - count;
  }

  /** A memory of all places dealt out, zero everywhere. */
  createMemory(): Memory {
    return { floats: new Float32Array(this.#floats), numbers: new Float64Array(this.#numbers) };
  }
}
