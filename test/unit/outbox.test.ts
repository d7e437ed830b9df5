import fc from 'fast-check';
import { VALUE_MAX, VALUE_MIN } from '../../src/base/no-data.js';
import { Outbox, READINGS_MAX, type QueuedReading } from '../../src/outbox/outbox.js';

const CHANNELS_MAX = 3;
const readings: fc.Arbitrary<QueuedReading> = fc.record({
  sensor: fc.nat(15),
  takenMs: fc.double({ min: 0, max: 1e12, noNaN: true }),
  values: fc.array(fc.integer({ min: VALUE_MIN, max: VALUE_MAX }), { minLength: 1, maxLength: CHANNELS_MAX }),
});

type Command =
  | { readonly do: 'reading'; readonly reading: QueuedReading }
  | { readonly do: 'alert'; readonly alert: number }
  | { readonly do: 'drop'; readonly count: number }
  | { readonly do: 'shift' };

const commands: fc.Arbitrary<Command> = fc.oneof(
  { weight: 5, arbitrary: readings.map((reading) => ({ do: 'reading', reading }) as const) },
  { weight: 3, arbitrary: fc.nat(1_000).map((alert) => ({ do: 'alert', alert }) as const) },
  { weight: 2, arbitrary: fc.nat(6).map((count) => ({ do: 'drop', count }) as const) },
  { weight: 2, arbitrary: fc.constant({ do: 'shift' } as const) },
);

/** The same with plain arrays. */
class ModelOutbox {
  readings: QueuedReading[] = [];
  alerts: number[] = [];
  droppedReadings = 0;
  droppedAlerts = 0;
  readonly #readingsMax: number;
  readonly #alertsMax: number;

  constructor(readingsMax: number, alertsMax: number) {
    this.#readingsMax = readingsMax;
    this.#alertsMax = alertsMax;
  }

  apply(command: Command): number | undefined {
    if (command.do === 'shift') return this.alerts.shift();
    if (command.do === 'drop') this.readings.splice(0, command.count);
    if (command.do === 'reading' && this.readings.push(command.reading) > this.#readingsMax) {
      this.readings.shift();
      this.droppedReadings++;
    }
    if (command.do === 'alert' && this.alerts.push(command.alert) > this.#alertsMax) {
      this.alerts.shift();
      this.droppedAlerts++;
    }
    return undefined;
  }
}

function apply(outbox: Outbox<number>, command: Command): number | undefined {
  if (command.do === 'shift') return outbox.shiftAlert();
  if (command.do === 'drop') outbox.dropReadings(Math.min(command.count, outbox.queuedReadings));
  if (command.do === 'reading') outbox.pushReading(command.reading);
  if (command.do === 'alert') outbox.pushAlert(command.alert);
  return undefined;
}

function contents(outbox: Outbox<number>): QueuedReading[] {
  return Array.from({ length: outbox.queuedReadings }, (_, i) => outbox.readingAt(i));
}

function newOutbox(readingsMax: number, alertsMax = 4): Outbox<number> {
  return new Outbox<number>({ readingsMax, alertsMax, channelsMax: CHANNELS_MAX });
}

function reading(takenMs: number): QueuedReading {
  return { sensor: 0, takenMs, values: [1] };
}

describe('Outbox', () => {
  it('agrees with plain arrays after any sequence of commands', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 5 }),
        fc.array(commands, { maxLength: 120 }),
        (readingsMax, alertsMax, list) => {
          const outbox = newOutbox(readingsMax, alertsMax);
          const model = new ModelOutbox(readingsMax, alertsMax);
          for (const command of list) {
            expect(apply(outbox, command)).toBe(model.apply(command));
            expect(contents(outbox)).toEqual(model.readings);
            expect(outbox.oldestTakenMs).toBe(model.readings[0]?.takenMs);
            expect([outbox.queuedAlerts, outbox.droppedAlerts, outbox.droppedReadings]).toEqual([
              model.alerts.length,
              model.droppedAlerts,
              model.droppedReadings,
            ]);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('drops the oldest reading for a new one, and counts it', () => {
    const outbox = newOutbox(2);
    [1, 2, 3, 4, 5].forEach((takenMs) => outbox.pushReading(reading(takenMs)));
    expect(contents(outbox).map(({ takenMs }) => takenMs)).toEqual([4, 5]);
    expect(outbox.droppedReadings).toBe(3);
  });

  it('does not count what was sent as dropped', () => {
    const outbox = newOutbox(2);
    [1, 2].forEach((takenMs) => outbox.pushReading(reading(takenMs)));
    outbox.dropReadings(2);
    expect([outbox.queuedReadings, outbox.droppedReadings]).toEqual([0, 0]);
  });

  it('keeps every alert however many readings come', () => {
    const outbox = newOutbox(2, 1);
    outbox.pushAlert(77);
    for (let i = 0; i < 100; i++) outbox.pushReading(reading(i));
    expect([outbox.shiftAlert(), outbox.droppedAlerts]).toEqual([77, 0]);
  });

  it('keeps every reading however many alerts come', () => {
    const outbox = newOutbox(2, 1);
    [1, 2].forEach((takenMs) => outbox.pushReading(reading(takenMs)));
    for (let i = 0; i < 100; i++) outbox.pushAlert(i);
    expect([outbox.queuedReadings, outbox.droppedReadings, outbox.droppedAlerts]).toEqual([2, 0, 99]);
  });

  it('gives no values of an older, wider reading that lay in the same place', () => {
    const outbox = newOutbox(1);
    outbox.pushReading({ sensor: 1, takenMs: 1, values: [7, 8, 9] });
    outbox.pushReading({ sensor: 2, takenMs: 2, values: [5] });
    expect(outbox.readingAt(0)).toEqual({ sensor: 2, takenMs: 2, values: [5] });
  });

  it.each([0, -1, READINGS_MAX + 1])('refuses to be made for %i readings', (readingsMax) => {
    expect(() => newOutbox(readingsMax)).toThrow(/^"readingsMax" expected 1\.\./);
  });

  it('refuses to be made for no alerts', () => {
    expect(() => newOutbox(1, 0)).toThrow(RangeError);
  });
});
