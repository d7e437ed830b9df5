import type { BusDevice, Signal } from './bus.js';
import { WordRegisters } from './word-registers.js';

export interface Tmp117World {
  readonly nowMs: () => number;
  /** Degrees Celsius; undefined: the part has no power. */
  readonly temperature: Signal;
}

const TEMPERATURE = 0x00;
const CONFIGURATION = 0x01;
/** Registers that are not zero after power-on (TMP117 datasheet, "Register Map"). */
const DEFAULTS: readonly (readonly [register: number, value: number])[] = [
  [TEMPERATURE, 0x8000],
  [CONFIGURATION, 0x0220],
  [0x02, 0x6000], // THigh_Limit
  [0x03, 0x8000], // TLow_Limit
  [0x0f, 0x0117], // Device_ID
];
/** Configuration: mode, averages, data ready, and the bits that a write changes. */
const MODE = 0x0c00;
const MODE_ONE_SHOT = 0x0c00;
const MODE_SHUT_DOWN = 0x0400;
const DATA_READY = 0x2000;
const CONFIGURATION_WRITABLE = 0x0ffe;
const SOFT_RESET = 0x0002;
/** Conversions that are averaged, by AVG (datasheet, "Averaging"). */
const AVERAGES: readonly number[] = [1, 8, 32, 64];
/** A slow part: the datasheet gives 15.5 ms as typical. */
const CONVERSION_MS = 17.5;

/** Identity, temperature, configuration and one-shot mode. Continuous mode, alerts and EEPROM are not modelled. */
class Tmp117Model extends WordRegisters {
  readonly #world: Tmp117World;
  #readyAtMs = Infinity;

  constructor(world: Tmp117World) {
    super(DEFAULTS);
    this.#world = world;
  }

  protected override hasPower(): boolean {
    return this.#world.temperature(this.#world.nowMs()) !== undefined;
  }

  protected override powerOn(): void {
    super.powerOn();
    this.#readyAtMs = Infinity;
  }

  protected override store(register: number, value: number): void {
    if (register !== CONFIGURATION) return;
    if (value & SOFT_RESET) return this.powerOn();
    this.set(CONFIGURATION, value & CONFIGURATION_WRITABLE);
    const isOneShot = (value & MODE) === MODE_ONE_SHOT;
    this.#readyAtMs = isOneShot ? this.#world.nowMs() + CONVERSION_MS * AVERAGES[(value >> 5) & 3] : Infinity;
  }

  protected override load(register: number): number {
    this.#convert();
    const value = this.get(register);
    // Reading either register takes the flag away (datasheet, "Configuration Register").
    if (register <= CONFIGURATION) this.set(CONFIGURATION, this.get(CONFIGURATION) & ~DATA_READY);
    return value;
  }

  #convert(): void {
    const nowMs = this.#world.nowMs();
    if (nowMs < this.#readyAtMs) return;
    this.#readyAtMs = Infinity;
    const digits = Math.round((this.#world.temperature(nowMs) ?? 0) * 128);
    this.set(TEMPERATURE, Math.min(Math.max(digits, -0x7fff), 0x7fff) & 0xffff);
    this.set(CONFIGURATION, (this.get(CONFIGURATION) & ~MODE) | MODE_SHUT_DOWN | DATA_READY);
  }
}

/** A TI TMP117 at the level of its registers. */
export function createTmp117Model(world: Tmp117World): BusDevice {
  return new Tmp117Model(world);
}
