import { HEAP_DEFAULT, twoSlots, type Board } from './board.js';

/** Espressif ESP32-C3-DevKitM-1 with 4 MB; every sensor is on its pin headers. */
export const ESP32_C3_DEVKITM: Board = {
  title: 'ESP32-C3-DevKitM-1',
  chip: 'esp32c3',
  platform: 'esp32/esp32c3',
  flashBytes: 0x40_0000,
  buses: {
    i2c: { kind: 'i2c', data: 4, clock: 5, hz: 400_000 },
    probe: { kind: 'oneWire', pin: 6 },
  },
  sensors: [
    { name: 'air', part: 'bme280', ports: { sensor: 'i2c' } },
    { name: 'supply', part: 'ina219', ports: { sensor: 'i2c' } },
    { name: 'probe', part: 'ds18b20', ports: { sensor: 'probe' } },
  ],
  partitions: twoSlots(0x1f_0000),
  heap: HEAP_DEFAULT,
};
