/** Bytes of the two blocks of trimming parameters: 0x88 to 0xA1 and 0xE1 to 0xE7. */
export const CALIBRATION_LOW_BYTES = 26;
export const CALIBRATION_HIGH_BYTES = 7;
/** Bytes of one measurement: pressure and temperature of 20 bits in three bytes each, humidity of 16 bits. */
export const MEASUREMENT_BYTES = 8;

/** The trimming parameters by the letter of the quantity; index 0 is `dig_T1`, `dig_P1`, `dig_H1`. */
export interface Calibration {
  readonly t: readonly number[];
  readonly p: readonly number[];
  readonly h: readonly number[];
}

/** One measurement. */
export interface Measurement {
  /** Hundredths of a degree Celsius. */
  readonly temperature: number;
  /** Pascals. */
  readonly pressure: number;
  /** Percent of relative humidity, in units of 1/1024. */
  readonly humidity: number;
}

const { imul } = Math;

/** What the part sends for a quantity that it did not measure (datasheet, section 5.4.7 to 5.4.9). */
const SKIPPED_20_BITS = 0x80000;
const SKIPPED_16_BITS = 0x8000;
/** The formula's humidity lies in 0..100 %. */
const HUMIDITY_MAX = 419_430_400;

/** Reads the trimming parameters. Source: BME280 datasheet, table 16. */
export function readCalibration(low: Uint8Array, high: Uint8Array): Calibration {
  const unsigned = (bytes: Uint8Array, at: number) => bytes[at] | (bytes[at + 1] << 8);
  const signed = (bytes: Uint8Array, at: number) => (unsigned(bytes, at) << 16) >> 16;
  const signed8 = (byte: number) => (byte << 24) >> 24;
  return {
    t: [unsigned(low, 0), signed(low, 2), signed(low, 4)],
    p: [unsigned(low, 6), ...[8, 10, 12, 14, 16, 18, 20, 22].map((at) => signed(low, at))],
    h: [
      low[25],
      signed(high, 0),
      high[2],
      (signed8(high[3]) << 4) | (high[4] & 15),
      (signed8(high[5]) << 4) | (high[4] >> 4),
      signed8(high[6]),
    ],
  };
}

/** The fine temperature that the other formulas build on; 5,120 of it are one degree Celsius. */
export function fineTemperature(raw: number, [t1, t2, t3]: readonly number[]): number {
  const first = imul((raw >> 3) - (t1 << 1), t2) >> 11;
  const offset = (raw >> 4) - t1;
  return (first + (imul(imul(offset, offset) >> 12, t3) >> 14)) | 0;
}

/** Pascals. Source: datasheet, appendix 8.2, "Compensation formulas in 32 bit fixed point". 0 when it cannot be. */
export function pressurePa(raw: number, fine: number, p: readonly number[]): number {
  const half = (fine >> 1) - 64_000;
  const quarter = half >> 2;
  const square = imul(quarter, quarter);
  const offset = ((imul(square >> 11, p[5]) + (imul(half, p[4]) << 1)) >> 2) + (p[3] << 16);
  const slope = ((imul(p[2], square >> 13) >> 3) + (imul(p[1], half) >> 1)) >> 18;
  const divisor = imul(32_768 + slope, p[0]) >> 15;
  if (divisor <= 0) return 0;
  const scaled = imul(1_048_576 - raw - (offset >> 12), 3_125) >>> 0;
  const rough = scaled < 0x8000_0000 ? Math.floor((scaled * 2) / divisor) : Math.floor(scaled / divisor) * 2;
  const eighth = rough >>> 3;
  const second = imul(p[8], imul(eighth, eighth) >>> 13) >> 12;
  const first = imul(rough >>> 2, p[7]) >> 13;
  return rough + ((second + first + p[6]) >> 4);
}

/** Percent of relative humidity times 1,024. Source: datasheet, section 4.2.3. */
export function humidity1024(raw: number, fine: number, [h1, h2, h3, h4, h5, h6]: readonly number[]): number {
  const warm = fine - 76_800;
  const linear = ((raw << 14) - (h4 << 20) - imul(h5, warm) + 16_384) >> 15;
  const bent = imul(imul(warm, h6) >> 10, (imul(warm, h3) >> 11) + 32_768) >> 10;
  const product = imul(linear, (imul(bent + 2_097_152, h2) + 8_192) >> 14);
  const corner = product >> 15;
  const bowed = product - (imul(imul(corner, corner) >> 7, h1) >> 4);
  return Math.min(Math.max(bowed, 0), HUMIDITY_MAX) >> 12;
}

/**
 * Converts the eight bytes from 0xF7 on.
 * @returns undefined when one of the quantities was not measured: a part of a measurement is none.
 */
export function convert(bytes: Uint8Array, { t, p, h }: Calibration): Measurement | undefined {
  const raw20 = (at: number) => (bytes[at] << 12) | (bytes[at + 1] << 4) | (bytes[at + 2] >> 4);
  const rawHumidity = (bytes[6] << 8) | bytes[7];
  const isSkipped = [raw20(0), raw20(3)].includes(SKIPPED_20_BITS) || rawHumidity === SKIPPED_16_BITS;
  if (isSkipped) return undefined;
  const fine = fineTemperature(raw20(3), t);
  return {
    temperature: (imul(fine, 5) + 128) >> 8,
    pressure: pressurePa(raw20(0), fine, p),
    humidity: humidity1024(rawHumidity, fine, h),
  };
}
