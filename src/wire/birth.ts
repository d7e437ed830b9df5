import {
  arrayOf,
  CborReader,
  integerOf,
  MalformedError,
  mapOf,
  stringOf,
  type CborItem,
} from './cbor-reader.js';
import { CborWriter } from './cbor-writer.js';

/** Most sensors of one node. */
export const SENSORS_MAX = 16;
/** Most channels of one sensor. */
export const CHANNELS_MAX = 8;
/** Longest name or unit. */
export const NAME_CHARACTERS_MAX = 32;
/** Longest plaintext of a birth. */
export const BIRTH_BYTES_MAX = 900;

/** One measured quantity. The physical value is `scaled integer × 10^exponent` in `unit`. */
export interface ChannelInfo {
  readonly name: string;
  /** A SenML unit (RFC 8428, section 12.1): `Cel`, `%RH`, `m/s2` … */
  readonly unit: string;
  /** -9..9. */
  readonly exponent: number;
}

/** What a node says once about a sensor, so that its readings need no names. */
export interface SensorInfo {
  readonly name: string;
  /** Resolution of the readings' time in milliseconds, 1..3,600,000. */
  readonly tickMs: number;
  readonly channels: readonly ChannelInfo[];
}

/** The facts that stand at the start of a session. */
export interface Birth {
  readonly firmware: string;
  /** SHA-256 of the bundle that runs. */
  readonly bundleSha256: Uint8Array;
  readonly resetReason: string;
  /** The longest time between two heartbeats; a gateway that hears nothing for 2.5 times as long calls the node silent. */
  readonly heartbeatS: number;
  /** Milliseconds since 1970 at the session's start, where the node knows them. */
  readonly utcMs?: number;
  readonly sensors: readonly SensorInfo[];
}

const KEY = { firmware: 1, bundleSha256: 2, resetReason: 3, heartbeatS: 4, utcMs: 5, sensors: 6 } as const;

/** @throws {RangeError} on a text that `decodeBirth` would refuse. */
function checkTexts({ firmware, resetReason, sensors }: Birth): void {
  const ofSensors = sensors.flatMap(({ name, channels }) => [
    name,
    ...channels.flatMap((channel) => [channel.name, channel.unit]),
  ]);
  for (const text of [firmware, resetReason, ...ofSensors]) {
    if (text.length <= NAME_CHARACTERS_MAX) continue;
    throw new RangeError(`"birth" expected texts of at most ${NAME_CHARACTERS_MAX} characters, got ${text}`);
  }
}

function writeSensor(writer: CborWriter, sensor: SensorInfo): void {
  writer.array(3).text(sensor.name).integer(sensor.tickMs).array(sensor.channels.length);
  for (const { name, unit, exponent } of sensor.channels)
    writer.array(3).text(name).text(unit).integer(exponent);
}

/** The plaintext of a birth. @throws {RangeError} when it, or a text in it, is too long. */
export function encodeBirth(birth: Birth): Uint8Array {
  checkTexts(birth);
  const writer = new CborWriter(BIRTH_BYTES_MAX);
  writer.map(birth.utcMs === undefined ? 5 : 6);
  writer.integer(KEY.firmware).text(birth.firmware).integer(KEY.bundleSha256).bytes(birth.bundleSha256);
  writer.integer(KEY.resetReason).text(birth.resetReason).integer(KEY.heartbeatS).integer(birth.heartbeatS);
  if (birth.utcMs !== undefined) writer.integer(KEY.utcMs).integer(birth.utcMs);
  writer.integer(KEY.sensors).array(birth.sensors.length);
  for (const sensor of birth.sensors) writeSensor(writer, sensor);
  if (writer.overflowed)
    throw new RangeError(`"birth" expected at most ${BIRTH_BYTES_MAX} bytes: shorten the names`);
  return writer.finish();
}

function channelOf(item: CborItem): ChannelInfo {
  const [name, unit, exponent] = arrayOf(item, 3, 3);
  return {
    name: stringOf(name, NAME_CHARACTERS_MAX),
    unit: stringOf(unit, NAME_CHARACTERS_MAX),
    exponent: integerOf(exponent, -9, 9),
  };
}

function sensorOf(item: CborItem): SensorInfo {
  const [name, tickMs, channels] = arrayOf(item, 3, 3);
  return {
    name: stringOf(name, NAME_CHARACTERS_MAX),
    tickMs: integerOf(tickMs, 1, 3_600_000),
    channels: arrayOf(channels, 1, CHANNELS_MAX).map(channelOf),
  };
}

function bytesOf(item: CborItem | undefined, length: number): Uint8Array {
  if (!(item instanceof Uint8Array) || item.length !== length) throw new MalformedError('bytes expected');
  return item;
}

/** Reads the plaintext of a birth. @throws {MalformedError} */
export function decodeBirth(plaintext: Uint8Array): Birth {
  const reader = new CborReader(plaintext);
  const map = mapOf(reader.item());
  if (!reader.done) throw new MalformedError('bytes behind the birth');
  const utcMs = map.get(KEY.utcMs);
  return {
    firmware: stringOf(map.get(KEY.firmware), NAME_CHARACTERS_MAX),
    bundleSha256: bytesOf(map.get(KEY.bundleSha256), 32),
    resetReason: stringOf(map.get(KEY.resetReason), NAME_CHARACTERS_MAX),
    heartbeatS: integerOf(map.get(KEY.heartbeatS), 1, 604_800),
    sensors: arrayOf(map.get(KEY.sensors), 1, SENSORS_MAX).map(sensorOf),
    ...(utcMs === undefined ? {} : { utcMs: integerOf(utcMs, 0, Number.MAX_SAFE_INTEGER) }),
  };
}
