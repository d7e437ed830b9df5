import { SeededRandom } from '../../src/base/random.js';
import type { EntropyPort, KeyValuePort } from '../../src/ports/ports.js';
import { encodeRoot, ROOT_BYTES } from '../../src/seal/keys.js';
import { ROOT_FLASH_NAME } from '../../src/seal/sealer.js';

/** `length` bytes that are the same in every run. */
export function seededBytes(seed: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  new SeededRandom(seed).fill(bytes);
  return bytes;
}

/** Flash in memory; it can be copied, rolled back and told to refuse writes. */
export class MemoryFlash implements KeyValuePort {
  readonly #values = new Map<string, Uint8Array>();
  /** How often each name was written. */
  readonly writes: string[] = [];
  refusesWrites = false;

  read(name: string): Uint8Array | undefined {
    return this.#values.get(name)?.slice();
  }

  write(name: string, value: Uint8Array): void {
    if (this.refusesWrites) throw new Error('the flash does not take it');
    this.writes.push(name);
    this.#values.set(name, value.slice());
  }

  erase(name: string): void {
    this.#values.delete(name);
  }
}

/** Entropy that is the same in every run with the same seed. */
export class SeededEntropy implements EntropyPort {
  readonly #random: SeededRandom;
  ready = true;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
  }

  isReady(): boolean {
    return this.ready;
  }

  fill(bytes: Uint8Array): void {
    if (!this.ready) throw new Error('the entropy source is not ready');
    this.#random.fill(bytes);
  }
}

/** Root of the tests' nodes. */
export const TEST_ROOT = seededBytes(1, ROOT_BYTES);
export const TEST_PARTIES = { nodeId: 'abcd2345', gatewayId: 'gw-1' } as const;

/** A flash that holds the test root at `session`. */
export function provisionedFlash(session = 1): MemoryFlash {
  const flash = new MemoryFlash();
  flash.write(ROOT_FLASH_NAME, encodeRoot({ session, root: TEST_ROOT }));
  flash.writes.length = 0;
  return flash;
}
