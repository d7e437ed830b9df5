import { SeededRandom } from '../base/random.js';
import { Uplink } from '../link/uplink.js';
import { Outbox } from '../outbox/outbox.js';
import { Backoff } from '../pace/backoff.js';
import { TokenBucket } from '../pace/token-bucket.js';
import type { Ports } from '../ports/ports.js';
import { Sampler } from '../sample/sampler.js';
import { Commissioning } from '../pair/commissioning.js';
import { pairingReplyTopicOf, pairingTopicOf } from '../seal/pairing.js';
import { KIND, topicOf, type Kind } from '../wire/envelope.js';
import type { Heartbeat } from '../wire/events.js';
import { Alarms, type PendingAlert } from './alarms.js';
import { checkConfig, type NodeConfig } from './config.js';
import { Session } from './session.js';

/** Counters since the node's start. */
export interface NodeStats {
  readonly takenReadings: number;
  readonly skippedReadings: number;
  readonly queuedReadings: number;
  readonly droppedReadings: number;
  readonly queuedAlerts: number;
  readonly droppedAlerts: number;
  readonly raisedAlerts: number;
  readonly suppressedAlerts: number;
  readonly sentEnvelopes: number;
  readonly unacknowledgedEnvelopes: number;
  readonly connections: number;
  readonly sentBytes: number;
  readonly online: boolean;
  /** True when the gateway has proved that it holds the root; false while the claim is still there. */
  readonly paired: boolean;
}

/** A running node: a state machine that is stepped. */
export interface Node {
  /**
   * Does all that is due, and says when it wants to run again. It must also run when the stream has news.
   * @param nowMs the monotonic clock; never goes back.
   */
  step(nowMs: number): number;
  /**
   * Before a planned restart or sleep: from now on no reading is taken, and what waits leaves without waiting for its
   * batch. When `stats` shows nothing queued and nothing unacknowledged, the power may go.
   */
  drain(): void;
  stats(): NodeStats;
}

/** Jitter needs no secret: when the entropy source is not ready yet, the node's own id spreads the fleet. */
function jitterSeed(ports: Ports, nodeId: string): number {
  const bytes = new Uint8Array(4);
  if (ports.entropy.isReady()) ports.entropy.fill(bytes);
  else
    for (let i = 0; i < nodeId.length; i++) bytes[i & 3] = (bytes[i & 3] * 31 + nodeId.charCodeAt(i)) & 255;
  return (bytes[0] << 24) | (bytes[1] << 16) | (bytes[2] << 8) | bytes[3];
}

class SensorNode implements Node {
  readonly #ports: Ports;
  readonly #config: NodeConfig;
  readonly #sampler: Sampler;
  readonly #alarms: Alarms;
  readonly #outbox: Outbox<PendingAlert>;
  readonly #bucket: TokenBucket;
  readonly #uplink: Uplink;
  readonly #commissioning: Commissioning;
  #session: Session | undefined;
  /** Number of the first session; 0 before it. */
  #boot = 0;
  /** The connection on which the birth has been sent. */
  #bornConnection = 0;
  #heartbeatMs: number;
  #raisedAlerts = 0;
  #isDraining = false;
  #sentEnvelopes = 0;

  constructor(ports: Ports, config: NodeConfig, nowMs: number) {
    this.#ports = ports;
    this.#config = config;
    const { sensors, outbox, pace, broker, nodeId } = config;
    this.#sampler = new Sampler(sensors, (name) => ports.openSensor(name), nowMs);
    this.#alarms = new Alarms(sensors, config.alerts);
    const channelsMax = Math.max(...sensors.map(({ channels }) => channels.length));
    this.#outbox = new Outbox({ readingsMax: outbox.readings, alertsMax: outbox.alerts, channelsMax });
    this.#bucket = new TokenBucket(pace.burst, pace.perMinute, nowMs);
    const random = new SeededRandom(jitterSeed(ports, nodeId));
    const backoff = new Backoff(broker.backoff, random);
    this.#commissioning = new Commissioning(ports, config, random, nowMs);
    const names = { clientId: `mamori-${nodeId}`, willTopic: topicOf(nodeId, KIND.will) };
    const hooks = {
      makeWill: (connection: number, atMs: number) => this.#makeWill(connection, atMs),
      receive: (payload: Uint8Array) => this.#commissioning.receive(payload),
      report: (text: string) => ports.log.write('notice', text),
    };
    this.#uplink = new Uplink({ ...names, ...broker }, ports.stream, backoff, hooks, nowMs);
    this.#heartbeatMs = nowMs;
  }

  step(nowMs: number): number {
    if (!this.#isDraining) this.#sample(nowMs);
    this.#uplink.step(nowMs);
    const pairingMs = this.#pair(nowMs);
    if (this.#session?.isOver(nowMs) === true && this.#uplink.online)
      this.#uplink.reconnect(nowMs, 'the session is over');
    this.#sendBirth(nowMs);
    const waitingForMs = this.#send(nowMs);
    const sampleMs = this.#isDraining ? Infinity : this.#sampler.wakeMs;
    return Math.min(sampleMs, this.#uplink.wakeMs, waitingForMs, pairingMs);
  }

  drain(): void {
    this.#isDraining = true;
  }

  stats(): NodeStats {
    return {
      takenReadings: this.#sampler.takenReadings,
      skippedReadings: this.#sampler.skippedReadings,
      queuedReadings: this.#outbox.queuedReadings,
      droppedReadings: this.#outbox.droppedReadings,
      queuedAlerts: this.#outbox.queuedAlerts,
      droppedAlerts: this.#outbox.droppedAlerts,
      raisedAlerts: this.#raisedAlerts,
      suppressedAlerts: this.#alarms.suppressedAlerts,
      sentEnvelopes: this.#sentEnvelopes,
      unacknowledgedEnvelopes: this.#uplink.unacknowledged,
      connections: this.#uplink.connection,
      sentBytes: this.#uplink.sentBytes,
      online: this.#uplink.online,
      paired: this.#commissioning.isPaired,
    };
  }

  #sample(nowMs: number): void {
    this.#sampler.step(nowMs, (reading) => {
      this.#outbox.pushReading(reading);
      this.#alarms.step(reading, (alert) => {
        if (alert.state === 'raised') this.#raisedAlerts++;
        this.#outbox.pushAlert(alert);
      });
    });
  }

  /** Goes on with the pairing, if there is one. Returns when to look again; infinity when only news can help. */
  #pair(nowMs: number): number {
    const { nodeId } = this.#config;
    this.#uplink.listen(this.#commissioning.isPaired ? undefined : pairingReplyTopicOf(nodeId));
    if (this.#commissioning.isPaired) return Infinity;
    const isReady = this.#uplink.listening && this.#uplink.canPublish;
    const send = (payload: Uint8Array) =>
      this.#uplink.publish({ topic: pairingTopicOf(nodeId), payload, qos: 1, retain: false }, nowMs);
    if (this.#commissioning.step(nowMs, isReady ? send : undefined)) {
      // The new root needs a new session, and a connection with its last will.
      this.#session = undefined;
      this.#uplink.reconnect(nowMs, 'the root key is there');
    }
    return this.#uplink.listening ? this.#commissioning.wakeMs : Infinity;
  }

  /** A session begins only when there is a broker to tell: boots without a network use up no root. */
  #makeWill(connection: number, nowMs: number): Uint8Array | 'none' | undefined {
    if (!this.#commissioning.hasRoot) return 'none';
    try {
      if (this.#session === undefined || this.#session.isOver(nowMs)) this.#startSession(nowMs);
      return this.#session?.will(connection);
    } catch (error) {
      this.#ports.log.write(
        'error',
        `no session: ${error instanceof Error ? error.message : 'unknown error'}`,
      );
      return undefined;
    }
  }

  #startSession(nowMs: number): void {
    if (!this.#ports.entropy.isReady()) throw new Error('the entropy source is not ready');
    this.#session = new Session(this.#ports, this.#config, nowMs);
    if (this.#boot === 0) this.#boot = this.#session.number;
    this.#ports.log.write('notice', `session ${this.#session.number}`);
  }

  #sendBirth(nowMs: number): void {
    const { connection, canPublish } = this.#uplink;
    if (this.#session === undefined || !canPublish || this.#bornConnection === connection) return;
    this.#publish(KIND.birth, this.#session.birth, nowMs);
    this.#bornConnection = connection;
    this.#heartbeatMs = nowMs;
  }

  /** Sends what may go now. Returns when to look again; infinity when only the stream's news can help. */
  #send(nowMs: number): number {
    while (
      this.#session !== undefined &&
      this.#uplink.canPublish &&
      this.#bornConnection === this.#uplink.connection
    ) {
      // The next step starts a new session.
      if (this.#session.isOver(nowMs)) return nowMs;
      const dueMs = this.#dueMs(nowMs);
      if (dueMs > nowMs) return dueMs;
      if (!this.#bucket.take(nowMs)) return this.#bucket.wakeMs(nowMs);
      this.#sendNext(this.#session, nowMs);
    }
    return Infinity;
  }

  /** When there is something to send: now for an alert, a due heartbeat or a full batch. */
  #dueMs(nowMs: number): number {
    const { queuedAlerts, queuedReadings, oldestTakenMs } = this.#outbox;
    const batch = this.#isDraining ? 1 : this.#config.batch.readings;
    if (queuedAlerts > 0 || queuedReadings >= batch) return nowMs;
    const batchMs = oldestTakenMs === undefined ? Infinity : oldestTakenMs + this.#config.batch.ageMs;
    return Math.max(nowMs, Math.min(this.#heartbeatMs, batchMs));
  }

  #sendNext(session: Session, nowMs: number): void {
    // The rare heartbeat goes before alerts, so that a flapping alert cannot make the node look dead.
    if (nowMs >= this.#heartbeatMs) return this.#sendHeartbeat(session, nowMs);
    const alert = this.#outbox.shiftAlert();
    if (alert !== undefined) return this.#publish(KIND.alert, session.alert(alert, this.#boot), nowMs);
    const { envelope, count } = session.telemetry(
      (index) => this.#outbox.readingAt(index),
      this.#outbox.queuedReadings,
    );
    this.#outbox.dropReadings(count);
    this.#publish(KIND.telemetry, envelope, nowMs);
  }

  #sendHeartbeat(session: Session, nowMs: number): void {
    const { facts, wallClock } = this.#ports;
    const counters = {
      connection: this.#uplink.connection,
      queuedReadings: this.#outbox.queuedReadings,
      takenReadings: this.#sampler.takenReadings,
      droppedReadings: this.#outbox.droppedReadings,
      droppedAlerts: this.#outbox.droppedAlerts,
      acknowledgedEnvelopes: this.#uplink.acknowledged,
      ...this.#alertCounters(),
    };
    const utcMs = wallClock.utcMs();
    const freeHeapBytes = facts.freeHeapBytes();
    const signalDbm = facts.signalDbm();
    const supplyMilliV = facts.supplyMilliV();
    const known = { ...counters, utcMs, freeHeapBytes, signalDbm, supplyMilliV };
    this.#heartbeatMs = nowMs + this.#config.heartbeatMs;
    this.#publish(KIND.heartbeat, session.heartbeat(known, nowMs), nowMs);
  }

  /** A gateway that sees no open alert here may close what it believes to be raised. */
  #alertCounters(): Partial<Heartbeat> {
    const { openAlerts, suppressedAlerts } = this.#alarms;
    const allTold = this.#outbox.queuedAlerts === 0;
    return {
      boot: this.#boot,
      ...(allTold ? { openAlerts } : {}),
      ...(suppressedAlerts === 0 ? {} : { suppressedAlerts }),
    };
  }

  #publish(kind: Kind, payload: Uint8Array, nowMs: number): void {
    const promised = kind === KIND.birth || kind === KIND.alert;
    const qos = promised ? 1 : this.#config.broker.qos;
    this.#sentEnvelopes++;
    this.#uplink.publish(
      { topic: topicOf(this.#config.nodeId, kind), payload, qos, retain: kind === KIND.birth },
      nowMs,
    );
  }
}

/**
 * Makes a node. Nothing is sampled or sent before the first `step`.
 * @param nowMs the monotonic clock now, in milliseconds.
 * @throws {TypeError} or {RangeError} on a configuration that cannot work; {Error} when the flash holds neither a root key nor
 * a claim, or when the board's accelerator cannot be trusted.
 */
export function createNode(ports: Ports, config: NodeConfig, nowMs: number): Node {
  checkConfig(config);
  return new SensorNode(ports, config, nowMs);
}
