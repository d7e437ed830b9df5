import type { FleetReport } from '../fleet/report.js';

function row(label: string, value: number | string): string {
  return `  ${label.padEnd(26)} ${value}`;
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** The report of a fleet for people. */
export function fleetText(report: FleetReport): string {
  const { counts, dropped, refusals, alertLatencyMs, connects, queues, perNodeDay, cost } = report;
  const refused = Object.entries(refusals).map(([reason, count]) => `${count} ${reason}`);
  const { count, p50, p90, p99, most } = alertLatencyMs;
  return [
    `${report.scenario}: ${counts.nodes} nodes, ${rounded(report.durationMs / 3_600_000)} h, seed ${report.seed}`,
    row('readings taken', counts.taken),
    row('delivered once each', counts.delivered),
    row(
      'dropped, counted',
      `${dropped.queueFull} queue full, ${dropped.brokerQueue} at the broker (messages)`,
    ),
    row('still in the nodes', counts.waiting),
    row('lost', report.lost),
    row(
      'alerts',
      `${counts.raisedAlerts} raised, ${counts.deliveredAlerts} delivered, ${counts.droppedAlerts} dropped`,
    ),
    row('alert latency, ms', `p50 ${p50}, p90 ${p90}, p99 ${p99}, most ${most} (${count} alerts)`),
    row('connections', `${counts.connections} in ${counts.attempts} attempts`),
    row('connects a second', `${connects.peakPerS} at most, ${rounded(connects.meanPerS)} in the mean`),
    row('longest queue', Math.max(...queues.most)),
    row('envelopes', counts.envelopes),
    row('bytes on the wire', counts.wireBytes),
    row(
      'a node and day',
      Object.entries(perNodeDay)
        .map(([name, value]) => `${rounded(value)} ${name}`)
        .join(', '),
    ),
    row('gateway refused', refused.length === 0 ? 'nothing' : refused.join(', ')),
    row('memory a node', `${cost.bytesPerNode} bytes, its gateway included`),
    row(
      'cost',
      `${rounded(cost.wallS)} s, ${rounded(cost.cpuS)} s of processor time, ${cost.workers} thread(s)`,
    ),
    ...report.violations.map((violation) => `  WRONG: ${violation}`),
  ].join('\n');
}
