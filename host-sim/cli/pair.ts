import { createInterface } from 'node:readline/promises';
import { Command, InvalidArgumentError } from 'commander';
import { GatewayCore } from '../../gateway/core.js';
import type { PairingState } from '../../gateway/pairing.js';
import { Store } from '../../gateway/store.js';
import { parseClaim } from '../../src/seal/claim.js';
import { UserError } from './errors.js';

/** How often the store is asked how far the pairing is, in milliseconds. */
const LOOK_MS = 100;

interface PairOptions {
  readonly name?: string;
  readonly gateway: string;
  readonly store: string;
  readonly yes: boolean;
  readonly wait: number;
}

const PROGRESS: Record<PairingState, string> = {
  open: 'waiting for the node: power it on, and keep "mamori gateway run" running on this store',
  answered: 'the node has proved its claim, waiting for its first sealed message',
  paired: 'paired: the claim is used up',
};

function seconds(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 86_400)
    throw new InvalidArgumentError('expected 0..86400');
  return value;
}

/** Asks the operator. @throws {UserError} when there is nobody to ask, or the answer is no. */
async function confirm(question: string): Promise<void> {
  if (!process.stdin.isTTY) throw new UserError('nobody is there to confirm: add --yes');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`${question} [y/N] `);
  terminal.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new UserError('not paired');
}

/** Follows the pairing in the store, which a running gateway brings forward. */
async function follow(core: GatewayCore, nodeId: string, waitS: number): Promise<void> {
  const endMs = Date.now() + waitS * 1000;
  let shown: PairingState | undefined;
  for (;;) {
    const state = core.pairingState(nodeId);
    if (state !== shown && state !== undefined) console.log(`node ${nodeId}: ${PROGRESS[state]}`);
    shown = state;
    if (state === 'paired' || waitS === 0) return;
    if (Date.now() >= endMs)
      throw new UserError(`node ${nodeId} has not paired in ${waitS} s; the gateway goes on waiting for it`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

async function pair(text: string, { name, gateway, store: path, yes, wait }: PairOptions): Promise<void> {
  const parsed = parseClaim(text);
  if (!parsed.ok) throw new UserError(`claim: ${parsed.error}`);
  const { nodeId } = parsed.claim;
  if (!yes) await confirm(`Pair node ${nodeId} as "${name ?? nodeId}" with gateway ${gateway}?`);
  const store = new Store(path);
  try {
    const core = new GatewayCore(store);
    core.pair(parsed.claim, gateway, name ?? nodeId);
    await follow(core, nodeId, wait);
  } finally {
    store.close();
  }
}

/** `mamori gateway pair CLAIM` */
export function pairCommand(): Command {
  return new Command('pair')
    .description('let the node of a claim pair with this gateway, and wait until it has')
    .argument('<claim>', 'the text of "mamori node claim", or of the QR code')
    .option('--name <name>', 'what people call the node')
    .option('--gateway <id>', 'the id that the gateway has', 'gateway')
    .option('--store <file>', "the gateway's store", 'gateway.sqlite')
    .option('--yes', 'do not ask for confirmation', false)
    .option('--wait <seconds>', 'how long to wait for the node; 0 to go on at once', seconds, 300)
    .action(pair);
}
