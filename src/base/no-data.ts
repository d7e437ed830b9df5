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

/** An error of a part, with the reason that the record will carry. */
export class SensorError extends Error {
  readonly reason: NoDataReason;

  constructor(reason: NoDataReason, message: string) {
    super(message);
    this.reason = reason;
  }
}
