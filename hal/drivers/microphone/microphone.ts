import type { SensorPort } from '../../../src/ports/ports.js';
import type { Analog, AnalogSensorOptions } from '../io/analog.js';
import { checkIo, IoHandle } from '../io/handle.js';

/** Conversions of one level. */
export const WINDOW_CONVERSIONS = 64;
/** Conversions of one call; it bounds how long a call may take. */
export const CALL_CONVERSIONS = 16;

const REFERENCE_VOLTS_DEFAULT = 3.3;
const REFERENCE_VOLTS_MAX = 24;

export interface MicrophoneConfiguration {
  /** Volts at full scale of the converter, above 0, at most 24. */
  readonly referenceVolts?: number;
}

export interface MicrophoneSample {
  /** Root mean square of the alternating part, in volts. */
  level: number;
}

/**
 * Root mean square of `codes` about their mean, in digits. All sums are of integers, so that the order does not
 * matter and every engine gives the same bits: 64 codes of 16 bits stay far below 2^53.
 */
export function rootMeanSquare(codes: ArrayLike<number>): number {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < codes.length; i++) {
    sum += codes[i];
    squares += codes[i] * codes[i];
  }
  const variance = (squares * codes.length - sum * sum) / (codes.length * codes.length);
  return Math.sqrt(Math.max(variance, 0));
}

/**
 * An analog microphone: sound level. It never waits: each `sample` takes some conversions, every fourth gives a level.
 *
 * @example
 * const sensor = new Microphone({ sensor: { io: Analog, pin: 34 } });
 */
export class Microphone implements SensorPort {
  readonly #input: IoHandle<Analog>;
  readonly #codes = new Uint16Array(WINDOW_CONVERSIONS);
  #count = 0;
  #referenceVolts = REFERENCE_VOLTS_DEFAULT;

  /** @throws {TypeError} on bad options; {SensorError} when the input cannot be opened. */
  constructor(options: AnalogSensorOptions) {
    checkIo(options, 'sensor');
    const { sensor } = options;
    this.#input = new IoHandle('microphone', () => new sensor.io({ ...sensor }));
  }

  /** @throws {RangeError} on a voltage that no converter has. */
  configure({ referenceVolts = this.#referenceVolts }: MicrophoneConfiguration): void {
    if (!(referenceVolts > 0 && referenceVolts <= REFERENCE_VOLTS_MAX)) {
      throw new RangeError(
        `"referenceVolts" expected above 0, at most ${REFERENCE_VOLTS_MAX}, got ${referenceVolts}`,
      );
    }
    this.#referenceVolts = referenceVolts;
  }

  /**
   * @returns a fresh sample, or undefined while the window is not full.
   * @throws {SensorError} when the input does not work as it should. The next call begins a new window.
   */
  sample(): MicrophoneSample | undefined {
    const start = this.#count;
    // Whatever is thrown below leaves a hole in the window, so the next call begins a new one.
    this.#count = 0;
    const max = this.#convert(start);
    const end = start + CALL_CONVERSIONS;
    if (end < WINDOW_CONVERSIONS) {
      this.#count = end;
      return undefined;
    }
    this.#checkPinned(max);
    return { level: (rootMeanSquare(this.#codes) * this.#referenceVolts) / max };
  }

  /** Releases the input. May be called any number of times. */
  close(): void {
    this.#input.close();
  }

  /** Fills the window from `start` on. @returns the highest code of the converter. */
  #convert(start: number): number {
    return this.#input.use((input) => {
      for (let i = 0; i < CALL_CONVERSIONS; i++) this.#codes[start + i] = input.read();
      return 2 ** input.resolution - 1;
    });
  }

  /** A cable that is off or shorted holds the input at one end; silence lies at the amplifier's resting voltage. */
  #checkPinned(max: number): void {
    const [first] = this.#codes;
    if ((first === 0 || first === max) && this.#codes.every((code) => code === first)) {
      throw this.#input.error('corrupt', 'input is pinned to an end of its range');
    }
  }
}
