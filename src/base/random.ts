/**
 * A seeded generator for jitter and simulation, never for keys: xoshiro128** by Blackman and Vigna (2018),
 * seeded through SplitMix32. Its whole state is 128 bits, so it runs the same on every engine.
 */
export class SeededRandom {
  readonly #state = new Uint32Array(4);

  /** @param seed any 32-bit integer. */
  constructor(seed: number) {
    let x = seed >>> 0;
    for (let i = 0; i < 4; i++) {
      x = (x + 0x9e3779b9) >>> 0;
      let z = x;
      z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
      z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
      this.#state[i] = (z ^ (z >>> 16)) >>> 0;
    }
  }

  /** The next 32 bits, 0..2^32-1. */
  nextUint32(): number {
    const s = this.#state;
    const scrambled = Math.imul(s[1], 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
    const shifted = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = (s[3] << 11) | (s[3] >>> 21);
    return result;
  }

  /** A number in [0, 1) with 32 bits of resolution. */
  nextUnit(): number {
    return this.nextUint32() / 0x1_0000_0000;
  }

  /** An integer in 0..limit-1, by multiplication: the bias is below limit / 2^32. */
  nextBelow(limit: number): number {
    return Math.floor(this.nextUnit() * limit);
  }

  /** Fills `bytes`. */
  fill(bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; i++) bytes[i] = this.nextUint32() >>> 24;
  }
}
