import type { I2CSensorOptions } from '../io/i2c.js';
import { plainChannel, type PartDescription } from '../io/part.js';
import { INA219 } from './ina219.js';

export const ina219 = {
  channels: [plainChannel('voltage', ['voltage'], 'V', -3), plainChannel('current', ['current'], 'A', -4)],
  ports: { sensor: 'i2c' },
  create: (options: I2CSensorOptions) => new INA219(options),
} satisfies PartDescription;
