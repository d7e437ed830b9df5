import type { GatewayHost } from './gateway-host.js';
import type { AlertSummary } from './alert-summary.js';
import type { HostStats, NodeHost } from './node-host.js';

/** What became of one node's readings. */
export interface NodeSummary {
  readonly name: string;
  readonly nodeId: string;
  readonly taken: number;
  readonly delivered: number;
  readonly dropped: number;
  /** Still in the node: in its queue or not yet acknowledged. */
  readonly waiting: number;
  readonly atRisk: number;
  readonly raisedAlerts: number;
  readonly deliveredAlerts: number;
  readonly connections: number;
  readonly boots: number;
  readonly envelopes: number;
  readonly wireBytes: number;
}

/** What a run was and did. */
export interface Summary {
  readonly scenario: string;
  readonly engine: string;
  readonly mode: 'virtual' | 'live';
  readonly seed: number;
  readonly bundleSha256: string;
  readonly worldMs: number;
  readonly nodes: readonly NodeSummary[];
  readonly totals: Omit<NodeSummary, 'name' | 'nodeId'>;
  /** Every alert that arrived, with what was wrong then. */
  readonly alerts: readonly AlertSummary[];
  /** What the gateway refused, by reason. `duplicate` is QoS 1 at work. */
  readonly refusals: Readonly<Record<string, number>>;
  /** What is wrong with the run; empty when every reading is accounted for. */
  readonly violations: readonly string[];
}

function nodeSummary(host: NodeHost, stats: HostStats, gateway: GatewayHost): NodeSummary {
  const { nodeId } = host.plan.config;
  return {
    name: host.plan.name,
    nodeId,
    taken: stats.takenReadings,
    delivered: gateway.store.countReadings(nodeId),
    dropped: stats.droppedReadings,
    waiting: stats.queuedReadings,
    atRisk: stats.atRiskReadings,
    raisedAlerts: stats.raisedAlerts,
    deliveredAlerts: gateway.store.alerts(nodeId).filter(({ state }) => state === 'raised').length,
    connections: stats.connections,
    boots: stats.boots,
    envelopes: stats.sentEnvelopes,
    wireBytes: stats.transferredBytes,
  };
}

const COUNTED = [
  'taken',
  'delivered',
  'dropped',
  'waiting',
  'atRisk',
  'raisedAlerts',
  'deliveredAlerts',
  'connections',
  'boots',
  'envelopes',
  'wireBytes',
] as const;

/** Sums of all nodes. */
export function totalsOf(nodes: readonly NodeSummary[]): Summary['totals'] {
  const sum = (key: (typeof COUNTED)[number]) => nodes.reduce((total, node) => total + node[key], 0);
  return Object.fromEntries(COUNTED.map((key) => [key, sum(key)])) as unknown as Summary['totals'];
}

/** Each node's account, from its own counters and the gateway's store. */
export async function summarize(hosts: readonly NodeHost[], gateway: GatewayHost): Promise<NodeSummary[]> {
  const nodes: NodeSummary[] = [];
  for (const host of hosts) nodes.push(nodeSummary(host, await host.stats(), gateway));
  return nodes;
}

/** Counts of refusals by reason. */
export function refusalsOf(gateway: GatewayHost): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { reason, count } of gateway.store.refusals()) counts[reason] = (counts[reason] ?? 0) + count;
  return counts;
}
