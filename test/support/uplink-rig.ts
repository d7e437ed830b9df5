import { SeededRandom } from '../../src/base/random.js';
import { Uplink, type Message } from '../../src/link/uplink.js';
import { Backoff, type BackoffConfig } from '../../src/pace/backoff.js';
import { ScriptedBroker } from './scripted-broker.js';

export const KEEP_ALIVE_S = 10;
export const BACKOFF: BackoffConfig = { minMs: 1_000, maxMs: 60_000, stableMs: 30_000 };

/** An uplink over a scripted broker, and its clock. */
export interface UplinkRig {
  readonly broker: ScriptedBroker;
  readonly uplink: Uplink;
  readonly reports: string[];
  /** What the topic that was asked for has brought. */
  readonly messages: Uint8Array[];
  /** Will be refused by `makeWill` while false. */
  readonly will: { ready: boolean };
  readonly clock: { nowMs: number };
  /** Steps now, and again while the broker has news. */
  step(): void;
  /** Moves on to `untilMs`, stepping whenever the uplink wants to. */
  run(untilMs: number): void;
  publish(payload: number, qos?: 0 | 1): void;
}

export function message(payload: number, qos: 0 | 1 = 1): Message {
  return { topic: 'm/abcd2345/t', payload: Uint8Array.of(payload), qos, retain: false };
}

export function uplinkRig(login: { username?: string; password?: string } = {}, seed = 1): UplinkRig {
  const broker = new ScriptedBroker();
  const reports: string[] = [];
  const messages: Uint8Array[] = [];
  const will = { ready: true };
  const clock = { nowMs: 0 };
  const hooks = {
    makeWill: (connection: number) => (will.ready ? Uint8Array.of(0x77, connection) : undefined),
    receive: (payload: Uint8Array) => void messages.push(payload),
    report: (text: string) => void reports.push(text),
  };
  const config = {
    clientId: 'mamori-abcd2345',
    keepAliveS: KEEP_ALIVE_S,
    willTopic: 'm/abcd2345/w',
    ...login,
  };
  const uplink = new Uplink(config, broker, new Backoff(BACKOFF, new SeededRandom(seed)), hooks, 0);
  const step = () => {
    do uplink.step(clock.nowMs);
    while (broker.hasNews);
  };
  const run = (untilMs: number) => {
    while (uplink.wakeMs <= untilMs) {
      clock.nowMs = Math.max(clock.nowMs, uplink.wakeMs);
      step();
    }
    clock.nowMs = untilMs;
    step();
  };
  const publish = (payload: number, qos: 0 | 1 = 1) => uplink.publish(message(payload, qos), clock.nowMs);
  return { broker, uplink, reports, messages, will, clock, step, run, publish };
}

/** A rig that is online. */
export function onlineRig(): UplinkRig {
  const rig = uplinkRig();
  rig.step();
  return rig;
}
