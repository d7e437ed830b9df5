import type { Alert, Heartbeat } from '../src/wire/events.js';

/** Where a message stood in its node's stream. */
export interface Place {
  readonly session: number;
  readonly counter: number;
}

/** An alert as it was stored. Times in milliseconds since 1970. */
export interface AlertRow extends Place {
  readonly alert: Alert;
  readonly utcMs: number;
  readonly firstUtcMs: number;
}

/** How an incident came to its end: told by the node, or closed by the gateway where the telling was lost. */
export type AlertEnd = 'told' | 'restart' | 'superseded' | 'heartbeat';

/** One incident as the gateway sees it. */
export interface AlertState extends AlertRow {
  readonly state: Alert['state'];
  readonly ended?: AlertEnd;
}

function isBefore(a: Place, b: Place): boolean {
  return a.session < b.session || (a.session === b.session && a.counter < b.counter);
}

/** The session of the node's start; an older node does not tell it, then each session is a start of its own. */
function bootOf({ alert, session }: AlertRow): number {
  return alert.boot ?? session;
}

function ruleOf({ alert }: AlertRow): string {
  return `${alert.sensor}/${alert.rule ?? `${alert.channel}/${alert.detector}`}`;
}

/** The last that was told of each incident, whatever the order of arrival. */
function newest(rows: readonly AlertRow[]): AlertRow[] {
  const incidents = new Map<string, AlertRow>();
  for (const row of rows) {
    const key = `${bootOf(row)}/${row.alert.id}`;
    const known = incidents.get(key);
    if (known === undefined || isBefore(known, row)) incidents.set(key, row);
  }
  return [...incidents.values()];
}

/** Why an incident that was told as raised cannot be any more, or undefined. */
function lostEnd(
  row: AlertRow,
  incidents: readonly AlertRow[],
  heartbeat: (Heartbeat & Partial<Place>) | undefined,
): AlertEnd | undefined {
  const lastBoot = Math.max(...incidents.map(bootOf), heartbeat?.boot ?? 0);
  if (bootOf(row) < lastBoot) return 'restart';
  const newer = (other: AlertRow) =>
    bootOf(other) === bootOf(row) && ruleOf(other) === ruleOf(row) && other.alert.id > row.alert.id;
  if (incidents.some(newer)) return 'superseded';
  const { session = 0, counter = 0, openAlerts } = heartbeat ?? {};
  return openAlerts === 0 && isBefore(row, { session, counter }) ? 'heartbeat' : undefined;
}

/**
 * The state of each incident of one node, from what was stored of it, the newest first. It is a function of the stored
 * alerts alone, so what came twice or late changes nothing. Of a `cleared` that was lost the end shows in that the node
 * started again, that the same detector raised a newer incident, or that a later heartbeat knows of no open alert.
 */
export function alertStates(
  rows: readonly AlertRow[],
  heartbeat: (Heartbeat & Partial<Place>) | undefined,
): AlertState[] {
  const incidents = newest(rows);
  const states = incidents.map((row): AlertState => {
    if (row.alert.state === 'cleared') return { ...row, state: 'cleared', ended: 'told' };
    const ended = lostEnd(row, incidents, heartbeat);
    return ended === undefined ? { ...row, state: 'raised' } : { ...row, state: 'cleared', ended };
  });
  return states.sort((a, b) => (isBefore(a, b) ? 1 : -1));
}
