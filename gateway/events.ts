import type { NoDataReason } from '../src/base/no-data.js';
import type { Refusal } from '../src/seal/opener.js';
import type { Birth, ChannelInfo, SensorInfo } from '../src/wire/birth.js';
import { MalformedError } from '../src/wire/cbor-reader.js';
import { COUNTING_DETECTORS, type Alert, type Heartbeat } from '../src/wire/events.js';
import type { DecodedReading } from '../src/wire/telemetry.js';
import type { PairingState } from './pairing.js';
import type { NodeState } from './store.js';

/** One channel's value in its unit, or why there is none. */
export interface ChannelValue {
  readonly channel: string;
  readonly unit: string;
  readonly value: number | NoDataReason;
}

/** What the gateway learned from one message. Times in milliseconds since 1970. */
export type GatewayEvent =
  | {
      readonly type: 'reading';
      readonly nodeId: string;
      readonly sensor: string;
      readonly utcMs: number;
      readonly values: readonly ChannelValue[];
    }
  | {
      readonly type: 'alert';
      readonly nodeId: string;
      readonly sensor: string;
      readonly utcMs: number;
      readonly channel: string;
      readonly unit: string;
      readonly id: number;
      readonly state: Alert['state'];
      readonly severity: Alert['severity'];
      readonly detector: Alert['detector'];
      readonly value: number;
      readonly limit: number;
      /** When the incident began, and how many times it was raised. */
      readonly firstUtcMs: number;
      readonly count: number;
      /** Alerts that the node has held back for good since its start. */
      readonly suppressed: number;
    }
  | {
      readonly type: 'birth';
      readonly nodeId: string;
      readonly session: number;
      readonly utcMs: number;
      readonly birth: Birth;
    }
  | {
      readonly type: 'heartbeat';
      readonly nodeId: string;
      readonly utcMs: number;
      readonly heartbeat: Heartbeat;
    }
  | { readonly type: 'state'; readonly nodeId: string; readonly utcMs: number; readonly state: NodeState }
  | {
      readonly type: 'pairing';
      readonly nodeId: string;
      readonly utcMs: number;
      readonly state: PairingState;
    }
  | {
      readonly type: 'refusal';
      readonly nodeId: string;
      readonly utcMs: number;
      readonly reason: RefusalReason;
    };

/** The Opener's reasons, and the gateway's own. `waiting` frames are kept until their birth comes. */
export type RefusalReason =
  Exclude<Refusal, 'unknownSession'> | 'unknownTopic' | 'unknownNode' | 'waiting' | 'evicted' | 'claimReused';

/** A scaled integer in its unit. */
export function physical(value: number, exponent: number): number {
  return exponent < 0 ? value / 10 ** -exponent : value * 10 ** exponent;
}

/** What one stored reading says. */
export function readingEvent(
  nodeId: string,
  reading: DecodedReading,
  sensors: readonly SensorInfo[],
  startUtcMs: number,
): GatewayEvent {
  const sensor = sensors[reading.sensor];
  const values = reading.values.map((value, i) => {
    const { name, unit, exponent } = sensor.channels[i];
    return { channel: name, unit, value: typeof value === 'number' ? physical(value, exponent) : value };
  });
  return { type: 'reading', nodeId, sensor: sensor.name, utcMs: startUtcMs + reading.offsetMs, values };
}

/** The unit in which an alert's value and limit are. */
export function alertScale({ detector }: Pick<Alert, 'detector'>, channel: ChannelInfo): ChannelInfo {
  return COUNTING_DETECTORS.includes(detector) ? { ...channel, unit: 'readings', exponent: 0 } : channel;
}

/** What one stored alert says. @throws {MalformedError} when it is of no channel of the birth. */
export function alertEvent(
  nodeId: string,
  alert: Alert,
  sensors: readonly SensorInfo[],
  startUtcMs: number,
): GatewayEvent {
  const sensor = sensors.at(alert.sensor);
  const channel = sensor?.channels.at(alert.channel);
  if (sensor === undefined || channel === undefined) throw new MalformedError('an alert of no known channel');
  const { id, state, severity, detector, count = 1, suppressed = 0 } = alert;
  const { name, unit, exponent } = alertScale(alert, channel);
  const value = physical(alert.value, exponent);
  const limit = physical(alert.limit, exponent);
  const utcMs = startUtcMs + alert.offsetMs;
  const firstUtcMs = startUtcMs + (alert.firstOffsetMs ?? alert.offsetMs);
  return {
    type: 'alert',
    nodeId,
    sensor: sensor.name,
    utcMs,
    channel: name,
    unit,
    id,
    state,
    severity,
    detector,
    value,
    limit,
    firstUtcMs,
    count,
    suppressed,
  };
}
