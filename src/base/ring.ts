import { checkInteger } from './assert.js';

/** The most elements that any ring may have. */
export const RING_CAPACITY_MAX = 65_536;

/** A first-in first-out queue in an array of fixed size: nothing is allocated after the constructor. */
export class Ring<T> {
  readonly #slots: (T | undefined)[];
  #head = 0;
  #length = 0;

  /** @throws {RangeError} when `capacity` is not in 1..RING_CAPACITY_MAX. */
  constructor(capacity: number) {
    checkInteger('capacity', capacity, { min: 1, max: RING_CAPACITY_MAX });
    this.#slots = new Array<T | undefined>(capacity).fill(undefined);
  }

  get capacity(): number {
    return this.#slots.length;
  }

  get length(): number {
    return this.#length;
  }

  /** Adds at the end. When the ring is full the oldest element leaves and is returned, so that it can be counted. */
  push(value: T): T | undefined {
    const dropped = this.#length === this.#slots.length ? this.shift() : undefined;
    this.#slots[(this.#head + this.#length) % this.#slots.length] = value;
    this.#length++;
    return dropped;
  }

  /** The element `index` places behind the oldest, or undefined. */
  at(index: number): T | undefined {
    return index < this.#length ? this.#slots[(this.#head + index) % this.#slots.length] : undefined;
  }

  /** Takes the oldest element. */
  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const value = this.#slots[this.#head];
    this.#slots[this.#head] = undefined;
    this.#head = (this.#head + 1) % this.#slots.length;
    this.#length--;
    return value;
  }
}
