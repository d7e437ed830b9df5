import type { Signal } from './bus.js';
import type { LineDevice } from './part-bus.js';

export interface Ds18b20World {
  readonly nowMs: () => number;
  /** Degrees Celsius; undefined: the part has no power. */
  readonly temperature: Signal;
}

const SKIP_ROM = 0xcc;
const COMMAND = { convert: 0x44, readScratchpad: 0xbe, writeScratchpad: 0x4e } as const;
/** Scratchpad after power-on: 85 degrees, alarms and configuration from a new part's EEPROM (datasheet, figure 9). */
const POWER_ON: readonly number[] = [0x50, 0x05, 0x4b, 0x46, 0x7f, 0xff, 0x0c, 0x10];
/** Longest time of a conversion by resolution, 9 to 12 bits (datasheet, table 2). */
const CONVERSION_MS: readonly number[] = [93.75, 187.5, 375, 750];
const DIGITS_MIN = -55 * 16;
const DIGITS_MAX = 125 * 16;

/** Maxim's checksum by its table-free form (application note 27), bit by bit from the lowest. */
function checksum(bytes: ArrayLike<number>): number {
  let crc = 0;
  for (let i = 0; i < bytes.length * 8; i++) {
    const feedback = (crc ^ (bytes[i >> 3] >> (i & 7))) & 1;
    crc >>= 1;
    if (feedback === 1) crc ^= 0x8c;
  }
  return crc;
}

/** One part on its bus, by Skip ROM. Search, alarms, EEPROM and parasite power are not modelled. */
class Ds18b20Model implements LineDevice {
  readonly #world: Ds18b20World;
  readonly #scratchpad = Uint8Array.from(POWER_ON);
  #isSelected = false;
  #readyAtMs = Infinity;
  #isReading = false;

  constructor(world: Ds18b20World) {
    this.#world = world;
  }

  reset(): boolean {
    this.#isReading = false;
    this.#isSelected = this.#hasPower();
    return this.#isSelected;
  }

  write(value: Uint8Array | number): void {
    if (typeof value === 'number' || !this.#hasPower() || !this.#isSelected) return;
    const [rom, command, ...data] = value;
    this.#isReading = rom === SKIP_ROM && command === COMMAND.readScratchpad;
    if (rom !== SKIP_ROM) return;
    if (command === COMMAND.convert) this.#begin();
    if (command === COMMAND.writeScratchpad) this.#scratchpad.set(data.slice(0, 3), 2);
  }

  read(count: number, isSpoiled: boolean): Uint8Array {
    const idle = this.absent(count);
    if (!this.#hasPower()) return idle;
    this.#convert();
    // While it converts, the part answers read slots with zeros, afterwards with ones (datasheet, "Convert T").
    if (!this.#isReading) return idle.fill(this.#readyAtMs === Infinity ? 0xff : 0);
    const sum = checksum(this.#scratchpad) ^ (isSpoiled ? 0xff : 0);
    idle.set([...this.#scratchpad, sum].slice(0, count));
    return idle;
  }

  /** A pull-up holds the line high while nobody is there. */
  absent(count: number): Uint8Array {
    return new Uint8Array(count).fill(0xff);
  }

  #begin(): void {
    this.#readyAtMs = this.#world.nowMs() + CONVERSION_MS[(this.#scratchpad[4] >> 5) & 3];
  }

  #convert(): void {
    const nowMs = this.#world.nowMs();
    if (nowMs < this.#readyAtMs) return;
    this.#readyAtMs = Infinity;
    const digits = Math.round((this.#world.temperature(nowMs) ?? 0) * 16);
    const word = Math.min(Math.max(digits, DIGITS_MIN), DIGITS_MAX) & 0xffff;
    this.#scratchpad.set([word & 0xff, word >> 8]);
  }

  /** A part that lost its power has its scratchpad as after power-on when it is back. */
  #hasPower(): boolean {
    const hasPower = this.#world.temperature(this.#world.nowMs()) !== undefined;
    if (!hasPower) {
      this.#scratchpad.set(POWER_ON);
      this.#readyAtMs = Infinity;
      this.#isSelected = false;
      this.#isReading = false;
    }
    return hasPower;
  }
}

/** A Maxim DS18B20 at the level of its bytes on 1-Wire. */
export function createDs18b20Model(world: Ds18b20World): LineDevice {
  return new Ds18b20Model(world);
}
