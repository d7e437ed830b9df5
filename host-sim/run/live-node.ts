import { randomFillSync } from 'node:crypto';
import { LiveScheduler } from '../network/scheduler.js';
import { tcpLinks } from '../network/tcp-link.js';
import { brokerAddress } from './live.js';
import { readFlashFile, writeFlashFile } from './flash-file.js';
import { NodeHost, type HostStats } from './node-host.js';
import { Machine } from './machine.js';
import { nodeConfig, type NodePlan } from './plan.js';
import { FIRMWARE_VERSION, prepareEngine, signalsOf, type RunOptions } from './setup.js';

/** How often the run looks whether it is done, in real milliseconds. */
const LOOK_MS = 20;

export interface LiveNodeOptions extends RunOptions {
  /** Flash file of a provisioned node. */
  readonly flashPath: string;
  readonly brokerUrl: string;
  /** How long, in real milliseconds, the last messages may take to be acknowledged. */
  readonly settleMs: number;
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * Runs the scenario's first node with a provisioned key against a broker, for the scenario's duration and until
 * everything has been acknowledged. Its flash is a file: killed at any time, it starts again from there.
 * @throws {Error} when something is still not acknowledged after `settleMs`.
 */
export async function runLiveNode(options: LiveNodeOptions): Promise<HostStats> {
  const { scenario, trace, onLog, flashPath, brokerUrl } = options;
  const { startEngine, sha256 } = await prepareEngine(options.engine);
  const file = readFlashFile(flashPath);
  const [node] = scenario.nodes;
  const plan: NodePlan = {
    name: node.name,
    group: node.name,
    config: {
      ...nodeConfig(node, file.nodeId, { version: FIRMWARE_VERSION, bundleSha256: sha256 }),
      gatewayId: file.gatewayId,
    },
    parts: Object.fromEntries(node.sensors.map(({ name, part }) => [name, part])),
    flash: file.flash,
    seed: scenario.seed,
    startMs: 0,
    sensors: node.sensors,
  };
  let failure: unknown;
  const scheduler = new LiveScheduler(scenario.speed, (error) => (failure ??= error));
  const save = () => writeFlashFile(flashPath, file);
  const machine = new Machine(plan, {
    signals: signalsOf(plan, options, new Map()),
    nowMs: () => scheduler.nowMs(),
    onFlash: save,
    fill: randomFillSync,
  });
  const { host: name, port } = brokerAddress(brokerUrl);
  const context = { scheduler, startEngine, trace, startUtcMs: scenario.startUtcMs, onLog };
  const host = new NodeHost(plan, machine, tcpLinks(name, port), context);
  try {
    scheduler.begin();
    await host.start('powerOn');
    while (scheduler.nowMs() < scenario.durationMs) {
      if (failure !== undefined) throw failure as Error;
      options.onProgress(scheduler.nowMs());
      await sleep(LOOK_MS);
    }
    await host.drain();
    const giveUpMs = Date.now() + options.settleMs;
    while (!(await host.isQuiet())) {
      if (Date.now() > giveUpMs)
        throw new Error(`messages are still not acknowledged by ${brokerUrl}: is the broker there?`);
      await sleep(LOOK_MS);
    }
    return await host.stats();
  } finally {
    await host.stop();
  }
}
