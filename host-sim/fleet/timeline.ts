interface Entry {
  readonly ms: number;
  readonly work: () => void;
}

/**
 * What will happen to one node, in order of time; what was planned first goes first. A node has few events ahead of
 * it, nearly all of them soon, so a sorted array is faster than a heap.
 */
export class Timeline {
  /** The soonest stands last. */
  readonly #entries: Entry[] = [];

  /** When the next event is due; infinity when there is none. */
  get nextMs(): number {
    const { length } = this.#entries;
    return length === 0 ? Infinity : this.#entries[length - 1].ms;
  }

  /** Plans `work` for `ms` of world time. */
  at(ms: number, work: () => void): void {
    const entries = this.#entries;
    let place = entries.length;
    while (place > 0 && entries[place - 1].ms <= ms) place--;
    if (place === entries.length) entries.push({ ms, work });
    else entries.splice(place, 0, { ms, work });
  }

  /** Does the next event. Only when there is one. */
  runNext(): void {
    this.#entries.pop()?.work();
  }
}
