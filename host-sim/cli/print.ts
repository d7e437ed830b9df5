import type { GatewayEvent } from '../../gateway/events.js';
import type { Summary } from '../run/summary.js';

/** Time as people read it, in UTC. */
export function timeText(utcMs: number): string {
  return new Date(utcMs).toISOString().slice(0, 19).replace('T', ' ');
}

function numberText(value: number | string): string {
  return typeof value === 'number' ? String(Number(value.toFixed(3))) : `no data (${value})`;
}

/** One line for what the gateway learned, or undefined for what only a machine wants to read. */
export function eventText(event: GatewayEvent, nameOf: (nodeId: string) => string): string | undefined {
  const at = `${timeText(event.utcMs)}  ${nameOf(event.nodeId).padEnd(10)}`;
  switch (event.type) {
    case 'reading':
      return `${at} ${event.sensor}: ${event.values.map(({ channel, value, unit }) => `${channel} ${numberText(value)} ${unit}`).join(', ')}`;
    case 'alert': {
      const { state, severity, detector, sensor, channel, value, unit, limit } = event;
      return `${at} ALERT ${state} (${severity}): ${sensor} ${channel} ${numberText(value)} ${unit}, ${detector} ${numberText(limit)} ${unit}`;
    }
    case 'birth':
      return `${at} session ${event.session}, firmware ${event.birth.firmware}, ${event.birth.resetReason}`;
    case 'heartbeat':
      return `${at} heartbeat: ${event.heartbeat.queuedReadings} waiting, ${event.heartbeat.droppedReadings} dropped`;
    case 'state':
      return `${at} is ${event.state}`;
    case 'pairing':
      return `${at} pairing: ${event.state}`;
    case 'refusal':
      return event.reason === 'duplicate' || event.reason === 'waiting'
        ? undefined
        : `${at} refused a message: ${event.reason}`;
  }
}

function row(label: string, value: number | string): string {
  return `  ${label.padEnd(22)} ${value}`;
}

/** The account of a run. */
export function summaryText(summary: Summary): string {
  const { totals, refusals } = summary;
  const refused = Object.entries(refusals).map(([reason, count]) => `${count} ${reason}`);
  return [
    `${summary.scenario}: ${summary.nodes.length} node(s), ${summary.engine} engine, ${summary.mode}, seed ${summary.seed}`,
    row('readings taken', totals.taken),
    row('delivered once each', totals.delivered),
    row('dropped, counted', totals.dropped),
    row('still in the nodes', totals.waiting),
    row('alerts', `${totals.raisedAlerts} raised, ${totals.deliveredAlerts} delivered`),
    row('connections', totals.connections),
    row('envelopes', totals.envelopes),
    row('bytes on the wire', totals.wireBytes),
    row('gateway refused', refused.length === 0 ? 'nothing' : refused.join(', ')),
    row('bundle SHA-256', summary.bundleSha256),
    ...summary.violations.map((violation) => `  WRONG: ${violation}`),
  ].join('\n');
}
