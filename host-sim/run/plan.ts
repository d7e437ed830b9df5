import { PARTS, type PartName } from '../../hal/parts.js';
import { toBase32 } from '../../src/base/bytes.js';
import { SeededRandom } from '../../src/base/random.js';
import { decodeRoot, encodeRoot, ROOT_BYTES, type Root } from '../../src/seal/keys.js';
import { ROOT_FLASH_NAME } from '../../src/seal/sealer.js';
import { CLAIM_FLASH_NAME, encodeClaim } from '../../src/pair/flash.js';
import { CLAIM_SECRET_BYTES, type Claim } from '../../src/seal/claim.js';
import type { NodeConfig, SensorConfig } from '../../src/node/config.js';
import type { Scenario, ScenarioNode, ScenarioSensor } from '../scenario/types.js';

/** Every simulated gateway has this id. */
export const GATEWAY_ID = 'simulated-gateway';

/** One node of a run: what the program gets, and its key. */
export interface NodePlan {
  /** The scenario's name, with a number behind it where there are several alike. */
  readonly name: string;
  /** The scenario's name. */
  readonly group: string;
  readonly config: NodeConfig;
  readonly parts: Readonly<Record<string, PartName>>;
  /** What the flash holds at first; the machine goes on with this very map. */
  readonly flash: Map<string, Uint8Array>;
  /** What the gateway is told to pair with; undefined for a node whose root key it has from the start. */
  readonly claim?: Claim;
  /** Seed of this node's noise and entropy. */
  readonly seed: number;
  readonly startMs: number;
  readonly sensors: readonly ScenarioSensor[];
}

function sensorConfig({
  name,
  part,
  intervalMs,
  tickMs,
  timeoutMs,
  detectors,
}: ScenarioSensor): SensorConfig {
  return { name, intervalMs, tickMs, timeoutMs, channels: PARTS[part].channels, detectors };
}

/** The root key that a planned node's flash holds. @throws {Error} when there is none. */
export function rootOf({ flash }: Pick<NodePlan, 'flash'>): Root {
  const root = decodeRoot(flash.get(ROOT_FLASH_NAME) ?? new Uint8Array(0));
  if (root === undefined) throw new Error('a planned node has no root key');
  return root;
}

/** The configuration that the scenario's description of a node means. */
export function nodeConfig(node: ScenarioNode, nodeId: string, firmware: NodeConfig['firmware']): NodeConfig {
  const { qos, keepAliveMs, heartbeatMs, backoff, batch, queue, alerts, pace, sensors } = node;
  return {
    nodeId,
    gatewayId: GATEWAY_ID,
    firmware,
    broker: { keepAliveS: Math.round(keepAliveMs / 1000), qos, backoff },
    heartbeatMs,
    batch,
    outbox: queue,
    ...(alerts === undefined ? {} : { alerts }),
    pace,
    sensors: sensors.map(sensorConfig),
  };
}

/** What the flash holds at first: a root key, or a claim. */
function keysOf(
  { keys }: ScenarioNode,
  nodeId: string,
  draw: (length: number) => Uint8Array,
): Pick<NodePlan, 'flash' | 'claim'> {
  if (keys === 'provisioned')
    return { flash: new Map([[ROOT_FLASH_NAME, encodeRoot({ session: 1, root: draw(ROOT_BYTES) })]]) };
  const claim = { nodeId, secret: draw(CLAIM_SECRET_BYTES) };
  return { flash: new Map([[CLAIM_FLASH_NAME, encodeClaim(claim)]]), claim };
}

/**
 * All nodes of a run, ids and keys drawn from `seed`.
 * @param fill draws keys and ids; a live run against somebody's broker gives a real source.
 */
export function planNodes(
  scenario: Scenario,
  firmware: NodeConfig['firmware'],
  fill?: (bytes: Uint8Array) => void,
): NodePlan[] {
  const random = new SeededRandom(scenario.seed);
  const draw = (length: number) => {
    const bytes = new Uint8Array(length);
    if (fill === undefined) random.fill(bytes);
    else fill(bytes);
    return bytes;
  };
  return scenario.nodes.flatMap((node) =>
    Array.from({ length: node.count }, (_, i): NodePlan => {
      const nodeId = toBase32(draw(5));
      return {
        name: node.count === 1 ? node.name : `${node.name}-${i + 1}`,
        group: node.name,
        config: nodeConfig(node, nodeId, firmware),
        parts: Object.fromEntries(node.sensors.map(({ name, part }) => [name, part])),
        ...keysOf(node, nodeId, draw),
        seed: random.nextUint32(),
        startMs: node.startMs,
        sensors: node.sensors,
      };
    }),
  );
}
