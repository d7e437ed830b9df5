import { checkInteger } from '../../../src/base/assert.js';
import type { SensorPort } from '../../../src/ports/ports.js';
import { checkIo, IoHandle } from '../io/handle.js';
import type { Serial, SerialSensorOptions } from '../io/serial.js';
import { readSentence, SentenceReader, type Fix } from './nmea.js';

/** Most bytes that one call reads: half a second at 9,600 baud. */
export const READ_BYTES_MAX = 512;

const BAUD_DEFAULT = 9_600;
const BAUD_MIN = 1_200;
const BAUD_MAX = 921_600;

/**
 * A receiver that speaks NMEA 0183: position. It never waits: the first `sample` throws away what came before, later
 * ones take what has arrived until a GGA sentence is whole.
 *
 * Source: NMEA 0183, sections 5.2 and 5.3, and GGA.
 * @example
 * const sensor = new GPS({ sensor: { io: Serial, receive: 16, transmit: 17, baud: 9600 } });
 */
export class GPS implements SensorPort {
  readonly #port: IoHandle<Serial>;
  readonly #reader = new SentenceReader();
  #isListening = false;

  /** @throws {TypeError} or {RangeError} on bad options; {SensorError} when the port cannot be opened. */
  constructor(options: SerialSensorOptions) {
    checkIo(options, 'sensor');
    const { sensor } = options;
    const baud = checkInteger('sensor.baud', sensor.baud ?? BAUD_DEFAULT, { min: BAUD_MIN, max: BAUD_MAX });
    this.#port = new IoHandle('GPS', () => new sensor.io({ ...sensor, baud, format: 'buffer' }));
  }

  /** The receiver is taken as it is. */
  configure(_options: object): void {}

  /**
   * @returns a fresh sample, or undefined while no position has come.
   * @throws {SensorError} corrupt, or deviceUnavailable without a fix. The next call begins anew.
   */
  sample(): Fix | undefined {
    if (this.#isListening) return this.#listen();
    this.#reader.clear();
    this.#received();
    this.#isListening = true;
    return undefined;
  }

  /** Releases the port. May be called any number of times. */
  close(): void {
    this.#port.close();
  }

  #listen(): Fix | undefined {
    // Whatever is thrown or given below ends this sample, so that the next call begins anew.
    this.#isListening = false;
    for (const byte of this.#received()) {
      const line = this.#reader.push(byte);
      const fix = line === undefined ? undefined : this.#fixOf(line);
      if (fix !== undefined) return fix;
    }
    this.#isListening = true;
    return undefined;
  }

  #fixOf(line: string): Fix | undefined {
    const sentence = readSentence(line);
    if (sentence === 'corrupt') throw this.#port.error('corrupt', 'sentence is damaged');
    if (sentence === 'noFix') throw this.#port.error('deviceUnavailable', 'has no fix');
    return sentence === 'other' ? undefined : sentence;
  }

  #received(): Uint8Array {
    const bytes = this.#port.use((port) => port.read(READ_BYTES_MAX));
    return bytes === undefined ? new Uint8Array(0) : new Uint8Array(bytes);
  }
}
