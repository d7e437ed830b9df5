import fc from 'fast-check';
import type { DetectorConfig } from '../../src/node/config.js';
import { sensorWith, tell } from '../support/watch-rig.js';

type ThresholdConfig = Omit<
  Extract<DetectorConfig, { kind: 'threshold' }>,
  'kind' | 'channel' | 'severity' | 'clearMs'
>;
type ThresholdEvent = { readonly state: string; readonly value: number; readonly limit: number };

/** Runs the detector over `[takenMs, value]` pairs; the events with the time at which they came. */
function events(
  config: ThresholdConfig,
  readings: readonly (readonly [number, number])[],
): (ThresholdEvent & { at: number })[] {
  const sensor = sensorWith({ kind: 'threshold', ...config });
  return tell(
    sensor,
    readings.map(([takenMs, value]) => [takenMs, [value, 0]]),
  ).map(({ state, value, limit, at }) => ({ state, value, limit, at }));
}

/** One value a second. */
function perSecond(...values: number[]): (readonly [number, number])[] {
  return values.map((value, i) => [i * 1_000, value] as const);
}

const ABOVE: ThresholdConfig = { above: 100, hysteresis: 10, holdMs: 0 };
const BELOW: ThresholdConfig = { below: -100, hysteresis: 10, holdMs: 0 };

describe('limit', () => {
  it('above is not crossed by a value exactly on it', () => {
    expect(events(ABOVE, perSecond(99, 100, 100))).toEqual([]);
  });

  it('above is crossed by one more', () => {
    expect(events(ABOVE, perSecond(101))).toEqual([{ state: 'raised', value: 101, limit: 100, at: 0 }]);
  });

  it('below is not crossed by a value exactly on it', () => {
    expect(events(BELOW, perSecond(-99, -100))).toEqual([]);
  });

  it('below is crossed by one less', () => {
    expect(events(BELOW, perSecond(-101))).toEqual([{ state: 'raised', value: -101, limit: -100, at: 0 }]);
  });

  it('above and below each raise with the limit that was crossed', () => {
    const both = { ...ABOVE, ...BELOW };
    expect([perSecond(101), perSecond(-101)].map((values) => events(both, values)[0].limit)).toEqual([
      100, -100,
    ]);
  });

  it('of 0 is a limit like any other', () => {
    const freezing = { below: 0, hysteresis: 0, holdMs: 0 };
    expect(events(freezing, perSecond(0, -1, 0)).map(({ state }) => state)).toEqual(['raised', 'cleared']);
  });
});

describe('hysteresis', () => {
  it('keeps the alarm while the value is less than that far inside', () => {
    expect(events(ABOVE, perSecond(101, 100, 91)).map(({ state }) => state)).toEqual(['raised']);
  });

  it('ends the alarm when the value is exactly that far inside', () => {
    expect(events(ABOVE, perSecond(101, 90))[1]).toEqual({
      state: 'cleared',
      value: 90,
      limit: 100,
      at: 1_000,
    });
  });

  it('works the same way for a limit below', () => {
    expect(events(BELOW, perSecond(-101, -91, -90)).map(({ at }) => at)).toEqual([0, 2_000]);
  });

  it('of 0 ends the alarm on the limit itself', () => {
    expect(events({ ...ABOVE, hysteresis: 0 }, perSecond(101, 100)).map(({ state }) => state)).toEqual([
      'raised',
      'cleared',
    ]);
  });

  it('holds no first alarm back: it works only once raised', () => {
    expect(events(ABOVE, perSecond(95, 99, 95))).toEqual([]);
  });

  it('lets a value that trembles round the limit raise one alarm, not many', () => {
    const trembling = Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? 101 : 95));
    expect(events(ABOVE, perSecond(...trembling)).length).toBe(1);
  });

  it('goes from one limit over to the other without an end in between', () => {
    const both = { ...ABOVE, ...BELOW };
    expect(events(both, perSecond(101, -101, 0)).map(({ state }) => state)).toEqual(['raised', 'cleared']);
  });
});

describe('hold', () => {
  const held: ThresholdConfig = { above: 100, hysteresis: 10, holdMs: 3_000 };

  it('raises when the value has been beyond the limit for exactly that time', () => {
    expect(events(held, perSecond(101, 102, 103, 104)).map(({ at, value }) => [at, value])).toEqual([
      [3_000, 104],
    ]);
  });

  it('starts again when the value was back for one reading', () => {
    expect(events(held, perSecond(101, 102, 100, 103, 104, 105, 106)).map(({ at }) => at)).toEqual([6_000]);
  });

  it('clears when the value has been back for exactly that time', () => {
    expect(events(held, perSecond(101, 101, 101, 101, 90, 90, 90, 90)).map(({ at }) => at)).toEqual([
      3_000, 7_000,
    ]);
  });

  it('of clearing starts again when the value was inside the hysteresis for one reading', () => {
    const values = [101, 101, 101, 101, 90, 90, 91, 90, 90, 90, 90];
    expect(events(held, perSecond(...values)).map(({ at }) => at)).toEqual([3_000, 10_000]);
  });

  it('counts time, not readings: two readings far apart are enough', () => {
    expect(
      events(held, [
        [0, 101],
        [60_000, 101],
      ]).map(({ at }) => at),
    ).toEqual([60_000]);
  });

  it('works at any start of the clock, also 0', () => {
    const shift = (by: number) =>
      events(
        held,
        perSecond(101, 101, 101, 101).map(([at, value]) => [at + by, value] as const),
      );
    expect([shift(0)[0].at, shift(9_000_000)[0].at]).toEqual([3_000, 9_003_000]);
  });
});

describe('any configuration', () => {
  const configs = fc.record({
    above: fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined }),
    below: fc.option(fc.integer({ min: -20, max: 0 }), { nil: undefined }),
    hysteresis: fc.nat(10),
    holdMs: fc.nat(5_000),
  });
  const values = fc.array(fc.integer({ min: -40, max: 40 }), { maxLength: 60 });

  it('raises and clears in turn, beginning with raised', () => {
    fc.assert(
      fc.property(configs, values, (config, list) => {
        const states = events(config, perSecond(...list)).map(({ state }) => state);
        expect(states).toEqual(states.map((_, i) => (i % 2 === 0 ? 'raised' : 'cleared')));
      }),
      { numRuns: 1_000 },
    );
  });

  it('raises only on a value beyond a limit and clears only on one inside both', () => {
    fc.assert(
      fc.property(configs, values, (config, list) => {
        const { above = Infinity, below = -Infinity, hysteresis } = config;
        for (const { state, value } of events(config, perSecond(...list))) {
          if (state === 'raised') expect(value > above || value < below).toBe(true);
          else expect(value <= above - hysteresis && value >= below + hysteresis).toBe(true);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
