import type { I2CSensorOptions } from '../io/i2c.js';
import { plainChannel, type PartDescription } from '../io/part.js';
import { BME280 } from './bme280.js';

export const bme280 = {
  channels: [
    plainChannel('temperature', ['thermometer', 'temperature'], 'Cel', -2),
    { name: 'humidity', path: ['hygrometer', 'humidity'], unit: '%RH', exponent: -2, scale: 100 },
    plainChannel('pressure', ['barometer', 'pressure'], 'Pa', 0),
  ],
  ports: { sensor: 'i2c' },
  create: (options: I2CSensorOptions) => new BME280(options),
} satisfies PartDescription;
