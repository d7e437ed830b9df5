/** A stretch of world time, both ends in milliseconds; `toMs` is not in it. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** True when `ms` lies in one of the spans. */
export function isIn(spans: readonly Span[], ms: number): boolean {
  return spans.some(({ fromMs, toMs }) => fromMs <= ms && ms < toMs);
}

/** How fast a broker takes new connections. */
export interface GateConfig {
  /** Connections a second; infinity for no limit. */
  readonly acceptPerS: number;
  /** Connections that wait at most; one more is refused at once. */
  readonly backlog: number;
  /** When the broker is away. */
  readonly outages: readonly Span[];
}

/**
 * The broker's door, where the nodes of a fleet meet: one queue that is served at a steady rate. It must be asked in
 * the order of world time.
 */
export class Gate {
  readonly #config: GateConfig;
  /** When the last of the queue will have been served. */
  #freeMs = 0;
  /** How many outages were over at the last question: each empties the queue. */
  #outagesOver = 0;

  constructor(config: GateConfig) {
    this.#config = config;
  }

  /** When the connection that arrives at `ms` is accepted, or undefined when it is refused. */
  knock(ms: number): number | undefined {
    const { acceptPerS, backlog, outages } = this.#config;
    if (isIn(outages, ms)) return undefined;
    if (acceptPerS === Infinity) return ms;
    const over = outages.filter(({ toMs }) => toMs <= ms).length;
    if (over !== this.#outagesOver) this.#freeMs = ms;
    this.#outagesOver = over;
    const startMs = Math.max(this.#freeMs, ms);
    if (((startMs - ms) * acceptPerS) / 1000 >= backlog) return undefined;
    this.#freeMs = startMs + 1000 / acceptPerS;
    return Math.ceil(this.#freeMs);
  }
}
