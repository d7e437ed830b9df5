/** Bytes of one measurement: two words, temperature first, each followed by its checksum. */
export const MEASUREMENT_BYTES = 6;

const RAW_MAX = 65_535;

/** One measurement of an SHT4x in its own units. */
export interface Measurement {
  /** Degrees Celsius. */
  readonly temperature: number;
  /** Relative humidity as a fraction, 0..1. */
  readonly humidity: number;
}

/**
 * Sensirion's checksum: CRC-8 with polynomial 0x31, start value 0xFF, nothing reflected or inverted at the end.
 * Source: SHT4x datasheet, "Checksum Calculation"; its example is 0xBE 0xEF, which gives 0x92.
 */
export function crc8(bytes: Uint8Array): number {
  let crc = 0xff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80 ? ((crc << 1) ^ 0x31) & 0xff : crc << 1;
  }
  return crc;
}

/** Degrees Celsius of a raw word: -45 + 175 raw / 65535. Source: SHT4x datasheet, "Conversion of Signal Output". */
export function temperatureCelsius(raw: number): number {
  return -45 + (175 * raw) / RAW_MAX;
}

/**
 * Relative humidity of a raw word as a fraction: (-6 + 125 raw / 65535) / 100. The formula reaches beyond what
 * can be, and the datasheet says to clip it to 0..1. Source: SHT4x datasheet, "Conversion of Signal Output".
 */
export function relativeHumidity(raw: number): number {
  const percent = -6 + (125 * raw) / RAW_MAX;
  return Math.min(Math.max(percent, 0), 100) / 100;
}

/** The word at `at`, or undefined when the checksum behind it does not match. */
function checkedWord(bytes: Uint8Array, at: number): number | undefined {
  if (crc8(bytes.subarray(at, at + 2)) !== bytes[at + 2]) return undefined;
  return (bytes[at] << 8) | bytes[at + 1];
}

/**
 * Converts the six bytes that the part sends after a measurement.
 * @returns undefined when one of the checksums does not match: a half of a measurement is none.
 */
export function convert(bytes: Uint8Array): Measurement | undefined {
  const rawTemperature = checkedWord(bytes, 0);
  const rawHumidity = checkedWord(bytes, 3);
  if (rawTemperature === undefined || rawHumidity === undefined) return undefined;
  return { temperature: temperatureCelsius(rawTemperature), humidity: relativeHumidity(rawHumidity) };
}
