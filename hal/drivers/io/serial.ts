/** The part of the ECMA-419 Serial class (ECMA-419, 2nd edition, 10.7) that the drivers use, with format "buffer". */
export interface Serial {
  /** What has arrived, at most `count` bytes; undefined when nothing has. @throws {Error} on a failing port. */
  read(count: number): ArrayBuffer | undefined;
  close(): void;
}

export interface SerialOptions {
  readonly baud: number;
  readonly format: 'buffer';
  readonly receive?: number | string;
  readonly transmit?: number | string;
  readonly port?: number | string;
}

/** How a driver gets its port: `new options.sensor.io({...options.sensor, baud, format})`. */
export interface SerialSensorOptions {
  readonly sensor: Partial<SerialOptions> & { readonly io: new (options: SerialOptions) => Serial };
}
