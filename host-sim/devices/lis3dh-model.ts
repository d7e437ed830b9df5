import type { BusDevice } from './bus.js';

export interface Vector {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

export interface Lis3dhWorld {
  readonly nowMs: () => number;
  /** Metres per second squared, with gravity; undefined: the part has no power. */
  readonly acceleration: (nowMs: number) => Vector | undefined;
}

const STANDARD_GRAVITY = 9.80665;
const REGISTER_COUNT = 0x40;
const ADDRESS_MASK = REGISTER_COUNT - 1;
const AUTO_INCREMENT = 0x80;
const CONTROL_1 = 0x20;
const CONTROL_4 = 0x23;
const STATUS = 0x27;
const OUT_X_LOW = 0x28;
const OUT_Z_HIGH = 0x2d;
const LOW_POWER = 0x08;
const HIGH_RESOLUTION = 0x08;
/** STATUS_REG: the three axes and all of them have new data. */
const STATUS_NEW = 0x0f;

/** Registers that are not zero after power-on (LIS3DH datasheet, table 21, "Register address map"). */
const DEFAULTS: readonly (readonly [register: number, value: number])[] = [
  [0x0f, 0x33], // WHO_AM_I
  [0x1e, 0x10], // CTRL_REG0
  [CONTROL_1, 0x07],
];
/** Registers that a write changes (table 21, type "rw"). */
const isWritable = (register: number) =>
  (register >= 0x1e && register <= 0x26) || register === 0x2e || register >= 0x30;

/** Hertz by the code in CTRL_REG1 (table 31, "Data rate configuration"); what code 9 means depends on the mode. */
const RATES_HZ: readonly number[] = [0, 1, 10, 25, 50, 100, 200, 400, 1600, 1344];
const LOW_POWER_RATE_9_HZ = 5376;

/** The modes of table 10, "Operating mode selection". A digit's weight is for 2 g; table 4 gives the other ranges. */
interface Mode {
  readonly bits: number;
  readonly milliGPerDigit: number;
  turnOnMs(periodMs: number): number;
}
const MODES: Readonly<Record<'lowPower' | 'normal' | 'highResolution', Mode>> = {
  lowPower: { bits: 8, milliGPerDigit: 16, turnOnMs: () => 1 },
  normal: { bits: 10, milliGPerDigit: 4, turnOnMs: () => 1.6 },
  highResolution: { bits: 12, milliGPerDigit: 1, turnOnMs: (periodMs) => 7 * periodMs },
};
/** How much heavier a digit is at 2, 4, 8 and 16 g (table 4, "Mechanical characteristics"). */
const RANGE_FACTORS: readonly number[] = [1, 2, 4, 12];

/**
 * The word that the part shows for an acceleration: the nearest digit, at the upper end of 16 bits. Out of range it
 * stays at the last digit.
 */
function quantise(acceleration: number, mode: Mode, rangeFactor: number): number {
  const milliG = (acceleration / STANDARD_GRAVITY) * 1000;
  const digits = Math.round(milliG / (mode.milliGPerDigit * rangeFactor));
  const limit = 1 << (mode.bits - 1);
  return Math.min(Math.max(digits, -limit), limit - 1) << (16 - mode.bits);
}

/** Registers, data rate, modes and ranges. FIFO, interrupts, filters, ADC and big-endian output are not modelled. */
class Lis3dhModel implements BusDevice {
  readonly #world: Lis3dhWorld;
  readonly #registers = new Uint8Array(REGISTER_COUNT);
  #pointer = 0;
  #firstSetAtMs = Infinity;
  #setCount = 0;

  constructor(world: Lis3dhWorld) {
    this.#world = world;
    this.#powerOn();
  }

  write(bytes: Uint8Array): boolean {
    if (!this.#hasPower()) return false;
    if (bytes.length > 0) this.#pointer = bytes[0];
    for (const byte of bytes.subarray(1)) this.#store(this.#next(), byte);
    return true;
  }

  read(count: number): Uint8Array | undefined {
    if (!this.#hasPower()) return undefined;
    this.#measure();
    const bytes = new Uint8Array(count);
    for (let i = 0; i < count; i++) bytes[i] = this.#load(this.#next());
    return bytes;
  }

  /** The register whose turn it is. */
  #next(): number {
    const register = this.#pointer & ADDRESS_MASK;
    if (this.#pointer & AUTO_INCREMENT) this.#pointer = AUTO_INCREMENT | ((register + 1) & ADDRESS_MASK);
    return register;
  }

  #load(register: number): number {
    const value = this.#registers[register];
    // The last byte of a set is fetched: nothing is new any more.
    if (register === OUT_Z_HIGH) this.#registers[STATUS] = 0;
    return value;
  }

  #store(register: number, value: number): void {
    if (!isWritable(register)) return;
    const before = this.#timing();
    this.#registers[register] = value;
    const after = this.#timing();
    if (before.periodMs !== after.periodMs || before.mode !== after.mode) this.#restart();
  }

  /** A new rate or mode: the first set comes after the turn-on time. */
  #restart(): void {
    const { periodMs, mode } = this.#timing();
    const isPoweredDown = periodMs === Infinity;
    this.#firstSetAtMs = isPoweredDown ? Infinity : this.#world.nowMs() + mode.turnOnMs(periodMs);
    this.#setCount = 0;
  }

  #timing(): { readonly mode: Mode; readonly periodMs: number } {
    const isLowPower = (this.#registers[CONTROL_1] & LOW_POWER) !== 0;
    const isHighResolution = (this.#registers[CONTROL_4] & HIGH_RESOLUTION) !== 0;
    const mode = isLowPower ? 'lowPower' : isHighResolution ? 'highResolution' : 'normal';
    const code = this.#registers[CONTROL_1] >> 4;
    const hz = code === 9 && isLowPower ? LOW_POWER_RATE_9_HZ : (RATES_HZ[code] ?? 0);
    return { mode: MODES[mode], periodMs: 1000 / hz };
  }

  /** Puts the newest set in the output registers, if there is one that is not there yet. */
  #measure(): void {
    const { mode, periodMs } = this.#timing();
    const setCount = Math.floor((this.#world.nowMs() - this.#firstSetAtMs) / periodMs) + 1;
    const acceleration = this.#world.acceleration(this.#world.nowMs());
    if (!(setCount > this.#setCount) || acceleration === undefined) return;
    this.#setCount = setCount;
    this.#registers[STATUS] = STATUS_NEW;
    this.#show(acceleration, mode);
  }

  #show({ x, y, z }: Vector, mode: Mode): void {
    const rangeFactor = RANGE_FACTORS[(this.#registers[CONTROL_4] >> 4) & 3];
    [x, y, z].forEach((axis, i) => {
      const word = quantise(axis, mode, rangeFactor);
      this.#registers[OUT_X_LOW + 2 * i] = word & 0xff;
      this.#registers[OUT_X_LOW + 2 * i + 1] = (word >> 8) & 0xff;
    });
  }

  /** A part that lost its power has its registers as after power-on when it is back. */
  #hasPower(): boolean {
    const hasPower = this.#world.acceleration(this.#world.nowMs()) !== undefined;
    if (!hasPower) this.#powerOn();
    return hasPower;
  }

  #powerOn(): void {
    this.#registers.fill(0);
    for (const [register, value] of DEFAULTS) this.#registers[register] = value;
    this.#pointer = 0;
    this.#firstSetAtMs = Infinity;
    this.#setCount = 0;
  }
}

/** An ST LIS3DH at the level of its registers. */
export function createLis3dhModel(world: Lis3dhWorld): BusDevice {
  return new Lis3dhModel(world);
}
