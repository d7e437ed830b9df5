import { randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { GatewayCore } from '../../gateway/core.js';
import { Store } from '../../gateway/store.js';
import { toBase32, toHex } from '../../src/base/bytes.js';
import { encodeRoot, ROOT_BYTES } from '../../src/seal/keys.js';
import { ROOT_FLASH_NAME } from '../../src/seal/sealer.js';
import { UserError } from './errors.js';

interface ProvisionOptions {
  readonly store: string;
  readonly out: string;
  readonly gateway: string;
  readonly name?: string;
  readonly json: boolean;
}

/** Makes a node's id and root key, writes its flash image and registers it at the gateway. */
function provision({ store: path, out, gateway, name, json }: ProvisionOptions): void {
  if (existsSync(out))
    throw new UserError(`${out} exists: a root key is never overwritten; give another --out or remove it`);
  const nodeId = toBase32(randomBytes(5));
  const root = randomBytes(ROOT_BYTES);
  const flash = {
    nodeId,
    gatewayId: gateway,
    flash: { [ROOT_FLASH_NAME]: toHex(encodeRoot({ session: 1, root })) },
  };
  const store = new Store(path);
  try {
    writeFileSync(out, `${JSON.stringify(flash, undefined, 2)}\n`, { mode: 0o600, flag: 'wx' });
    new GatewayCore(store).register(nodeId, gateway, root, name ?? nodeId);
  } finally {
    store.close();
  }
  console.log(
    json
      ? JSON.stringify({ nodeId, gatewayId: gateway, out, store: path })
      : `node ${nodeId}: flash in ${out}, registered in ${path}`,
  );
}

/** `mamori node …` */
export function nodeCommand(): Command {
  const command = new Command('provision')
    .description('make an id and a root key: flash values for the node, a registration for the gateway')
    .option('--store <file>', "the gateway's store", 'gateway.sqlite')
    .option('--out <file>', 'where the flash values go, readable by you only', 'node-flash.json')
    .option('--gateway <id>', 'the id that the gateway has', 'gateway')
    .option('--name <name>', 'what people call the node')
    .option('--json', 'print what was made as JSON', false)
    .action(provision);
  return new Command('node').description('one node').addCommand(command);
}
