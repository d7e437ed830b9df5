import type { BusDevice, Signal } from './bus.js';
import { ByteRegisters } from './byte-registers.js';
import type { Vector } from './lis3dh-model.js';

export interface Mpu6050World {
  readonly nowMs: () => number;
  /** Metres per second squared, with gravity; undefined: the part has no power. */
  readonly acceleration: (nowMs: number) => Vector | undefined;
  /** Degrees Celsius of the chip; undefined: the part has no power. */
  readonly temperature: Signal;
}

const STANDARD_GRAVITY = 9.80665;
const SAMPLE_DIVIDER = 0x19;
const LOW_PASS = 0x1a;
const ACCELEROMETER = 0x1c;
const INTERRUPT_ENABLE = 0x38;
const STATUS = 0x3a;
const OUT_X = 0x3b;
const OUT_TEMPERATURE = 0x41;
const POWER = 0x6b;
const SLEEP = 0x40;
const RESET = 0x80;
const DATA_READY = 0x01;
/** Registers that are not zero after power-on (MPU-6050 Register Map, section 3). */
const DEFAULTS: readonly (readonly [register: number, value: number])[] = [
  [POWER, SLEEP],
  [0x75, 0x68], // WHO_AM_I
];
/** Registers that the model keeps when they are written; outputs, status and identity are not among them. */
const isWritable = (register: number) =>
  (register >= 0x0d && register <= INTERRUPT_ENABLE) || (register >= 0x63 && register <= 0x74);
/** Milliseconds of one sample before the divider: 1 kHz behind the filter, 8 kHz without (section 4.2). */
const BASE_PERIOD_MS = 1;
const BASE_PERIOD_MS_UNFILTERED = 0.125;

function clampWord(value: number): number {
  return Math.min(Math.max(Math.round(value), -0x8000), 0x7fff);
}

/** Accelerometer, temperature, sleep, rate and range. Gyroscopes, FIFO and the auxiliary bus are not modelled. */
class Mpu6050Model extends ByteRegisters {
  readonly #world: Mpu6050World;
  #startedMs = 0;
  #setCount = 0;

  constructor(world: Mpu6050World) {
    super(DEFAULTS);
    this.#world = world;
  }

  protected override hasPower(): boolean {
    const { nowMs, acceleration, temperature } = this.#world;
    return acceleration(nowMs()) !== undefined && temperature(nowMs()) !== undefined;
  }

  protected override powerOn(): void {
    super.powerOn();
    this.#restart();
  }

  protected override storeAll(register: number, bytes: Uint8Array): void {
    bytes.forEach((byte, i) => this.#store(register + i, byte));
  }

  protected override load(register: number): number {
    const value = this.get(register);
    // Reading the status clears it (section 4.16).
    if (register === STATUS) this.set(STATUS, 0);
    return value;
  }

  protected override measure(): void {
    const { nowMs, acceleration, temperature } = this.#world;
    const setCount = Math.floor((nowMs() - this.#startedMs) / this.#periodMs());
    const vector = acceleration(nowMs());
    if (!(setCount > this.#setCount) || vector === undefined) return;
    this.#setCount = setCount;
    this.set(STATUS, this.get(INTERRUPT_ENABLE) & DATA_READY);
    const digitsPerG = 16_384 >> ((this.get(ACCELEROMETER) >> 3) & 3);
    [vector.x, vector.y, vector.z].forEach((axis, i) =>
      this.setWord(OUT_X + 2 * i, clampWord((axis / STANDARD_GRAVITY) * digitsPerG)),
    );
    this.setWord(OUT_TEMPERATURE, clampWord(((temperature(nowMs()) ?? 0) - 36.53) * 340));
  }

  #store(register: number, value: number): void {
    if (register === POWER && value & RESET) return this.powerOn();
    if (!isWritable(register)) return;
    this.set(register, value);
    if (register === POWER || register === SAMPLE_DIVIDER) this.#restart();
  }

  #restart(): void {
    this.#startedMs = this.#world.nowMs();
    this.#setCount = 0;
  }

  #periodMs(): number {
    if (this.get(POWER) & SLEEP) return Infinity;
    const filter = this.get(LOW_PASS) & 7;
    const isFiltered = filter > 0 && filter < 7;
    return (1 + this.get(SAMPLE_DIVIDER)) * (isFiltered ? BASE_PERIOD_MS : BASE_PERIOD_MS_UNFILTERED);
  }
}

/** An InvenSense MPU-6050 at the level of its registers. */
export function createMpu6050Model(world: Mpu6050World): BusDevice {
  return new Mpu6050Model(world);
}
