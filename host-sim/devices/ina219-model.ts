import type { BusDevice, Signal } from './bus.js';
import { WordRegisters } from './word-registers.js';

export interface Ina219World {
  readonly nowMs: () => number;
  /** Volts; undefined: the part has no power. */
  readonly voltage: Signal;
  /** Amperes; undefined: the part has no power. */
  readonly current: Signal;
  /** Ohms of the shunt that is soldered; 0.1 when not given, as on most modules. */
  readonly shuntOhms?: number;
}

const CONFIGURATION = 0x00;
const SHUNT_VOLTAGE = 0x01;
const BUS_VOLTAGE = 0x02;
const POWER = 0x03;
/** The only register that is not zero after power-on (INA219 datasheet, table 2). */
const DEFAULTS: readonly (readonly [register: number, value: number])[] = [[CONFIGURATION, 0x399f]];
const RESET = 0x8000;
const CONVERSION_READY = 0x02;
/** Mode 3: shunt and bus, triggered (datasheet, table 6, "Mode Settings"). */
const MODE_TRIGGERED_BOTH = 3;
/** Longest time of one 12-bit conversion (datasheet, "Electrical Characteristics"); there are two. */
const CONVERSION_MS = 0.586;
/** Full scale of the shunt voltage at PGA ÷8, in digits of 10 µV. */
const SHUNT_DIGITS_MAX = 32_000;
/** 32 V in digits of 4 mV. */
const BUS_DIGITS_MAX = 8_000;

/** Bus and shunt voltage, triggered. Continuous modes, averaging and the calibrated registers are not modelled. */
class Ina219Model extends WordRegisters {
  readonly #world: Ina219World;
  #readyAtMs = Infinity;

  constructor(world: Ina219World) {
    super(DEFAULTS);
    this.#world = world;
  }

  protected override hasPower(): boolean {
    const { nowMs, voltage, current } = this.#world;
    return voltage(nowMs()) !== undefined && current(nowMs()) !== undefined;
  }

  protected override powerOn(): void {
    super.powerOn();
    this.#readyAtMs = Infinity;
  }

  protected override store(register: number, value: number): void {
    if (register !== CONFIGURATION) return;
    if (value & RESET) return this.powerOn();
    this.set(CONFIGURATION, value);
    this.set(BUS_VOLTAGE, this.get(BUS_VOLTAGE) & ~CONVERSION_READY);
    const isTriggered = (value & 7) === MODE_TRIGGERED_BOTH;
    this.#readyAtMs = isTriggered ? this.#world.nowMs() + 2 * CONVERSION_MS : Infinity;
  }

  protected override load(register: number): number {
    this.#convert();
    const value = this.get(register);
    if (register === POWER) this.set(BUS_VOLTAGE, this.get(BUS_VOLTAGE) & ~CONVERSION_READY);
    return value;
  }

  #convert(): void {
    const { nowMs, voltage, current, shuntOhms = 0.1 } = this.#world;
    if (nowMs() < this.#readyAtMs) return;
    this.#readyAtMs = Infinity;
    const bus = Math.round((voltage(nowMs()) ?? 0) * 250);
    const shunt = Math.round((current(nowMs()) ?? 0) * shuntOhms * 100_000);
    this.set(BUS_VOLTAGE, (Math.min(Math.max(bus, 0), BUS_DIGITS_MAX) << 3) | CONVERSION_READY);
    this.set(SHUNT_VOLTAGE, Math.min(Math.max(shunt, -SHUNT_DIGITS_MAX), SHUNT_DIGITS_MAX) & 0xffff);
  }
}

/** A TI INA219 at the level of its registers. */
export function createIna219Model(world: Ina219World): BusDevice {
  return new Ina219Model(world);
}
