import type { I2CSensorOptions } from '../io/i2c.js';
import { plainChannel, type PartDescription } from '../io/part.js';
import { MPU6050 } from './mpu6050.js';

export const mpu6050 = {
  channels: [
    ...['x', 'y', 'z'].map((axis) => plainChannel(axis, [axis], 'm/s2', -3)),
    plainChannel('temperature', ['temperature'], 'Cel', -2),
  ],
  ports: { sensor: 'i2c' },
  create: (options: I2CSensorOptions) => new MPU6050(options),
} satisfies PartDescription;
