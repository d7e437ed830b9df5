/** The part of the ECMA-419 I2C class (ECMA-419, 2nd edition, 10.3) that the drivers use. */
export interface I2C {
  /** Reads `count` bytes. @throws {Error} when the part does not acknowledge or the bus is stuck. */
  read(count: number, stop?: boolean): ArrayBuffer;
  /** Writes. @throws {Error} as `read` does. */
  write(bytes: ArrayBuffer | Uint8Array, stop?: boolean): void;
  close(): void;
}

/** Options of the constructor; `data` and `clock` are pins, `hz` the bus clock. */
export interface I2COptions {
  readonly address: number;
  readonly hz: number;
  readonly data?: number | string;
  readonly clock?: number | string;
  readonly port?: number | string;
}

/** How an ECMA-419 sensor class gets its bus: `new options.sensor.io({...options.sensor, address, hz})`. */
export interface I2CSensorOptions {
  readonly sensor: Partial<I2COptions> & { readonly io: new (options: I2COptions) => I2C };
  /** Called by nobody here yet; part of ECMA-419's shape. */
  readonly target?: object;
}
