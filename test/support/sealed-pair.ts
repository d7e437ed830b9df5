import type { Root } from '../../src/seal/keys.js';
import { Opener, type OpenResult } from '../../src/seal/opener.js';
import { Sealer } from '../../src/seal/sealer.js';
import { KIND, readHeader } from '../../src/wire/envelope.js';
import {
  provisionedFlash,
  SeededEntropy,
  TEST_PARTIES,
  TEST_ROOT,
  type MemoryFlash,
} from './memory-ports.js';

/** Plaintext of the tests' messages; what it says does not matter to the seal. */
export const PLAINTEXT = Uint8Array.of(1, 2, 3, 4, 5);

/** A gateway's opener that knows the test node from `session` on. */
export function newOpener(root: Root = { session: 1, root: TEST_ROOT }): Opener {
  return new Opener({ parties: TEST_PARTIES, root, sessions: [] });
}

/** Starts the next session of the node with this flash; `seed` decides its salt. */
export function newSealer(flash: MemoryFlash, seed: number): Sealer {
  return new Sealer(flash, new SeededEntropy(seed), TEST_PARTIES);
}

/** One session's birth and some of its messages. */
export interface SealedSession {
  readonly sealer: Sealer;
  readonly birth: Uint8Array;
  readonly messages: readonly Uint8Array[];
}

/** Seals a birth and `count` messages of telemetry. */
export function sealSession(flash: MemoryFlash, seed: number, count = 3): SealedSession {
  const sealer = newSealer(flash, seed);
  const birth = sealer.birth(PLAINTEXT);
  return {
    sealer,
    birth,
    messages: Array.from({ length: count }, () => sealer.message(KIND.telemetry, PLAINTEXT)),
  };
}

/** Several sessions of one node, one after the other. */
export function sealSessions(count: number, messages = 3): SealedSession[] {
  const flash = provisionedFlash();
  return Array.from({ length: count }, (_, i) => sealSession(flash, 100 + i, messages));
}

/** Shows an envelope to the opener under the topic that its first byte names. */
export function openAsIs(opener: Opener, envelope: Uint8Array): OpenResult {
  return opener.open(readHeader(envelope)?.kind ?? KIND.telemetry, envelope);
}

/** `opened`, or why it was refused. */
export function verdictOf(result: OpenResult): string {
  return result.ok ? 'opened' : result.reason;
}
