import type { SensorPort } from '../../../src/ports/ports.js';

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

/** The IO classes that a part can need; the shapes are in the files of this folder. */
export type IoKind = 'i2c' | 'digital' | 'serial' | 'analog' | 'oneWire';

/** What a node must know of a part. */
export interface PartDescription {
  readonly channels: readonly ChannelDescription[];
  /** The names under which the driver's options carry an IO class, and of which kind: `{ sensor: 'i2c' }`. */
  readonly ports: Readonly<Record<string, IoKind>>;
  /** Opens the part; `options` has each port with its `io`. @throws as the constructor of its driver does. */
  create(options: object): SensorPort;
}

/** A channel whose value already is in the unit of the wire. */
export function plainChannel(
  name: string,
  path: readonly string[],
  unit: string,
  exponent: number,
): ChannelDescription {
  return { name, path, unit, exponent, scale: 1 };
}
