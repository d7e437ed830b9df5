import { checkInteger } from '../base/assert.js';
import { fromHex } from '../base/bytes.js';
import { VALUE_MAX, VALUE_MIN } from '../base/no-data.js';
import { READINGS_MAX } from '../outbox/outbox.js';
import type { BackoffConfig } from '../pace/backoff.js';
import type { ChannelPath } from '../sample/sampler.js';
import { BATCH_READINGS_MAX } from '../wire/telemetry.js';
import { CHANNELS_MAX, encodeBirth, NAME_CHARACTERS_MAX, SENSORS_MAX, type Birth } from '../wire/birth.js';
import { isNodeId } from '../wire/envelope.js';
import { DETECTORS, SEVERITIES, type Severity } from '../wire/events.js';

/** A detector of one channel. Limits are in the channel's unit. */
export interface DetectorConfig {
  readonly kind: 'threshold';
  /** The channel's name. */
  readonly channel: string;
  readonly above?: number;
  readonly below?: number;
  readonly hysteresis: number;
  readonly holdMs: number;
  readonly severity: Severity;
}

/** A channel: where its value stands, what it is called and its unit. */
export interface ChannelConfig extends ChannelPath {
  readonly name: string;
  /** A SenML unit (RFC 8428). */
  readonly unit: string;
}

export interface SensorConfig {
  /** What `Ports.openSensor` is asked for. */
  readonly name: string;
  /** Milliseconds, 100..86,400,000. */
  readonly intervalMs: number;
  /** Resolution of the readings' time, 1..3,600,000. */
  readonly tickMs: number;
  readonly timeoutMs: number;
  readonly channels: readonly ChannelConfig[];
  readonly detectors: readonly DetectorConfig[];
}

/** All that makes a node this node. Plain JSON. */
export interface NodeConfig {
  /** 8 characters of base32. */
  readonly nodeId: string;
  readonly gatewayId: string;
  readonly firmware: {
    readonly version: string;
    /** 64 hexadecimal digits. */ readonly bundleSha256: string;
  };
  readonly broker: {
    /** Seconds, 1..65,535. */
    readonly keepAliveS: number;
    /** Of telemetry and heartbeats; births and alerts always go at QoS 1. */
    readonly qos: 0 | 1;
    readonly username?: string;
    readonly password?: string;
    readonly backoff: BackoffConfig;
  };
  /** Milliseconds, 1,000..604,800,000. */
  readonly heartbeatMs: number;
  /** Readings leave when so many wait, or when the oldest is that old. */
  readonly batch: { readonly readings: number; readonly ageMs: number };
  readonly outbox: { readonly readings: number; readonly alerts: number };
  readonly pace: { /** Envelopes. */ readonly burst: number; readonly perMinute: number };
  readonly sensors: readonly SensorConfig[];
}

/** Longest user name or password: CONNECT must fit the room that any stream has. */
export const CREDENTIAL_CHARACTERS_MAX = 128;

function checkName(name: string, value: unknown): void {
  if (typeof value !== 'string' || !/^[\x20-\x7e]+$/.test(value) || value.length > NAME_CHARACTERS_MAX) {
    throw new TypeError(`"${name}" expected 1..${NAME_CHARACTERS_MAX} printable ASCII characters`);
  }
}

function checkNumber(name: string, value: unknown, { min, max }: { min: number; max: number }): void {
  if (typeof value !== 'number' || Number.isNaN(value)) throw new TypeError(`"${name}" expected a number`);
  if (value < min || value > max) throw new RangeError(`"${name}" expected ${min}..${max}, got ${value}`);
}

function checkDetector(at: string, detector: DetectorConfig, channels: readonly ChannelConfig[]): void {
  if (!channels.some(({ name }) => name === detector.channel)) {
    throw new RangeError(`"${at}.channel" expected a channel of the sensor, got ${detector.channel}`);
  }
  if (detector.above === undefined && detector.below === undefined) {
    throw new TypeError(`"${at}" expected "above" or "below"`);
  }
  if (!DETECTORS.includes(detector.kind))
    throw new RangeError(`"${at}.kind" expected one of ${DETECTORS.join(', ')}`);
  if (!SEVERITIES.includes(detector.severity)) {
    throw new RangeError(`"${at}.severity" expected one of ${SEVERITIES.join(', ')}`);
  }
  const unit = 10 ** -(channels.find(({ name }) => name === detector.channel)?.exponent ?? 0);
  for (const [name, value] of Object.entries({ above: detector.above, below: detector.below })) {
    if (value !== undefined)
      checkNumber(`${at}.${name}`, value, { min: VALUE_MIN / unit, max: VALUE_MAX / unit });
  }
  checkNumber(`${at}.hysteresis`, detector.hysteresis, { min: 0, max: VALUE_MAX / unit });
  checkInteger(`${at}.holdMs`, detector.holdMs, { min: 0, max: 604_800_000 });
}

function checkSensor(at: string, sensor: SensorConfig): void {
  checkName(`${at}.name`, sensor.name);
  checkInteger(`${at}.intervalMs`, sensor.intervalMs, { min: 100, max: 86_400_000 });
  checkInteger(`${at}.tickMs`, sensor.tickMs, { min: 1, max: 3_600_000 });
  checkInteger(`${at}.timeoutMs`, sensor.timeoutMs, { min: 10, max: sensor.intervalMs });
  checkInteger(`${at}.channels.length`, sensor.channels.length, { min: 1, max: CHANNELS_MAX });
  for (const channel of sensor.channels) {
    checkName(`${at}.channels.name`, channel.name);
    checkName(`${at}.channels.unit`, channel.unit);
    checkInteger(`${at}.channels.exponent`, channel.exponent, { min: -9, max: 9 });
    checkNumber(`${at}.channels.scale`, channel.scale, { min: -1e9, max: 1e9 });
    if (!Array.isArray(channel.path) || channel.path.length === 0) {
      throw new TypeError(`"${at}.channels.path" expected the names that lead to the value`);
    }
  }
  sensor.detectors.forEach((detector, i) =>
    checkDetector(`${at}.detectors[${i}]`, detector, sensor.channels),
  );
}

/** MQTT 3.1.1, section 3.1.2.9: a password needs a user name. */
function checkCredentials({ username, password }: NodeConfig['broker']): void {
  if (password !== undefined && username === undefined)
    throw new TypeError('"broker.username" expected with "broker.password"');
  for (const [name, value] of Object.entries({ username, password })) {
    if (value !== undefined && value.length > CREDENTIAL_CHARACTERS_MAX) {
      throw new RangeError(`"broker.${name}" expected at most ${CREDENTIAL_CHARACTERS_MAX} characters`);
    }
  }
}

/** What a configuration puts into every birth. */
export function birthFacts({
  firmware,
  heartbeatMs,
  sensors,
}: NodeConfig): Omit<Birth, 'resetReason' | 'utcMs'> {
  return {
    firmware: firmware.version,
    bundleSha256: fromHex(firmware.bundleSha256),
    heartbeatS: Math.ceil(heartbeatMs / 1000),
    sensors,
  };
}

/**
 * Checks a whole configuration.
 * @throws {TypeError} or {RangeError} with the field's name, what was expected and what came.
 */
export function checkConfig(config: NodeConfig): void {
  if (!isNodeId(config.nodeId)) throw new TypeError('"nodeId" expected 8 characters a-z, 2-7');
  checkName('gatewayId', config.gatewayId);
  checkName('firmware.version', config.firmware.version);
  if (!/^[0-9a-f]{64}$/i.test(config.firmware.bundleSha256)) {
    throw new TypeError('"firmware.bundleSha256" expected 64 hexadecimal digits');
  }
  checkInteger('broker.keepAliveS', config.broker.keepAliveS, { min: 1, max: 65_535 });
  checkInteger('broker.qos', config.broker.qos, { min: 0, max: 1 });
  checkCredentials(config.broker);
  const { minMs, maxMs, stableMs, spreadMs = 0 } = config.broker.backoff;
  checkInteger('broker.backoff.minMs', minMs, { min: 1, max: 3_600_000 });
  checkInteger('broker.backoff.maxMs', maxMs, { min: minMs, max: 86_400_000 });
  checkInteger('broker.backoff.stableMs', stableMs, { min: 0, max: 86_400_000 });
  checkInteger('broker.backoff.spreadMs', spreadMs, { min: 0, max: 86_400_000 });
  checkInteger('heartbeatMs', config.heartbeatMs, { min: 1_000, max: 604_800_000 });
  checkInteger('batch.ageMs', config.batch.ageMs, { min: 0, max: 604_800_000 });
  checkInteger('outbox.readings', config.outbox.readings, { min: 1, max: READINGS_MAX });
  // A batch that does not fit the outbox would never be full.
  const batchMax = Math.min(BATCH_READINGS_MAX, config.outbox.readings);
  checkInteger('batch.readings', config.batch.readings, { min: 1, max: batchMax });
  checkInteger('outbox.alerts', config.outbox.alerts, { min: 1, max: 1_024 });
  checkInteger('pace.burst', config.pace.burst, { min: 1, max: 10_000 });
  checkNumber('pace.perMinute', config.pace.perMinute, { min: 0.001, max: 1_000_000 });
  checkInteger('sensors.length', config.sensors.length, { min: 1, max: SENSORS_MAX });
  config.sensors.forEach((sensor, i) => checkSensor(`sensors[${i}]`, sensor));
  // The longest birth that this configuration can lead to: one that does not fit must not use up a root first.
  encodeBirth({
    ...birthFacts(config),
    resetReason: 'x'.repeat(NAME_CHARACTERS_MAX),
    utcMs: Number.MAX_SAFE_INTEGER,
  });
}
