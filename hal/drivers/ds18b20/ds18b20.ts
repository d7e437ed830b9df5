import type { SensorPort } from '../../../src/ports/ports.js';
import { checkIo, IoHandle } from '../io/handle.js';
import type { OneWire, OneWireSensorOptions } from '../io/one-wire.js';

/** ROM and function commands that are used (DS18B20 datasheet, tables 3 and 4). */
const COMMAND = { skipRom: 0xcc, convert: 0x44, readScratchpad: 0xbe, writeScratchpad: 0x4e } as const;
/** Temperature, two alarm bytes, configuration, three reserved bytes, checksum (figure 9). */
const SCRATCHPAD_BYTES = 9;
const CONFIGURATION_AT = 4;
/** 12 bits (figure 10). */
const CONFIGURATION = 0x7f;
/** What the alarm bytes hold after our set-up: they serve as a mark that the part has not lost its power since. */
const MARK = [0x4d, 0xb2] as const;

export interface DS18B20Sample {
  /** Degrees Celsius. */
  temperature: number;
}

/**
 * The 1-Wire checksum: CRC-8 with polynomial x^8 + x^5 + x^4 + 1, reflected, start value 0. Over data and their
 * checksum it is 0. Source: DS18B20 datasheet, "CRC Generation", and Maxim application note 27.
 */
export function crc8(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0x8c : crc >> 1;
  }
  return crc;
}

/** Degrees Celsius of the signed word in the first two bytes, 1/16 a bit. Source: datasheet, figure 4. */
export function temperatureCelsius(scratchpad: Uint8Array): number {
  return ((scratchpad[1] << 24) | (scratchpad[0] << 16)) / 0x10_0000;
}

/**
 * Maxim DS18B20: temperature. It never waits: the first `sample` starts a conversion, a later one fetches it.
 *
 * Source: DS18B20 datasheet (19-7487).
 * @example
 * const sensor = new DS18B20({ sensor: { io: OneWire, pin: 4 } });
 */
export class DS18B20 implements SensorPort {
  readonly #bus: IoHandle<OneWire>;
  #isConverting = false;

  /** @throws {TypeError} on bad options; {SensorError} when the part does not answer as it should. */
  constructor(options: OneWireSensorOptions) {
    checkIo(options, 'sensor');
    const { sensor } = options;
    this.#bus = new IoHandle('DS18B20', () => new sensor.io({ ...sensor }));
    try {
      this.#select();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** The part has nothing to configure. */
  configure(_options: object): void {}

  /**
   * @returns a fresh sample, or undefined while the conversion goes on.
   * @throws {SensorError} when the part does not answer as it should. The next call starts anew.
   */
  sample(): DS18B20Sample | undefined {
    if (this.#isConverting) return this.#collect();
    this.#command(COMMAND.writeScratchpad, ...MARK, CONFIGURATION);
    this.#command(COMMAND.convert);
    this.#isConverting = true;
    return undefined;
  }

  /** Releases the bus. May be called any number of times. */
  close(): void {
    this.#bus.close();
  }

  #collect(): DS18B20Sample | undefined {
    // Whatever is thrown below ends this conversion, so that the next call starts anew.
    this.#isConverting = false;
    const isBusy = this.#read(1)[0] === 0;
    if (!isBusy) return { temperature: temperatureCelsius(this.#scratchpad()) };
    this.#isConverting = true;
    return undefined;
  }

  #scratchpad(): Uint8Array {
    this.#command(COMMAND.readScratchpad);
    const bytes = this.#read(SCRATCHPAD_BYTES);
    // A line that is held low reads as zeros, whose checksum fits; the configuration tells it apart.
    if (crc8(bytes) !== 0) throw this.#bus.error('corrupt', 'checksum does not match');
    const isOurs = bytes[2] === MARK[0] && bytes[3] === MARK[1] && bytes[CONFIGURATION_AT] === CONFIGURATION;
    if (!isOurs) throw this.#bus.error('deviceUnavailable', 'lost its settings');
    return bytes;
  }

  #select(): void {
    const isPresent = this.#bus.use((bus) => bus.reset());
    if (!isPresent) throw this.#bus.error('deviceNotPresent', 'gave no presence pulse');
  }

  #command(...bytes: number[]): void {
    this.#select();
    this.#bus.use((bus) => bus.write(Uint8Array.of(COMMAND.skipRom, ...bytes)));
  }

  #read(count: number): Uint8Array {
    const bytes = new Uint8Array(this.#bus.use((bus) => bus.read(count)));
    if (bytes.length !== count)
      throw this.#bus.error('corrupt', `expected ${count} bytes, got ${bytes.length}`);
    return bytes;
  }
}
