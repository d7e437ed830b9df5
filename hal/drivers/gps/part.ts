import { plainChannel, type PartDescription } from '../io/part.js';
import type { SerialSensorOptions } from '../io/serial.js';
import { GPS } from './gps.js';

export const gps = {
  channels: [
    plainChannel('latitude', ['latitude'], 'lat', -6),
    plainChannel('longitude', ['longitude'], 'lon', -6),
    plainChannel('altitude', ['altitude'], 'm', -1),
    plainChannel('satellites', ['satellites'], 'count', 0),
  ],
  ports: { sensor: 'serial' },
  create: (options: SerialSensorOptions) => new GPS(options),
} satisfies PartDescription;
