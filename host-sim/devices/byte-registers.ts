import type { BusDevice } from './bus.js';

const REGISTER_COUNT = 0x100;

/** What parts with 8-bit registers share: a pointer that goes on with each byte, and registers of power-on. */
export abstract class ByteRegisters implements BusDevice {
  readonly #defaults: readonly (readonly [register: number, value: number])[];
  readonly #registers = new Uint8Array(REGISTER_COUNT);
  #pointer = 0;

  /** @param defaults registers that are not zero after power-on. */
  constructor(defaults: readonly (readonly [register: number, value: number])[]) {
    this.#defaults = defaults;
    this.#fill();
  }

  write(bytes: Uint8Array): boolean {
    if (!this.#isPowered()) return false;
    if (bytes.length > 0) this.#pointer = bytes[0];
    this.storeAll(this.#pointer, bytes.subarray(1));
    return true;
  }

  read(count: number): Uint8Array | undefined {
    if (!this.#isPowered()) return undefined;
    this.measure();
    const bytes = new Uint8Array(count);
    for (let i = 0; i < count; i++) bytes[i] = this.load(this.#pointer++ & 0xff);
    return bytes;
  }

  protected abstract hasPower(): boolean;
  /** Takes the bytes of a write, the first of which is for `register`. */
  protected abstract storeAll(register: number, bytes: Uint8Array): void;
  /** Brings the output registers up to date, once before each read. */
  protected abstract measure(): void;

  /** What a read of one register gives. */
  protected load(register: number): number {
    return this.get(register);
  }

  /** Registers as after power-on. */
  protected powerOn(): void {
    this.#fill();
  }

  protected get(register: number): number {
    return this.#registers[register];
  }

  protected set(register: number, value: number): void {
    this.#registers[register] = value;
  }

  /** Two bytes, the upper first. */
  protected setWord(register: number, value: number): void {
    this.set(register, (value >> 8) & 0xff);
    this.set(register + 1, value & 0xff);
  }

  /** A part that lost its power has its registers as after power-on when it is back. */
  #isPowered(): boolean {
    const hasPower = this.hasPower();
    if (!hasPower) this.powerOn();
    return hasPower;
  }

  #fill(): void {
    this.#registers.fill(0);
    for (const [register, value] of this.#defaults) this.#registers[register] = value;
    this.#pointer = 0;
  }
}
