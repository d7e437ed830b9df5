/** A quantity of the world over time, in the unit that the part's registry entry names; undefined: the part is off. */
export type Signal = (nowMs: number) => number | undefined;

/** A part on the simulated bus. It sees what the real one sees: bytes after its address. */
export interface BusDevice {
  /** Takes the bytes of a write; false: not acknowledged. */
  write(bytes: Uint8Array): boolean;
  /** Gives `count` bytes; undefined: the address is not acknowledged. */
  read(count: number): Uint8Array | undefined;
  /** Every how many bytes a checksum stands in what the part sends; 3 on Sensirion parts. */
  readonly checksumStride?: number;
}

/**
 * What goes wrong on the bus. `stuck` and `timeout` hit every part; the others only the part at `address`, or all
 * when there is none. `badCrc` spoils the checksums that a part sends; `bitFlip` turns the bit with that number,
 * counted from the first byte's most significant one and round again in a short answer, in everything read.
 */
export type BusFault =
  | { readonly kind: 'none' | 'stuck' | 'timeout' }
  | { readonly kind: 'nack' | 'badCrc'; readonly address?: number }
  | { readonly kind: 'bitFlip'; readonly bit: number; readonly address?: number };

/** The kinds of error that the drivers of `hal/drivers` know. */
export type BusErrorKind = 'nack' | 'stuck' | 'timeout';

/** What the simulated IO class throws, with the cause that real hardware often keeps to itself. */
export class BusError extends Error {
  readonly kind: BusErrorKind;

  constructor(kind: BusErrorKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** The shape of ECMA-419's I2C class, as far as drivers use it; the same as `I2C` in `hal/drivers/io`. */
export interface SimulatedI2C {
  read(count: number, stop?: boolean): ArrayBuffer;
  write(bytes: ArrayBuffer | Uint8Array, stop?: boolean): void;
  close(): void;
}

export interface SimulatedI2COptions {
  readonly address: number;
  readonly hz: number;
}

/** A simulated I2C bus. */
export interface SimulatedBus {
  /** The IO class that a driver gets in its options. */
  readonly io: new (options: SimulatedI2COptions) => SimulatedI2C;
  /** @throws {RangeError} when the address is taken. */
  attach(address: number, device: BusDevice): void;
  /** The fault from now on, until the next call. */
  setFault(fault: BusFault): void;
  /** How many instances of `io` are open. */
  openCount(): number;
  /** How many instances of `io` were ever made. */
  madeCount(): number;
  /** How many reads and writes were tried. */
  transactionCount(): number;
}

/** The wires and what hangs on them; shared by all instances of one bus's IO class. */
class Wires {
  readonly devices = new Map<number, BusDevice>();
  readonly openAddresses = new Set<number>();
  fault: BusFault = { kind: 'none' };
  madeCount = 0;
  transactionCount = 0;

  /** Two owners of one address would mix their transactions, so the second is refused as Moddable's class does. */
  claim(address: number): void {
    this.madeCount++;
    if (this.openAddresses.has(address))
      throw new RangeError(`"address" expected one not in use, got ${address}`);
    this.openAddresses.add(address);
  }

  /** The fault that hits the part at `address` now. */
  faultAt(address: number): BusFault {
    const { fault } = this;
    const isElsewhere = 'address' in fault && fault.address !== undefined && fault.address !== address;
    return isElsewhere ? { kind: 'none' } : fault;
  }

  /** Begins a transaction. @throws {BusError} when the fault does not let it come about. */
  select(address: number): BusDevice {
    this.transactionCount++;
    const { kind } = this.faultAt(address);
    if (kind === 'stuck') throw new BusError('stuck', 'bus stuck');
    if (kind === 'timeout') throw new BusError('timeout', 'bus timeout');
    const device = this.devices.get(address);
    if (kind === 'nack' || device === undefined) throw notAcknowledged(address);
    return device;
  }
}

function notAcknowledged(address: number): BusError {
  return new BusError('nack', `address ${address} not acknowledged`);
}

/** What arrives of `sent` under a fault: always a fresh array, so that the part keeps its own. */
export function received(
  sent: Uint8Array,
  fault: BusFault,
  checksumStride = Infinity,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(sent);
  if (fault.kind === 'bitFlip' && bytes.length > 0) {
    const bit = fault.bit % (bytes.length * 8);
    bytes[bit >> 3] ^= 0x80 >> (bit & 7);
  }
  if (fault.kind === 'badCrc') {
    for (let i = checksumStride - 1; i < bytes.length; i += checksumStride) bytes[i] ^= 0xff;
  }
  return bytes;
}

/** The IO class of all simulated buses: one class, so that a fleet of ten thousand buses is not as many classes. */
class WiredI2C implements SimulatedI2C {
  readonly #wires: Wires;
  readonly #address: number;
  #isOpen = true;

  constructor(wires: Wires, { address }: SimulatedI2COptions) {
    wires.claim(address);
    this.#wires = wires;
    this.#address = address;
  }

  read(count: number): ArrayBuffer {
    const device = this.#select();
    const sent = device.read(count);
    if (sent === undefined) throw notAcknowledged(this.#address);
    return received(sent, this.#wires.faultAt(this.#address), device.checksumStride).buffer;
  }

  write(bytes: ArrayBuffer | Uint8Array): void {
    const isTaken = this.#select().write(new Uint8Array(bytes));
    if (!isTaken) throw notAcknowledged(this.#address);
  }

  close(): void {
    if (this.#isOpen) this.#wires.openAddresses.delete(this.#address);
    this.#isOpen = false;
  }

  #select(): BusDevice {
    if (!this.#isOpen) throw new TypeError('"this" expected an open I2C, got a closed one');
    return this.#wires.select(this.#address);
  }
}

/** The class with its wires bound to it, so that it can be constructed and extended as any other. */
function createIo(wires: Wires): SimulatedBus['io'] {
  const bound = WiredI2C.bind(undefined, wires) as unknown as SimulatedBus['io'];
  Object.defineProperty(bound, 'prototype', { value: WiredI2C.prototype });
  return bound;
}

/**
 * Makes a bus without parts and without faults.
 * @example
 * const bus = createBus();
 * bus.attach(0x44, createSht4xModel({ nowMs, temperature: () => 21.5, humidity: () => 40 }));
 * const sensor = new SHT4x({ sensor: { io: bus.io } });
 */
export function createBus(): SimulatedBus {
  const wires = new Wires();
  return {
    io: createIo(wires),
    attach(address, device) {
      if (wires.devices.has(address)) throw new RangeError(`"address" expected a free one, got ${address}`);
      wires.devices.set(address, device);
    },
    setFault: (fault) => {
      wires.fault = fault;
    },
    openCount: () => wires.openAddresses.size,
    madeCount: () => wires.madeCount,
    transactionCount: () => wires.transactionCount,
  };
}
