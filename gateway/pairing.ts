import { randomFillSync } from 'node:crypto';
import { checkBytes } from '../src/base/assert.js';
import { equalBytes } from '../src/base/bytes.js';
import { CLAIM_SECRET_BYTES, type Claim } from '../src/seal/claim.js';
import { answerPairing, pairingPsk, pairingReplyTopicOf, readFirstFrame } from '../src/seal/pairing.js';
import { ephemeralKey, PORTABLE_X25519, type SecretSource } from '../src/seal/x25519.js';
import { isNodeId } from '../src/wire/envelope.js';
import type { PairingRow } from './pairing-table.js';
import type { Store } from './store.js';

/** What is to be published, at quality of service 1 and never retained, once the transaction is durable. */
export interface Reply {
  readonly topic: string;
  readonly payload: Uint8Array;
}

/** `open`: waits for the node. `answered`: the node has proved the claim. `paired`: its first birth has come. */
export type PairingState = 'open' | 'answered' | 'paired';

/**
 * What became of a first message. `forged` proves nothing; `claimReused` proves the claim, but with another key than
 * the first: two nodes, or somebody who has read the label, use one claim.
 */
export type FirstResult =
  | { readonly kind: 'answered' | 'repeated'; readonly reply: Reply }
  | { readonly kind: 'malformed' | 'forged' | 'claimReused' | 'unknownNode' };

/** Where the gateway draws its ephemeral keys from. */
export const SYSTEM_ENTROPY: SecretSource = { fill: (bytes) => void randomFillSync(bytes) };

function stateOf({ psk, answer }: PairingRow): PairingState {
  if (psk === undefined) return 'paired';
  return answer === undefined ? 'open' : 'answered';
}

/** What pairing needs of a store. */
export type PairingStore = Pick<Store, 'node' | 'addNode' | 'removeUnborn'> & {
  readonly pairings: Pick<Store['pairings'], 'get' | 'open' | 'saveAnswer' | 'finish'>;
};

/** The gateway's side of pairing. All of it runs inside the store's transactions. */
export class Pairings {
  readonly #store: PairingStore;
  readonly #entropy: SecretSource;

  constructor(store: PairingStore, entropy: SecretSource) {
    this.#store = store;
    this.#entropy = entropy;
  }

  /** The state of a node's pairing, or undefined when none was opened. */
  stateOf(nodeId: string): PairingState | undefined {
    const row = this.#store.pairings.get(nodeId);
    return row && stateOf(row);
  }

  /**
   * Waits for the node of this claim. A pairing that led to nothing starts anew.
   * @throws {TypeError} on a claim of another shape; {Error} when the node is paired or provisioned already.
   */
  open(claim: Claim, gatewayId: string, name: string): void {
    if (!isNodeId(claim.nodeId)) throw new TypeError('"nodeId" expected 8 characters a-z, 2-7');
    checkBytes('secret', claim.secret, CLAIM_SECRET_BYTES);
    const { nodeId } = claim;
    const isOpen = ['open', 'answered'].includes(this.stateOf(nodeId) ?? '');
    if (!isOpen && this.#store.node(nodeId) !== undefined)
      throw new Error(`node ${nodeId} is registered already`);
    this.#store.removeUnborn(nodeId);
    this.#store.pairings.open({ nodeId, name, gatewayId, psk: pairingPsk(claim, { nodeId, gatewayId }) });
  }

  /** Takes a frame of the node's pairing topic. The answer is stored before it is given back. */
  receive(nodeId: string, frame: Uint8Array): FirstResult {
    const row = this.#store.pairings.get(nodeId);
    if (row === undefined) return { kind: 'unknownNode' };
    const first = readFirstFrame(frame);
    if (first === undefined) return { kind: 'malformed' };
    const { firstMessage, answer, psk } = row;
    if (firstMessage !== undefined && equalBytes(first, firstMessage)) {
      // Once the node is paired there is nothing to answer, only to confirm again.
      return this.#reply('repeated', nodeId, psk === undefined ? row.confirmation : answer);
    }
    if (psk === undefined) return { kind: 'forged' };
    return this.#answer(row, psk, first);
  }

  /** Notes that a birth under the new root has been opened; gives the confirmation when that is news. */
  confirm(nodeId: string): Reply | undefined {
    const row = this.#store.pairings.get(nodeId);
    if (row?.confirmation === undefined || row.psk === undefined) return undefined;
    this.#store.pairings.finish(nodeId);
    return { topic: pairingReplyTopicOf(nodeId), payload: row.confirmation };
  }

  #answer(row: PairingRow, psk: Uint8Array, first: Uint8Array): FirstResult {
    const { nodeId, gatewayId, name } = row;
    const x25519 = PORTABLE_X25519;
    const ephemeral = () => ephemeralKey(this.#entropy, x25519);
    const answer = answerPairing(first, { nodeId, gatewayId }, { psk, ephemeral, x25519 });
    if (answer === undefined) return { kind: 'forged' };
    if (row.firstMessage !== undefined) return { kind: 'claimReused' };
    this.#store.addNode(nodeId, name, gatewayId, { session: 1, root: answer.root });
    this.#store.pairings.saveAnswer(nodeId, first, answer.frame, answer.confirmationFrame);
    return this.#reply('answered', nodeId, answer.frame);
  }

  #reply(kind: 'answered' | 'repeated', nodeId: string, payload: Uint8Array | undefined): FirstResult {
    if (payload === undefined) throw new Error(`the pairing of ${nodeId} has no reply stored`);
    return { kind, reply: { topic: pairingReplyTopicOf(nodeId), payload } };
  }
}
