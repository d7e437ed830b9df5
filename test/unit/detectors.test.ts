import { SeededRandom } from '../../src/base/random.js';
import { REGISTRY } from '../../src/detect/registry.js';
import { Watch } from '../../src/node/watch.js';
import { DETECTORS } from '../../src/wire/events.js';
import { GONE, outline, perSecond, sensorWith, tell } from '../support/watch-rig.js';

const times = <T>(count: number, value: T) => new Array<T>(count).fill(value);

/** Whole numbers around 0, seeded. */
function noise(count: number, spread: number, seed = 1): number[] {
  const random = new SeededRandom(seed);
  const part = () => random.nextUint32() / 0x1_0000_0000 - 0.5;
  return Array.from({ length: count }, () => Math.round((part() + part() + part()) * 2 * spread));
}

/** The largest configuration of each kind. */
const WIDEST = {
  threshold: { above: 1, below: -1, hysteresis: 1 },
  rateOfChange: { rise: 1, fall: 1, perMs: 1 },
  stuck: { afterMs: 1, minChange: 0, rest: 0, sibling: 'b', siblingChange: 0 },
  missing: { run: 250, noisy: 249, window: 250 },
  drift: { tolerance: 1, levelMs: 1, baselineMs: 2 },
  robustZ: { sigmas: 6, memory: 64, seasons: 96, minSpread: 0 },
  cross: { other: 'b', factor: 1, offset: 0, tolerance: 1 },
} as const;
const KINDS = Object.keys(WIDEST) as (keyof typeof WIDEST)[];

describe('registry', () => {
  test('has the kinds of the wire, in their order', () => {
    expect(Object.keys(REGISTRY)).toEqual([...DETECTORS]);
  });

  test.each(DETECTORS.map((kind) => [kind]))('%s is one of the kinds tested here', (kind) => {
    expect(KINDS).toContain(kind);
  });

  test.each(KINDS)('%s: the widest state is at most 4,096 bytes', (kind) => {
    const sensor = sensorWith({ kind, ...WIDEST[kind] });
    expect(new Watch(sensor, sensor.detectors[0], 0).stateBytes).toBeLessThanOrEqual(4_096);
  });

  test.each(KINDS)('%s: a score is between 0 and 1 whatever comes', (kind) => {
    const sensor = sensorWith({ kind, ...WIDEST[kind] });
    const watch = new Watch(sensor, sensor.detectors[0], 0);
    const values = [0, 0, 2_147_483_647, -2_147_483_641, GONE, 7, GONE, GONE, 0];
    values.forEach((value, i) => {
      watch.step({ sensor: 0, takenMs: i * 1_000, values: [value, -value | 0] }, () => 1);
      expect(watch.score).toBeGreaterThanOrEqual(0);
      expect(watch.score).toBeLessThanOrEqual(1);
    });
  });

  test.each(KINDS.filter((kind) => kind !== 'missing'))(
    '%s says nothing to readings without data',
    (kind) => {
      const sensor = sensorWith({ kind, ...WIDEST[kind] });
      expect(tell(sensor, perSecond(...times(100, GONE)))).toEqual([]);
    },
  );
});

describe('rateOfChange', () => {
  const sensor = sensorWith({ kind: 'rateOfChange', rise: 60, fall: 120, perMs: 60_000 });

  test('raises at one more than the rise in the time that passed, and clears when it goes on calmly', () => {
    expect(outline(tell(sensor, perSecond(0, 1, 2, 4, 5, 6)))).toEqual(['raised 3', 'cleared 4']);
  });

  test('has another limit for falls', () => {
    expect(outline(tell(sensor, perSecond(0, -2, -4, -7)))).toEqual(['raised 3']);
  });

  test('counts the time that really passed: a gap allows more', () => {
    expect(
      tell(sensor, [
        [0, [0, 0]],
        [10_000, [10, 0]],
      ]),
    ).toEqual([]);
  });

  test('tells the value and how far it might have gone', () => {
    expect(tell(sensor, perSecond(100, 150))[0]).toMatchObject({ value: 150, limit: 101 });
  });

  test('knows nothing at the first value, also after one without data', () => {
    expect(tell(sensor, perSecond(GONE, 5_000))).toEqual([]);
  });
});

describe('stuck', () => {
  const alone = { kind: 'stuck', afterMs: 5_000, minChange: 2, siblingChange: 0 } as const;

  test('raises after the time, and clears with the next change', () => {
    expect(outline(tell(sensorWith(alone), perSecond(0, 10, ...times(8, 10), 12)))).toEqual([
      'raised 6',
      'cleared 10',
    ]);
  });

  test('a change below the smallest that counts is none', () => {
    expect(outline(tell(sensorWith(alone), perSecond(10, 11, 9, 11, 9, 10, 11)))).toEqual(['raised 5']);
  });

  test('a value at rest may stand still for ever', () => {
    expect(tell(sensorWith({ ...alone, rest: 0 }), perSecond(...times(100, 0)))).toEqual([]);
    expect(tell(sensorWith({ ...alone, rest: 0 }), perSecond(...times(100, 5))).length).toBe(1);
  });

  test('with a sibling that rests too, nothing is stuck; with one that moves, it is', () => {
    const sensor = sensorWith({ ...alone, sibling: 'b', siblingChange: 10 });
    const resting = times(20, 5).map((a): [number, number] => [a, 3]);
    const moving = times(20, 5).map((a, i): [number, number] => [a, i]);
    expect(tell(sensor, perSecond(...resting))).toEqual([]);
    expect(outline(tell(sensor, perSecond(...moving)))).toEqual(['raised 10']);
  });

  test('a sibling without data has not moved', () => {
    const sensor = sensorWith({ ...alone, sibling: 'b', siblingChange: 1 });
    expect(tell(sensor, perSecond(...times(20, 5).map((a): [number, number] => [a, GONE])))).toEqual([]);
  });
});

describe('missing', () => {
  test('raises at the run and clears with the first value', () => {
    const sensor = sensorWith({ kind: 'missing', run: 3, noisy: 0, window: 20 });
    const told = tell(sensor, perSecond(1, GONE, GONE, 1, GONE, GONE, GONE, GONE, 1));
    expect(outline(told)).toEqual(['raised 6', 'cleared 8']);
    expect(told[0]).toMatchObject({ value: 3, limit: 3 });
  });

  test('raises when more than so many of the last are missing, and clears at half of them', () => {
    const sensor = sensorWith({ kind: 'missing', run: 0, noisy: 2, window: 10 });
    const told = tell(sensor, perSecond(GONE, 1, GONE, 1, GONE, ...times(20, 1)));
    expect(outline(told)).toEqual(['raised 4', 'cleared 12']);
    expect(told[0]).toMatchObject({ value: 3, limit: 2 });
  });

  test('a run is one failure, not noise too: it is over when it is over', () => {
    const sensor = sensorWith({ kind: 'missing', run: 3, noisy: 2, window: 20 });
    expect(outline(tell(sensor, perSecond(1, ...times(10, GONE), 1, 1)))).toEqual(['raised 3', 'cleared 11']);
  });
});

describe('drift', () => {
  const sensor = sensorWith({ kind: 'drift', tolerance: 100, levelMs: 10_000, baselineMs: 600_000 });
  const quiet = noise(700, 50);

  test('says nothing to noise, nor before the baseline is known', () => {
    expect(tell(sensor, perSecond(...quiet))).toEqual([]);
    expect(tell(sensor, perSecond(...Array.from({ length: 500 }, (_, i) => i * 10)))).toEqual([]);
  });

  test('raises on a slow ramp, and clears when the value is back', () => {
    const ramp = noise(300, 50, 2).map((value, i) => value + i);
    const told = tell(sensor, perSecond(...quiet, ...ramp, ...noise(200, 50, 3)));
    expect(told.map(({ state }) => state)).toEqual(['raised', 'cleared']);
    expect(told[0].at).toBeGreaterThan(800_000);
    expect(told[0].at).toBeLessThan(900_000);
    expect(told[1].at).toBeLessThan(1_030_000);
  });

  test('the baseline follows: another level for good is no alarm for good', () => {
    const told = tell(sensor, perSecond(...quiet, ...noise(1_500, 10, 4).map((value) => value + 200)));
    expect(told.map(({ state }) => state)).toEqual(['raised', 'cleared']);
  });
});

describe('robustZ', () => {
  const own = { kind: 'robustZ', sigmas: 6, memory: 50, seasons: 1, minSpread: 0 } as const;

  test('raises on an outlier and says nothing to noise of any size', () => {
    for (const spread of [5, 500, 50_000]) {
      const values = noise(2_000, spread);
      expect(tell(sensorWith(own), perSecond(...values))).toEqual([]);
      expect(outline(tell(sensorWith(own), perSecond(...values, spread * 20, 0)))).toEqual([
        'raised 2000',
        'cleared 2001',
      ]);
    }
  });

  test('outliers hardly move what it expects', () => {
    const values = noise(1_000, 50).map((value, i) => (i > 300 && i % 20 === 0 ? 5_000 : value));
    const raised = tell(sensorWith(own), perSecond(...values)).filter(({ state }) => state === 'raised');
    expect(raised.length).toBe(34);
  });

  test('learns the day: on the fifth it sees in a steep daily cycle what it could not see without', () => {
    const day = 1_440;
    const cycle = (i: number) => Math.round(20_000 * (2 * Math.abs((i % day) / day - 0.5)));
    const values = noise(5 * day, 5).map((value, i) => value + cycle(i));
    values[4 * day + 400] += 3_000;
    const readings = values.map((value, i): [number, number[]] => [i * 60_000, [value, 0]]);
    const onLastDay = (seasons: number) =>
      tell(sensorWith({ ...own, seasons }), readings)
        .filter(({ at, state }) => at >= 4 * 86_400_000 && state === 'raised')
        .map(({ at }) => at / 60_000 - 4 * day);
    expect(onLastDay(1)).not.toContain(400);
    expect(onLastDay(24)).toContain(400);
  });
});

describe('cross', () => {
  const sensor = sensorWith({ kind: 'cross', other: 'b', factor: 2, offset: 10, tolerance: 5 });

  test('raises when the channels do not fit, and clears when they do', () => {
    const pairs: [number, number][] = [
      [10, 0],
      [215, 100],
      [216, 100],
      [214, 100],
    ];
    const told = tell(sensor, perSecond(...pairs));
    expect(outline(told)).toEqual(['raised 2', 'cleared 3']);
    expect(told[0]).toMatchObject({ value: 216, limit: 215 });
  });

  test('says nothing when the other channel has no data', () => {
    expect(tell(sensor, perSecond([1_000, GONE]))).toEqual([]);
  });
});
