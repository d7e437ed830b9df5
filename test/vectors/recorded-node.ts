import mqttPacket from 'mqtt-packet';
import { toBase32 } from '../../src/base/bytes.js';
import { NO_DATA, SensorError, type NoDataReason } from '../../src/base/no-data.js';
import { SeededRandom } from '../../src/base/random.js';
import type { NodeConfig, SensorConfig } from '../../src/node/config.js';
import { createNode } from '../../src/node/node.js';
import type { Ports, SensorPort, StreamPort, StreamState } from '../../src/ports/ports.js';
import { encodeRoot } from '../../src/seal/keys.js';
import { ROOT_FLASH_NAME } from '../../src/seal/sealer.js';

/** One message as a broker saw it. */
export interface Frame {
  readonly topic: string;
  readonly envelope: Uint8Array;
}

/** What a node sent in its life, and the key to it. */
export interface Recording {
  readonly root: Uint8Array;
  readonly config: NodeConfig;
  readonly frames: readonly Frame[];
}

const REASONS = Object.keys(NO_DATA) as NoDataReason[];
const BOOTS = 3;
/** Stays below the window, so that nothing that is sent once is refused. */
const STEPS_PER_BOOT = 150;
/** Steps of each boot before there is a broker: readings from before the session. */
const STEPS_AWAY = 12;

/** A broker at the other end of the node's stream: takes and acknowledges everything, and keeps a copy. */
class RecordingBroker implements StreamPort {
  readonly frames: Frame[] = [];
  /** True while nobody can reach it. */
  isAway = false;
  #state: StreamState = 'closed';
  #answers: Uint8Array[] = [];
  #will: Frame | undefined;
  #parser = mqttPacket.parser({ protocolVersion: 4 });

  open(): void {
    this.#state = this.isAway ? 'failed' : 'open';
    this.#answers = [];
    this.#parser = mqttPacket.parser({ protocolVersion: 4 });
    this.#parser.on('packet', (packet) => this.#take(packet));
  }

  state(): StreamState {
    return this.#state;
  }

  writableBytes(): number {
    return this.#state === 'open' ? 65_536 : 0;
  }

  write(bytes: Uint8Array): void {
    this.#parser.parse(Buffer.from(bytes));
  }

  read(): Uint8Array | undefined {
    return this.#answers.shift();
  }

  close(): void {
    this.#end('closed');
  }

  /** The connection breaks; acknowledgements that are under way are lost. */
  fail(): void {
    this.#end('failed');
  }

  #end(state: StreamState): void {
    this.#state = state;
    this.#answers = [];
    if (this.#will !== undefined) this.frames.push(this.#will);
    this.#will = undefined;
  }

  #take(packet: mqttPacket.Packet): void {
    if (packet.cmd === 'connect') {
      if (packet.will) this.#will = frameOf(packet.will.topic, packet.will.payload);
      this.#answers.push(mqttPacket.generate({ cmd: 'connack', returnCode: 0, sessionPresent: false }));
    } else if (packet.cmd === 'publish') {
      this.frames.push(frameOf(packet.topic, packet.payload));
      if (packet.qos === 1)
        this.#answers.push(mqttPacket.generate({ cmd: 'puback', messageId: packet.messageId }));
    } else if (packet.cmd === 'pingreq') this.#answers.push(mqttPacket.generate({ cmd: 'pingresp' }));
  }
}

function frameOf(topic: string, payload: Uint8Array | string): Frame {
  return { topic, envelope: Uint8Array.from(Buffer.from(payload)) };
}

function randomBytes(random: SeededRandom, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  random.fill(bytes);
  return bytes;
}

function sensorConfig(random: SeededRandom, index: number): SensorConfig {
  const channels = Array.from({ length: 1 + random.nextBelow(5) }, (_, i) => ({
    name: `channel ${i}`,
    unit: 'V',
    exponent: random.nextBelow(19) - 9,
    scale: 1,
    path: [`v${i}`],
  }));
  const limit = { kind: 'threshold', above: 0, hysteresis: 0, holdMs: 0 } as const;
  return {
    name: `sensor ${index}`,
    intervalMs: 100 + random.nextBelow(3_000),
    tickMs: 1 + random.nextBelow(1_000),
    timeoutMs: 100,
    channels,
    detectors: [{ ...limit, channel: channels[0].name, severity: 'critical' }],
  };
}

function nodeConfig(random: SeededRandom): NodeConfig {
  return {
    nodeId: toBase32(randomBytes(random, 5)),
    gatewayId: 'gateway'.slice(0, 1 + random.nextBelow(7)),
    firmware: { version: '0.1.0', bundleSha256: Buffer.from(randomBytes(random, 32)).toString('hex') },
    broker: {
      keepAliveS: 10,
      qos: random.nextBelow(2) as 0 | 1,
      backoff: { minMs: 100, maxMs: 2_000, stableMs: 1_000 },
    },
    heartbeatMs: 5_000,
    batch: { readings: 1 + random.nextBelow(60), ageMs: random.nextBelow(60_000) },
    outbox: { readings: 500, alerts: 50 },
    pace: { burst: 20, perMinute: 600 },
    sensors: Array.from({ length: 1 + random.nextBelow(3) }, (_, i) => sensorConfig(random, i)),
  };
}

/** A scaled integer, mostly small, sometimes as large as they come, with a sign that changes. */
function randomValue(random: SeededRandom): number {
  const size = 2 ** random.nextBelow(31);
  return Math.floor((random.nextUnit() * 2 - 1) * size);
}

/** Fails at its first sample, then now and then, in every way that a part has. */
function sensorPort(
  random: SeededRandom,
  { channels }: SensorConfig,
  state: { samples: number },
): SensorPort {
  return {
    configure: () => undefined,
    close: () => undefined,
    sample: () => {
      const sample = state.samples++;
      if (sample === 0 || random.nextBelow(8) === 0) {
        const reason = REASONS[random.nextBelow(REASONS.length)];
        throw new SensorError(reason, 'as the test wants it');
      }
      const present = channels.filter(() => random.nextBelow(10) > 0);
      return Object.fromEntries(
        present.map(({ path, exponent }) => [path[0], randomValue(random) * 10 ** exponent]),
      );
    },
  };
}

function portsOf(random: SeededRandom, config: NodeConfig, stream: StreamPort): Omit<Ports, 'flash'> {
  const utcMs = random.nextBelow(2) === 0 ? undefined : 1_386_979_200_000 + random.nextUint32();
  const known = random.nextBelow(2) === 0 ? undefined : -random.nextBelow(100);
  const states = config.sensors.map(() => ({ samples: 0 }));
  return {
    wallClock: { utcMs: () => utcMs },
    entropy: { isReady: () => true, fill: (bytes) => random.fill(bytes) },
    stream,
    facts: {
      resetReason: () => 'powerOn',
      freeHeapBytes: () => 18_432,
      signalDbm: () => known,
      supplyMilliV: () => undefined,
    },
    log: { write: () => undefined },
    openSensor: (name) => {
      const index = config.sensors.findIndex((sensor) => sensor.name === name);
      return sensorPort(random, config.sensors[index], states[index]);
    },
  };
}

/**
 * Runs a node with random sensors through boots, lost connections and late steps. Everything follows from the seed.
 * @returns what its broker passed on, in order; the last will of a connection at its end.
 */
export function recordNode(seed: number): Recording {
  const random = new SeededRandom(seed);
  const root = randomBytes(random, 32);
  const config = nodeConfig(random);
  const broker = new RecordingBroker();
  const values = new Map([[ROOT_FLASH_NAME, encodeRoot({ session: 1, root })]]);
  const flash = {
    read: (name: string) => values.get(name)?.slice(),
    write: (name: string, value: Uint8Array) => void values.set(name, value.slice()),
    erase: (name: string) => void values.delete(name),
  };
  for (let boot = 0; boot < BOOTS; boot++) {
    const node = createNode({ ...portsOf(random, config, broker), flash }, config, 0);
    let nowMs = 0;
    for (let step = 0; step < STEPS_PER_BOOT; step++) {
      broker.isAway = step < STEPS_AWAY;
      const wakeMs = Math.max(node.step(nowMs), nowMs + 1);
      if (random.nextBelow(40) === 0) broker.fail();
      // A busy processor runs late; then some readings are late or left out.
      nowMs = Math.min(wakeMs, nowMs + 1_000) + (random.nextBelow(4) === 0 ? random.nextBelow(700) : 0);
    }
    broker.close();
  }
  return { root, config, frames: broker.frames };
}
