import type { SensorPort } from '../../../src/ports/ports.js';
import { I2CPart } from '../io/i2c-error.js';
import type { I2CSensorOptions } from '../io/i2c.js';

const LIMITS = { name: 'LIS3DH', addressMin: 0x18, addressMax: 0x19, hzDefault: 400_000, hzMax: 400_000 };

/** Registers that are used (LIS3DH datasheet, table 21, "Register address map"). */
const REGISTER = { whoAmI: 0x0f, control1: 0x20, fifoControl: 0x2e, status: 0x27, outXLow: 0x28 } as const;
/** This bit of the register's address makes the part go on to the next register after each byte. */
const AUTO_INCREMENT = 0x80;
const WHO_AM_I = 0x33;
/** CTRL_REG1: 100 Hz, not the low-power mode, all three axes on. */
const CONTROL_1 = 0x57;
/** CTRL_REG4: block data update, so that the bytes of a word belong together, and high resolution. */
const CONTROL_4 = 0x88;
const FULL_SCALE_SHIFT = 4;
/** STATUS_REG: a new set of all three axes is there. */
const STATUS_NEW_XYZ = 0x08;
const OUTPUT_BYTES = 6;

/** Full scale in g. */
export type Lis3dhRange = 2 | 4 | 8 | 16;

/** The ranges in the order of their code in CTRL_REG4. */
const RANGES: readonly Lis3dhRange[] = [2, 4, 8, 16];
/** Milli-g of one digit of 12 bits, by range (datasheet, table 4, high-resolution mode; 16 g is no typing error). */
const MILLI_G_PER_DIGIT: readonly number[] = [1, 2, 4, 12];
const STANDARD_GRAVITY = 9.80665;

/** A sample in the shape of ECMA-419's Accelerometer: metres per second squared. */
export interface Acceleration {
  x: number;
  y: number;
  z: number;
}

export interface Lis3dhConfiguration {
  /** Full scale in g; 2 at the start. */
  readonly range?: Lis3dhRange;
}

/**
 * Converts the six output bytes of high-resolution mode: three little-endian words, 12 bits at their upper end.
 * @returns metres per second squared. Source: datasheet, table 4, "Mechanical characteristics".
 */
export function convertOutput(bytes: Uint8Array, range: Lis3dhRange): Acceleration {
  const scale = (MILLI_G_PER_DIGIT[RANGES.indexOf(range)] * STANDARD_GRAVITY) / 1000;
  const axis = (at: number) => (((bytes[at + 1] << 24) | (bytes[at] << 16)) >> 20) * scale;
  return { x: axis(0), y: axis(2), z: axis(4) };
}

/**
 * ST LIS3DH: acceleration on three axes at 100 Hz in high-resolution mode.
 *
 * Source: LIS3DH datasheet (ST, DocID17530), section 6, "Register mapping", and section 8.
 * @example
 * const sensor = new LIS3DH({ sensor: { io: I2C, data: 21, clock: 22 } });
 * sensor.configure({ range: 4 });
 */
export class LIS3DH implements SensorPort {
  readonly #part: I2CPart;
  #range: Lis3dhRange = 2;
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
  configure({ range }: Lis3dhConfiguration): void {
    if (range === undefined) return;
    if (!RANGES.includes(range)) throw new RangeError(`"range" expected 2, 4, 8 or 16, got ${String(range)}`);
    this.#range = range;
    this.#start();
  }

  /**
   * @returns a fresh sample, or undefined when there is no new one since the last.
   * @throws {SensorError} when the part does not answer as it should. The next call starts the part anew.
   */
  sample(): Acceleration | undefined {
    if (!this.#isStarted) this.#start();
    // Whatever is thrown below may mean that the part lost its settings, so it is started anew.
    this.#isStarted = false;
    const bytes = this.#readNewOutput();
    this.#isStarted = true;
    return bytes && convertOutput(bytes, this.#range);
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
    const control4 = CONTROL_4 | (RANGES.indexOf(this.#range) << FULL_SCALE_SHIFT);
    this.#part.write(REGISTER.control1 | AUTO_INCREMENT, CONTROL_1, 0, 0, control4, 0, 0);
    this.#part.write(REGISTER.fifoControl, 0);
    // A set that was measured with other settings must not be taken for one of ours.
    this.#readOutput();
    this.#isStarted = true;
  }

  #readNewOutput(): Uint8Array | undefined {
    const [status] = this.#part.readRegister(REGISTER.status, 1);
    if (status & STATUS_NEW_XYZ) return this.#readOutput();
    this.#checkSettings();
    return undefined;
  }

  /** After a loss of power the part sleeps, answers, and never has a sample: that must not look like silence. */
  #checkSettings(): void {
    const [control1] = this.#part.readRegister(REGISTER.control1, 1);
    if (control1 !== CONTROL_1) throw this.#part.error('deviceUnavailable', 'lost its settings');
  }

  #readOutput(): Uint8Array {
    return this.#part.readRegister(REGISTER.outXLow | AUTO_INCREMENT, OUTPUT_BYTES);
  }
}
