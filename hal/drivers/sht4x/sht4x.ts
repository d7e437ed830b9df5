import type { SensorPort } from '../../../src/ports/ports.js';
import { I2CPart } from '../io/i2c-error.js';
import type { I2CSensorOptions } from '../io/i2c.js';
import { convert, MEASUREMENT_BYTES } from './convert.js';

/** How often in a row the part may be busy: a measurement takes 8.3 ms, and nobody asks more than once a millisecond. */
export const NOT_READY_MAX = 10;

const LIMITS = { name: 'SHT4x', addressMin: 0x44, addressMax: 0x46, hzDefault: 400_000, hzMax: 1_000_000 };

const SOFT_RESET = 0x94;
/** Both quantities with high precision. */
const MEASURE = 0xfd;

/** A sample in the shape of ECMA-419's Temperature and Humidity sensor classes. */
export interface SHT4xSample {
  /** Degrees Celsius. */
  thermometer: { temperature: number };
  /** Relative humidity as a fraction, 0..1 (ECMA-419 annex A, Humidity: "number from 0 to 1"). */
  hygrometer: { humidity: number };
}

/**
 * Sensirion SHT40, SHT41, SHT43 and SHT45: temperature and relative humidity. It never waits: call `sample` until
 * it gives an object. The first call starts a measurement, a later one fetches it.
 *
 * Source: SHT4x datasheet, "I2C Communication", "Timing Specifications" (8.3 ms at most for high precision, 1 ms
 * for the soft reset) and "Overview of I2C commands".
 * @example
 * const sensor = new SHT4x({ sensor: { io: I2C, data: 21, clock: 22 } });
 * const sample = sensor.sample(); // undefined: the measurement has begun
 */
export class SHT4x implements SensorPort {
  readonly #part: I2CPart;
  #wasJustReset = true;
  #isMeasuring = false;
  #notReadyCount = 0;

  /**
   * Resets the part, as ECMA-419 asks: a measurement of an earlier instance must not be taken for ours.
   * @throws {TypeError} or {RangeError} on bad options; {SensorError} when the part does not answer.
   */
  constructor(options: I2CSensorOptions) {
    this.#part = new I2CPart(options, LIMITS);
    this.#part.start(() => this.#part.write(SOFT_RESET));
  }

  /** The part has nothing to configure. */
  configure(_options: object): void {}

  /**
   * @returns a fresh sample, or undefined while the measurement goes on.
   * @throws {SensorError} deviceNotPresent, deviceError, deviceTimeout or corrupt. The next call starts anew.
   */
  sample(): SHT4xSample | undefined {
    if (this.#isMeasuring) return this.#collect();
    this.#measure();
    return undefined;
  }

  /** Releases the bus. May be called any number of times. */
  close(): void {
    this.#part.close();
  }

  #measure(): void {
    this.#notReadyCount = 0;
    // The reset takes a millisecond in which the part does not acknowledge; one refusal is forgiven, no second.
    const mayBeBusy = this.#wasJustReset;
    this.#wasJustReset = false;
    if (mayBeBusy && !this.#part.writeUnlessBusy(MEASURE)) return;
    if (!mayBeBusy) this.#part.write(MEASURE);
    this.#isMeasuring = true;
  }

  #collect(): SHT4xSample | undefined {
    // Whatever is thrown below ends this measurement, so that the next call starts anew.
    this.#isMeasuring = false;
    const bytes = this.#part.readUnlessBusy(MEASUREMENT_BYTES);
    if (bytes === undefined) return this.#countNotReady();
    const measurement = convert(bytes);
    if (measurement === undefined) throw this.#part.error('corrupt', 'checksum does not match');
    const { temperature, humidity } = measurement;
    return { thermometer: { temperature }, hygrometer: { humidity } };
  }

  #countNotReady(): undefined {
    this.#notReadyCount++;
    if (this.#notReadyCount > NOT_READY_MAX)
      throw this.#part.error('deviceTimeout', 'measurement never got ready');
    this.#isMeasuring = true;
    return undefined;
  }
}
