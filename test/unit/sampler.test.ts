import { NO_DATA, noDataValue, SensorError, type NoDataReason } from '../../src/base/no-data.js';
import { VALUE_MAX, VALUE_MIN } from '../../src/base/no-data.js';
import { SAMPLE_POLL_MS, Sampler, type Reading, type SamplePlan } from '../../src/sample/sampler.js';
import type { SensorPort } from '../../src/ports/ports.js';
import { celsius, FakeSensor, type Answer } from '../support/fake-sensor.js';

const PLAN: SamplePlan = {
  name: 'air',
  intervalMs: 1_000,
  timeoutMs: 100,
  channels: [{ path: ['thermometer', 'temperature'], scale: 1, exponent: -2 }],
};

/** A sampler of one sensor, and all that it emitted. */
function samplerOf(open: (name: string) => SensorPort, plan: Partial<SamplePlan> = {}, startMs = 0) {
  const readings: Reading[] = [];
  const sampler = new Sampler([{ ...PLAN, ...plan }], open, startMs);
  return { readings, sampler, step: (nowMs: number) => sampler.step(nowMs, (one) => readings.push(one)) };
}

/** A sampler whose one sensor answers so. */
function sampling(answer: (asked: number) => Answer, plan: Partial<SamplePlan> = {}) {
  const sensor = new FakeSensor(answer);
  return { sensor, ...samplerOf(() => sensor, plan) };
}

/** Steps whenever the sampler wants to, up to `untilMs`. */
function run({ sampler, step }: ReturnType<typeof samplerOf>, untilMs: number): void {
  while (sampler.wakeMs <= untilMs) step(sampler.wakeMs);
}

describe('values', () => {
  it('are scaled to the channel’s exponent and rounded', () => {
    const { readings, step } = sampling(() => celsius(21.458));
    step(0);
    expect(readings).toEqual([{ sensor: 0, takenMs: 0, values: [2_146] }]);
  });

  it.each([
    [1, 0, 7.5, 8],
    [1, 2, 12_345, 123],
    [0.01, 0, 101_325, 1_013],
    [100, -1, 0.4567, 457],
    [1, -2, -0.006, -1],
    [1, -9, 1.5, 1_500_000_000],
  ])('with scale %p and exponent %p make %p to %p', (scale, exponent, value, scaled) => {
    const channels = [{ path: ['thermometer', 'temperature'], scale, exponent }];
    const { readings, step } = sampling(() => celsius(value), { channels });
    step(0);
    expect(readings[0].values[0]).toBe(scaled);
  });

  it.each([VALUE_MIN, VALUE_MAX])('hold the end of the range: %p', (value) => {
    const { readings, step } = sampling(() => celsius(value / 100));
    step(0);
    expect(readings[0].values).toEqual([value]);
  });

  it.each([(VALUE_MIN - 1) / 100, (VALUE_MAX + 1) / 100, 1e300, -1e300])(
    'outside the range are corrupt: %p',
    (value) => {
      const { readings, step } = sampling(() => celsius(value));
      step(0);
      expect(readings[0].values).toEqual([noDataValue('corrupt')]);
    },
  );

  it.each([undefined, null, '21', Number.NaN, Infinity, -Infinity, {}, true])(
    'that are no number are deviceUnavailable: %p',
    (value) => {
      const { readings, step } = sampling(() => celsius(value));
      step(0);
      expect(readings[0].values).toEqual([noDataValue('deviceUnavailable')]);
    },
  );

  it.each([{}, { thermometer: null }, { thermometer: 21 }, []])(
    'whose place is not in the sample are deviceUnavailable: %j',
    (sample) => {
      const { readings, step } = sampling(() => sample);
      step(0);
      expect(readings[0].values).toEqual([noDataValue('deviceUnavailable')]);
    },
  );

  it('of one channel may be missing without those of the others', () => {
    const channels = [...PLAN.channels, { path: ['hygrometer', 'humidity'], scale: 100, exponent: -1 }];
    const { readings, step } = sampling(() => ({ hygrometer: { humidity: 0.5 } }), { channels });
    step(0);
    expect(readings[0].values).toEqual([noDataValue('deviceUnavailable'), 500]);
  });
});

describe('a reading without data', () => {
  it.each(Object.keys(NO_DATA) as NoDataReason[])('says %s when the part throws that', (reason) => {
    const { readings, step } = sampling(() => new SensorError(reason, 'part'));
    step(0);
    expect(readings).toEqual([{ sensor: 0, takenMs: 0, values: [noDataValue(reason)] }]);
  });

  it('says deviceError when the part throws anything else', () => {
    const { readings, step } = sampling(() => new TypeError('driver'));
    step(0);
    expect(readings[0].values).toEqual([noDataValue('deviceError')]);
  });

  it('says why when the part cannot be opened', () => {
    const { readings, step } = samplerOf(() => {
      throw new SensorError('deviceNotPresent', 'no answer at 0x44');
    });
    step(0);
    expect(readings[0].values).toEqual([noDataValue('deviceNotPresent')]);
  });

  it('says deviceTimeout when the part never has a sample, once the timeout is over', () => {
    const rig = sampling(() => undefined);
    run(rig, 99);
    expect(rig.readings).toEqual([]);
    run(rig, 100);
    expect(rig.readings).toEqual([{ sensor: 0, takenMs: 0, values: [noDataValue('deviceTimeout')] }]);
  });

  it('has one reason a channel', () => {
    const channels = [...PLAN.channels, ...PLAN.channels, ...PLAN.channels];
    const { readings, step } = sampling(() => new SensorError('deviceOff', 'part'), { channels });
    step(0);
    expect(readings[0].values).toEqual(new Array(3).fill(noDataValue('deviceOff')));
  });
});

describe('after a failure', () => {
  it.each([
    ['an error', () => new SensorError('deviceError', 'part')],
    ['a timeout', () => undefined],
  ])('of %s the part is closed once and opened afresh for the next reading', (_, answer) => {
    const sensors: FakeSensor[] = [];
    const rig = samplerOf(() => {
      sensors.push(new FakeSensor(sensors.length === 0 ? answer : () => celsius(20)));
      return sensors[sensors.length - 1];
    });
    run(rig, 1_000);
    expect(sensors.map(({ closed }) => closed)).toEqual([1, 0]);
    expect(rig.readings[1]).toEqual({ sensor: 0, takenMs: 1_000, values: [2_000] });
  });

  it('a part that cannot be closed is reported and opened afresh all the same', () => {
    const broken = new FakeSensor(() => new SensorError('deviceOff', 'part'));
    broken.closeError = new Error('bus');
    const whole = new FakeSensor(() => celsius(20));
    const parts = [broken, whole];
    const rig = samplerOf(() => parts.shift() as FakeSensor);
    run(rig, 1_000);
    expect(rig.readings.map(({ values }) => values[0])).toEqual([noDataValue('deviceOff'), 2_000]);
  });

  it('a part that works stays open', () => {
    let opened = 0;
    const rig = samplerOf(() => {
      opened++;
      return new FakeSensor(() => celsius(20));
    });
    run(rig, 50_000);
    expect([opened, rig.readings.length]).toEqual([1, 51]);
  });
});

describe('time', () => {
  it('of a reading is when its sample was asked for, not when it was ready', () => {
    const rig = sampling((asked) => (asked < 3 ? undefined : celsius(20)));
    run(rig, 500);
    expect(rig.readings).toEqual([{ sensor: 0, takenMs: 0, values: [2_000] }]);
  });

  it('to the next question is SAMPLE_POLL_MS while the part measures', () => {
    const rig = sampling(() => undefined);
    rig.step(0);
    expect(rig.sampler.wakeMs).toBe(SAMPLE_POLL_MS);
  });

  it('does not drift: 1,000 readings taken late stand on the grid of the interval', () => {
    const rig = sampling((asked) => (asked % 3 < 2 ? undefined : celsius(20)));
    for (let i = 0; i < 1_000; i++) {
      const dueMs = rig.sampler.wakeMs;
      expect(dueMs).toBe(i * 1_000);
      let nowMs = dueMs + 37;
      while (rig.readings.length <= i) {
        rig.step(nowMs);
        nowMs += 13;
      }
    }
    expect(rig.sampler.skippedReadings).toBe(0);
  });

  it('is not skipped by steps that come too early', () => {
    const rig = sampling(() => celsius(20));
    for (let nowMs = 0; nowMs <= 2_500; nowMs += 7) rig.step(nowMs);
    expect([rig.readings.length, rig.sensor.asked]).toEqual([3, 3]);
  });

  it('that the node could not run is counted in skipped readings, and the grid is kept', () => {
    const rig = sampling(() => celsius(20));
    rig.step(0);
    rig.step(4_500);
    expect(rig.readings.map(({ takenMs }) => takenMs)).toEqual([0, 4_500]);
    expect([rig.sampler.skippedReadings, rig.sampler.wakeMs]).toEqual([3, 5_000]);
  });

  it('of exactly one interval more is one skipped reading', () => {
    const rig = sampling(() => celsius(20));
    rig.step(0);
    rig.step(2_000);
    expect([rig.sampler.skippedReadings, rig.sampler.wakeMs]).toEqual([1, 3_000]);
  });

  it('accounts for every due reading: taken and skipped are all that were due', () => {
    const rig = sampling(() => celsius(20));
    for (let nowMs = 0, i = 0; nowMs <= 100_000; nowMs += [1, 999, 2_500, 40, 7_001][i++ % 5])
      rig.step(nowMs);
    const { takenReadings, skippedReadings, wakeMs } = rig.sampler;
    expect(takenReadings + skippedReadings).toBe(wakeMs / 1_000);
  });

  it('starts at the node’s start, which need not be 0', () => {
    const readings: Reading[] = [];
    const sampler = new Sampler([PLAN], () => new FakeSensor(() => celsius(20)), 123_456);
    sampler.step(123_455, (one) => readings.push(one));
    expect(readings).toEqual([]);
    sampler.step(123_456, (one) => readings.push(one));
    expect([readings[0].takenMs, sampler.wakeMs]).toEqual([123_456, 124_456]);
  });
});

describe('several sensors', () => {
  it('keep their own cadence, and a slow one holds no other up', () => {
    const parts: Record<string, FakeSensor> = {
      slow: new FakeSensor(() => undefined),
      fast: new FakeSensor(() => celsius(1)),
    };
    const counts = [0, 0];
    const plans = [
      { ...PLAN, name: 'slow', timeoutMs: 900 },
      { ...PLAN, name: 'fast', intervalMs: 100 },
    ];
    const sampler = new Sampler(plans, (name) => parts[name], 0);
    for (; sampler.wakeMs < 3_000;) sampler.step(sampler.wakeMs, ({ sensor }) => counts[sensor]++);
    expect(counts).toEqual([3, 30]);
  });

  it('count their readings together, those without data included', () => {
    const plans = [PLAN, PLAN];
    const parts = [new FakeSensor(() => celsius(1)), new FakeSensor(() => new Error('part'))];
    const sampler = new Sampler(plans, () => parts.shift() ?? new FakeSensor(() => celsius(2)), 0);
    sampler.step(0, () => undefined);
    expect(sampler.takenReadings).toBe(2);
  });
});
