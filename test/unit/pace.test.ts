import fc from 'fast-check';
import { SeededRandom } from '../../src/base/random.js';
import { Backoff, type BackoffConfig } from '../../src/pace/backoff.js';
import { TokenBucket } from '../../src/pace/token-bucket.js';

const rates = fc.oneof(fc.integer({ min: 1, max: 6_000 }), fc.double({ min: 0.01, max: 600, noNaN: true }));
const waits = fc.oneof(fc.nat(20), fc.nat(5_000), fc.nat(10_000_000));

describe('TokenBucket', () => {
  it('never gives more than its burst and what its rate makes in the time, in any window', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        rates,
        fc.array(fc.tuple(waits, fc.nat(30)), { maxLength: 60 }),
        (burst, perMinute, steps) => {
          const bucket = new TokenBucket(burst, perMinute, 0);
          const taken: number[] = [];
          let nowMs = 0;
          for (const [waitMs, tries] of steps) {
            nowMs += waitMs;
            for (let i = 0; i < tries; i++) if (bucket.take(nowMs)) taken.push(nowMs);
          }
          const excess = taken.flatMap((fromMs, from) =>
            taken.slice(from).map((toMs, i) => i + 1 - burst - ((toMs - fromMs) * perMinute) / 60_000),
          );
          expect(excess.filter((tokens) => tokens > 1e-6)).toEqual([]);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('gives a token when the time has come that it named', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        rates,
        fc.array(fc.nat(3_000)),
        (burst, perMinute, gaps) => {
          const bucket = new TokenBucket(burst, perMinute, 0);
          let nowMs = 0;
          for (const gap of gaps) {
            nowMs += gap;
            if (bucket.take(nowMs)) continue;
            const wakeMs = bucket.wakeMs(nowMs);
            expect(wakeMs).toBeGreaterThan(nowMs);
            // A rounding error of the running sum may cost one more millisecond, not more.
            nowMs = bucket.wakeMs(wakeMs);
            expect(nowMs - wakeMs).toBeLessThanOrEqual(1);
            expect(bucket.take(nowMs)).toBe(true);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is full at its start', () => {
    const bucket = new TokenBucket(3, 1, 1_000);
    expect([1, 2, 3, 4].map(() => bucket.take(1_000))).toEqual([true, true, true, false]);
  });

  it('saves no more than its burst over a long silence', () => {
    const bucket = new TokenBucket(2, 60, 0);
    expect([1, 2, 3].map(() => bucket.take(1e9))).toEqual([true, true, false]);
  });

  it('gives its rate over an hour', () => {
    const bucket = new TokenBucket(1, 10, 0);
    let taken = 0;
    for (let nowMs = 0; nowMs <= 3_600_000; nowMs = Math.max(nowMs + 1, bucket.wakeMs(nowMs)))
      if (bucket.take(nowMs)) taken++;
    expect(taken).toBe(601);
  });

  it('names now while it has a token', () => {
    expect(new TokenBucket(1, 1, 5).wakeMs(7)).toBe(7);
  });
});

const CONFIG: BackoffConfig = { minMs: 1_000, maxMs: 60_000, stableMs: 30_000 };

/** The greatest delay that the n-th try may have. */
function ceilingMs({ minMs, maxMs }: BackoffConfig, attempt: number): number {
  return Math.min(maxMs, minMs * 2 ** attempt);
}

describe('Backoff', () => {
  const configs = fc
    .record({ minMs: fc.integer({ min: 1, max: 3_600_000 }), factor: fc.integer({ min: 1, max: 5_000 }) })
    .map(({ minMs, factor }) => ({ minMs, maxMs: Math.min(86_400_000, minMs * factor), stableMs: 1_000 }));

  it('keeps every delay between minMs and min(maxMs, minMs × 2^n), for any seed', () => {
    fc.assert(
      fc.property(configs, fc.integer(), (config, seed) => {
        const backoff = new Backoff(config, new SeededRandom(seed));
        for (let attempt = 1; attempt <= 50; attempt++) {
          const delayMs = backoff.nextDelayMs();
          expect(Number.isInteger(delayMs)).toBe(true);
          expect(delayMs).toBeGreaterThanOrEqual(config.minMs);
          expect(delayMs).toBeLessThanOrEqual(ceilingMs(config, attempt));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('spreads over the whole range: full jitter', () => {
    const delays = Array.from({ length: 2_000 }, (_, seed) => {
      const backoff = new Backoff(CONFIG, new SeededRandom(seed));
      for (let i = 0; i < 9; i++) backoff.nextDelayMs();
      return backoff.nextDelayMs();
    });
    const tenths = Array.from(
      { length: 10 },
      (_, tenth) =>
        delays.filter((delayMs) => Math.floor(((delayMs - 1_000) / 59_000) * 10) === tenth).length,
    );
    expect(Math.min(...tenths)).toBeGreaterThan(130);
    expect(Math.max(...tenths)).toBeLessThan(270);
  });

  it('gives a fleet that lost its broker at once different delays from the first try on', () => {
    const first = Array.from({ length: 100 }, (_, seed) =>
      new Backoff(CONFIG, new SeededRandom(seed)).nextDelayMs(),
    );
    expect(new Set(first).size).toBeGreaterThan(90);
  });

  it('is the same for the same seed', () => {
    const run = () => {
      const backoff = new Backoff(CONFIG, new SeededRandom(9));
      return Array.from({ length: 20 }, () => backoff.nextDelayMs());
    };
    expect(run()).toEqual(run());
  });

  it.each([
    [29_999, false],
    [30_000, true],
    [1e9, true],
  ])('after a connection that held %i ms begins small again: %p', (heldMs, small) => {
    const begins = Array.from({ length: 200 }, (_, seed) => {
      const backoff = new Backoff(CONFIG, new SeededRandom(seed));
      for (let i = 0; i < 8; i++) backoff.nextDelayMs();
      backoff.connectionEnded(heldMs);
      return backoff.nextDelayMs();
    });
    expect(Math.max(...begins) <= ceilingMs(CONFIG, 1)).toBe(small);
  });

  it('grows while the broker kicks after each short connection', () => {
    const backoff = new Backoff(CONFIG, new SeededRandom(3));
    const delays = Array.from({ length: 200 }, () => {
      backoff.connectionEnded(5);
      return backoff.nextDelayMs();
    });
    const average = delays.slice(20).reduce((sum, delayMs) => sum + delayMs, 0) / 180;
    expect(average).toBeGreaterThan(25_000);
  });

  it('with minMs equal to maxMs is always that', () => {
    const backoff = new Backoff({ minMs: 500, maxMs: 500, stableMs: 0 }, new SeededRandom(1));
    expect(Array.from({ length: 40 }, () => backoff.nextDelayMs())).toEqual(new Array(40).fill(500));
  });

  it.each([
    [false, 2_000],
    [true, 40_000],
  ])('spreads the first tries over spreadMs after a connection was lost: %p', (hadConnection, ceiling) => {
    const config = { ...CONFIG, spreadMs: 40_000 };
    const first = Array.from({ length: 1_000 }, (_, seed) => {
      const backoff = new Backoff(config, new SeededRandom(seed));
      if (hadConnection) backoff.connectionEnded(1e9);
      return backoff.nextDelayMs();
    });
    expect(Math.max(...first)).toBeLessThanOrEqual(ceiling);
    expect(Math.max(...first)).toBeGreaterThan(ceiling * 0.95);
    expect(Math.min(...first)).toBeGreaterThanOrEqual(1_000);
  });

  it('never waits longer than maxMs, however wide the spread', () => {
    const backoff = new Backoff({ ...CONFIG, spreadMs: 1e7 }, new SeededRandom(1));
    backoff.connectionEnded(1e9);
    const delays = Array.from({ length: 500 }, () => backoff.nextDelayMs());
    expect(Math.max(...delays)).toBeLessThanOrEqual(CONFIG.maxMs);
  });
});
