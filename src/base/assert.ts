/** Thrown for a defect in Mamori itself, never for bad input. */
export class AssertionError extends Error {}

/**
 * States an invariant of our own code.
 * @param condition what must hold.
 * @param message what is broken when it does not.
 * @throws {AssertionError} when `condition` is false.
 */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}

/** The bounds of an integer argument, both inclusive. */
export interface IntegerBounds {
  readonly min: number;
  readonly max: number;
}

/**
 * Checks an integer that a caller gave.
 * @throws {TypeError} when it is no integer; {RangeError} when it lies outside the bounds.
 */
export function checkInteger(name: string, value: unknown, { min, max }: IntegerBounds): number {
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    throw new TypeError(`"${name}" expected an integer, got ${describe(value)}`);
  }
  if (value < min || value > max) {
    throw new RangeError(`"${name}" expected ${min}..${max}, got ${value}`);
  }
  return value;
}

/**
 * Checks a byte array that a caller gave.
 * @throws {TypeError} when it is not a Uint8Array of exactly `length` bytes.
 */
export function checkBytes(name: string, value: unknown, length: number): Uint8Array {
  if (value instanceof Uint8Array && value.length === length) return value;
  const got = value instanceof Uint8Array ? `length=${value.length}` : describe(value);
  throw new TypeError(`"${name}" expected Uint8Array of length ${length}, got ${got}`);
}

/** A value in an error message: its type, and the value itself only where it is short and cannot be secret. */
function describe(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value;
}
