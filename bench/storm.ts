import { BACKOFF_DEFAULT } from '../host-sim/scenario/node-schema.js';
import {
  runStorm,
  type ReconnectPolicy,
  type StormConfig,
  type StormResult,
} from '../host-sim/fleet/storm.js';
import { SeededRandom } from '../src/base/random.js';
import { Backoff, type BackoffConfig } from '../src/pace/backoff.js';
import type { Result } from './budget.js';

/** 10,000 nodes, a broker that is away for a minute and then accepts 200 connections a second. */
export const STORM: StormConfig = {
  clients: 10_000,
  awayMs: 60_000,
  acceptPerS: 200,
  backlog: 1_024,
  latencyMs: 40,
  jitterMs: 20,
  seed: 1,
};

/** The back-off that a scenario's node has when the file says nothing. */
const OURS: BackoffConfig = BACKOFF_DEFAULT;
/** The exponential back-off without jitter goes on doubling as far as ours did before it was measured. */
const EXPONENTIAL_MS_MAX = 300_000;

const fixed = (delayMs: number) => (): ReconnectPolicy => ({ nextDelayMs: () => delayMs });

/** Doubles from one second on, without jitter. */
function exponential(): ReconnectPolicy {
  let delayMs = OURS.minMs / 2;
  return { nextDelayMs: () => (delayMs = Math.min(EXPONENTIAL_MS_MAX, delayMs * 2)) };
}

/** Ours: the very class of the core, after a connection that was stable. */
function ours(client: number): ReconnectPolicy {
  const backoff = new Backoff(OURS, new SeededRandom(client));
  backoff.connectionEnded(OURS.stableMs);
  return backoff;
}

/** Every policy under the same storm. */
export const POLICIES: readonly (readonly [name: string, policyOf: (client: number) => ReconnectPolicy])[] = [
  ['mamori', ours],
  ['fixed 0.5 s (Moddable example)', fixed(500)],
  ['fixed 5 s (ESPHome)', fixed(5_000)],
  ['fixed 10 s (Tasmota, esp-mqtt)', fixed(10_000)],
  ['exponential, no jitter', exponential],
];

/** Runs all policies. */
export function runStorms(config: StormConfig = STORM): { name: string; result: StormResult }[] {
  return POLICIES.map(([name, policyOf]) => ({ name, result: runStorm(config, policyOf) }));
}

const SOURCE = 'the same run and model, bench/storm.ts';

/** The storm's figures, our policy beside the others. */
export function measureStorm(): Result[] {
  const [{ result: own }, ...others] = runStorms();
  const peers = (value: (result: StormResult) => number) =>
    others.map(({ name, result }) => ({ name, value: value(result), source: SOURCE }));
  const ratio = ({ peakPerS, meanPerS }: StormResult) => peakPerS / meanPerS;
  return [
    {
      name: 'storm.peakOverMean',
      value: ratio(own),
      unit: 'busiest second over mean of attempts, from the return of the broker until 99 % are back',
      limit: 2,
      better: 'lower',
      peers: peers(ratio),
    },
    {
      name: 'storm.secondsTo99',
      value: own.secondsTo99,
      unit: `s until 99 % of 10,000 nodes are back, ${own.secondsAtBest} at best`,
      limit: 2 * own.secondsAtBest,
      better: 'lower',
      peers: peers(({ secondsTo99 }) => secondsTo99),
    },
  ];
}
