/** Each bucket is so much wider than the one before: a percentile is at most 2 % too high. */
const GROWTH = 1.02;
const LOG_GROWTH = Math.log(GROWTH);
/** Buckets up to 10^10 ms, some four months. */
const BUCKETS = Math.ceil(Math.log(1e10) / LOG_GROWTH) + 1;

/** Counts of times in milliseconds in buckets that grow by 2 %. Adding two up does not depend on their order. */
export class Histogram {
  readonly counts: Float64Array;

  /** @param counts of another histogram, as it came from a worker. */
  constructor(counts: Float64Array = new Float64Array(BUCKETS)) {
    this.counts = counts;
  }

  get total(): number {
    return this.counts.reduce((sum, count) => sum + count, 0);
  }

  add(ms: number): void {
    const bucket = ms <= 1 ? 0 : Math.ceil(Math.log(ms) / LOG_GROWTH);
    this.counts[Math.min(bucket, BUCKETS - 1)]++;
  }

  merge(other: Histogram): void {
    other.counts.forEach((count, i) => (this.counts[i] += count));
  }

  /** The upper end of the bucket in which `part` (0..1) of all times lie, or undefined when there is none. */
  percentile(part: number): number | undefined {
    const wanted = Math.max(1, Math.ceil(this.total * part));
    let seen = 0;
    for (let i = 0; i < this.counts.length; i++) {
      seen += this.counts[i];
      if (seen >= wanted) return Math.round(GROWTH ** i);
    }
    return undefined;
  }
}
