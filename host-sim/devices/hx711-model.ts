import type { Signal } from './bus.js';
import type { LineDevice } from './part-bus.js';

export interface Hx711World {
  readonly nowMs: () => number;
  /** Kilograms on the load cell; undefined: the part has no power. */
  readonly weight: Signal;
  /** Kilograms and millivolts per volt of the load cell's full load; 5 and 2 when not given. */
  readonly capacityKg?: number;
  readonly sensitivityMvPerV?: number;
}

/** With RATE low (HX711 datasheet, "Output data rate and settling time"). */
const PERIOD_MS = 100;
const SETTLING_MS = 400;
/** Pulses of a whole reading: 24 bits and one that selects channel A with gain 128. */
const PULSES = 25;
/** A clock that is high for longer powers the part down ("Reset and Power-Down Sequence"). */
const POWER_DOWN_MS = 0.06;
const GAIN = 128;
const DIGITS_MIN = -0x80_0000;
const DIGITS_MAX = 0x7f_ffff;

/** Channel A at gain 128 and 10 Hz. Other channels and gains are not modelled. */
class Hx711Model {
  readonly #world: Hx711World;
  #settledMs = SETTLING_MS;
  /** Conversions that were fetched or superseded. */
  #fetched = 0;
  #pulses = 0;
  #shift = 0;
  #clock = 0;
  #risenMs = 0;

  constructor(world: Hx711World) {
    this.#world = world;
  }

  /** The data line: high without power and while a conversion goes on. */
  data(): number {
    if (!this.#hasPower() || (this.#clock === 1 && this.#isPoweredDown())) return 1;
    if (this.#pulses > 0) return this.#pulses > 24 ? 1 : (this.#shift >> (24 - this.#pulses)) & 1;
    return this.#conversions() > this.#fetched ? 0 : 1;
  }

  /** The clock line; a rising edge gives the next bit. */
  clock(level: number): void {
    const isRising = level === 1 && this.#clock === 0;
    const isFalling = level === 0 && this.#clock === 1;
    this.#clock = level;
    if (!this.#hasPower()) return;
    if (isRising) this.#rise();
    if (isFalling && this.#isPoweredDown()) this.#powerOn();
    if (isFalling && this.#pulses >= PULSES) this.#pulses = 0;
  }

  #rise(): void {
    this.#risenMs = this.#world.nowMs();
    this.#pulse();
  }

  #isPoweredDown(): boolean {
    return this.#world.nowMs() - this.#risenMs > POWER_DOWN_MS;
  }

  #powerOn(): void {
    this.#settledMs = this.#world.nowMs() + SETTLING_MS;
    this.#fetched = 0;
    this.#pulses = 0;
  }

  #pulse(): void {
    if (this.#pulses === 0) {
      // A pulse to a part that is not ready is no beginning of a reading.
      if (this.#conversions() <= this.#fetched) return;
      this.#fetched = this.#conversions();
      this.#shift = this.#digits() & 0xff_ffff;
    }
    this.#pulses++;
  }

  #conversions(): number {
    const sinceMs = this.#world.nowMs() - this.#settledMs;
    return sinceMs < 0 ? 0 : Math.floor(sinceMs / PERIOD_MS) + 1;
  }

  /** Full scale is half the supply divided by the gain: 500 mV per volt of supply over 128. */
  #digits(): number {
    const { weight, nowMs, capacityKg = 5, sensitivityMvPerV = 2 } = this.#world;
    const milliVPerV = ((weight(nowMs()) ?? 0) / capacityKg) * sensitivityMvPerV;
    const digits = Math.round((milliVPerV * GAIN * 0x80_0000) / 500);
    return Math.min(Math.max(digits, DIGITS_MIN), DIGITS_MAX);
  }

  #hasPower(): boolean {
    const hasPower = this.#world.weight(this.#world.nowMs()) !== undefined;
    if (!hasPower) this.#powerOn();
    return hasPower;
  }
}

/** An Avia HX711 with a load cell, at the level of its two pins. */
export function createHx711Model(world: Hx711World): { data: LineDevice; clock: LineDevice } {
  const model = new Hx711Model(world);
  return {
    // The line has a pull-up, so that it is high while nobody is there.
    data: { read: () => model.data(), absent: () => 1 },
    clock: { write: (level) => model.clock(Number(level)) },
  };
}
