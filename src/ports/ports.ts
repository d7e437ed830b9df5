/** Wall-clock time. The monotonic clock is the argument of `node.step`. */
export interface WallClockPort {
  /** Milliseconds since 1970-01-01T00:00:00Z, or undefined while the time is not known. Never a guess. */
  utcMs(): number | undefined;
}

/** A source of keys. On a device: the hardware generator, with RF or bootloader entropy on. */
export interface EntropyPort {
  /** True once the source may be used for keys. */
  isReady(): boolean;
  /** Fills `bytes` with uniformly random bytes. @throws {Error} while the source is not ready. */
  fill(bytes: Uint8Array): void;
}

/** Longest name that the flash store takes (NVS: 15 characters). */
export const FLASH_NAME_CHARACTERS_MAX = 15;
/** Longest value that the flash store takes (NVS: 4,000 bytes). */
export const FLASH_VALUE_BYTES_MAX = 4_000;

/** Flash as names and values. A write is atomic: after a power cut the old or the new value is there, whole. */
export interface KeyValuePort {
  /** A copy of the value, or undefined. */
  read(name: string): Uint8Array | undefined;
  /** @throws {RangeError} on a name or value over the limits; {Error} when the flash does not take it. */
  write(name: string, value: Uint8Array): void;
  erase(name: string): void;
}

/** What the stream to the broker is doing. `failed` stays until `close` is called. */
export type StreamState = 'closed' | 'opening' | 'open' | 'failed';

/** One byte stream to the broker, TCP or TLS. The port queues what arrives; the core asks at its next step. */
export interface StreamPort {
  /** Starts to connect. Only when closed. */
  open(): void;
  state(): StreamState;
  /** How many bytes `write` takes now. */
  writableBytes(): number;
  /** Hands over a copy of `bytes`; at most `writableBytes()` of them. */
  write(bytes: Uint8Array): void;
  /** The next bytes that arrived, or undefined. */
  read(): Uint8Array | undefined;
  /** Drops the connection. May be called at any time, any number of times. */
  close(): void;
}

/** Facts about the machine; what is not known is undefined. */
export interface SystemFactsPort {
  /** Why the machine started: `powerOn`, `watchdog`, `brownOut`, `software`, `deepSleep` … */
  resetReason(): string;
  freeHeapBytes(): number | undefined;
  signalDbm(): number | undefined;
  supplyMilliV(): number | undefined;
}

/** Levels as in RFC 5424: error 3, warning 4, notice 5, debug 7. */
export type LogLevel = 'error' | 'warning' | 'notice' | 'debug';

/** Where the node says what it does. Texts never hold keys. */
export interface LogPort {
  write(level: LogLevel, text: string): void;
}

/** An ECMA-419 sensor: `sample` gives a fresh object, or undefined while no new sample is ready. */
export interface SensorPort {
  configure(options: object): void;
  /** @throws an error with a `reason` of `NoDataReason` when the part does not answer as it should. */
  sample(): object | undefined;
  close(): void;
}

/** Public-key arithmetic that a board may have in hardware or native code. 32 bytes each; see `seal/x25519.ts`. */
export interface AcceleratorPort {
  /** X25519 of RFC 7748, section 5. */
  scalarMult(secret: Uint8Array, point: Uint8Array): Uint8Array;
}

/** All that a node needs. */
export interface Ports {
  readonly wallClock: WallClockPort;
  readonly entropy: EntropyPort;
  readonly flash: KeyValuePort;
  readonly stream: StreamPort;
  readonly facts: SystemFactsPort;
  readonly log: LogPort;
  /** Used for pairing only, and only after it has agreed with tweetnacl. */
  readonly accelerator?: AcceleratorPort;
  /** Opens the sensor with this name. Called again after a failure. @throws as `SensorPort.sample` does. */
  openSensor(name: string): SensorPort;
}
