import type { SensorPort } from '../../../src/ports/ports.js';
import { I2CPart } from '../io/i2c-error.js';
import type { I2CSensorOptions } from '../io/i2c.js';
import {
  CALIBRATION_HIGH_BYTES,
  CALIBRATION_LOW_BYTES,
  convert,
  MEASUREMENT_BYTES,
  readCalibration,
  type Calibration,
} from './compensate.js';

const LIMITS = { name: 'BME280', addressMin: 0x76, addressMax: 0x77, hzDefault: 400_000, hzMax: 1_000_000 };

/** Registers that are used (BME280 datasheet, table 18, "Memory map"). */
const REGISTER = {
  calibrationLow: 0x88,
  id: 0xd0,
  calibrationHigh: 0xe1,
  controlHumidity: 0xf2,
  status: 0xf3,
  controlMeasure: 0xf4,
  config: 0xf5,
  measurement: 0xf7,
} as const;
const ID = 0x60;
/** `ctrl_hum` and `ctrl_meas`: each quantity is measured once. */
const HUMIDITY_ONCE = 0x01;
const BOTH_ONCE = 0x24;
/** The two lowest bits of `ctrl_meas` are the mode; a forced measurement ends in sleep. */
const MODE_FORCED = 0x01;
const MODE_MASK = 0x03;
const STATUS_MEASURING = 0x08;

/** A sample in the shape of ECMA-419's Temperature, Humidity and Atmospheric Pressure sensor classes. */
export interface BME280Sample {
  /** Degrees Celsius. */
  thermometer: { temperature: number };
  /** Relative humidity as a fraction, 0..1. */
  hygrometer: { humidity: number };
  /** Pascals. */
  barometer: { pressure: number };
}

/**
 * Bosch BME280: temperature, relative humidity and air pressure. It never waits: the first `sample` starts a
 * measurement, a later one fetches it.
 *
 * Source: BME280 datasheet (Bosch, BST-BME280-DS002), sections 3.3.3 (forced mode), 4.2 and 5.
 * @example
 * const sensor = new BME280({ sensor: { io: I2C, data: 21, clock: 22 } });
 */
export class BME280 implements SensorPort {
  readonly #part: I2CPart;
  #calibration: Calibration | undefined;
  #isMeasuring = false;

  /** @throws {TypeError} or {RangeError} on bad options; {SensorError} when the part does not answer as it should. */
  constructor(options: I2CSensorOptions) {
    this.#part = new I2CPart(options, LIMITS);
    this.#part.start(() => this.#identify());
  }

  /** The part has nothing to configure. */
  configure(_options: object): void {}

  /**
   * @returns a fresh sample, or undefined while the measurement goes on.
   * @throws {SensorError} when the part does not answer as it should. The next call starts anew.
   */
  sample(): BME280Sample | undefined {
    if (this.#isMeasuring) return this.#collect();
    this.#measure();
    return undefined;
  }

  /** Releases the bus. May be called any number of times. */
  close(): void {
    this.#part.close();
  }

  #identify(): void {
    const [id] = this.#part.readRegister(REGISTER.id, 1);
    if (id !== ID) throw this.#part.error('deviceNotPresent', `expected identity ${ID}, got ${id}`);
    const low = this.#part.readRegister(REGISTER.calibrationLow, CALIBRATION_LOW_BYTES);
    const high = this.#part.readRegister(REGISTER.calibrationHigh, CALIBRATION_HIGH_BYTES);
    this.#calibration = readCalibration(low, high);
    // Filter and standby time of an earlier instance go; a write takes pairs of register and value.
    this.#part.write(REGISTER.config, 0);
  }

  /** The humidity's setting takes effect with the write of the other (datasheet, section 5.4.3). */
  #measure(): void {
    this.#part.write(
      REGISTER.controlHumidity,
      HUMIDITY_ONCE,
      REGISTER.controlMeasure,
      BOTH_ONCE | MODE_FORCED,
    );
    this.#isMeasuring = true;
  }

  #collect(): BME280Sample | undefined {
    // Whatever is thrown below ends this measurement, so that the next call starts anew.
    this.#isMeasuring = false;
    const [status, control] = this.#part.readRegister(REGISTER.status, 2);
    if ((control & ~MODE_MASK) !== BOTH_ONCE) {
      throw this.#part.error('deviceUnavailable', 'lost its settings');
    }
    const isBusy = (status & STATUS_MEASURING) !== 0 || (control & MODE_MASK) !== 0;
    if (!isBusy) return this.#read();
    this.#isMeasuring = true;
    return undefined;
  }

  #read(): BME280Sample {
    const bytes = this.#part.readRegister(REGISTER.measurement, MEASUREMENT_BYTES);
    const measurement = this.#calibration && convert(bytes, this.#calibration);
    if (measurement === undefined) throw this.#part.error('corrupt', 'a quantity was not measured');
    const { temperature, humidity, pressure } = measurement;
    return {
      thermometer: { temperature: temperature / 100 },
      hygrometer: { humidity: humidity / 102_400 },
      barometer: { pressure },
    };
  }
}
