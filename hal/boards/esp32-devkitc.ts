import { HEAP_DEFAULT, twoSlots, type Board } from './board.js';

/** Espressif ESP32-DevKitC V4 with an ESP32-WROOM-32E of 4 MB; every sensor is on its pin headers. */
export const ESP32_DEVKITC: Board = {
  title: 'ESP32-DevKitC V4',
  chip: 'esp32',
  platform: 'esp32',
  flashBytes: 0x40_0000,
  buses: {
    i2c: { kind: 'i2c', data: 21, clock: 22, hz: 400_000 },
    gps: { kind: 'serial', receive: 16, transmit: 17, baud: 9_600 },
    microphone: { kind: 'analog', pin: 34 },
  },
  sensors: [
    { name: 'air', part: 'sht4x', ports: { sensor: 'i2c' } },
    { name: 'frame', part: 'lis3dh', ports: { sensor: 'i2c' } },
    { name: 'place', part: 'gps', ports: { sensor: 'gps' } },
    { name: 'sound', part: 'microphone', ports: { sensor: 'microphone' } },
  ],
  partitions: twoSlots(0x1f_0000),
  heap: HEAP_DEFAULT,
};
