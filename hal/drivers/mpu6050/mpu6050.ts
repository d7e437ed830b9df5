import type { SensorPort } from '../../../src/ports/ports.js';
import { I2CPart } from '../io/i2c-error.js';
import type { I2CSensorOptions } from '../io/i2c.js';

const LIMITS = { name: 'MPU6050', addressMin: 0x68, addressMax: 0x69, hzDefault: 400_000, hzMax: 400_000 };

/** Registers that are used (MPU-6050 Register Map, section 3). */
const REGISTER = {
  sampleDivider: 0x19,
  interruptEnable: 0x38,
  status: 0x3a,
  power: 0x6b,
  whoAmI: 0x75,
} as const;
const WHO_AM_I = 0x68;
/** SMPLRT_DIV and CONFIG: 1 kHz divided by ten, low-pass filter of 44 Hz. GYRO_CONFIG is zero. */
const SAMPLE_DIVIDER = 9;
const LOW_PASS_44_HZ = 3;
/** PWR_MGMT_1: awake on the internal oscillator. PWR_MGMT_2: the gyroscopes in standby. */
const AWAKE = 0x00;
const GYROSCOPES_OFF = 0x07;
/** INT_ENABLE and INT_STATUS: a new set of data. */
const DATA_READY = 0x01;
/** INT_STATUS, then three axes and the temperature: they stand one behind the other. */
const OUTPUT_BYTES = 9;

/** Full scale in g. */
export type Mpu6050Range = 2 | 4 | 8 | 16;

/** The ranges in the order of their code in ACCEL_CONFIG. */
const RANGES: readonly Mpu6050Range[] = [2, 4, 8, 16];
/** Digits of one g at 2 g; each next range has half of them (product specification, table 6.2). */
const DIGITS_PER_G = 16_384;
const STANDARD_GRAVITY = 9.80665;

export interface MPU6050Sample {
  /** Metres per second squared, gravity included. */
  x: number;
  y: number;
  z: number;
  /** Degrees Celsius of the chip. */
  temperature: number;
}

export interface Mpu6050Configuration {
  /** Full scale in g; 2 at the start. */
  readonly range?: Mpu6050Range;
}

/**
 * Converts eight output bytes: x, y, z and temperature, signed words, the upper byte first.
 * Source: Register Map, section 4.18, "Temperature Measurement": degrees Celsius are raw / 340 + 36.53.
 */
export function convertOutput(bytes: Uint8Array, range: Mpu6050Range): MPU6050Sample {
  const word = (at: number) => ((bytes[at] << 24) | (bytes[at + 1] << 16)) >> 16;
  const scale = (STANDARD_GRAVITY * range) / 2 / DIGITS_PER_G;
  return { x: word(0) * scale, y: word(2) * scale, z: word(4) * scale, temperature: word(6) / 340 + 36.53 };
}

/**
 * InvenSense MPU-6050: acceleration at 100 Hz and temperature.
 *
 * Source: MPU-6000/MPU-6050 Register Map (InvenSense, RM-MPU-6000A), sections 3 and 4.
 * @example
 * const sensor = new MPU6050({ sensor: { io: I2C, data: 21, clock: 22 } });
 */
export class MPU6050 implements SensorPort {
  readonly #part: I2CPart;
  #range: Mpu6050Range = 2;
  #isStarted = false;

  /** @throws {TypeError} or {RangeError} on bad options; {SensorError} when the part does not answer as it should. */
  constructor(options: I2CSensorOptions) {
    this.#part = new I2CPart(options, LIMITS);
    this.#part.start(() => this.#start());
  }

  /**
   * Sets the full scale. What was measured before is discarded.
   * @throws {RangeError} on a range that the part does not have; {SensorError} when it does not answer.
   */
  configure({ range }: Mpu6050Configuration): void {
    if (range === undefined) return;
    if (!RANGES.includes(range)) throw new RangeError(`"range" expected 2, 4, 8 or 16, got ${String(range)}`);
    this.#range = range;
    this.#start();
  }

  /**
   * @returns a fresh sample, or undefined when there is no new one since the last.
   * @throws {SensorError} when the part does not answer as it should. The next call starts the part anew.
   */
  sample(): MPU6050Sample | undefined {
    if (!this.#isStarted) this.#start();
    // Whatever is thrown below may mean that the part lost its settings, so it is started anew.
    this.#isStarted = false;
    const output = this.#part.readRegister(REGISTER.status, OUTPUT_BYTES);
    const isNew = (output[0] & DATA_READY) !== 0;
    if (!isNew) this.#checkSettings();
    this.#isStarted = true;
    return isNew ? convertOutput(output.subarray(1), this.#range) : undefined;
  }

  /** Releases the bus. May be called any number of times. */
  close(): void {
    this.#part.close();
  }

  /** Writes every setting that decides what is measured, so that nothing of an earlier instance is left. */
  #start(): void {
    this.#isStarted = false;
    const [id] = this.#part.readRegister(REGISTER.whoAmI, 1);
    if (id !== WHO_AM_I)
      throw this.#part.error('deviceNotPresent', `expected identity ${WHO_AM_I}, got ${id}`);
    const accelerometer = RANGES.indexOf(this.#range) << 3;
    this.#part.write(REGISTER.power, AWAKE, GYROSCOPES_OFF);
    this.#part.write(REGISTER.sampleDivider, SAMPLE_DIVIDER, LOW_PASS_44_HZ, 0, accelerometer);
    this.#part.write(REGISTER.interruptEnable, DATA_READY);
    // Reading the status takes away a set that was measured with other settings.
    this.#part.readRegister(REGISTER.status, 1);
    this.#isStarted = true;
  }

  /** After a loss of power the part sleeps, answers, and never has a sample: that must not look like silence. */
  #checkSettings(): void {
    const [power] = this.#part.readRegister(REGISTER.power, 1);
    if (power !== AWAKE) throw this.#part.error('deviceUnavailable', 'lost its settings');
  }
}
