import { HEAP_DEFAULT, twoSlots, type Board } from './board.js';

/** M5Stack Core2: 16 MB of flash. Port A (red) is an I2C bus of its own; an ENV IV unit has the SHT40 there. */
export const M5STACK_CORE2: Board = {
  title: 'M5Stack Core2',
  chip: 'esp32',
  platform: 'esp32/m5stack_core2',
  flashBytes: 0x100_0000,
  buses: {
    portA: { kind: 'i2c', data: 32, clock: 33, hz: 400_000 },
    portBData: { kind: 'digital', pin: 36 },
    portBClock: { kind: 'digital', pin: 26 },
  },
  sensors: [
    { name: 'air', part: 'sht4x', ports: { sensor: 'portA' } },
    { name: 'scale', part: 'hx711', ports: { data: 'portBData', clock: 'portBClock' } },
  ],
  partitions: twoSlots(0x40_0000),
  heap: HEAP_DEFAULT,
};
