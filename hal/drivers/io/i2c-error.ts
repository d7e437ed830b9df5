import { checkInteger } from '../../../src/base/assert.js';
import type { NoDataReason } from '../../../src/base/no-data.js';
import { SensorError } from '../../../src/base/no-data.js';
import type { I2C, I2COptions, I2CSensorOptions } from './i2c.js';

/**
 * What went wrong on the bus, as far as the IO class can tell. An IO class that knows puts it as `kind` on the
 * error that it throws. ECMA-419 asks for no such property and Moddable's classes have none.
 */
export type I2CErrorKind = 'nack' | 'stuck' | 'timeout';

const REASONS: Readonly<Record<I2CErrorKind, NoDataReason>> = {
  nack: 'deviceNotPresent',
  stuck: 'deviceError',
  timeout: 'deviceTimeout',
};

/** What is fixed about a part: how it is called in messages, where it may be and how fast its bus may run. */
export interface I2CPartLimits {
  readonly name: string;
  /** Used when the options give no address. */
  readonly addressMin: number;
  readonly addressMax: number;
  /** Used when the options give no bus clock. */
  readonly hzDefault: number;
  readonly hzMax: number;
}

/**
 * The kind of a bus error.
 * @returns undefined when the IO class does not say what went wrong.
 */
export function i2cErrorKind(error: unknown): I2CErrorKind | undefined {
  if (typeof error !== 'object' || error === null || !('kind' in error)) return undefined;
  const { kind } = error;
  return kind === 'nack' || kind === 'stuck' || kind === 'timeout' ? kind : undefined;
}

/**
 * A bus error as the error that a record can carry: `nack` is deviceNotPresent, `timeout` deviceTimeout; a stuck
 * bus, and whatever the IO class does not explain, deviceError.
 */
export function toSensorError(partName: string, error: unknown): SensorError {
  if (error instanceof SensorError) return error;
  const kind = i2cErrorKind(error);
  const text = error instanceof Error ? error.message : 'unexplained bus error';
  return new SensorError(kind === undefined ? 'deviceError' : REASONS[kind], `${partName}: ${text}`);
}

/**
 * The options of the IO class, checked before any hardware is touched.
 * @throws {TypeError} or {RangeError} on options that the part cannot work with.
 */
function checkOptions(options: I2CSensorOptions, limits: I2CPartLimits): I2COptions {
  const sensor = (options as Partial<I2CSensorOptions> | undefined)?.sensor;
  if (typeof sensor?.io !== 'function') {
    throw new TypeError(`"sensor.io" expected an I2C class, got ${typeof sensor?.io}`);
  }
  const { address = limits.addressMin, hz = limits.hzDefault } = sensor;
  checkInteger('sensor.address', address, { min: limits.addressMin, max: limits.addressMax });
  checkInteger('sensor.hz', hz, { min: 1, max: limits.hzMax });
  return { ...sensor, address, hz };
}

/** One part on a bus, as a driver sees it: its options are checked and each failure is a `SensorError`. */
export class I2CPart {
  readonly #name: string;
  #io: I2C | undefined;

  /** @throws {TypeError} or {RangeError} on bad options; {SensorError} when the IO class cannot be opened. */
  constructor(options: I2CSensorOptions, limits: I2CPartLimits) {
    this.#name = limits.name;
    const checked = checkOptions(options, limits);
    this.#io = this.#mapped(() => new options.sensor.io(checked));
  }

  /** Runs the driver's first talk with its part; when that fails the bus is released before the error goes on. */
  start(talk: () => void): void {
    try {
      talk();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** @throws {SensorError} */
  write(...bytes: number[]): void {
    this.#mapped(() => this.#open().write(Uint8Array.from(bytes)));
  }

  /** Reads `count` bytes. @throws {SensorError} */
  read(count: number): Uint8Array {
    return this.#mapped(() => this.#exactly(count));
  }

  /**
   * Reads from a part that does not acknowledge while it is busy. An IO class that gives no kind cannot tell that
   * from another failure, so such an error counts as busy too: the driver must limit how often it asks.
   * @returns undefined while the part is busy.
   * @throws {SensorError} on a failure that is certainly another one.
   */
  readUnlessBusy(count: number): Uint8Array | undefined {
    return this.#unlessBusy(() => this.#exactly(count));
  }

  /** Writes to a part that may be busy, as `readUnlessBusy` reads. @returns whether the part took the bytes. */
  writeUnlessBusy(...bytes: number[]): boolean {
    const isTaken = this.#unlessBusy(() => {
      this.#open().write(Uint8Array.from(bytes));
      return true;
    });
    return isTaken === true;
  }

  /** Reads `count` bytes that follow a register's address, without a stop between. @throws {SensorError} */
  readRegister(register: number, count: number): Uint8Array {
    return this.#mapped(() => {
      this.#open().write(Uint8Array.of(register), false);
      return this.#exactly(count);
    });
  }

  /** An error of this part. */
  error(reason: NoDataReason, text: string): SensorError {
    return new SensorError(reason, `${this.#name}: ${text}`);
  }

  /** Releases the bus. May be called any number of times. */
  close(): void {
    const io = this.#io;
    this.#io = undefined;
    io?.close();
  }

  #open(): I2C {
    if (this.#io === undefined) throw this.error('deviceOff', 'is closed');
    return this.#io;
  }

  #exactly(count: number): Uint8Array {
    const bytes = new Uint8Array(this.#open().read(count));
    if (bytes.length !== count) throw this.error('corrupt', `expected ${count} bytes, got ${bytes.length}`);
    return bytes;
  }

  #unlessBusy<T>(action: () => T): T | undefined {
    try {
      return action();
    } catch (error) {
      const isBusy = !(error instanceof SensorError) && (i2cErrorKind(error) ?? 'nack') === 'nack';
      if (isBusy) return undefined;
      throw toSensorError(this.#name, error);
    }
  }

  #mapped<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw toSensorError(this.#name, error);
    }
  }
}
