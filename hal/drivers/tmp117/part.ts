import type { I2CSensorOptions } from '../io/i2c.js';
import { plainChannel, type PartDescription } from '../io/part.js';
import { TMP117 } from './tmp117.js';

export const tmp117 = {
  channels: [plainChannel('temperature', ['temperature'], 'Cel', -2)],
  ports: { sensor: 'i2c' },
  create: (options: I2CSensorOptions) => new TMP117(options),
} satisfies PartDescription;
