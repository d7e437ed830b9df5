/**
 * A 1-Wire bus with one part on it. ECMA-419 has no such class; this is its I2C class with the reset pulse that every
 * transaction begins with.
 */
export interface OneWire {
  /** Sends the reset pulse. @returns whether a part has answered with its presence pulse. */
  reset(): boolean;
  /** @throws {Error} when the bus is stuck. */
  read(count: number): ArrayBuffer;
  /** @throws {Error} when the bus is stuck. */
  write(bytes: Uint8Array): void;
  close(): void;
}

export interface OneWireOptions {
  readonly pin?: number | string;
}

/** How a driver gets its bus: `new options.sensor.io({...options.sensor})`. */
export interface OneWireSensorOptions {
  readonly sensor: OneWireOptions & { readonly io: new (options: OneWireOptions) => OneWire };
}
