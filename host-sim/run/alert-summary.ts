import type { AlertRow } from '../../gateway/alert-state.js';
import type { Scenario, ScenarioSensor } from '../scenario/types.js';
import type { GatewayHost } from './gateway-host.js';
import type { NodeHost } from './node-host.js';

/** One incident and the fault that was there when it began. Times in milliseconds of world time. */
export interface AlertSummary {
  readonly node: string;
  readonly sensor: string;
  readonly channel: string;
  readonly detector: string;
  readonly count: number;
  readonly raisedMs: number;
  readonly clearedMs?: number;
  /** A fault of the sensor's bus, or a window of the channel's signal. */
  readonly fault?: string;
  /** From the beginning of the fault to the alert, and from its end to the clearing. */
  readonly raisedAfterMs?: number;
  readonly clearedAfterMs?: number;
}

interface Cause {
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** What the scenario does to one channel. */
function causesOf(scenario: Scenario, group: string, sensor: ScenarioSensor, channel: string): Cause[] {
  const windows = sensor.signals[channel].windows.map(({ fromMs, toMs }) => ({
    name: 'signal',
    fromMs,
    toMs,
  }));
  const buses = scenario.faults.flatMap((fault) =>
    fault.kind === 'bus' && fault.node === group && fault.sensor === sensor.name
      ? [{ name: fault.fault, fromMs: fault.atMs, toMs: fault.atMs + fault.forMs }]
      : [],
  );
  return joined([...windows, ...buses].sort((a, b) => a.fromMs - b.fromMs));
}

/** Faults of one name that follow each other within this time are one: a bad contact comes and goes. */
const JOINED_MS = 5 * 60_000;

function joined(causes: readonly Cause[]): Cause[] {
  const result: Cause[] = [];
  for (const cause of causes) {
    const last = result.at(-1);
    const follows = last?.name === cause.name && cause.fromMs - last.toMs <= JOINED_MS;
    if (last !== undefined && follows) result[result.length - 1] = { ...last, toMs: cause.toMs };
    else result.push(cause);
  }
  return result;
}

function summaryOf(
  rows: readonly AlertRow[],
  { plan }: NodeHost,
  scenario: Scenario,
): AlertSummary | undefined {
  const raised = rows.find(({ alert }) => alert.state === 'raised');
  if (raised === undefined) return undefined;
  const { alert } = raised;
  const sensor = plan.sensors[alert.sensor];
  const { name: channel } = plan.config.sensors[alert.sensor].channels[alert.channel];
  const last = rows[rows.length - 1];
  const raisedMs = raised.utcMs - scenario.startUtcMs;
  const clearedMs = last.alert.state === 'cleared' ? last.utcMs - scenario.startUtcMs : undefined;
  const cause = causesOf(scenario, plan.group, sensor, channel).findLast(({ fromMs }) => fromMs <= raisedMs);
  const { detector } = alert;
  return {
    node: plan.name,
    sensor: sensor.name,
    channel,
    detector,
    count: last.alert.count ?? 1,
    raisedMs,
    ...(clearedMs === undefined ? {} : { clearedMs }),
    ...(cause === undefined ? {} : { fault: cause.name, raisedAfterMs: raisedMs - cause.fromMs }),
    ...(cause === undefined || clearedMs === undefined ? {} : { clearedAfterMs: clearedMs - cause.toMs }),
  };
}

/** The incidents of all nodes in the order in which they were raised. */
export function alertSummaries(
  hosts: readonly NodeHost[],
  gateway: GatewayHost,
  scenario: Scenario,
): AlertSummary[] {
  const summaries = hosts.flatMap((host) => {
    const rows = gateway.store.alertRows(host.plan.config.nodeId);
    const keyOf = ({ alert, session }: AlertRow) => `${alert.boot ?? session}/${alert.id}`;
    const keys = [...new Set(rows.map(keyOf))];
    return keys.map((key) =>
      summaryOf(
        rows.filter((row) => keyOf(row) === key),
        host,
        scenario,
      ),
    );
  });
  return summaries.filter((one) => one !== undefined).sort((a, b) => a.raisedMs - b.raisedMs);
}
