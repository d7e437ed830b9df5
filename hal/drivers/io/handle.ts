import type { NoDataReason } from '../../../src/base/no-data.js';
import { SensorError } from '../../../src/base/no-data.js';
import { toSensorError } from './i2c-error.js';

/**
 * Checks that a driver's options carry an IO class under `port`, before any hardware is touched.
 * @throws {TypeError} when they do not.
 */
export function checkIo(options: unknown, port: string): void {
  const entry = (options as Record<string, { io?: unknown } | undefined> | undefined)?.[port];
  if (typeof entry?.io !== 'function') {
    throw new TypeError(`"${port}.io" expected an IO class, got ${typeof entry?.io}`);
  }
}

/** An instance of an IO class, as a driver sees it: every failure is a `SensorError`, and it may be closed twice. */
export class IoHandle<T extends { close(): void }> {
  readonly #name: string;
  #io: T | undefined;

  /** @throws {SensorError} when the IO class cannot be opened. */
  constructor(partName: string, open: () => T) {
    this.#name = partName;
    this.#io = this.#mapped(open);
  }

  /** Does something with the instance. @throws {SensorError} */
  use<R>(action: (io: T) => R): R {
    return this.#mapped(() => {
      if (this.#io === undefined) throw this.error('deviceOff', 'is closed');
      return action(this.#io);
    });
  }

  /** An error of this part. */
  error(reason: NoDataReason, text: string): SensorError {
    return new SensorError(reason, `${this.#name}: ${text}`);
  }

  /** Releases the hardware. May be called any number of times. */
  close(): void {
    const io = this.#io;
    this.#io = undefined;
    io?.close();
  }

  #mapped<R>(action: () => R): R {
    try {
      return action();
    } catch (error) {
      throw toSensorError(this.#name, error);
    }
  }
}
