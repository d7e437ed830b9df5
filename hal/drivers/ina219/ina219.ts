import type { SensorPort } from '../../../src/ports/ports.js';
import { I2CPart } from '../io/i2c-error.js';
import type { I2CSensorOptions } from '../io/i2c.js';

const LIMITS = { name: 'INA219', addressMin: 0x40, addressMax: 0x4f, hzDefault: 400_000, hzMax: 400_000 };

/** Registers that are used (INA219 datasheet, table 2, "Summary of Register Set"). */
const REGISTER = { configuration: 0x00, shuntVoltage: 0x01, busVoltage: 0x02 } as const;
const RESET = 0x8000;
/** What the configuration register holds after a reset; the part has no other identity. */
const CONFIGURATION_AFTER_RESET = 0x399f;
/** 32 V on the bus, ±320 mV on the shunt, 12 bits each, both triggered once. */
const TRIGGER = 0x399b;
/** Bus voltage register: a conversion has been finished. */
const CONVERSION_READY = 0x02;

const SHUNT_OHMS_DEFAULT = 0.1;
const SHUNT_OHMS_MAX = 100;

export interface INA219Sample {
  /** Volts between the bus and ground. */
  voltage: number;
  /** Amperes through the shunt; negative when they flow back. */
  current: number;
}

export interface INA219Configuration {
  /** Ohms of the shunt resistor, above 0, at most 100. */
  readonly shuntOhms?: number;
}

/** Volts of the bus voltage register: bits 15:3, 4 mV each. Source: datasheet, "Bus Voltage Register". */
export function busVolts(word: number): number {
  return ((word >> 3) * 4) / 1000;
}

/** Volts of the signed shunt voltage register, 10 µV a bit. Source: datasheet, "Shunt Voltage Register". */
export function shuntVolts(word: number): number {
  return ((word << 16) >> 16) / 100_000;
}

/**
 * TI INA219: supply voltage and current. It never waits: the first `sample` triggers a conversion, a later one
 * fetches it.
 *
 * Source: INA219 datasheet (TI, SBOS448), "Register Details".
 * @example
 * const sensor = new INA219({ sensor: { io: I2C, data: 21, clock: 22 } });
 * sensor.configure({ shuntOhms: 0.01 });
 */
export class INA219 implements SensorPort {
  readonly #part: I2CPart;
  #shuntOhms = SHUNT_OHMS_DEFAULT;
  #isMeasuring = false;

  /** @throws {TypeError} or {RangeError} on bad options; {SensorError} when the part does not answer as it should. */
  constructor(options: I2CSensorOptions) {
    this.#part = new I2CPart(options, LIMITS);
    this.#part.start(() => this.#reset());
  }

  /** @throws {RangeError} on a resistance that no shunt has. */
  configure({ shuntOhms = this.#shuntOhms }: INA219Configuration): void {
    if (!(shuntOhms > 0 && shuntOhms <= SHUNT_OHMS_MAX)) {
      throw new RangeError(`"shuntOhms" expected above 0, at most ${SHUNT_OHMS_MAX}, got ${shuntOhms}`);
    }
    this.#shuntOhms = shuntOhms;
  }

  /**
   * @returns a fresh sample, or undefined while the conversion goes on.
   * @throws {SensorError} when the part does not answer as it should. The next call starts anew.
   */
  sample(): INA219Sample | undefined {
    if (this.#isMeasuring) return this.#collect();
    this.#writeConfiguration(TRIGGER);
    this.#isMeasuring = true;
    return undefined;
  }

  /** Releases the bus. May be called any number of times. */
  close(): void {
    this.#part.close();
  }

  /** The part has no identity register, so that it is known by what a reset leaves behind. */
  #reset(): void {
    this.#writeConfiguration(RESET);
    const found = this.#word(REGISTER.configuration);
    if (found !== CONFIGURATION_AFTER_RESET) {
      throw this.#part.error(
        'deviceNotPresent',
        `expected ${CONFIGURATION_AFTER_RESET} after reset, got ${found}`,
      );
    }
  }

  #collect(): INA219Sample | undefined {
    // Whatever is thrown below ends this conversion, so that the next call starts anew.
    this.#isMeasuring = false;
    const bus = this.#word(REGISTER.busVoltage);
    const isOurs = this.#word(REGISTER.configuration) === TRIGGER;
    if (!isOurs) throw this.#part.error('deviceUnavailable', 'lost its settings');
    if (bus & CONVERSION_READY) {
      const volts = shuntVolts(this.#word(REGISTER.shuntVoltage));
      return { voltage: busVolts(bus), current: volts / this.#shuntOhms };
    }
    this.#isMeasuring = true;
    return undefined;
  }

  #writeConfiguration(value: number): void {
    this.#part.write(REGISTER.configuration, value >> 8, value & 0xff);
  }

  #word(register: number): number {
    const bytes = this.#part.readRegister(register, 2);
    return (bytes[0] << 8) | bytes[1];
  }
}
