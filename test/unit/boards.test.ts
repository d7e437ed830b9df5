import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Board, BoardBus, Chip } from '../../hal/boards/board.js';
import { BOARDS, partsOf } from '../../hal/boards/index.js';
import { PARTS, type PartDescription } from '../../hal/parts.js';
import { PARTS as SIMULATED_PARTS } from '../../host-sim/devices/parts.js';
import { PROJECT } from '../support/processes.js';

/** Pins by chip (Espressif's datasheets): how many, which the flash takes, which cannot drive, which can convert. */
const CHIPS: Record<Chip, { gpioMax: number; flash: number[]; inputOnly: number[]; analog: number[] }> = {
  esp32: {
    gpioMax: 39,
    flash: [6, 7, 8, 9, 10, 11],
    inputOnly: [34, 35, 36, 37, 38, 39],
    // The second converter is not there while Wi-Fi runs.
    analog: [32, 33, 34, 35, 36, 37, 38, 39],
  },
  esp32c3: { gpioMax: 21, flash: [12, 13, 14, 15, 16, 17], inputOnly: [], analog: [0, 1, 2, 3, 4] },
  esp32s3: {
    gpioMax: 48,
    flash: [26, 27, 28, 29, 30, 31, 32],
    inputOnly: [],
    analog: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  },
};

const FLASH_PAGE = 0x1000;
const APP_ALIGNMENT = 0x1_0000;
const BOOTLOADER_END = 0x9000;

function pinsOf(bus: BoardBus): number[] {
  if (bus.kind === 'i2c') return [bus.data, bus.clock];
  return bus.kind === 'serial' ? [bus.receive, bus.transmit] : [bus.pin];
}

const boards = Object.entries(BOARDS);
const sensors = boards.flatMap(([name, board]) => board.sensors.map((sensor) => ({ name, board, sensor })));

describe.each(boards)('board %s', (_, board: Board) => {
  const { gpioMax, flash, analog, inputOnly } = CHIPS[board.chip];

  it('uses each pin once, and none that its chip has not or needs for its flash', () => {
    const pins = Object.values(board.buses).flatMap(pinsOf);
    expect(new Set(pins).size).toBe(pins.length);
    expect(pins.filter((pin) => pin < 0 || pin > gpioMax || flash.includes(pin))).toEqual([]);
  });

  it('drives no pin that is an input only, and converts on none that cannot', () => {
    const driven = Object.values(board.buses).flatMap((bus) => {
      if (bus.kind === 'i2c' || bus.kind === 'oneWire') return pinsOf(bus);
      return bus.kind === 'serial' ? [bus.transmit] : [];
    });
    expect(driven.filter((pin) => inputOnly.includes(pin))).toEqual([]);
    const converted = Object.values(board.buses).flatMap((bus) => (bus.kind === 'analog' ? [bus.pin] : []));
    expect(converted.filter((pin) => !analog.includes(pin))).toEqual([]);
  });

  it('names each sensor once, and no two of one address on a bus', () => {
    expect(new Set(board.sensors.map(({ name }) => name)).size).toBe(board.sensors.length);
    const places = board.sensors.flatMap(({ part, ports, address }) => {
      const simulated = SIMULATED_PARTS[part];
      return 'address' in simulated ? [`${ports.sensor} ${address ?? simulated.address}`] : [];
    });
    expect(new Set(places).size).toBe(places.length);
  });

  it('has partitions in order, on pages, without overlap, and within the flash', () => {
    let end = BOOTLOADER_END;
    for (const { type, offset, size } of board.partitions) {
      expect(offset).toBeGreaterThanOrEqual(end);
      expect(offset % (type === 'app' ? APP_ALIGNMENT : FLASH_PAGE)).toBe(0);
      expect(size % FLASH_PAGE).toBe(0);
      end = offset + size;
    }
    expect(end).toBeLessThanOrEqual(board.flashBytes);
  });

  it("keeps to Moddable's plain heap", () => {
    expect(board.heap.chunkInitial).toBeLessThanOrEqual(32_768);
    expect(board.heap.slotInitial).toBeLessThanOrEqual(2_048);
  });
});

it.each(sensors)('$name: $sensor.name has every port on a bus of its kind', ({ board, sensor }) => {
  const part: PartDescription = PARTS[sensor.part];
  const kinds = Object.entries(sensor.ports).map(([port, bus]) => [port, board.buses[bus]?.kind]);
  expect(Object.fromEntries(kinds)).toEqual(part.ports);
});

it('all boards together have every part', () => {
  const parts = new Set(boards.flatMap(([, board]) => partsOf(board)));
  expect([...parts].sort()).toEqual(Object.keys(PARTS).sort());
});

describe('the bundle of the reference board', () => {
  const name = 'esp32-devkitc';
  const folder = join(PROJECT, 'dist', 'bundle');
  // The bundler numbers names that several modules have; which number depends on how many have it.
  const read = (...path: string[]) =>
    readFileSync(join(folder, ...path), 'utf8')
      .split('\n')
      .map((line) => line.replaceAll(/\$\d+\b/g, ''));

  it('has the parts of the board and no other', () => {
    const bundle = read('boards', name, 'mamori-node.mjs').join('\n');
    const table = /const PARTS = \{([^}]*)\}/.exec(bundle)?.[1] ?? '';
    expect(table.split(',').map((part) => part.trim())).toEqual(partsOf(BOARDS[name]));
  });

  it("has no line that the simulator's bundle has not, but for the table of parts", () => {
    const whole = new Set(read('mamori-node.mjs'));
    const own = read('boards', name, 'mamori-node.mjs').filter((line) => !whole.has(line));
    expect(own.filter((line) => !line.startsWith('const PARTS = '))).toEqual([]);
  });
});
