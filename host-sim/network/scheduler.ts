/** Something that will happen. May be cancelled any number of times. */
export interface Scheduled {
  cancel(): void;
}

/** Time as a simulation sees it. */
export interface Scheduler {
  /** World time in milliseconds; 0 at the scenario's start. */
  nowMs(): number;
  /** Runs `work` at that time, or as soon as possible when it has passed. */
  at(ms: number, work: () => void | Promise<void>): Scheduled;
}

interface Entry {
  readonly ms: number;
  readonly order: number;
  readonly work: () => void | Promise<void>;
  cancelled: boolean;
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.ms < b.ms || (a.ms === b.ms && a.order < b.order);
}

/** Virtual time: nothing passes between two events. Events of one moment run in the order in which they were planned. */
export class VirtualScheduler implements Scheduler {
  readonly #heap: Entry[] = [];
  #nowMs = 0;
  #order = 0;

  nowMs(): number {
    return this.#nowMs;
  }

  at(ms: number, work: () => void | Promise<void>): Scheduled {
    const entry = { ms: Math.max(ms, this.#nowMs), order: this.#order++, work, cancelled: false };
    this.#push(entry);
    return { cancel: () => void (entry.cancelled = true) };
  }

  /** Runs all that is planned up to and including `untilMs`. */
  async run(untilMs: number): Promise<void> {
    for (let next = this.#heap.at(0); next !== undefined && next.ms <= untilMs; next = this.#heap.at(0)) {
      this.#pop();
      if (next.cancelled) continue;
      this.#nowMs = next.ms;
      await next.work();
    }
    this.#nowMs = untilMs;
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let i = heap.push(entry) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!isBefore(entry, heap[parent])) break;
      heap[i] = heap[parent];
      i = parent;
    }
    heap[i] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1], heap[child])) child++;
      if (!isBefore(heap[child], last)) break;
      heap[i] = heap[child];
      i = child;
    }
    heap[i] = last;
  }
}

/** Longest delay that setTimeout takes. */
const TIMEOUT_MS_MAX = 0x7fff_ffff;

/** Real time, `speed` times as fast. */
export class LiveScheduler implements Scheduler {
  #startMs: number | undefined;
  readonly #speed: number;
  readonly #onError: (error: unknown) => void;

  /** @param onError gets what a planned work throws. */
  constructor(speed: number, onError: (error: unknown) => void) {
    this.#speed = speed;
    this.#onError = onError;
  }

  /** Lets time begin; before that it stands at 0. */
  begin(): void {
    this.#startMs ??= performance.now();
  }

  nowMs(): number {
    return this.#startMs === undefined ? 0 : Math.floor((performance.now() - this.#startMs) * this.#speed);
  }

  at(ms: number, work: () => void | Promise<void>): Scheduled {
    const delay = Math.min(Math.max(0, Math.ceil((ms - this.nowMs()) / this.#speed)), TIMEOUT_MS_MAX);
    const timer = setTimeout(() => {
      // A timer may be early by a fraction of a millisecond, which is much at high speed.
      if (this.nowMs() < ms) this.at(ms, work);
      else Promise.resolve().then(work).catch(this.#onError);
    }, delay);
    return { cancel: () => clearTimeout(timer) };
  }
}
