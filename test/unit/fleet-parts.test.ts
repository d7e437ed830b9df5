import fc from 'fast-check';
import { Gate } from '../../host-sim/fleet/gate.js';
import { Histogram } from '../../host-sim/fleet/histogram.js';
import { runStorm, type StormConfig } from '../../host-sim/fleet/storm.js';
import { Timeline } from '../../host-sim/fleet/timeline.js';

describe('Timeline', () => {
  it('does what is planned in the order of time, and at one time in the order of planning', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20)), (times) => {
        const timeline = new Timeline();
        const done: [number, number][] = [];
        times.forEach((ms, order) => timeline.at(ms, () => void done.push([ms, order])));
        while (timeline.nextMs !== Infinity) timeline.runNext();
        expect(done).toEqual([...done].sort((a, b) => a[0] - b[0] || a[1] - b[1]));
        expect(done).toHaveLength(times.length);
      }),
    );
  });
});

describe('Gate', () => {
  const outages = [{ fromMs: 10_000, toMs: 20_000 }];

  it('never accepts more than its rate in any second', () => {
    const gate = new Gate({ acceptPerS: 50, backlog: 1_000, outages: [] });
    const accepted = Array.from({ length: 500 }, (_, i) => gate.knock(i)).filter((ms) => ms !== undefined);
    expect(accepted).toHaveLength(500);
    const busiest = accepted.map((from) => accepted.filter((ms) => ms >= from && ms < from + 1000).length);
    expect(Math.max(...busiest)).toBe(50);
  });

  it('refuses who finds the backlog full, and during an outage', () => {
    const gate = new Gate({ acceptPerS: 1, backlog: 2, outages });
    // One is being served and two wait.
    expect([1, 2, 3, 4].map((ms) => gate.knock(ms))).toEqual([1_001, 2_001, 3_001, undefined]);
    expect(gate.knock(10_000)).toBeUndefined();
    expect(gate.knock(20_000)).toBe(21_000);
  });

  it('forgets who waited when the broker went away', () => {
    const gate = new Gate({ acceptPerS: 0.01, backlog: 10, outages });
    for (let i = 0; i < 10; i++) gate.knock(9_000 + i);
    expect(gate.knock(20_000)).toBe(120_000);
  });
});

describe('Histogram', () => {
  it('gives percentiles that are at most 2 % too high', () => {
    const histogram = new Histogram();
    for (let ms = 1; ms <= 10_000; ms++) histogram.add(ms);
    for (const part of [0.5, 0.9, 0.99, 1]) {
      const value = histogram.percentile(part) as number;
      expect(value).toBeGreaterThanOrEqual(part * 10_000 * 0.999);
      expect(value).toBeLessThanOrEqual(part * 10_000 * 1.021);
    }
    expect(new Histogram().percentile(0.5)).toBeUndefined();
  });
});

describe('runStorm', () => {
  const config: StormConfig = {
    clients: 500,
    awayMs: 10_000,
    acceptPerS: 50,
    backlog: 100,
    latencyMs: 10,
    jitterMs: 5,
    seed: 1,
  };

  it('lets nobody in faster than the accept rate', () => {
    const { secondsTo99, secondsAtBest } = runStorm(config, () => ({ nextDelayMs: () => 500 }));
    expect(secondsAtBest).toBeCloseTo(9.9);
    expect(secondsTo99).toBeGreaterThanOrEqual(9.8);
    expect(secondsTo99).toBeLessThan(11);
  });

  it('shows clients that wait equally long as one wave', () => {
    const { peakPerS } = runStorm(config, () => ({ nextDelayMs: () => 5_000 }));
    expect(peakPerS).toBeGreaterThan(400);
  });
});
