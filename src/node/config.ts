import { checkInteger } from '../base/assert.js';
import { fromHex } from '../base/bytes.js';
import { READINGS_MAX } from '../outbox/outbox.js';
import type { BackoffConfig } from '../pace/backoff.js';
import type { ChannelPath } from '../sample/sampler.js';
import { BATCH_READINGS_MAX } from '../wire/telemetry.js';
import { CHANNELS_MAX, encodeBirth, NAME_CHARACTERS_MAX, SENSORS_MAX, type Birth } from '../wire/birth.js';
import { isNodeId } from '../wire/envelope.js';
import { SEVERITIES, type Severity } from '../wire/events.js';
import { boundsOf, type FieldRule } from '../detect/detector.js';
import { REGISTRY, type DetectorName, type OwnConfig } from '../detect/registry.js';

/** What every detector has. */
export interface CommonDetectorConfig {
  /** The channel's name. */
  readonly channel: string;
  /** How long an alarm must last before it is raised, and calm before it is cleared, in milliseconds. */
  readonly holdMs: number;
  /** How long calm must last, where it is another time than `holdMs`. */
  readonly clearMs?: number;
  readonly severity: Severity;
}

/** A detector of one channel: its kind says which other fields it has. Values are in the channel's unit. */
export type DetectorConfig = {
  [Name in DetectorName]: { readonly kind: Name } & CommonDetectorConfig & OwnConfig<Name>;
}[DetectorName];

/** How many alerts may leave. What is held back for good is counted. */
export interface AlertLimits {
  /**
   * One detector tells at most one change in this time, and what is raised again within it after it was cleared is
   * the same incident. Milliseconds; 0 for no limit.
   */
  readonly flapMs: number;
  /** Alerts of all detectors: at once, and an hour. */
  readonly burst: number;
  readonly perHour: number;
}

export const ALERT_LIMITS_DEFAULT: AlertLimits = { flapMs: 60_000, burst: 16, perHour: 120 };

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
  /** ALERT_LIMITS_DEFAULT where it is left out. */
  readonly alerts?: AlertLimits;
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

function checkChannelName(name: string, value: unknown, channels: readonly ChannelConfig[]): ChannelConfig {
  const channel = channels.find((candidate) => candidate.name === value);
  if (channel === undefined)
    throw new RangeError(`"${name}" expected a channel of the sensor, got ${String(value)}`);
  return channel;
}

function checkField(
  name: string,
  value: unknown,
  { rule, channels, exponent }: { rule: FieldRule; channels: readonly ChannelConfig[]; exponent: number },
): void {
  if (value === undefined && rule.optional === true) return;
  const bounds = boundsOf(rule, exponent);
  if (rule.type === 'channel') checkChannelName(name, value, channels);
  else if (rule.type === 'integer' || rule.type === 'duration') checkInteger(name, value, bounds);
  else checkNumber(name, value, bounds);
}

const HOLD: FieldRule = { type: 'duration' };
const CLEAR: FieldRule = { type: 'duration', optional: true };

function checkDetector(at: string, detector: DetectorConfig, channels: readonly ChannelConfig[]): void {
  if (!Object.hasOwn(REGISTRY, detector.kind))
    throw new RangeError(`"${at}.kind" expected one of ${Object.keys(REGISTRY).join(', ')}`);
  if (!SEVERITIES.includes(detector.severity)) {
    throw new RangeError(`"${at}.severity" expected one of ${SEVERITIES.join(', ')}`);
  }
  const { exponent } = checkChannelName(`${at}.channel`, detector.channel, channels);
  const { fields, problem } = REGISTRY[detector.kind];
  const values = detector as unknown as Record<string, unknown>;
  for (const [field, rule] of Object.entries({ ...fields, holdMs: HOLD, clearMs: CLEAR })) {
    checkField(`${at}.${field}`, values[field], { rule, channels, exponent });
  }
  const found = problem(detector as never);
  if (found === undefined) return;
  throw new RangeError(`"${at}${found.field === undefined ? '' : `.${found.field}`}" ${found.text}`);
}

function checkAlertLimits({ flapMs, burst, perHour }: AlertLimits): void {
  checkInteger('alerts.flapMs', flapMs, { min: 0, max: 86_400_000 });
  checkInteger('alerts.burst', burst, { min: 1, max: 10_000 });
  checkNumber('alerts.perHour', perHour, { min: 0.1, max: 1_000_000 });
}

/** Checks one sensor. @param at what errors call it. @throws {TypeError} or {RangeError} */
export function checkSensor(at: string, sensor: SensorConfig): void {
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
  if (config.alerts !== undefined) checkAlertLimits(config.alerts);
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
