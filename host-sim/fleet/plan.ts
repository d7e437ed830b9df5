import type { Scenario } from '../scenario/types.js';

/** What a fleet run is. Plain data, so that it can go to a worker. */
export interface FleetPlan {
  /** With the fleet's number of nodes, duration and seed. */
  readonly scenario: Scenario;
  /** The folder that the scenario's paths are relative to. */
  readonly baseDir: string;
  /** 64 hexadecimal digits: what the nodes say that they run. */
  readonly bundleSha256: string;
}

/** The most nodes of a fleet. */
export const FLEET_NODES_MAX = 100_000;

/** The scenario with `nodes` instances in all, in the proportions of its counts; each of its nodes keeps at least one. */
export function scaleScenario(scenario: Scenario, nodes: number): Scenario {
  const total = scenario.nodes.reduce((sum, { count }) => sum + count, 0);
  const least = scenario.nodes.length;
  if (nodes < least) throw new RangeError(`"nodes" expected ${least}..${FLEET_NODES_MAX}, got ${nodes}`);
  let before = 0;
  const spare = nodes - least;
  const scaled = scenario.nodes.map((node) => {
    const from = Math.round((spare * before) / total);
    before += node.count;
    return { ...node, count: 1 + Math.round((spare * before) / total) - from };
  });
  return { ...scenario, nodes: scaled };
}

/**
 * The least time between two knocks of one node, in milliseconds: after a knock it waits for its back-off, or is
 * started anew. Knocks that are nearer to each other than this can be answered together.
 */
export function leastGapMs({ nodes, faults }: Scenario): number {
  const offMs = faults.filter(({ kind }) => kind === 'powerCut').map(({ forMs }) => forMs);
  return Math.min(...nodes.map(({ backoff }) => backoff.minMs), ...offMs);
}
