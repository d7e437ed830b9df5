import type { I2CSensorOptions } from '../io/i2c.js';
import { plainChannel, type PartDescription } from '../io/part.js';
import { SHT4x } from './sht4x.js';

export const sht4x = {
  channels: [
    plainChannel('temperature', ['thermometer', 'temperature'], 'Cel', -2),
    { name: 'humidity', path: ['hygrometer', 'humidity'], unit: '%RH', exponent: -2, scale: 100 },
  ],
  ports: { sensor: 'i2c' },
  create: (options: I2CSensorOptions) => new SHT4x(options),
} satisfies PartDescription;
