import type { BusDevice, Signal } from './bus.js';
import { ByteRegisters } from './byte-registers.js';

export interface Bme280World {
  readonly nowMs: () => number;
  /** Degrees Celsius; undefined: the part has no power. */
  readonly temperature: Signal;
  /** Percent of relative humidity; undefined: the part has no power. */
  readonly humidity: Signal;
  /** Pascals; undefined: the part has no power. */
  readonly pressure: Signal;
}

/** The trimming of the simulated part. Those of temperature and pressure are the example of the BMP280's datasheet. */
const T = [27_504, 26_435, -1_000];
const P = [36_477, -10_685, 3_024, 2_855, 140, -7, 15_500, -14_600, 6_000];
const H = [75, 362, 0, 333, 0, 30];

const CONTROL_HUMIDITY = 0xf2;
const STATUS = 0xf3;
const CONTROL_MEASURE = 0xf4;
const CONFIG = 0xf5;
const PRESSURE = 0xf7;
const TEMPERATURE = 0xfa;
const HUMIDITY = 0xfd;
const RESET = 0xe0;
const RESET_WORD = 0xb6;
const STATUS_MEASURING = 0x08;
/** Longest time of one measurement of each quantity (datasheet, section 9.1): 1.25 + 2.3 + 2.875 + 2.875 ms. */
const MEASUREMENT_MS = 9.3;

/** Bytes of a little-endian word. */
const word = (value: number) => [value & 0xff, (value >> 8) & 0xff];

/** Registers that are not zero after power-on (BME280 datasheet, tables 16 and 18). */
const DEFAULTS: readonly (readonly [register: number, value: number])[] = [
  ...[...T, ...P].flatMap(word).map((byte, i) => [0x88 + i, byte] as const),
  [0xa1, H[0]],
  ...[...word(H[1]), H[2], H[3] >> 4, (H[3] & 15) | ((H[4] & 15) << 4), H[4] >> 4, H[5]].map(
    (byte, i) => [0xe1 + i, byte & 0xff] as const,
  ),
  [0xd0, 0x60],
  [PRESSURE, 0x80],
  [TEMPERATURE, 0x80],
  [HUMIDITY, 0x80],
];

/** The formulas in floating point (section 8.1), which the driver's integers approximate. */
function fineTemperature(raw: number): number {
  return (raw / 16_384 - T[0] / 1_024) * T[1] + (raw / 131_072 - T[0] / 8_192) ** 2 * T[2];
}

function pascals(raw: number, fine: number): number {
  const half = fine / 2 - 64_000;
  const offset = ((half * half * P[5]) / 32_768 + half * P[4] * 2) / 4 + P[3] * 65_536;
  const slope = ((P[2] * half * half) / 524_288 + P[1] * half) / 524_288;
  const rough = ((1_048_576 - raw - offset / 4_096) * 6_250) / ((1 + slope / 32_768) * P[0]);
  return rough + ((P[8] * rough * rough) / 2_147_483_648 + (rough * P[7]) / 32_768 + P[6]) / 16;
}

function percent(raw: number, fine: number): number {
  const warm = fine - 76_800;
  const linear = raw - (H[3] * 64 + (H[4] / 16_384) * warm);
  const bent = 1 + (H[5] / 67_108_864) * warm * (1 + (H[2] / 67_108_864) * warm);
  const value = linear * (H[1] / 65_536) * bent;
  return value * (1 - (H[0] * value) / 524_288);
}

/** The code in 0..2^bits-1 whose value is the nearest; `valueOf` rises or falls all the way. */
function codeOf(target: number, bits: number, valueOf: (raw: number) => number): number {
  const max = 2 ** bits - 1;
  const sign = valueOf(max) > valueOf(0) ? 1 : -1;
  let low = 0;
  let high = max;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sign * valueOf(middle) < sign * target) low = middle + 1;
    else high = middle;
  }
  const isBelowNearer = low > 0 && Math.abs(valueOf(low - 1) - target) < Math.abs(valueOf(low) - target);
  return isBelowNearer ? low - 1 : low;
}

/** Trimming, forced mode and its time. Normal mode, oversampling and the filter are not modelled. */
class Bme280Model extends ByteRegisters {
  readonly #world: Bme280World;
  #readyAtMs = Infinity;

  constructor(world: Bme280World) {
    super(DEFAULTS);
    this.#world = world;
  }

  protected override hasPower(): boolean {
    const { nowMs, temperature, humidity, pressure } = this.#world;
    return [temperature, humidity, pressure].every((signal) => signal(nowMs()) !== undefined);
  }

  protected override powerOn(): void {
    super.powerOn();
    this.#readyAtMs = Infinity;
  }

  /** The first byte is for `register`; then follow pairs of register and value (section 6.2.1). */
  protected override storeAll(register: number, bytes: Uint8Array): void {
    if (bytes.length > 0) this.#store(register, bytes[0]);
    for (let i = 1; i + 1 < bytes.length; i += 2) this.#store(bytes[i], bytes[i + 1]);
  }

  protected override measure(): void {
    const { nowMs, temperature, humidity, pressure } = this.#world;
    if (nowMs() < this.#readyAtMs) return;
    this.#readyAtMs = Infinity;
    this.set(STATUS, 0);
    this.set(CONTROL_MEASURE, this.get(CONTROL_MEASURE) & ~3);
    const celsius = temperature(nowMs()) ?? 0;
    const raw = codeOf(celsius, 20, (code) => fineTemperature(code) / 5_120);
    const fine = fineTemperature(raw);
    this.#show20(TEMPERATURE, raw);
    this.#show20(
      PRESSURE,
      codeOf(pressure(nowMs()) ?? 0, 20, (code) => pascals(code, fine)),
    );
    this.setWord(
      HUMIDITY,
      codeOf(humidity(nowMs()) ?? 0, 16, (code) => percent(code, fine)),
    );
  }

  #store(register: number, value: number): void {
    if (register === RESET && value === RESET_WORD) return this.powerOn();
    if (![CONTROL_HUMIDITY, CONTROL_MEASURE, CONFIG].includes(register)) return;
    this.set(register, value);
    const isForced = register === CONTROL_MEASURE && [1, 2].includes(value & 3);
    if (!isForced) return;
    this.#readyAtMs = this.#world.nowMs() + MEASUREMENT_MS;
    this.set(STATUS, STATUS_MEASURING);
  }

  #show20(register: number, raw: number): void {
    this.setWord(register, raw >> 4);
    this.set(register + 2, (raw & 15) << 4);
  }
}

/** A Bosch BME280 at the level of its registers. */
export function createBme280Model(world: Bme280World): BusDevice {
  return new Bme280Model(world);
}
