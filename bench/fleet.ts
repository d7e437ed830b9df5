import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import nacl from 'tweetnacl';
import { projectFolder, readBundle } from '../host-sim/engine/bundle.js';
import { scaleScenario } from '../host-sim/fleet/plan.js';
import type { FleetReport } from '../host-sim/fleet/report.js';
import { runFleet } from '../host-sim/fleet/run.js';
import { loadScenario } from '../host-sim/scenario/load.js';
import type { Result } from './budget.js';

const HOUR_MS = 3_600_000;
const BOXES = 20_000;

/** Runs `scenarios/fleet.yaml` with so many nodes for so long. @throws {Error} when its account does not add up. */
export async function runBenchFleet(
  nodes: number,
  durationMs: number,
  workers: number,
): Promise<FleetReport> {
  const loaded = loadScenario(join(projectFolder(), 'scenarios', 'fleet.yaml'));
  if (!loaded.ok) throw new Error(loaded.errors.join('\n'));
  const faults = loaded.scenario.faults.filter(({ atMs }) => atMs < durationMs);
  const scenario = scaleScenario({ ...loaded.scenario, durationMs, faults }, nodes);
  const { sha256 } = await readBundle();
  const report = await runFleet(
    { scenario, baseDir: loaded.baseDir, bundleSha256: sha256 },
    {
      workers,
      workerUrl: new URL('../host-sim/fleet/worker.js', import.meta.url),
      onProgress: () => undefined,
    },
  );
  if (report.violations.length > 0) throw new Error(report.violations.join('\n'));
  return report;
}

/** Microseconds of processor time to seal and open 64 bytes with the library's own `secretbox`. */
function secretboxMicros(): number {
  const [key, nonce, message] = [new Uint8Array(32), new Uint8Array(24), new Uint8Array(64)];
  const round = () => nacl.secretbox.open(nacl.secretbox(message, nonce, key), nonce, key);
  for (let i = 0; i < BOXES; i++) round();
  const cpu = process.cpuUsage();
  for (let i = 0; i < BOXES; i++) round();
  return process.cpuUsage(cpu).user / BOXES;
}

/** A small fleet, for every CI run: its cost as a ratio, since machines differ. */
export async function measureFleet(): Promise<Result[]> {
  const { cost, counts } = await runBenchFleet(60, 6 * HOUR_MS, 2);
  const perMessage = (cost.cpuS * 1e6) / counts.envelopes;
  return [
    {
      name: 'fleet.messageOverSecretbox',
      value: perMessage / secretboxMicros(),
      unit: 'processor time of a message, its six samples and both ends, over nacl.secretbox and open of 64 bytes',
      limit: 35,
      better: 'lower',
      peers: [],
    },
    {
      name: 'fleet.bytesPerNode.60',
      value: cost.bytesPerNode,
      unit: 'bytes of memory a node of 60, its gateway and the share of each thread included',
      limit: 150_000,
      better: 'lower',
      peers: [],
    },
  ];
}

/** The whole day of `nodes` nodes on all cores. */
export async function measureFleetDay(nodes: number): Promise<Result[]> {
  const { cost } = await runBenchFleet(nodes, 24 * HOUR_MS, Math.min(2, availableParallelism()));
  const name = `${nodes}x24h`;
  const budget = nodes === 1_000 ? { limit: 60 } : {};
  return [
    {
      name: `fleet.seconds.${name}`,
      value: cost.wallS,
      unit: 's on two threads',
      ...budget,
      better: 'lower',
      peers: [],
    },
    {
      name: `fleet.cpuSeconds.${name}`,
      value: cost.cpuS,
      unit: 's of processor time',
      better: 'lower',
      peers: [],
    },
    {
      name: nodes === 1_000 ? 'fleet.bytesPerNode' : `fleet.bytesPerNode.${nodes}`,
      value: cost.bytesPerNode,
      unit: 'bytes of memory a node, its gateway included',
      better: 'lower',
      peers: [],
    },
  ];
}
