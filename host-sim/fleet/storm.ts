import { SeededRandom } from '../../src/base/random.js';
import { Gate } from './gate.js';

/** How a client waits before its next try to connect. */
export interface ReconnectPolicy {
  /** Milliseconds, at least 1. */
  nextDelayMs(): number;
}

/** A reconnect storm: all clients lose a broker at once, which comes back after a while. */
export interface StormConfig {
  readonly clients: number;
  /** How long the broker is away. */
  readonly awayMs: number;
  /** Connections that it accepts a second. */
  readonly acceptPerS: number;
  /** Connections that wait at its door; one more is refused. */
  readonly backlog: number;
  /** One way, milliseconds, and up to `jitterMs` more. */
  readonly latencyMs: number;
  readonly jitterMs: number;
  readonly seed: number;
}

/** What came of a storm. */
export interface StormResult {
  /** From the broker's return until 99 % of the clients are back. */
  readonly secondsTo99: number;
  /** The least that the accept rate allows for that. */
  readonly secondsAtBest: number;
  /** Attempts a second at the broker's door from its return until 99 % are back: the busiest, and the mean. */
  readonly peakPerS: number;
  readonly meanPerS: number;
  /** Attempts a client made in all, in the mean. */
  readonly attemptsPerClient: number;
  /** The busiest second of all, the broker's absence included. */
  readonly peakPerSOfAll: number;
}

/** Storms end here, whatever a policy does. */
const STORM_MS_MAX = 3_600_000;
const SHARE_BACK = 0.99;

/** Attempts by the millisecond at which they reach the broker: a calendar is the fastest queue for so many. */
class Calendar {
  readonly #days: (number[] | undefined)[] = [];

  add(ms: number, client: number): void {
    (this.#days[Math.ceil(ms)] ??= []).push(client);
  }

  /** Takes out who arrives in this millisecond, in the order of their numbers. */
  take(ms: number): number[] {
    const clients = this.#days[ms] ?? [];
    this.#days[ms] = undefined;
    return clients.sort((a, b) => a - b);
  }
}

/** Runs a storm. A function of its arguments. */
export function runStorm(config: StormConfig, policyOf: (client: number) => ReconnectPolicy): StormResult {
  const { clients, awayMs, acceptPerS, backlog, latencyMs, jitterMs, seed } = config;
  const random = new SeededRandom(seed);
  const gate = new Gate({ acceptPerS, backlog, outages: [{ fromMs: 0, toMs: awayMs }] });
  const calendar = new Calendar();
  const policies = Array.from({ length: clients }, (_, client) => policyOf(client));
  const way = () => latencyMs + random.nextUnit() * jitterMs;
  // The way back of the news that it failed, the wait, and the way there again.
  const tryAgain = (ms: number, client: number) =>
    calendar.add(ms + way() + policies[client].nextDelayMs() + way(), client);
  for (let client = 0; client < clients; client++) tryAgain(0, client);
  const attemptsPerS: number[] = [];
  const acceptedMs: number[] = [];
  let attempts = 0;
  for (let ms = 0; ms < STORM_MS_MAX && acceptedMs.length < clients; ms++) {
    for (const client of calendar.take(ms)) {
      attempts++;
      const second = Math.floor(ms / 1000);
      attemptsPerS[second] = (attemptsPerS[second] ?? 0) + 1;
      const atMs = gate.knock(ms);
      if (atMs === undefined) tryAgain(ms, client);
      else acceptedMs.push(atMs);
    }
  }
  return result(config, { attemptsPerS, acceptedMs, attempts });
}

function result(
  { clients, awayMs, acceptPerS }: StormConfig,
  run: { attemptsPerS: readonly number[]; acceptedMs: readonly number[]; attempts: number },
): StormResult {
  const wanted = Math.ceil(clients * SHARE_BACK);
  const endMs = run.acceptedMs.at(wanted - 1) ?? Infinity;
  const fromS = Math.ceil(awayMs / 1000);
  const toS = Math.min(Math.ceil(endMs / 1000), run.attemptsPerS.length);
  const window = Array.from({ length: Math.max(1, toS - fromS) }, (_, i) => run.attemptsPerS[fromS + i] ?? 0);
  return {
    secondsTo99: (endMs - awayMs) / 1000,
    secondsAtBest: wanted / acceptPerS,
    peakPerS: Math.max(...window),
    meanPerS: window.reduce((sum, count) => sum + count, 0) / window.length,
    attemptsPerClient: run.attempts / clients,
    peakPerSOfAll: run.attemptsPerS.reduce((peak, count) => Math.max(peak, count), 0),
  };
}
