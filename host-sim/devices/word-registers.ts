import type { BusDevice } from './bus.js';

const REGISTER_COUNT = 0x100;

/** What parts with 16-bit registers share: a pointer, two bytes a register, the upper first, no auto-increment. */
export abstract class WordRegisters implements BusDevice {
  readonly #defaults: readonly (readonly [register: number, value: number])[];
  readonly #registers = new Uint16Array(REGISTER_COUNT);
  #pointer = 0;

  /** @param defaults registers that are not zero after power-on. */
  constructor(defaults: readonly (readonly [register: number, value: number])[]) {
    this.#defaults = defaults;
    this.#fill();
  }

  write(bytes: Uint8Array): boolean {
    if (!this.#isPowered()) return false;
    if (bytes.length > 0) this.#pointer = bytes[0];
    if (bytes.length >= 3) this.store(this.#pointer, (bytes[1] << 8) | bytes[2]);
    return true;
  }

  read(count: number): Uint8Array | undefined {
    if (!this.#isPowered()) return undefined;
    const value = this.load(this.#pointer);
    // After its two bytes the part goes on with ones: nobody pulls the line down.
    return Uint8Array.from({ length: count }, (_, i) =>
      i === 0 ? value >> 8 : i === 1 ? value & 0xff : 0xff,
    );
  }

  protected abstract hasPower(): boolean;
  /** Takes a whole register that was written. */
  protected abstract store(register: number, value: number): void;
  /** What a read of the register gives. */
  protected abstract load(register: number): number;

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
