import type { NodeConfig, SensorConfig } from '../../src/node/config.js';
import { createNode, type Node } from '../../src/node/node.js';
import type { LogLevel, Ports, SensorPort } from '../../src/ports/ports.js';
import type { Opener } from '../../src/seal/opener.js';
import { decodeBirth, type Birth } from '../../src/wire/birth.js';
import { KIND, parseTopic, type Kind } from '../../src/wire/envelope.js';
import { decodeAlert, decodeHeartbeat, type Alert, type Heartbeat } from '../../src/wire/events.js';
import { readTelemetry, type DecodedReading } from '../../src/wire/telemetry.js';
import { celsius, FakeSensor } from './fake-sensor.js';
import { provisionedFlash, SeededEntropy, TEST_PARTIES, type MemoryFlash } from './memory-ports.js';
import { ScriptedBroker } from './scripted-broker.js';
import { newOpener } from './sealed-pair.js';

export const AIR: SensorConfig = {
  name: 'air',
  intervalMs: 1_000,
  tickMs: 100,
  timeoutMs: 500,
  channels: [
    { name: 'temperature', unit: 'Cel', path: ['thermometer', 'temperature'], scale: 1, exponent: -2 },
  ],
  detectors: [],
};

export const HOT = {
  kind: 'threshold',
  channel: 'temperature',
  above: 30,
  hysteresis: 1,
  holdMs: 0,
  severity: 'critical',
} as const;

export const NODE_CONFIG: NodeConfig = {
  ...TEST_PARTIES,
  firmware: { version: '1.2.3', bundleSha256: 'ab'.repeat(32) },
  broker: { keepAliveS: 60, qos: 1, backoff: { minMs: 1_000, maxMs: 60_000, stableMs: 30_000 } },
  heartbeatMs: 60_000,
  batch: { readings: 5, ageMs: 20_000 },
  outbox: { readings: 50, alerts: 8 },
  alerts: { flapMs: 0, burst: 1_000, perHour: 3_600 },
  pace: { burst: 100, perMinute: 6_000 },
  sensors: [AIR],
};

/** What the gateway made of one PUBLISH. */
export interface Arrived {
  readonly kind: Kind;
  readonly session: number;
  readonly connection: number;
  readonly retain: boolean | undefined;
  readonly qos: number | undefined;
  readonly birth?: Birth;
  readonly alert?: Alert;
  readonly heartbeat?: Heartbeat;
  readonly readings?: readonly DecodedReading[];
}

export interface NodeRigOptions {
  readonly config?: Partial<NodeConfig>;
  readonly flash?: MemoryFlash;
  readonly seed?: number;
  /** False: the entropy source is not ready when the node is made. */
  readonly entropyReady?: boolean;
  readonly opener?: Opener;
  /** What the sensor gives when it is asked for the n-th time. */
  readonly openSensor?: (name: string) => SensorPort;
  readonly startMs?: number;
}

/** A node with ports in memory, its broker, and a gateway that opens what it publishes. */
export class NodeRig {
  readonly broker = new ScriptedBroker();
  readonly flash: MemoryFlash;
  readonly entropy: SeededEntropy;
  readonly opener: Opener;
  readonly node: Node;
  readonly logs: { level: LogLevel; text: string }[] = [];
  /** Wall-clock time at node time 0; undefined while it is not known. */
  utcAtZeroMs: number | undefined;
  nowMs: number;
  #wakeMs: number;
  readonly #births = new Map<number, Birth>();
  #opened = 0;
  readonly #arrived: Arrived[] = [];

  constructor({
    config,
    flash,
    seed = 1,
    entropyReady = true,
    opener,
    openSensor,
    startMs = 0,
  }: NodeRigOptions = {}) {
    this.flash = flash ?? provisionedFlash();
    this.entropy = new SeededEntropy(seed);
    this.entropy.ready = entropyReady;
    this.opener = opener ?? newOpener();
    this.nowMs = startMs;
    this.#wakeMs = startMs;
    this.node = createNode(this.#ports(openSensor), { ...NODE_CONFIG, ...config }, startMs);
  }

  /** Goes on to `untilMs`, running whenever the node wants to or the broker has news. */
  run(untilMs: number): this {
    while (this.#wakeMs <= untilMs) {
      this.nowMs = Math.max(this.nowMs, this.#wakeMs);
      this.step();
    }
    this.nowMs = Math.max(this.nowMs, untilMs);
    return this;
  }

  step(): void {
    do this.#wakeMs = this.node.step(this.nowMs);
    while (this.broker.hasNews);
    if (this.#wakeMs <= this.nowMs) this.#wakeMs = this.nowMs + 1;
  }

  /** All that the gateway could open, in the order in which it came. @throws when one cannot be opened. */
  arrived(): readonly Arrived[] {
    const published = this.broker.all('publish');
    for (; this.#opened < published.length; this.#opened++) this.#open(published[this.#opened]);
    return this.#arrived;
  }

  of(kind: Kind): Arrived[] {
    return this.arrived().filter((one) => one.kind === kind);
  }

  readings(): DecodedReading[] {
    return this.arrived().flatMap(({ readings }) => readings ?? []);
  }

  #open(packet: ReturnType<ScriptedBroker['all']>[number]): void {
    const topic = parseTopic(packet.topic ?? '');
    if (topic?.nodeId !== TEST_PARTIES.nodeId) throw new Error(`published on ${packet.topic ?? 'no topic'}`);
    const result = this.opener.open(topic.kind, Uint8Array.from(packet.payload ?? []));
    if (!result.ok && result.reason === 'duplicate') return;
    if (!result.ok) throw new Error(`the gateway refused an envelope: ${result.reason}`);
    const { kind, session, plaintext } = result;
    const { connection, retain, qos } = packet;
    this.#arrived.push({ kind, session, connection, retain, qos, ...this.#parse(kind, session, plaintext) });
  }

  #parse(kind: Kind, session: number, plaintext: Uint8Array): Partial<Arrived> {
    if (kind === KIND.alert) return { alert: decodeAlert(plaintext) };
    if (kind === KIND.heartbeat) return { heartbeat: decodeHeartbeat(plaintext) };
    if (kind === KIND.birth) {
      const birth = decodeBirth(plaintext);
      this.#births.set(session, birth);
      return { birth };
    }
    return { readings: readTelemetry(plaintext, this.#births.get(session)?.sensors ?? []) };
  }

  #ports(openSensor: NodeRigOptions['openSensor']): Ports {
    return {
      wallClock: {
        utcMs: () => (this.utcAtZeroMs === undefined ? undefined : this.utcAtZeroMs + this.nowMs),
      },
      entropy: this.entropy,
      flash: this.flash,
      stream: this.broker,
      facts: {
        resetReason: () => 'powerOn',
        freeHeapBytes: () => 20_000,
        signalDbm: () => -61,
        supplyMilliV: () => undefined,
      },
      log: { write: (level, text) => void this.logs.push({ level, text }) },
      openSensor: openSensor ?? (() => new FakeSensor((asked) => celsius(20 + asked / 100))),
    };
  }
}
