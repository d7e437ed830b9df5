import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { Command, Option } from 'commander';
import { GatewayCore } from '../../gateway/core.js';
import { Store } from '../../gateway/store.js';
import { toBase32 } from '../../src/base/bytes.js';
import { encodeRoot, ROOT_BYTES } from '../../src/seal/keys.js';
import { ROOT_FLASH_NAME } from '../../src/seal/sealer.js';
import { ENGINES, type EngineName } from '../engine/engine.js';
import { writeFlashFile } from '../run/flash-file.js';
import { runLiveNode } from '../run/live-node.js';
import { NO_TRACE } from '../run/trace.js';
import { claimCommand } from './claim.js';
import { UserError } from './errors.js';
import { progressTo, readScenario } from './sim.js';

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
  const flash = new Map([[ROOT_FLASH_NAME, encodeRoot({ session: 1, root })]]);
  const store = new Store(path);
  try {
    writeFlashFile(out, { nodeId, gatewayId: gateway, flash }, 'wx');
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

interface RunOptions {
  readonly flash: string;
  readonly scenario: string;
  readonly broker: string;
  readonly engine: EngineName;
  readonly settle: string;
  readonly json: boolean;
}

/** Runs one provisioned node in real time, as a board would. */
async function run({ flash, scenario: path, broker, engine, settle, json }: RunOptions): Promise<void> {
  const { scenario, baseDir } = readScenario(path, {});
  const stats = await runLiveNode({
    scenario,
    baseDir,
    engine,
    trace: NO_TRACE,
    onEvent: () => undefined,
    onPlan: () => undefined,
    onFault: () => undefined,
    onLog: (node, level, text) => process.stderr.write(`${node}: ${level}: ${text}\n`),
    onProgress: progressTo(scenario.durationMs),
    flashPath: flash,
    brokerUrl: broker,
    settleMs: Number(settle) * 1000,
  });
  const { takenReadings, droppedReadings, sentEnvelopes } = stats;
  console.log(
    json
      ? JSON.stringify(stats)
      : `${takenReadings} readings taken, ${droppedReadings} dropped, ${sentEnvelopes} envelopes, all acknowledged`,
  );
}

/** `mamori node …` */
export function nodeCommand(): Command {
  const provisionCommand = new Command('provision')
    .description('make an id and a root key: flash values for the node, a registration for the gateway')
    .option('--store <file>', "the gateway's store", 'gateway.sqlite')
    .option('--out <file>', 'where the flash values go, readable by you only', 'node-flash.json')
    .option('--gateway <id>', 'the id that the gateway has', 'gateway')
    .option('--name <name>', 'what people call the node')
    .option('--json', 'print what was made as JSON', false)
    .action(provision);
  const runCommand = new Command('run')
    .description(
      "run a scenario's first node with a provisioned key against a broker, in real or scaled time",
    )
    .requiredOption('--scenario <file>', 'sensors, signals, duration and speed')
    .option('--flash <file>', 'what "provision" made; kept up to date', 'node-flash.json')
    .option('--broker <url>', 'mqtt://host:port', 'mqtt://127.0.0.1:1883')
    .addOption(new Option('--engine <name>', 'what runs the node').choices(ENGINES).default('node'))
    .option('--settle <seconds>', 'how long the last acknowledgements may take', '30')
    .option('--json', 'print the counters as JSON', false)
    .action(run);
  return new Command('node')
    .description('one node')
    .addCommand(provisionCommand)
    .addCommand(claimCommand())
    .addCommand(runCommand);
}
