import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { readBundle } from '../host-sim/engine/bundle.js';
import { FREEZE_PRIMORDIALS, moduleAsExpression } from '../host-sim/engine/xs-engine.js';
import { XsWorker } from '../host-sim/engine/xs-worker.js';
import { PARTS } from '../hal/parts.js';
import { encodeRoot } from '../src/seal/keys.js';
import type { NodeConfig } from '../src/node/config.js';
import type { Result } from './budget.js';
import { startBench, type BenchReply } from './xs-program.js';

/** One two-channel reading a minute, each sent at once at QoS 0; no heartbeat falls into the measured messages. */
export const BENCH_CONFIG: NodeConfig = {
  nodeId: 'abcdefgh',
  gatewayId: 'gateway',
  firmware: { version: '0.1.0', bundleSha256: '00'.repeat(32) },
  broker: { keepAliveS: 600, qos: 0, backoff: { minMs: 1_000, maxMs: 60_000, stableMs: 60_000 } },
  heartbeatMs: 604_800_000,
  batch: { readings: 1, ageMs: 0 },
  outbox: { readings: 64, alerts: 8 },
  pace: { burst: 100, perMinute: 600 },
  sensors: [
    {
      name: 'room',
      intervalMs: 60_000,
      tickMs: 1_000,
      timeoutMs: 1_000,
      channels: PARTS.sht4x.channels,
      detectors: [],
    },
  ],
};

const NO_ANSWER = () => Buffer.alloc(0);

/** A worker whose `handleCommand` is `handler`, an expression that takes text and gives text. */
export async function workerWith(handler: string, before: readonly string[]): Promise<XsWorker> {
  const worker = new XsWorker('bench', NO_ANSWER);
  try {
    await worker.evaluate(
      'globalThis.encoder = new TextEncoder(); globalThis.decoder = new TextDecoder(); undefined;',
    );
    for (const source of before) await worker.evaluate(source);
    await worker.evaluate(`globalThis.handler = ${handler}; undefined;`);
    await worker.evaluate(
      'globalThis.handleCommand = (bytes) => encoder.encode(handler(decoder.decode(bytes))).buffer; undefined;',
    );
    return worker;
  } catch (error) {
    await worker.stop();
    throw error;
  }
}

async function nodeWorker(): Promise<XsWorker> {
  const { source } = await readBundle();
  const root = [...encodeRoot({ session: 1, root: new Uint8Array(32).fill(7) })];
  const program = `globalThis.step = (${startBench.toString()})(${moduleAsExpression(source)}, ${JSON.stringify(BENCH_CONFIG)}, Uint8Array.of(${root.join()})); undefined;`;
  const handler = `(text) => { if (text === 'gc') { gc(); return ''; } return JSON.stringify(step(text)); }`;
  return workerWith(handler, [FREEZE_PRIMORDIALS, program]);
}

async function stepCost(
  worker: XsWorker,
  readings: number,
): Promise<{ computrons: number; publishBytes: readonly number[] }> {
  const reply = JSON.parse((await worker.command(String(readings))).toString('utf8')) as BenchReply;
  return { computrons: worker.meter.computrons, publishBytes: reply.publishBytes };
}

async function heapAfterCollection(worker: XsWorker): Promise<number> {
  await worker.command('gc');
  return worker.meter.heapSlots;
}

/** Computrons of stock `nacl.secretbox` on 64 bytes, on the same meter. */
async function secretboxCost(): Promise<number> {
  const path = createRequire(import.meta.url).resolve('tweetnacl/nacl-fast.js');
  const nacl = await readFile(path, 'utf8');
  const handler = `(() => {
    const message = new Uint8Array(64), nonce = new Uint8Array(24), key = new Uint8Array(32);
    return (text) => { if (text === 'seal') nacl.secretbox(message, nonce, key); return ''; };
  })()`;
  const worker = await workerWith(handler, [
    'globalThis.self = globalThis; undefined;',
    `${nacl}; undefined;`,
  ]);
  try {
    await worker.command('nothing');
    const nothing = worker.meter.computrons;
    await worker.command('seal');
    return worker.meter.computrons - nothing;
  } finally {
    await worker.stop();
  }
}

/** Messages that are sent before anything is measured, so that session, birth and first connection are behind. */
const WARM_UP = 100;
const MEASURED = 900;
/** A day at one reading a minute. */
const DAY_READINGS = 1_440;

/** What the device's program costs on XS. */
export async function measureXs(): Promise<Result[]> {
  const secretbox = await secretboxCost();
  const worker = await nodeWorker();
  try {
    await stepCost(worker, WARM_UP);
    const slots100 = await heapAfterCollection(worker);
    const { computrons, publishBytes } = await stepCost(worker, MEASURED);
    const slots1000 = await heapAfterCollection(worker);
    const rest = await stepCost(worker, DAY_READINGS - WARM_UP - MEASURED);
    const widest = Math.max(...publishBytes, ...rest.publishBytes);
    return [
      {
        name: 'xs.computrons.sampleToPublish',
        value: Math.round(computrons / MEASURED),
        unit: 'computrons',
        limit: 40_000,
        better: 'lower',
        peers: [
          {
            name: 'stock nacl.secretbox of 64 bytes alone',
            value: secretbox,
            source: 'measured in this run',
          },
        ],
      },
      {
        name: 'xs.heapSlots.after1000',
        value: slots1000,
        unit: 'slots of 16 bytes; the budget is the figure after 100 messages',
        limit: slots100,
        better: 'lower',
        peers: [],
      },
      {
        name: 'wire.publishBytes.temperatureHumidity',
        value: widest,
        unit: 'bytes, widest of the first day at one a minute',
        limit: 48,
        better: 'lower',
        peers: [
          ['Sparkplug B with alias, unsealed', 64],
          ['SenML CBOR, unsealed', 90],
          ['Tasmota, unsealed', 138],
          ['secretbox over JSON', 174],
        ].map(
          ([name, value]) =>
            ({ name, value, source: 'given with the requirement: same reading, topic included' }) as never,
        ),
      },
    ];
  } finally {
    await worker.stop();
  }
}
