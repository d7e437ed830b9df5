import type { SensorPort } from '../../../src/ports/ports.js';
import { I2CPart } from '../io/i2c-error.js';
import type { I2CSensorOptions } from '../io/i2c.js';

const LIMITS = { name: 'TMP117', addressMin: 0x48, addressMax: 0x4b, hzDefault: 400_000, hzMax: 400_000 };

/** Registers that are used (TMP117 datasheet, "Register Map"). Each has 16 bits, the upper byte first. */
const REGISTER = { temperature: 0x00, configuration: 0x01, deviceId: 0x0f } as const;
/** The identity stands in the lower 12 bits; the upper 4 are the revision. */
const DEVICE_ID = 0x117;
/** Configuration: one-shot mode (bits 11:10) with eight averages (bits 6:5). */
const ONE_SHOT = 0x0c20;
/** In continuous mode, which the part has after power-on, this bit is not set; after a one-shot it is. */
const MODE_SHUT_DOWN = 0x0400;
const DATA_READY = 0x2000;
/** What the temperature register holds before the first conversion. */
const NO_CONVERSION = -0x8000;

/** A sample in the shape of ECMA-419's Temperature. */
export interface TMP117Sample {
  /** Degrees Celsius. */
  temperature: number;
}

/** Degrees Celsius of a signed 16-bit word: 7.8125 m°C a bit. Source: datasheet, "Temperature Register". */
export function temperatureCelsius(word: number): number {
  return word / 128;
}

/**
 * TI TMP117: temperature. It never waits: the first `sample` starts a conversion, a later one fetches it.
 *
 * Source: TMP117 datasheet (TI, SNOSD82), "Register Map" and "One-Shot Mode".
 * @example
 * const sensor = new TMP117({ sensor: { io: I2C, data: 21, clock: 22 } });
 */
export class TMP117 implements SensorPort {
  readonly #part: I2CPart;
  #isMeasuring = false;

  /** @throws {TypeError} or {RangeError} on bad options; {SensorError} when the part does not answer as it should. */
  constructor(options: I2CSensorOptions) {
    this.#part = new I2CPart(options, LIMITS);
    this.#part.start(() => this.#identify());
  }

  /** The part has nothing to configure. */
  configure(_options: object): void {}

  /**
   * @returns a fresh sample, or undefined while the conversion goes on.
   * @throws {SensorError} when the part does not answer as it should. The next call starts anew.
   */
  sample(): TMP117Sample | undefined {
    if (this.#isMeasuring) return this.#collect();
    this.#part.write(REGISTER.configuration, ONE_SHOT >> 8, ONE_SHOT & 0xff);
    this.#isMeasuring = true;
    return undefined;
  }

  /** Releases the bus. May be called any number of times. */
  close(): void {
    this.#part.close();
  }

  #identify(): void {
    const id = this.#word(REGISTER.deviceId) & 0xfff;
    if (id !== DEVICE_ID)
      throw this.#part.error('deviceNotPresent', `expected identity ${DEVICE_ID}, got ${id}`);
  }

  #collect(): TMP117Sample | undefined {
    // Whatever is thrown below ends this conversion, so that the next call starts anew.
    this.#isMeasuring = false;
    const configuration = this.#word(REGISTER.configuration);
    if (!(configuration & MODE_SHUT_DOWN)) throw this.#part.error('deviceUnavailable', 'lost its settings');
    if (configuration & DATA_READY) return { temperature: temperatureCelsius(this.#temperature()) };
    this.#isMeasuring = true;
    return undefined;
  }

  #temperature(): number {
    const word = (this.#word(REGISTER.temperature) << 16) >> 16;
    if (word === NO_CONVERSION) throw this.#part.error('corrupt', 'has no conversion');
    return word;
  }

  #word(register: number): number {
    const bytes = this.#part.readRegister(register, 2);
    return (bytes[0] << 8) | bytes[1];
  }
}
