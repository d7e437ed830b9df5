import { Command } from 'commander';
import { GatewayCore } from '../../gateway/core.js';
import type { GatewayEvent } from '../../gateway/events.js';
import { connectGateway } from '../../gateway/mqtt-client.js';
import { alertsCommand } from './alerts.js';
import { errorText, UserError } from './errors.js';
import { openStore } from './open-store.js';
import { pairCommand } from './pair.js';
import { eventText, timeText } from './print.js';

/** How often silent nodes are looked for. */
const SILENCE_CHECK_MS = 1_000;

interface RunOptions {
  readonly broker: string;
  readonly store: string;
  readonly clientId: string;
  readonly json: boolean;
}

/** Opens what nodes send, stores and prints it, until SIGINT or SIGTERM. */
async function run({ broker, store: path, clientId, json }: RunOptions): Promise<void> {
  if (!/^mqtts?:\/\/./.test(broker)) throw new UserError(`broker ${broker}: expected mqtt://host:port`);
  const store = openStore(path);
  const core = new GatewayCore(store);
  const nameOf = (nodeId: string) => store.node(nodeId)?.name ?? nodeId;
  const print = (event: GatewayEvent) => {
    const text = json ? JSON.stringify(event) : eventText(event, nameOf);
    if (text !== undefined) console.log(text);
  };
  const client = connectGateway({
    url: broker,
    clientId,
    onMessage: (topic, payload) => {
      core.receive(topic, payload, Date.now()).forEach(print);
      for (const reply of core.takeReplies()) client.publish(reply.topic, reply.payload);
    },
    onStatus: (text) => process.stderr.write(`mamori: gateway: ${text}\n`),
  });
  const timer = setInterval(() => {
    try {
      core.checkSilence(Date.now()).forEach(print);
    } catch (error) {
      process.stderr.write(`mamori: gateway: ${errorText(error)}\n`);
    }
  }, SILENCE_CHECK_MS);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  clearInterval(timer);
  await client.close();
  store.close();
}

function list({ store: path, json }: { store: string; json: boolean }): void {
  const store = openStore(path);
  try {
    const nodes = store.nodes().map((node) => ({ ...node, readings: store.countReadings(node.nodeId) }));
    if (json) return console.log(JSON.stringify({ nodes, refusals: store.refusals() }, undefined, 2));
    for (const { nodeId, name, state, lastSeenMs, readings } of nodes) {
      const seen = lastSeenMs === undefined ? 'never' : timeText(lastSeenMs);
      console.log(`${nodeId}  ${name.padEnd(16)} ${state.padEnd(8)} last seen ${seen}, ${readings} readings`);
    }
  } finally {
    store.close();
  }
}

/** `mamori gateway …` */
export function gatewayCommand(): Command {
  const runCommand = new Command('run')
    .description('subscribe, open, store and print, until it is stopped')
    .option('--broker <url>', 'mqtt://[user:password@]host:port', 'mqtt://127.0.0.1:1883')
    .option('--store <file>', 'SQLite file of nodes, keys and readings', 'gateway.sqlite')
    .option('--client-id <id>', 'the broker keeps messages under this name', 'mamori-gateway')
    .option('--json', 'print events as JSON lines', false)
    .action(run);
  const listCommand = new Command('list')
    .description('the nodes that the gateway knows')
    .option('--store <file>', 'SQLite file', 'gateway.sqlite')
    .option('--json', 'as JSON, with what was refused', false)
    .action(list);
  return new Command('gateway')
    .description('the receiving side')
    .addCommand(runCommand)
    .addCommand(pairCommand())
    .addCommand(listCommand)
    .addCommand(alertsCommand());
}
