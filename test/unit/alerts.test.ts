import fc from 'fast-check';
import { Alarms } from '../../src/node/alarms.js';
import { outline, perSecond, sensorWith, tell } from '../support/watch-rig.js';

const HIGH = { kind: 'threshold', above: 10, hysteresis: 0 } as const;
const LOOSE = { burst: 1_000, perHour: 100_000 };
const times = (count: number, value: number) => new Array<number>(count).fill(value);

describe('an alert', () => {
  test('tells its number, cause, first and last time, count, value and limit', () => {
    const held = sensorWith({ ...HIGH, holdMs: 2_000, severity: 'critical' });
    expect(tell(held, perSecond(0, 11, 12, 13))).toEqual([
      {
        id: 1,
        state: 'raised',
        severity: 'critical',
        detector: 'threshold',
        sensor: 0,
        channel: 0,
        value: 13,
        limit: 10,
        rule: 0,
        count: 1,
        firstMs: 1_000,
        takenMs: 3_000,
        at: 3_000,
      },
    ]);
  });

  test('is cleared after a time of its own where one is given', () => {
    const sensor = sensorWith({ ...HIGH, clearMs: 3_000 });
    expect(outline(tell(sensor, perSecond(11, 0, 0, 0, 0, 0)))).toEqual(['raised 0', 'cleared 4']);
  });

  test('keeps its number while it flaps, and counts', () => {
    const limits = { ...LOOSE, flapMs: 5_000 };
    const told = tell(sensorWith(HIGH), perSecond(11, 0, 11, 0, 11, 0, 11, 11, ...times(9, 0)), limits);
    expect(told.map(({ id, state, count, at }) => [id, state, count, at / 1_000])).toEqual([
      [1, 'raised', 1, 0],
      [1, 'cleared', 3, 5],
    ]);
  });

  test('has a new number when it comes back later than that', () => {
    const told = tell(sensorWith(HIGH), perSecond(11, ...times(9, 0), 11), { ...LOOSE, flapMs: 5_000 });
    expect(told.map(({ id, state }) => [id, state])).toEqual([
      [1, 'raised'],
      [1, 'cleared'],
      [2, 'raised'],
    ]);
  });
});

describe('the limits of rate', () => {
  test('hold one detector to one change in the time, and tell the last state in the end', () => {
    const values = Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? 11 : 0));
    const told = tell(sensorWith(HIGH), perSecond(...values, ...times(20, 0)), { ...LOOSE, flapMs: 10_000 });
    told.slice(1).forEach(({ at }, i) => expect(at - told[i].at).toBeGreaterThanOrEqual(10_000));
    expect(told.at(-1)?.state).toBe('cleared');
  });

  test('hold all detectors to burst and rate; what is held back for good is counted and told', () => {
    const sensor = sensorWith(...times(10, 0).map((_, i) => ({ ...HIGH, above: 10 + i })));
    const alarms = new Alarms([sensor], { flapMs: 0, burst: 3, perHour: 60 });
    const told: { suppressed?: number; at: number }[] = [];
    for (let i = 0; i < 120; i++) {
      const values = [i % 2 === 0 ? 100 : 0, 0];
      alarms.step({ sensor: 0, takenMs: i * 1_000, values }, (alert) =>
        told.push({ ...alert, at: i * 1_000 }),
      );
    }
    expect(told.length).toBe(3 + 1);
    expect(told.at(-1)?.suppressed).toBeGreaterThan(500);
    expect(alarms.suppressedAlerts).toBeGreaterThan(1_000);
  });

  test('whatever comes, every change is told, held back and counted, or still to be told; and the last state is told', () => {
    const limits = fc.record({
      flapMs: fc.nat(8_000),
      burst: fc.integer({ min: 1, max: 5 }),
      perHour: fc.integer({ min: 60, max: 3_600 }),
    });
    const lists = fc.array(fc.constantFrom(0, 11), { minLength: 1, maxLength: 80 });
    fc.assert(
      fc.property(limits, lists, (limit, values) => {
        const last = values[values.length - 1];
        const all = [...values, ...times(200, last)];
        const alarms = new Alarms([sensorWith(HIGH)], limit);
        let changes = 0;
        let before = 0;
        const states: string[] = [];
        all.forEach((value, i) => {
          if (value !== before) changes++;
          before = value;
          alarms.step({ sensor: 0, takenMs: i * 1_000, values: [value, 0] }, ({ state }) =>
            states.push(state),
          );
        });
        expect(states.length + alarms.suppressedAlerts).toBe(changes);
        expect(states.at(-1) ?? 'cleared').toBe(last > 0 ? 'raised' : 'cleared');
        expect(alarms.openAlerts).toBe(last > 0 ? 1 : 0);
      }),
      { numRuns: 500 },
    );
  });
});
