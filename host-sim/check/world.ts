import { SeededRandom } from '../../src/base/random.js';
import type { Scenario, ScenarioFault, ScenarioNode, ScenarioSensor } from '../scenario/types.js';

const MINUTE_MS = 60_000;
/** Faults are over when this part of the duration is. */
const FAULTS_PART = 0.8;

/** Something hostile that happens at `ms`. */
export interface Hostility {
  readonly ms: number;
  readonly kind:
    'forged' | 'bitFlip' | 'replay' | 'otherTopic' | 'farBirth' | 'garbageToNode' | 'strayPuback';
  /** Seed of what exactly is sent. */
  readonly seed: number;
}

const HOSTILITIES: readonly Hostility['kind'][] = [
  'forged',
  'bitFlip',
  'replay',
  'otherTopic',
  'farBirth',
  'garbageToNode',
  'strayPuback',
];

/** A random world: a scenario of one node, what its clock does wrong, and what is done to it. */
export interface RandomWorld {
  readonly scenario: Scenario;
  /** What the node's clock is ahead of the world; undefined: it does not know the time. */
  readonly clockAheadMs: number | undefined;
  /** At this world time the clock jumps by this much. */
  readonly clockJump: { readonly ms: number; readonly byMs: number };
  readonly hostilities: readonly Hostility[];
}

/** Draws integers and choices. */
class Dice {
  readonly #random: SeededRandom;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
  }

  /** `min`..`max`, both inclusive. */
  between(min: number, max: number): number {
    return min + this.#random.nextBelow(max - min + 1);
  }

  /** Between both, small ones as likely as large ones. */
  scale(min: number, max: number): number {
    return Math.round(min * (max / min) ** this.#random.nextUnit());
  }

  oneOf<T>(choices: readonly T[]): T {
    return choices[this.between(0, choices.length - 1)];
  }

  chance(part: number): boolean {
    return this.#random.nextUnit() < part;
  }

  seed(): number {
    return this.#random.nextUint32();
  }
}

function sensor(dice: Dice, name: string): ScenarioSensor {
  const signal = (mean: number, amplitude: number) => ({
    sine: { mean, amplitude, periodMs: dice.between(2, 10) * MINUTE_MS, phaseMs: 0 },
    windows: [],
  });
  return {
    name,
    part: 'sht4x',
    intervalMs: dice.scale(1_000, 20_000),
    tickMs: 100,
    timeoutMs: 500,
    signals: { temperature: signal(25, 20), humidity: signal(50, 40) },
    detectors: [
      {
        kind: 'threshold',
        channel: 'temperature',
        above: 35,
        hysteresis: 2,
        holdMs: dice.oneOf([0, 5_000]),
        severity: 'critical',
      },
    ],
  };
}

function node(dice: Dice): ScenarioNode {
  const minMs = dice.scale(100, 3_000);
  const queued = dice.scale(4, 256);
  return {
    name: 'node',
    count: 1,
    keys: 'provisioned',
    qos: 1,
    keepAliveMs: dice.between(5, 60) * 1_000,
    heartbeatMs: dice.scale(10_000, 600_000),
    backoff: {
      minMs,
      maxMs: minMs * dice.between(1, 10),
      stableMs: dice.oneOf([0, 5_000, 60_000]),
      spreadMs: dice.oneOf([0, 10_000]),
    },
    batch: { readings: Math.min(dice.between(1, 20), queued), ageMs: dice.oneOf([0, 5_000, 60_000]) },
    queue: { readings: queued, alerts: dice.scale(1, 16) },
    pace: { burst: dice.scale(1, 20), perMinute: dice.scale(20, 600) },
    startMs: 0,
    sensors: dice.chance(0.3) ? [sensor(dice, 'a'), sensor(dice, 'b')] : [sensor(dice, 'a')],
  };
}

function fault(dice: Dice, durationMs: number): ScenarioFault {
  const endMs = Math.floor(durationMs * FAULTS_PART);
  const atMs = dice.between(0, endMs - 2);
  const forMs = Math.min(dice.scale(1, 5 * MINUTE_MS), endMs - atMs);
  const kind = dice.oneOf(['brokerOutage', 'gatewayKill', 'linkLoss', 'powerCut', 'bus'] as const);
  if (kind === 'brokerOutage' || kind === 'gatewayKill') return { kind, atMs, forMs };
  if (kind !== 'bus') return { kind, node: 'node', atMs, forMs };
  return { kind, node: 'node', sensor: 'a', fault: dice.oneOf(['nack', 'stuck', 'badCrc']), atMs, forMs };
}

/** Faults of one kind that overlap would end each other: only the first of them stays. */
function withoutOverlap(faults: readonly ScenarioFault[]): ScenarioFault[] {
  const kept: ScenarioFault[] = [];
  for (const one of [...faults].sort((a, b) => a.atMs - b.atMs)) {
    const last = kept.findLast(({ kind }) => kind === one.kind);
    if (last === undefined || last.atMs + last.forMs < one.atMs) kept.push(one);
  }
  return kept;
}

/** The world of a seed. */
export function randomWorld(seed: number): RandomWorld {
  const dice = new Dice(seed);
  const durationMs = dice.between(5, 20) * MINUTE_MS;
  const times = (most: number) => Array.from({ length: dice.between(0, most) }, () => durationMs);
  const scenario: Scenario = {
    name: `check seed ${seed}`,
    description: '',
    seed,
    startUtcMs: 1_767_225_600_000,
    durationMs,
    drainMs: 0,
    speed: 1,
    network: { latencyMs: dice.scale(5, 500), jitterMs: dice.scale(1, 500) },
    fleet: {
      startSpreadMs: 1_000,
      loss: dice.oneOf([0, 0, 0.01, 0.05]),
      breaksPerDay: 0,
      breakForMs: MINUTE_MS,
      acceptPerS: 0,
      backlog: 1,
    },
    nodes: [node(dice)],
    faults: withoutOverlap(times(8).map((ms) => fault(dice, ms))),
    gateway: {},
  };
  return {
    scenario,
    clockAheadMs: dice.chance(0.3) ? undefined : dice.oneOf([0, 3_600_000, -86_400_000]),
    clockJump: { ms: dice.between(0, durationMs), byMs: dice.oneOf([0, 60_000, -7_200_000]) },
    hostilities: times(10).map((ms) => ({
      ms: dice.between(0, Math.floor(ms * FAULTS_PART)),
      kind: dice.oneOf(HOSTILITIES),
      seed: dice.seed(),
    })),
  };
}
