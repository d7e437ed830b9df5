import { Command } from 'commander';
import { alertStates } from '../../gateway/alert-state.js';
import { alertScale, physical } from '../../gateway/events.js';
import type { Store } from '../../gateway/store.js';
import { openStore } from './open-store.js';
import { timeText } from './print.js';

interface AlertsOptions {
  readonly store: string;
  readonly open: boolean;
  readonly json: boolean;
}

/** One incident as people and programs read it. */
interface Incident {
  /** The node, the first session of its boot and the incident's number: never given twice. */
  readonly id: string;
  readonly node: string;
  readonly state: string;
  readonly ended?: string;
  readonly severity: string;
  readonly cause: string;
  readonly sensor: string;
  readonly channel: string;
  readonly unit: string;
  readonly value: number;
  readonly limit: number;
  readonly count: number;
  readonly firstUtcMs: number;
  readonly lastUtcMs: number;
}

function incidentsOf(store: Store, open: boolean): Incident[] {
  return store.nodes().flatMap(({ nodeId, name: node, heartbeat }) =>
    alertStates(store.alertRows(nodeId), heartbeat)
      .filter(({ state }) => !open || state === 'raised')
      .map(({ alert, session, state, ended, utcMs: lastUtcMs, firstUtcMs }) => {
        const sensor = store.birth(nodeId, session)?.birth.sensors.at(alert.sensor);
        const channel = sensor?.channels.at(alert.channel) ?? { name: '?', unit: '', exponent: 0 };
        const { name, unit, exponent } = alertScale(alert, channel);
        const { severity, detector: cause, count = 1 } = alert;
        return {
          id: `${nodeId}-${alert.boot ?? session}-${alert.id}`,
          node,
          state,
          ...(ended === undefined ? {} : { ended }),
          severity,
          cause,
          sensor: sensor?.name ?? '?',
          channel: name,
          unit,
          value: physical(alert.value, exponent),
          limit: physical(alert.limit, exponent),
          count,
          firstUtcMs,
          lastUtcMs,
        };
      }),
  );
}

function line(incident: Incident): string {
  const { id, node, state, ended, severity, cause, sensor, channel, unit } = incident;
  const end = ended === undefined || ended === 'told' ? '' : ` (by ${ended})`;
  const times = `${timeText(incident.firstUtcMs)} to ${timeText(incident.lastUtcMs)}, ${incident.count} time(s)`;
  return `${id.padEnd(18)} ${node.padEnd(12)} ${state}${end} ${severity}: ${sensor} ${channel} ${cause} ${incident.value} against ${incident.limit} ${unit}, ${times}`;
}

function alerts({ store: path, open, json }: AlertsOptions): void {
  const store = openStore(path);
  try {
    const incidents = incidentsOf(store, open);
    const suppressed = store.nodes().map(({ nodeId, heartbeat }) => {
      const told = store.alertRows(nodeId).at(-1)?.alert.suppressed ?? 0;
      return { nodeId, suppressed: heartbeat?.suppressedAlerts ?? told };
    });
    if (json) return console.log(JSON.stringify({ alerts: incidents, suppressed }, undefined, 2));
    if (incidents.length === 0) console.log(open ? 'no open alerts' : 'no alerts');
    incidents.forEach((incident) => console.log(line(incident)));
    for (const { nodeId, suppressed: count } of suppressed)
      if (count > 0) console.log(`${nodeId}: ${count} alerts were held back by the limits of rate`);
  } finally {
    store.close();
  }
}

/** `mamori gateway alerts` */
export function alertsCommand(): Command {
  return new Command('alerts')
    .description('incidents and their state, the newest of each node first')
    .option('--store <file>', 'SQLite file', 'gateway.sqlite')
    .option('--open', 'only those that are raised', false)
    .option('--json', 'as JSON', false)
    .action(alerts);
}
