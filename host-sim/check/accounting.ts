import type { Store } from '../../gateway/store.js';
import type { NodeSummary } from '../run/summary.js';

/**
 * Every reading that a node took is in the gateway's store exactly once, or counted: as dropped from a full queue, as
 * still waiting, or as in memory when the power went.
 * @param qos at QoS 0 the network may lose what it likes, so only too many readings are wrong.
 * @returns what does not add up.
 */
export function accountReadings(node: NodeSummary, qos: 0 | 1): string[] {
  const { name, taken, delivered, dropped, waiting, atRisk } = node;
  const expected = taken - dropped - waiting;
  const least = qos === 0 ? 0 : expected - atRisk;
  if (delivered >= least && delivered <= expected) return [];
  return [
    `${name}: ${delivered} readings delivered, expected ${least === expected ? expected : `${least}..${expected}`}`,
  ];
}

/** No two stored readings of a sensor have the same time. */
export function findTwins(node: NodeSummary, store: Store): string[] {
  const seen = new Set<string>();
  const twins: string[] = [];
  for (const { sensor, utcMs } of store.readings(node.nodeId)) {
    const key = `${sensor} at ${utcMs}`;
    if (seen.has(key)) twins.push(`${node.name}: sensor ${key} stored twice`);
    seen.add(key);
  }
  return twins;
}

/** Every alert that was raised and not dropped has arrived. */
export function accountAlerts({ name, raisedAlerts, deliveredAlerts, atRisk }: NodeSummary): string[] {
  if (atRisk > 0 || raisedAlerts === deliveredAlerts) return [];
  return [`${name}: ${raisedAlerts} alerts raised, ${deliveredAlerts} delivered`];
}
