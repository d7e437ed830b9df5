import { CborReader, integerOf, MalformedError, mapOf, type CborItem } from './cbor-reader.js';
import { CborWriter } from './cbor-writer.js';

/** Severities and states stand on the wire as their place in these lists. */
export const SEVERITIES = ['info', 'warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];
export const ALERT_STATES = ['cleared', 'raised'] as const;
export type AlertState = (typeof ALERT_STATES)[number];
/** Append only; the same names as the registry of detectors. */
export const DETECTORS = [
  'threshold',
  'rateOfChange',
  'stuck',
  'missing',
  'drift',
  'robustZ',
  'cross',
] as const;
export type DetectorKind = (typeof DETECTORS)[number];

/** Detectors whose value and limit are numbers of readings, not of the channel's unit. */
export const COUNTING_DETECTORS: readonly DetectorKind[] = ['missing'];

/** What an alert holds. `raised` and `cleared` of one incident have the same id. */
export interface Alert {
  /** Incident: counts from 1 since the node's start. With the node and `boot` it names the incident for ever. */
  readonly id: number;
  readonly state: AlertState;
  readonly severity: Severity;
  readonly detector: DetectorKind;
  readonly sensor: number;
  readonly channel: number;
  /** Milliseconds since the session's start, of the reading that changed the state. */
  readonly offsetMs: number;
  /** Scaled as the channel's readings, or numbers of readings (COUNTING_DETECTORS). */
  readonly value: number;
  readonly limit: number;
  /** Number of the first session since the node's start. */
  readonly boot?: number;
  /** Place of the detector among those of its sensor. */
  readonly rule?: number;
  /** Milliseconds since the session's start, of the reading that the incident began with. */
  readonly firstOffsetMs?: number;
  /** How many times the incident was raised: more than once when it flapped. */
  readonly count?: number;
  /** Alerts that were held back for good since the node's start, by the limits of rate. */
  readonly suppressed?: number;
}

/** Counters since the node's start, unless it says otherwise. */
export interface Heartbeat {
  /** Milliseconds since the session's start. */
  readonly offsetMs: number;
  /** Number of the MQTT connection, the same that the connection's last will carries. */
  readonly connection: number;
  readonly queuedReadings: number;
  readonly takenReadings: number;
  readonly droppedReadings: number;
  readonly droppedAlerts: number;
  readonly acknowledgedEnvelopes: number;
  readonly utcMs?: number;
  readonly freeHeapBytes?: number;
  readonly signalDbm?: number;
  readonly supplyMilliV?: number;
  /** Number of the first session since the node's start. */
  readonly boot?: number;
  /** Incidents that are raised; only while no alert waits to be sealed, so that all of them have been told. */
  readonly openAlerts?: number;
  readonly suppressedAlerts?: number;
}

type Numbers = Readonly<Record<string, number | undefined>>;

/** A map's keys are the places of these names, from 1. Append only. */
const ALERT_KEYS = [
  'id',
  'state',
  'severity',
  'detector',
  'sensor',
  'channel',
  'offsetMs',
  'value',
  'limit',
  'boot',
  'rule',
  'firstOffsetMs',
  'count',
  'suppressed',
] as const;
const HEARTBEAT_KEYS = [
  'offsetMs',
  'connection',
  'queuedReadings',
  'takenReadings',
  'droppedReadings',
  'droppedAlerts',
  'acknowledgedEnvelopes',
  'utcMs',
  'freeHeapBytes',
  'signalDbm',
  'supplyMilliV',
  'boot',
  'openAlerts',
  'suppressedAlerts',
] as const;
const HEARTBEAT_REQUIRED = 7;
const EVENT_BYTES_MAX = 160;

function encodeNumbers(names: readonly string[], numbers: Numbers): Uint8Array {
  const writer = new CborWriter(EVENT_BYTES_MAX);
  const present = names.filter((name) => numbers[name] !== undefined);
  writer.map(present.length);
  for (const name of present) writer.integer(names.indexOf(name) + 1).integer(numbers[name] as number);
  return writer.finish();
}

function decodeMap(plaintext: Uint8Array): Map<number, CborItem> {
  const reader = new CborReader(plaintext);
  const map = mapOf(reader.item());
  if (!reader.done) throw new MalformedError('bytes behind the record');
  return map;
}

const limit = Number.MAX_SAFE_INTEGER;

const LATER_BOUNDS = {
  boot: [1, 0xffff_ffff],
  rule: [0, 255],
  firstOffsetMs: [-limit, limit],
  count: [1, limit],
  suppressed: [0, limit],
} as const;

/** Ten years in milliseconds: no time of a record may lie further from its session's start. */
export const OFFSET_MS_MAX = 315_360_000_000;

/** The offset itself. @throws {MalformedError} when it lies beyond OFFSET_MS_MAX. */
export function checkOffset(offsetMs: number): number {
  if (Math.abs(offsetMs) > OFFSET_MS_MAX) throw new MalformedError('a time out of bounds');
  return offsetMs;
}

/** The keys that came later than the others: undefined where an older node has none. */
function laterFields(map: ReadonlyMap<number, CborItem>): Partial<Alert> {
  const fields: Record<string, number> = {};
  for (const [name, [min, max]] of Object.entries(LATER_BOUNDS)) {
    const item = map.get(ALERT_KEYS.indexOf(name as keyof typeof LATER_BOUNDS) + 1);
    if (item !== undefined) fields[name] = integerOf(item, min, max);
  }
  if (fields.firstOffsetMs !== undefined) checkOffset(fields.firstOffsetMs);
  return fields;
}

export function encodeAlert(alert: Alert): Uint8Array {
  return encodeNumbers(ALERT_KEYS, {
    ...alert,
    state: ALERT_STATES.indexOf(alert.state),
    severity: SEVERITIES.indexOf(alert.severity),
    detector: DETECTORS.indexOf(alert.detector),
  });
}

/** Reads the plaintext of an alert. @throws {MalformedError} */
export function decodeAlert(plaintext: Uint8Array): Alert {
  const map = decodeMap(plaintext);
  const at = (name: (typeof ALERT_KEYS)[number], min: number, max: number) =>
    integerOf(map.get(ALERT_KEYS.indexOf(name) + 1), min, max);
  return {
    id: at('id', 1, limit),
    state: ALERT_STATES[at('state', 0, ALERT_STATES.length - 1)],
    severity: SEVERITIES[at('severity', 0, SEVERITIES.length - 1)],
    detector: DETECTORS[at('detector', 0, DETECTORS.length - 1)],
    sensor: at('sensor', 0, 255),
    channel: at('channel', 0, 255),
    offsetMs: checkOffset(at('offsetMs', -limit, limit)),
    value: at('value', -limit, limit),
    limit: at('limit', -limit, limit),
    ...laterFields(map),
  };
}

export function encodeHeartbeat(heartbeat: Heartbeat): Uint8Array {
  return encodeNumbers(HEARTBEAT_KEYS, { ...heartbeat });
}

/** Reads the plaintext of a heartbeat. @throws {MalformedError} */
export function decodeHeartbeat(plaintext: Uint8Array): Heartbeat {
  const map = decodeMap(plaintext);
  const numbers: Record<string, number> = {};
  HEARTBEAT_KEYS.forEach((name, i) => {
    const item = map.get(i + 1);
    if (item !== undefined || i < HEARTBEAT_REQUIRED) numbers[name] = integerOf(item, -limit, limit);
  });
  checkOffset(numbers.offsetMs);
  return numbers as unknown as Heartbeat;
}

/** The plaintext of a last will: nothing but the number of the connection that ended. */
export function encodeWill(connection: number): Uint8Array {
  return new CborWriter(9).integer(connection).finish();
}

/** Reads the plaintext of a last will. @throws {MalformedError} */
export function decodeWill(plaintext: Uint8Array): number {
  const reader = new CborReader(plaintext);
  const connection = reader.integer(1);
  if (!reader.done) throw new MalformedError('bytes behind the will');
  return connection;
}
