/**
 * Why a reading could not be taken (after Oxide's hubris, which has the first five). The numbers stand on the
 * wire as CBOR simple values.
 */
export const NO_DATA = {
  deviceOff: 1,
  deviceError: 2,
  deviceNotPresent: 3,
  deviceUnavailable: 4,
  deviceTimeout: 5,
  corrupt: 6,
} as const;

export type NoDataReason = keyof typeof NO_DATA;

const REASONS = Object.keys(NO_DATA) as NoDataReason[];

/** The name of a reason's number, or undefined for a number that has none. */
export function noDataReasonOf(code: number): NoDataReason | undefined {
  return REASONS[code - 1];
}

/** The range of a scaled value: 32-bit integers, less the few at the bottom that stand for a reason. */
export const VALUE_MIN = -0x7fff_ffff + REASONS.length;
export const VALUE_MAX = 0x7fff_ffff;

const SENTINEL = -0x8000_0000;

/** The 32-bit number that stands in a value's place when there is none, so that a reading is plain integers. */
export function noDataValue(reason: NoDataReason): number {
  return SENTINEL + NO_DATA[reason];
}

/** The reason's number when `value` stands for one, else 0. */
export function noDataCodeOf(value: number): number {
  return value < VALUE_MIN ? value - SENTINEL : 0;
}

/** An error of a part, with the reason that the record will carry. */
export class SensorError extends Error {
  readonly reason: NoDataReason;

  constructor(reason: NoDataReason, message: string) {
    super(message);
    this.reason = reason;
  }
}
