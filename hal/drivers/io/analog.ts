/** The part of the ECMA-419 Analog class (ECMA-419, 2nd edition, 10.2) that the drivers use. */
export interface Analog {
  /** Bits of a value: it lies in 0..2^resolution-1. */
  readonly resolution: number;
  /** Converts now. @throws {Error} on a failing converter. */
  read(): number;
  close(): void;
}

export interface AnalogOptions {
  readonly pin?: number | string;
}

/** How a driver gets its converter: `new options.sensor.io({...options.sensor})`. */
export interface AnalogSensorOptions {
  readonly sensor: AnalogOptions & { readonly io: new (options: AnalogOptions) => Analog };
}
