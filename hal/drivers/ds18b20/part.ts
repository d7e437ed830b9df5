import type { OneWireSensorOptions } from '../io/one-wire.js';
import { plainChannel, type PartDescription } from '../io/part.js';
import { DS18B20 } from './ds18b20.js';

export const ds18b20 = {
  channels: [plainChannel('temperature', ['temperature'], 'Cel', -2)],
  ports: { sensor: 'oneWire' },
  create: (options: OneWireSensorOptions) => new DS18B20(options),
} satisfies PartDescription;
