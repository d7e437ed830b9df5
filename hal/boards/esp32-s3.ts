import { HEAP_DEFAULT, twoSlots, type Board } from './board.js';

/** Espressif ESP32-S3-DevKitC-1 with 8 MB; every sensor is on its pin headers. */
export const ESP32_S3: Board = {
  title: 'ESP32-S3-DevKitC-1',
  chip: 'esp32s3',
  platform: 'esp32/esp32s3',
  flashBytes: 0x80_0000,
  buses: { i2c: { kind: 'i2c', data: 8, clock: 9, hz: 400_000 } },
  sensors: [
    { name: 'bath', part: 'tmp117', ports: { sensor: 'i2c' } },
    { name: 'rotor', part: 'mpu6050', ports: { sensor: 'i2c' } },
  ],
  partitions: twoSlots(0x3f_0000),
  heap: HEAP_DEFAULT,
};
