import type { AlertLimits, DetectorConfig } from '../../src/node/config.js';

/**
 * A checked scenario: every default is filled in, every duration is in milliseconds, and all of it is plain JSON, so
 * that a trace can carry the scenario that made it. The keys of the file are described in the `*-schema.ts` beside.
 */
export interface Scenario {
  readonly name: string;
  readonly description: string;
  /** Seed of all randomness in the run, 0..2^32-1. */
  readonly seed: number;
  /** The moment of world time 0, in milliseconds since 1970. File key: `start`. */
  readonly startUtcMs: number;
  /** How long nodes sample. */
  readonly durationMs: number;
  /** How long the world goes on after sampling ended, for queues to empty. */
  readonly drainMs: number;
  /** World seconds a real second, where a run is live. */
  readonly speed: number;
  readonly network: ScenarioNetwork;
  readonly nodes: readonly ScenarioNode[];
  readonly faults: readonly ScenarioFault[];
  /** The wider network of a fleet, for `mamori sim fleet` only. */
  readonly fleet: ScenarioFleet;
  /** Nothing can be set yet; the key is kept for what integrators will need. */
  readonly gateway: Readonly<Record<string, never>>;
}

export interface ScenarioNetwork {
  /** One way. */
  readonly latencyMs: number;
  /** The most that is added to a latency at random. */
  readonly jitterMs: number;
}

/** What `mamori sim fleet` models beyond a plain run. */
export interface ScenarioFleet {
  /** Nodes come up at random within this time after their `start`. File key: `startSpread`. */
  readonly startSpreadMs: number;
  /** Part of all pieces on the way that are lost and sent again, 0..0.5. */
  readonly loss: number;
  /** How often a node's link breaks, a day. */
  readonly breaksPerDay: number;
  /** How long a broken link stays away, in the mean. File key: `breakFor`. */
  readonly breakForMs: number;
  /** Connections that the broker accepts a second; 0 for no limit. */
  readonly acceptPerS: number;
  /** Connections that wait for it at most. */
  readonly backlog: number;
}

/** One node, or `count` alike. */
export interface ScenarioNode {
  /** Unique among the nodes of the file. */
  readonly name: string;
  readonly count: number;
  readonly qos: 0 | 1;
  /** Whole seconds, as MQTT's CONNECT carries it. */
  readonly keepAliveMs: number;
  readonly heartbeatMs: number;
  readonly backoff: ScenarioBackoff;
  readonly batch: ScenarioBatch;
  readonly queue: ScenarioQueue;
  /** The node's own defaults where it is left out. */
  readonly alerts?: AlertLimits;
  readonly pace: ScenarioPace;
  /** Delay before power comes on. */
  readonly startMs: number;
  /** `provisioned`: node and gateway hold a root key from the start. `claim`: they pair when they meet. */
  readonly keys: 'provisioned' | 'claim';
  readonly sensors: readonly ScenarioSensor[];
}

export interface ScenarioBackoff {
  readonly minMs: number;
  readonly maxMs: number;
  /** How long a connection must stand before the back-off starts anew. */
  readonly stableMs: number;
  /** The time over which a fleet comes back that lost its connections at one moment. */
  readonly spreadMs: number;
}

export interface ScenarioBatch {
  readonly readings: number;
  readonly ageMs: number;
}

export interface ScenarioQueue {
  readonly readings: number;
  readonly alerts: number;
}

export interface ScenarioPace {
  /** Envelopes at once. */
  readonly burst: number;
  /** Envelopes a minute. */
  readonly perMinute: number;
}

export interface ScenarioSensor {
  /** Unique within its node. */
  readonly name: string;
  readonly part: ScenarioPart;
  readonly intervalMs: number;
  readonly tickMs: number;
  readonly timeoutMs: number;
  /** One for each channel of the part. */
  readonly signals: Readonly<Record<string, ScenarioSignal>>;
  readonly detectors: readonly ScenarioDetector[];
}

/** A signal and the windows that replace it for a while. */
export type ScenarioSignal = ScenarioSource & { readonly windows: readonly ScenarioWindow[] };

/** Exactly one of these; which one it is shows in its key. */
export type ScenarioSource =
  | { readonly constant: number }
  | { readonly sine: ScenarioSine }
  | { readonly ramp: ScenarioRamp }
  | ScenarioReplay
  | { readonly noise: { readonly stdDev: number } }
  | { readonly sum: readonly ScenarioSignal[] };

export interface ScenarioSine {
  readonly mean: number;
  readonly amplitude: number;
  readonly periodMs: number;
  readonly phaseMs: number;
}

export interface ScenarioRamp {
  readonly from: number;
  readonly slopePerS: number;
  /** World time at which it starts to move. */
  readonly startMs: number;
}

export interface ScenarioReplay {
  /** Path of the CSV file, absolute or relative to the scenario file. */
  readonly csv: string;
  readonly timeColumn: string;
  /** The column with the value. */
  readonly column: string;
  /** The file is read at the scenario's start + world time + this; it may be negative. */
  readonly offsetMs: number;
  readonly interpolate: 'hold' | 'linear';
  /** How long a value stands when no other follows. */
  readonly gapMs: number;
}

export interface ScenarioWindow {
  readonly fromMs: number;
  readonly toMs: number;
  readonly signal: ScenarioSignal;
}

/** As the node's program gets it: the file's fields are the detector's own, checked by its rules. */
export type ScenarioDetector = DetectorConfig;

/** What goes wrong at `atMs` of world time, for `forMs`. A `node` with a `count` means all of its instances. */
export type ScenarioFault =
  | { readonly kind: 'brokerOutage' | 'gatewayKill'; readonly atMs: number; readonly forMs: number }
  | {
      readonly kind: 'linkLoss' | 'powerCut';
      readonly node: string;
      readonly atMs: number;
      readonly forMs: number;
    }
  | {
      readonly kind: 'bus';
      readonly node: string;
      readonly sensor: string;
      readonly fault: 'nack' | 'stuck' | 'badCrc';
      readonly atMs: number;
      readonly forMs: number;
    };

export type ScenarioPart = keyof typeof CHANNEL_DEFAULTS;

/**
 * The channels of each part and the constant that stands where a scenario gives no signal: an ordinary room's
 * humidity in %RH and pressure in Pa, the Earth's pull in m/s² on a sensor that lies flat, a small node's supply in V
 * and A, a quiet room's sound in V, eight satellites in sight. Temperatures are in °C.
 */
export const CHANNEL_DEFAULTS = {
  sht4x: { temperature: 0, humidity: 50 },
  lis3dh: { x: 0, y: 0, z: 9.81 },
  tmp117: { temperature: 0 },
  bme280: { temperature: 0, humidity: 50, pressure: 101_325 },
  ina219: { voltage: 5, current: 0.1 },
  mpu6050: { x: 0, y: 0, z: 9.81, temperature: 25 },
  hx711: { weight: 0 },
  gps: { latitude: 0, longitude: 0, altitude: 0, satellites: 8 },
  microphone: { level: 0.01 },
  ds18b20: { temperature: 0 },
} as const;
