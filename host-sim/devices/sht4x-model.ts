import type { BusDevice, Signal } from './bus.js';

/** Command bytes that the model takes (SHT4x datasheet, "Overview of I2C commands"). It refuses every other. */
const COMMAND = { measureHighPrecision: 0xfd, readSerial: 0x89, softReset: 0x94 } as const;
/** Longest times (SHT4x datasheet, "System timing specifications"), since a driver must live with those. */
const MEASUREMENT_MS = 8.3;
const SOFT_RESET_MS = 1;
const RAW_MAX = 65_535;
/** A part sends ones when more bytes are asked for than it has: nobody pulls the line down. */
const IDLE_BYTE = 0xff;

export interface Sht4xWorld {
  readonly nowMs: () => number;
  /** Degrees Celsius; undefined: the part has no power. */
  readonly temperature: Signal;
  /** Percent of relative humidity; undefined: the part has no power. */
  readonly humidity: Signal;
  /** Serial number, 32 bits; 1 when not given. */
  readonly serial?: number;
}

/** One byte more of the CRC-8 with polynomial 0x31 (SHT4x datasheet, "Checksum Calculation"). */
function checksumStep(crc: number, byte: number): number {
  crc ^= byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc & 0x80 ? 0x131 : 0);
  return crc;
}

const CHECKSUM_START = 0xff;
/** The step for every value of `crc ^ byte`: fleets measure millions of times. */
const CHECKSUM_STEPS = Uint8Array.from({ length: 256 }, (_, value) => checksumStep(value, 0));

function checksum(high: number, low: number): number {
  return CHECKSUM_STEPS[CHECKSUM_STEPS[CHECKSUM_START ^ high] ^ low];
}

/** Two words, each followed by its checksum. */
function frame(first: number, second: number): Uint8Array {
  const bytes = new Uint8Array(6);
  [first, second].forEach((word, i) => {
    bytes[3 * i] = word >>> 8;
    bytes[3 * i + 1] = word;
    bytes[3 * i + 2] = checksum(word >>> 8, word & 0xff);
  });
  return bytes;
}

/** The nearest 16-bit step of a scale that begins at `offset` and is `span` wide. */
function quantise(value: number, offset: number, span: number): number {
  const raw = Math.round(((value - offset) / span) * RAW_MAX);
  return Math.min(Math.max(raw, 0), RAW_MAX);
}

class Sht4xModel implements BusDevice {
  readonly checksumStride = 3;
  readonly #world: Sht4xWorld;
  #busyUntilMs = -Infinity;
  #answer: Uint8Array | undefined;

  constructor(world: Sht4xWorld) {
    this.#world = world;
  }

  write(bytes: Uint8Array): boolean {
    const isReset = bytes[0] === COMMAND.softReset;
    // Only a soft reset gets through to a part that measures.
    if (!this.#hasPower() || (this.#isBusy() && !isReset)) return false;
    return bytes.length === 0 || this.#obey(bytes[0]);
  }

  read(count: number): Uint8Array | undefined {
    if (!this.#hasPower() || this.#isBusy() || this.#answer === undefined) return undefined;
    const answer = this.#answer;
    this.#answer = undefined;
    if (count === answer.length) return answer;
    const bytes = new Uint8Array(count).fill(IDLE_BYTE);
    bytes.set(answer.subarray(0, count));
    return bytes;
  }

  #obey(command: number): boolean {
    switch (command) {
      case COMMAND.measureHighPrecision:
        return this.#begin(MEASUREMENT_MS, this.#measurement());
      case COMMAND.readSerial:
        return this.#begin(0, this.#serial());
      case COMMAND.softReset:
        return this.#begin(SOFT_RESET_MS, undefined);
      default:
        return false;
    }
  }

  #begin(durationMs: number, answer: Uint8Array | undefined): true {
    this.#busyUntilMs = this.#world.nowMs() + durationMs;
    this.#answer = answer;
    return true;
  }

  /** Inverse of the formulas in "Conversion of Signal Output": -45 + 175 r / 65535 and -6 + 125 r / 65535. */
  #measurement(): Uint8Array {
    const nowMs = this.#world.nowMs();
    const temperature = this.#world.temperature(nowMs) ?? 0;
    const humidity = this.#world.humidity(nowMs) ?? 0;
    return frame(quantise(temperature, -45, 175), quantise(humidity, -6, 125));
  }

  #serial(): Uint8Array {
    const { serial = 1 } = this.#world;
    return frame(serial >>> 16, serial & 0xffff);
  }

  #isBusy(): boolean {
    return this.#world.nowMs() < this.#busyUntilMs;
  }

  /** A part that lost its power has forgotten what it measured. */
  #hasPower(): boolean {
    const nowMs = this.#world.nowMs();
    const hasPower =
      this.#world.temperature(nowMs) !== undefined && this.#world.humidity(nowMs) !== undefined;
    if (!hasPower) this.#begin(0, undefined);
    return hasPower;
  }
}

/** A Sensirion SHT4x at the level of its commands. */
export function createSht4xModel(world: Sht4xWorld): BusDevice {
  return new Sht4xModel(world);
}
