import fc from 'fast-check';
import { noDataCodeOf, noDataReasonOf, noDataValue, VALUE_MAX, VALUE_MIN } from '../../src/base/no-data.js';
import { BIRTH_BYTES_MAX, decodeBirth, encodeBirth, type SensorInfo } from '../../src/wire/birth.js';
import { MalformedError } from '../../src/wire/cbor-reader.js';
import { CborWriter } from '../../src/wire/cbor-writer.js';
import {
  decodeAlert,
  decodeHeartbeat,
  decodeWill,
  encodeAlert,
  encodeHeartbeat,
  encodeWill,
  OFFSET_MS_MAX,
} from '../../src/wire/events.js';
import { readTelemetry, writeTelemetry, type TelemetryReading } from '../../src/wire/telemetry.js';
import { cborNoise } from '../support/cbor-items.js';
import { alerts, births, heartbeats, telemetry } from '../support/record-arbitraries.js';

const RUNS = { numRuns: 500 };
const NOISE_RUNS = { numRuns: 3_000 };

const WEATHER: readonly SensorInfo[] = [
  {
    name: 'air',
    tickMs: 1_000,
    channels: [
      { name: 'temperature', unit: 'Cel', exponent: -2 },
      { name: 'humidity', unit: '%RH', exponent: -1 },
    ],
  },
  { name: 'soil', tickMs: 60_000, channels: [{ name: 'moisture', unit: '%', exponent: 0 }] },
];

function encodeTelemetry(readings: readonly TelemetryReading[]): Uint8Array {
  const writer = new CborWriter(100_000);
  writeTelemetry(writer, readings);
  return writer.finish();
}

/** What the gateway should read: grouped by sensor in order of first appearance, times in milliseconds. */
function expected(readings: readonly TelemetryReading[], sensors: readonly SensorInfo[]) {
  const order = [...new Set(readings.map(({ sensor }) => sensor))];
  return order.flatMap((sensor) =>
    readings
      .filter((reading) => reading.sensor === sensor)
      .map(({ tick, values }) => ({
        sensor,
        offsetMs: tick * sensors[sensor].tickMs,
        values: values.map((value) => noDataReasonOf(noDataCodeOf(value)) ?? value),
      })),
  );
}

/** Passes when `decode` gives a value or throws MalformedError. */
function onlyMalformed(decode: () => unknown): void {
  try {
    decode();
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedError);
  }
}

describe('telemetry', () => {
  it('reads back any mix of sensors, single readings, batches and readings without data', () => {
    fc.assert(
      fc.property(telemetry, ({ sensors, readings }) => {
        expect(readTelemetry(encodeTelemetry(readings), sensors)).toEqual(expected(readings, sensors));
      }),
      RUNS,
    );
  });

  it('reads back one reading', () => {
    const reading = { sensor: 1, tick: -3, values: [41] };
    expect(readTelemetry(encodeTelemetry([reading]), WEATHER)).toEqual([
      { sensor: 1, offsetMs: -180_000, values: [41] },
    ]);
  });

  it('holds a gap of up to 2^31 - 1 ticks between two readings of a batch', () => {
    const fine = [{ ...WEATHER[1], tickMs: 1 }];
    const rows = [0, 0x7fff_ffff].map((tick) => ({ sensor: 0, tick, values: [5] }));
    expect(readTelemetry(encodeTelemetry(rows), fine)[1].offsetMs).toBe(0x7fff_ffff);
  });

  it('with a time further than OFFSET_MS_MAX from the session’s start is malformed, on either side', () => {
    const at = (tick: number) => () =>
      readTelemetry(encodeTelemetry([{ sensor: 0, tick, values: [1, 1] }]), WEATHER);
    const ticks = OFFSET_MS_MAX / 1_000;
    expect(at(ticks)()[0].offsetMs).toBe(OFFSET_MS_MAX);
    expect(at(-ticks)()[0].offsetMs).toBe(-OFFSET_MS_MAX);
    expect(at(ticks + 1)).toThrow(MalformedError);
    expect(at(-ticks - 1)).toThrow(MalformedError);
  });

  it('keeps the last value over a gap, so that the difference behind it is to the value before', () => {
    const rows = [2_150, noDataValue('deviceTimeout'), 2_152].map((value, i) => ({
      sensor: 0,
      tick: i * 10,
      values: [value, noDataValue('corrupt')],
    }));
    expect(readTelemetry(encodeTelemetry(rows), WEATHER).map(({ values }) => values)).toEqual([
      [2_150, 'corrupt'],
      ['deviceTimeout', 'corrupt'],
      [2_152, 'corrupt'],
    ]);
  });

  it('takes one number for the times of evenly spaced readings', () => {
    const rows = (ticks: number[]) => ticks.map((tick) => ({ sensor: 1, tick, values: [5] }));
    const [even, uneven] = [rows([0, 10, 20, 30]), rows([0, 10, 20, 31])].map(encodeTelemetry);
    expect(uneven.length - even.length).toBe(3);
  });

  it('is small: 60 slowly changing readings of two channels take under 150 bytes', () => {
    const rows = Array.from({ length: 60 }, (_, i) => ({
      sensor: 0,
      tick: i * 10,
      values: [2_150 + (i % 3), 455 - (i % 2)],
    }));
    expect(encodeTelemetry(rows).length).toBeLessThan(150);
  });

  it('holds the whole range of a value, and steps from one end to the other', () => {
    const rows = [VALUE_MIN, VALUE_MAX, VALUE_MIN].map((value, tick) => ({
      sensor: 1,
      tick,
      values: [value],
    }));
    expect(readTelemetry(encodeTelemetry(rows), WEATHER).map(({ values }) => values[0])).toEqual([
      VALUE_MIN,
      VALUE_MAX,
      VALUE_MIN,
    ]);
  });

  it.each([
    ['no bytes', []],
    ['a sensor that the birth does not have', [4, 0, 1]],
    ['a batch of one reading', [1, 1, 0, 0, 1, 1]],
    ['a batch of no readings', [1, 0, 0, 0]],
    ['a step too few', [3, 3, 0, 0x81, 1, 5, 5, 5]],
    ['a step too many', [3, 2, 0, 0x82, 1, 1, 5, 5]],
    ['a reason that there is not', [2, 0, 0xe0]],
    ['a channel too few', [0, 0, 5]],
    ['a text for a value', [2, 0, 0x61, 0x61]],
    ['bytes of the next block that do not come', [2, 0, 5, 2]],
  ])('with %s is malformed', (_, bytes) => {
    expect(() => readTelemetry(Uint8Array.from(bytes), WEATHER)).toThrow(MalformedError);
  });

  it('that is cut off is malformed, or the blocks in front of the cut', () => {
    fc.assert(
      fc.property(telemetry, fc.nat(400), ({ sensors, readings }, length) => {
        const cut = encodeTelemetry(readings).subarray(0, length);
        onlyMalformed(() => {
          const whole = expected(readings, sensors);
          const read = readTelemetry(cut, sensors);
          expect(whole.slice(0, read.length)).toEqual(read);
        });
      }),
      RUNS,
    );
  });

  it('of any bytes gives readings or MalformedError', () => {
    fc.assert(
      fc.property(cborNoise, (bytes) => onlyMalformed(() => readTelemetry(bytes, WEATHER))),
      NOISE_RUNS,
    );
  });
});

describe('birth', () => {
  it('reads back what was written, or says that it is too long', () => {
    fc.assert(
      fc.property(births, (birth) => {
        let bytes: Uint8Array;
        try {
          bytes = encodeBirth(birth);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          return;
        }
        expect(bytes.length).toBeLessThanOrEqual(BIRTH_BYTES_MAX);
        expect(decodeBirth(bytes)).toEqual(birth);
      }),
      RUNS,
    );
  });

  it('that is cut off or goes on is malformed', () => {
    const birth = {
      firmware: '1.0',
      bundleSha256: new Uint8Array(32),
      resetReason: 'powerOn',
      heartbeatS: 60,
      sensors: WEATHER,
    };
    const bytes = encodeBirth(birth);
    for (let length = 0; length < bytes.length; length++)
      expect(() => decodeBirth(bytes.subarray(0, length))).toThrow(MalformedError);
    expect(() => decodeBirth(Uint8Array.from([...bytes, 0]))).toThrow(MalformedError);
  });

  it('of any bytes gives a birth or MalformedError', () => {
    fc.assert(
      fc.property(cborNoise, (bytes) => onlyMalformed(() => decodeBirth(bytes))),
      NOISE_RUNS,
    );
  });

  it('with one byte changed gives a birth or MalformedError', () => {
    fc.assert(
      fc.property(births, fc.nat(), fc.nat(255), (birth, at, value) => {
        let bytes: Uint8Array;
        try {
          bytes = encodeBirth(birth);
        } catch {
          return;
        }
        bytes[at % bytes.length] = value;
        onlyMalformed(() => decodeBirth(bytes));
      }),
      NOISE_RUNS,
    );
  });
});

describe('events', () => {
  it('alerts read back as they were', () => {
    fc.assert(
      fc.property(alerts, (alert) => expect(decodeAlert(encodeAlert(alert))).toEqual(alert)),
      RUNS,
    );
  });

  it('heartbeats read back as they were, what is not known left out', () => {
    fc.assert(
      fc.property(heartbeats, (heartbeat) =>
        expect(decodeHeartbeat(encodeHeartbeat(heartbeat))).toEqual(heartbeat),
      ),
      RUNS,
    );
  });

  it('wills read back their connection', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 0xffff_ffff }), (connection) =>
        expect(decodeWill(encodeWill(connection))).toBe(connection),
      ),
      RUNS,
    );
  });

  it.each([
    ['alert', decodeAlert],
    ['heartbeat', decodeHeartbeat],
    ['will', decodeWill],
  ] as const)('%s of any bytes gives a value or MalformedError', (_, decode) => {
    fc.assert(
      fc.property(cborNoise, (bytes) => onlyMalformed(() => decode(bytes))),
      NOISE_RUNS,
    );
  });

  it('that are cut off or go on are malformed', () => {
    fc.assert(
      fc.property(alerts, heartbeats, (alert, heartbeat) => {
        for (const [bytes, decode] of [
          [encodeAlert(alert), decodeAlert],
          [encodeHeartbeat(heartbeat), decodeHeartbeat],
          [encodeWill(7), decodeWill],
        ] as const) {
          expect(() => decode(bytes.subarray(0, -1))).toThrow(MalformedError);
          expect(() => decode(Uint8Array.from([...bytes, 0]))).toThrow(MalformedError);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('take fields behind the known ones, so that a newer node can say more', () => {
    const bytes = Uint8Array.from([...encodeAlert(ALERT), 24, 99, 1]);
    bytes[0]++;
    expect(decodeAlert(bytes)).toEqual(ALERT);
  });

  it('with a time further than OFFSET_MS_MAX from the session’s start are malformed', () => {
    const counters = {
      connection: 1,
      queuedReadings: 0,
      takenReadings: 0,
      droppedReadings: 0,
      droppedAlerts: 0,
      acknowledgedEnvelopes: 0,
    };
    for (const offsetMs of [OFFSET_MS_MAX + 1, -OFFSET_MS_MAX - 1]) {
      expect(() => decodeAlert(encodeAlert({ ...ALERT, offsetMs }))).toThrow(MalformedError);
      expect(() => decodeHeartbeat(encodeHeartbeat({ ...counters, offsetMs }))).toThrow(MalformedError);
    }
  });

  it('refuse a severity that there is not', () => {
    const bytes = encodeAlert(ALERT);
    const at = bytes.indexOf(3);
    bytes[at + 1] = 3;
    expect(() => decodeAlert(bytes)).toThrow(MalformedError);
  });
});

const ALERT = {
  id: 1,
  state: 'raised',
  severity: 'warning',
  detector: 'threshold',
  sensor: 0,
  channel: 0,
  offsetMs: 0,
  value: 0,
  limit: 0,
} as const;
