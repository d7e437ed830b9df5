import type { SensorPort } from '../src/ports/ports.js';
import type { I2CSensorOptions } from './drivers/io/i2c.js';
import { LIS3DH } from './drivers/lis3dh/lis3dh.js';
import { SHT4x } from './drivers/sht4x/sht4x.js';

/** One quantity that a part measures, and how it stands on the wire. */
export interface ChannelDescription {
  readonly name: string;
  /** Where the value is in the part's sample. */
  readonly path: readonly string[];
  /** Unit of the scaled value, as in SenML (RFC 8428, section 12.1). */
  readonly unit: string;
  /** The value on the wire is round(value * scale / 10^exponent). */
  readonly exponent: number;
  /** From the sample's unit to `unit`: 1, or 100 from a fraction to percent. */
  readonly scale: number;
}

/** What a node must know of a part. */
export interface PartDescription {
  readonly channels: readonly ChannelDescription[];
  /** Opens the part. @throws as the constructor of its driver does. */
  readonly create: (options: I2CSensorOptions) => SensorPort;
}

const accelerationChannel = (name: string): ChannelDescription => ({
  name,
  path: [name],
  unit: 'm/s2',
  exponent: -3,
  scale: 1,
});

/** Every part that has a driver, by the name that a board's description uses. */
export const PARTS = {
  sht4x: {
    channels: [
      { name: 'temperature', path: ['thermometer', 'temperature'], unit: 'Cel', exponent: -2, scale: 1 },
      { name: 'humidity', path: ['hygrometer', 'humidity'], unit: '%RH', exponent: -2, scale: 100 },
    ],
    create: (options) => new SHT4x(options),
  },
  lis3dh: {
    channels: [accelerationChannel('x'), accelerationChannel('y'), accelerationChannel('z')],
    create: (options) => new LIS3DH(options),
  },
} as const satisfies Readonly<Record<string, PartDescription>>;

export type PartName = keyof typeof PARTS;
