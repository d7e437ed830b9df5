import { BusError, createBus, received, type BusDevice, type BusFault } from './bus.js';

/** What an instance of a simulated IO class can do; which of it makes sense depends on the kind. */
export interface SimulatedIo {
  read(count?: number): ArrayBuffer | number | undefined;
  write(value: ArrayBuffer | Uint8Array | number): void;
  /** 1-Wire only: whether a part is present. */
  reset?(): boolean;
  /** Analog only: bits of a value. */
  readonly resolution?: number;
  close(): void;
}

/** A simulated IO class. Drivers know it by the shapes of `hal/drivers/io`. */
export type SimulatedIoClass = new (options: never) => SimulatedIo;

/** One part with all the wires that go to it. */
export interface PartBus {
  /** The IO classes by the names under which the driver's options carry them. */
  readonly io: Readonly<Record<string, SimulatedIoClass>>;
  /** The fault from now on, until the next call. */
  setFault(fault: BusFault): void;
  /** How many instances of the classes are open. */
  openCount(): number;
  /** How many instances were ever made. */
  madeCount(): number;
  /** How many transactions were tried. */
  transactionCount(): number;
}

/** What hangs on one line: a pin, a serial port, an analog input or a 1-Wire bus. */
export interface LineDevice {
  /** Told when the line is opened. */
  open?(): void;
  /** Bytes, a level or a code; undefined: nothing has arrived. `isSpoiled`: the checksums are to be wrong. */
  read?(count: number, isSpoiled: boolean): Uint8Array | number | undefined;
  write?(value: Uint8Array | number): void;
  reset?(): boolean;
  readonly resolution?: number;
  /** What is read while no part is there. */
  absent?(count: number): Uint8Array | number;
}

/** Every name of a mode is a code of its own, as on Moddable's Digital class. */
const DIGITAL_MODES = { Input: 0, Output: 8 };

class Lines {
  fault: BusFault = { kind: 'none' };
  openCount = 0;
  madeCount = 0;
  transactionCount = 0;
  readonly #open = new Set<string>();

  claim(port: string): void {
    this.madeCount++;
    if (this.#open.has(port)) throw new RangeError(`"${port}" expected a line not in use`);
    this.#open.add(port);
    this.openCount++;
  }

  release(port: string): void {
    if (this.#open.delete(port)) this.openCount--;
  }

  /** Begins a transaction. @returns whether the part is there. @throws {BusError} when the line cannot be used. */
  select(): boolean {
    this.transactionCount++;
    const { kind } = this.fault;
    if (kind === 'stuck' || kind === 'timeout') throw new BusError(kind, `line ${kind}`);
    return kind !== 'nack';
  }
}

function arrived(value: Uint8Array | number | undefined, fault: BusFault): ArrayBuffer | number | undefined {
  if (value === undefined || typeof value === 'number') return value;
  return received(value, fault.kind === 'bitFlip' ? fault : { kind: 'none' }).buffer;
}

function lineClass(lines: Lines, port: string, device: LineDevice): SimulatedIoClass {
  class Line implements SimulatedIo {
    static readonly Input = DIGITAL_MODES.Input;
    static readonly Output = DIGITAL_MODES.Output;
    readonly resolution = device.resolution;
    #isOpen = true;

    constructor() {
      lines.claim(port);
      device.open?.();
    }

    read(count = 0): ArrayBuffer | number | undefined {
      const isThere = this.#select();
      const value = isThere ? device.read?.(count, lines.fault.kind === 'badCrc') : device.absent?.(count);
      return arrived(value, lines.fault);
    }

    write(value: ArrayBuffer | Uint8Array | number): void {
      if (this.#select()) device.write?.(typeof value === 'number' ? value : new Uint8Array(value));
    }

    reset(): boolean {
      return this.#select() && device.reset?.() === true;
    }

    close(): void {
      if (this.#isOpen) lines.release(port);
      this.#isOpen = false;
    }

    #select(): boolean {
      if (!this.#isOpen) throw new TypeError('"this" expected an open line, got a closed one');
      return lines.select();
    }
  }
  return Line;
}

/** Lines that lead to one part. A fault hits all of them; `nack` means that the part is not there. */
export function connectLines(devices: Readonly<Record<string, LineDevice>>): PartBus {
  const lines = new Lines();
  const classes = Object.entries(devices).map(([port, device]) => [port, lineClass(lines, port, device)]);
  return {
    io: Object.fromEntries(classes) as Record<string, SimulatedIoClass>,
    setFault: (fault) => void (lines.fault = fault),
    openCount: () => lines.openCount,
    madeCount: () => lines.madeCount,
    transactionCount: () => lines.transactionCount,
  };
}

/** An I2C bus with one part. */
export function connectI2C(address: number, device: BusDevice): PartBus {
  const bus = createBus();
  bus.attach(address, device);
  return {
    io: { sensor: bus.io },
    setFault: (fault) => bus.setFault(fault),
    openCount: () => bus.openCount(),
    madeCount: () => bus.madeCount(),
    transactionCount: () => bus.transactionCount(),
  };
}
