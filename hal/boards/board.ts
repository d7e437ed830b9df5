import type { PartName } from '../parts.js';

export type Chip = 'esp32' | 'esp32c3' | 'esp32s3';

/** Pins of a bus or a line, by their GPIO numbers. */
export type BoardBus =
  | { readonly kind: 'i2c'; readonly data: number; readonly clock: number; readonly hz: number }
  | { readonly kind: 'serial'; readonly receive: number; readonly transmit: number; readonly baud: number }
  | { readonly kind: 'digital' | 'analog' | 'oneWire'; readonly pin: number };

/** A sensor that the board carries or that is plugged into it. */
export interface BoardSensor {
  readonly name: string;
  readonly part: PartName;
  /** For each port of the part, the bus that it is connected to. */
  readonly ports: Readonly<Record<string, string>>;
  /** On I2C, where it is not the part's usual one. */
  readonly address?: number;
}

/** A partition as ESP-IDF's tables have it. Bytes. */
export interface Partition {
  readonly name: string;
  readonly type: 'app' | 'data';
  readonly subtype: string;
  readonly offset: number;
  readonly size: number;
}

/** XS's machine, as `creation` in a Moddable manifest. */
export interface HeapSettings {
  /** Bytes of chunks at the start and by which they grow. */
  readonly chunkInitial: number;
  readonly chunkIncremental: number;
  /** Slots of 16 bytes at the start and by which they grow. */
  readonly slotInitial: number;
  readonly slotIncremental: number;
  /** Slots of the stack. */
  readonly stack: number;
}

/** All that is known of a board. */
export interface Board {
  /** As people call it. */
  readonly title: string;
  readonly chip: Chip;
  /** Moddable's name of the platform, for `mcconfig -p`. */
  readonly platform: string;
  readonly flashBytes: number;
  readonly buses: Readonly<Record<string, BoardBus>>;
  readonly sensors: readonly BoardSensor[];
  readonly partitions: readonly Partition[];
  readonly heap: HeapSettings;
}

/** What the manifest asks for: Moddable's plain `esp32` heap, less what the network stack wants. */
export const HEAP_DEFAULT: HeapSettings = {
  chunkInitial: 24_576,
  chunkIncremental: 1_024,
  slotInitial: 2_048,
  slotIncremental: 64,
  stack: 512,
};

/** Two slots for updates and 64 KB or more behind them; the offsets before are ESP-IDF's usual ones. */
export function twoSlots(slotBytes: number): Partition[] {
  const first = 0x1_0000;
  return [
    { name: 'nvs', type: 'data', subtype: 'nvs', offset: 0x9000, size: 0x4000 },
    { name: 'otadata', type: 'data', subtype: 'ota', offset: 0xd000, size: 0x2000 },
    { name: 'phy_init', type: 'data', subtype: 'phy', offset: 0xf000, size: 0x1000 },
    { name: 'ota_0', type: 'app', subtype: 'ota_0', offset: first, size: slotBytes },
    { name: 'ota_1', type: 'app', subtype: 'ota_1', offset: first + slotBytes, size: slotBytes },
  ];
}

/** The parts of a board, each once, in alphabetical order. */
export function partsOf({ sensors }: Board): PartName[] {
  return [...new Set(sensors.map(({ part }) => part))].sort();
}
