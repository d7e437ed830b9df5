import type { Scenario } from '../scenario/types.js';
import { DAY_MS } from '../scenario/time-schema.js';
import { Histogram } from './histogram.js';
import { addCounts, BINS, emptyCounts, type FleetCounts, type ShardReport } from './shard.js';

/** What a run cost on this machine; differs from run to run. */
export interface FleetCost {
  /** Real seconds. */
  readonly wallS: number;
  /** Seconds of processor time of all threads together. */
  readonly cpuS: number;
  readonly workers: number;
  /** JavaScript memory of a node with its parts, its link, the broker's end and its gateway, after a collection. */
  readonly bytesPerNode: number;
}

/** What became of a fleet. All but `cost` is a function of scenario and seed. */
export interface FleetReport {
  readonly scenario: string;
  readonly seed: number;
  readonly durationMs: number;
  readonly counts: FleetCounts;
  /** Readings that are in no node and not in the store: in memory at a power cut, or lost at quality of service 0. */
  readonly lost: number;
  readonly dropped: Readonly<Record<'queueFull' | 'alertQueueFull' | 'brokerQueue', number>>;
  readonly refusals: Readonly<Record<string, number>>;
  /** From the reading that raised or cleared an alert to the gateway, milliseconds; at most 2 % too high. */
  readonly alertLatencyMs: Readonly<Record<'count' | 'p50' | 'p90' | 'p99' | 'most', number>>;
  readonly connects: {
    /** Attempts in the busiest second, and a second in the mean. */
    readonly peakPerS: number;
    readonly meanPerS: number;
    /** The busiest second of each of `BINS` parts of the duration. */
    readonly peaks: readonly number[];
  };
  readonly queues: {
    /** Mean over the nodes, and the longest of all, at the end of each part. */
    readonly mean: readonly number[];
    readonly most: readonly number[];
  };
  readonly perNodeDay: Readonly<Record<'flashWrites' | 'wireBytes' | 'envelopes' | 'connections', number>>;
  readonly violations: readonly string[];
  readonly cost: FleetCost;
}

function sums(reports: readonly ShardReport[]) {
  const counts = emptyCounts();
  const latencies = new Histogram();
  const attemptsPerS = new Uint32Array(reports[0].attemptsPerS.length);
  const queued = new Float64Array(BINS);
  const most = new Float64Array(BINS);
  const refusals: Record<string, number> = {};
  for (const report of reports) {
    addCounts(counts, report.counts);
    latencies.merge(new Histogram(report.latencies));
    report.attemptsPerS.forEach((count, i) => (attemptsPerS[i] += count));
    report.queued.forEach((count, i) => (queued[i] += count));
    report.queuedMost.forEach((count, i) => (most[i] = Math.max(most[i], count)));
    for (const [reason, count] of Object.entries(report.refusals))
      refusals[reason] = (refusals[reason] ?? 0) + count;
  }
  const sorted = Object.fromEntries(Object.entries(refusals).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { counts, latencies, attemptsPerS, queued, most, refusals: sorted };
}

/** The busiest second of each part. */
function peaksOf(attemptsPerS: Uint32Array, durationMs: number): number[] {
  const peaks = new Array<number>(BINS).fill(0);
  const seconds = durationMs / 1000;
  attemptsPerS.forEach((count, second) => {
    const bin = Math.floor((second / seconds) * BINS);
    if (bin < BINS) peaks[bin] = Math.max(peaks[bin], count);
  });
  return peaks;
}

function latencyOf(latencies: Histogram): FleetReport['alertLatencyMs'] {
  const at = (part: number) => latencies.percentile(part) ?? 0;
  return { count: latencies.total, p50: at(0.5), p90: at(0.9), p99: at(0.99), most: at(1) };
}

/** Adds the reports of all shards up. */
export function fleetReport(
  { name, seed, durationMs, drainMs }: Scenario,
  reports: readonly ShardReport[],
  cost: FleetCost,
): FleetReport {
  const { counts, latencies, attemptsPerS, queued, most, refusals } = sums(reports);
  const nodeDays = (counts.nodes * durationMs) / DAY_MS;
  return {
    scenario: name,
    seed,
    durationMs,
    counts,
    lost: counts.taken - counts.delivered - counts.droppedReadings - counts.waiting,
    dropped: {
      queueFull: counts.droppedReadings,
      alertQueueFull: counts.droppedAlerts,
      brokerQueue: counts.brokerDropped,
    },
    refusals,
    alertLatencyMs: latencyOf(latencies),
    connects: {
      peakPerS: attemptsPerS.reduce((peak, count) => Math.max(peak, count), 0),
      meanPerS: counts.attempts / ((durationMs + drainMs) / 1000),
      peaks: peaksOf(attemptsPerS, durationMs),
    },
    queues: { mean: [...queued].map((sum) => sum / counts.nodes), most: [...most] },
    perNodeDay: {
      flashWrites: counts.flashWrites / nodeDays,
      wireBytes: counts.wireBytes / nodeDays,
      envelopes: counts.envelopes / nodeDays,
      connections: counts.connections / nodeDays,
    },
    violations: reports.flatMap(({ violations }) => violations),
    cost,
  };
}
