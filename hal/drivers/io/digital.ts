/** The part of the ECMA-419 Digital class (ECMA-419, 2nd edition, 10.1) that the drivers use: one pin. */
export interface Digital {
  /** The level of the pin, 0 or 1. */
  read(): number;
  /** Sets the level of an output. */
  write(level: number): void;
  close(): void;
}

/** The class itself carries the codes of the modes, as static properties. */
export interface DigitalClass {
  new (options: DigitalOptions): Digital;
  readonly Input: number;
  readonly Output: number;
}

export interface DigitalOptions {
  readonly mode: number;
  readonly pin?: number | string;
}

/** One pin in a driver's options. */
export interface DigitalPin {
  readonly io: DigitalClass;
  readonly pin?: number | string;
}
