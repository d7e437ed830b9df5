import type { I2CSensorOptions } from '../io/i2c.js';
import { plainChannel, type PartDescription } from '../io/part.js';
import { LIS3DH } from './lis3dh.js';

export const lis3dh = {
  channels: ['x', 'y', 'z'].map((axis) => plainChannel(axis, [axis], 'm/s2', -3)),
  ports: { sensor: 'i2c' },
  create: (options: I2CSensorOptions) => new LIS3DH(options),
} satisfies PartDescription;
