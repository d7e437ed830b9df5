import type { SensorPort } from '../../../src/ports/ports.js';
import type { Digital, DigitalPin } from '../io/digital.js';
import { checkIo, IoHandle } from '../io/handle.js';

const NAME = 'HX711';
const DATA_BITS = 24;
/** One pulse more than bits selects channel A with gain 128 for the next conversion (datasheet, table 3). */
const PULSES_AFTER_DATA = 1;
/** Ends of the range, where the input saturates (datasheet, "Serial Interface"). */
const DIGITS_MIN = -0x80_0000;
const DIGITS_MAX = 0x7f_ffff;
/**
 * Digits of one millivolt per volt of supply at gain 128: full scale is half the supply divided by the gain
 * (datasheet, "Analog Inputs": ±20 mV at 5 V), which is 3.90625 mV/V.
 */
const DIGITS_PER_MV_PER_V = 0x80_0000 / (500 / 128);

/** How the driver gets its two pins. */
export interface Hx711Options {
  readonly data: DigitalPin;
  readonly clock: DigitalPin;
}

/** The load cell, as its label says. */
export interface Hx711Configuration {
  /** Kilograms of full load, above 0; 5 at the start. */
  readonly capacityKg?: number;
  /** Millivolts per volt of supply at full load, above 0; 2 at the start. */
  readonly sensitivityMvPerV?: number;
  /** What the converter shows without a load, -8,388,608..8,388,607; 0 at the start. */
  readonly zeroDigits?: number;
}

export interface HX711Sample {
  /** Kilograms. */
  weight: number;
  /** What the converter showed, for calibration. */
  digits: number;
}

function checkPositive(name: string, value: number): void {
  if (!(value > 0 && value < Infinity)) throw new RangeError(`"${name}" expected above 0, got ${value}`);
}

/** Two pins; when the second cannot be opened the first is released. */
function openPins({ data, clock }: Hx711Options): { data: IoHandle<Digital>; clock: IoHandle<Digital> } {
  const dataPin = new IoHandle(NAME, () => new data.io({ ...data, mode: data.io.Input }));
  try {
    const clockPin = new IoHandle(NAME, () => new clock.io({ ...clock, mode: clock.io.Output }));
    return { data: dataPin, clock: clockPin };
  } catch (error) {
    dataPin.close();
    throw error;
  }
}

/**
 * Avia HX711 with a load cell: weight. It never waits: `sample` gives undefined while the data line is high.
 *
 * Source: HX711 datasheet (Avia Semiconductor), "Serial Interface".
 * @example
 * const sensor = new HX711({ data: { io: Digital, pin: 4 }, clock: { io: Digital, pin: 5 } });
 * sensor.configure({ capacityKg: 20, sensitivityMvPerV: 1.8, zeroDigits: 8_123 });
 */
export class HX711 implements SensorPort {
  readonly #data: IoHandle<Digital>;
  readonly #clock: IoHandle<Digital>;
  #digitsPerKg = (2 * DIGITS_PER_MV_PER_V) / 5;
  #capacityKg = 5;
  #sensitivityMvPerV = 2;
  #zeroDigits = 0;
  /** Of a reset: the clock is held high from one call to the next, far more than the 60 µs that it takes. */
  #reset: 'due' | 'held' | 'done' = 'due';

  /** @throws {TypeError} on bad options; {SensorError} when a pin cannot be opened. */
  constructor(options: Hx711Options) {
    checkIo(options, 'data');
    checkIo(options, 'clock');
    const { data, clock } = openPins(options);
    this.#data = data;
    this.#clock = clock;
    try {
      // A clock that stays high has the part powered down.
      this.#setClock(0);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** @throws {RangeError} on a load cell that cannot be. */
  configure({
    capacityKg = this.#capacityKg,
    sensitivityMvPerV = this.#sensitivityMvPerV,
    zeroDigits = this.#zeroDigits,
  }: Hx711Configuration): void {
    checkPositive('capacityKg', capacityKg);
    checkPositive('sensitivityMvPerV', sensitivityMvPerV);
    if (!(zeroDigits >= DIGITS_MIN && zeroDigits <= DIGITS_MAX)) {
      throw new RangeError(`"zeroDigits" expected ${DIGITS_MIN}..${DIGITS_MAX}, got ${zeroDigits}`);
    }
    this.#capacityKg = capacityKg;
    this.#sensitivityMvPerV = sensitivityMvPerV;
    this.#zeroDigits = zeroDigits;
    this.#digitsPerKg = (sensitivityMvPerV * DIGITS_PER_MV_PER_V) / capacityKg;
  }

  /**
   * @returns a fresh sample, or undefined while a conversion goes on.
   * @throws {SensorError} when the part does not answer as it should.
   */
  sample(): HX711Sample | undefined {
    if (this.#reset !== 'done') return this.#stepReset();
    if (this.#level() !== 0) return undefined;
    // Whatever is thrown below may leave the part in the middle of its bits, so that it is reset first.
    this.#reset = 'due';
    const digits = this.#shiftIn();
    // The part lets go of the line after the last pulse; a line that stays low has no part.
    if (this.#level() === 0) throw this.#data.error('deviceNotPresent', 'data line is held low');
    if (digits === DIGITS_MIN || digits === DIGITS_MAX) throw this.#data.error('corrupt', 'out of range');
    this.#reset = 'done';
    return { weight: (digits - this.#zeroDigits) / this.#digitsPerKg, digits };
  }

  /** Releases both pins. May be called any number of times. */
  close(): void {
    this.#data.close();
    this.#clock.close();
  }

  /** Powers the part down and up again (datasheet, "Reset and Power-Down Sequence"); it then settles for 400 ms. */
  #stepReset(): undefined {
    const isHeld = this.#reset === 'held';
    this.#setClock(isHeld ? 0 : 1);
    this.#reset = isHeld ? 'done' : 'held';
    return undefined;
  }

  /** Two's complement, the highest bit first; a bit is valid after the rising edge of its pulse. */
  #shiftIn(): number {
    let bits = 0;
    for (let i = 0; i < DATA_BITS + PULSES_AFTER_DATA; i++) {
      this.#setClock(1);
      if (i < DATA_BITS) bits = (bits << 1) | this.#level();
      this.#setClock(0);
    }
    return (bits << 8) >> 8;
  }

  #level(): number {
    return this.#data.use((pin) => pin.read());
  }

  #setClock(level: number): void {
    this.#clock.use((pin) => pin.write(level));
  }
}
