import type { QueuedReading } from '../outbox/outbox.js';
import type { Ports } from '../ports/ports.js';
import { Sealer, SESSION_AGE_MS_MAX, SESSION_COUNT_MAX } from '../seal/sealer.js';
import { encodeBirth, NAME_CHARACTERS_MAX } from '../wire/birth.js';
import { CborWriter } from '../wire/cbor-writer.js';
import { KIND } from '../wire/envelope.js';
import { encodeAlert, encodeHeartbeat, encodeWill, type Heartbeat } from '../wire/events.js';
import { PLAINTEXT_BYTES_MAX, writeTelemetry } from '../wire/telemetry.js';
import type { PendingAlert } from './alarms.js';
import { birthFacts, type NodeConfig } from './config.js';

/** Most readings that are put into one envelope. */
const READINGS_PER_ENVELOPE_MAX = 120;

/** One session: its sealer, its zero of time, its birth. */
export class Session {
  readonly #sealer: Sealer;
  readonly #startMs: number;
  readonly #ticksMs: readonly number[];
  readonly #writer = new CborWriter(PLAINTEXT_BYTES_MAX);
  /** The sealed birth; the same bytes each time it is sent. */
  readonly birth: Uint8Array;

  /** Advances the ratchet in flash. @throws {Error} when flash or entropy fail. */
  constructor(ports: Ports, config: NodeConfig, nowMs: number) {
    const utcMs = ports.wallClock.utcMs();
    const birth = encodeBirth({
      ...birthFacts(config),
      resetReason: ports.facts.resetReason().slice(0, NAME_CHARACTERS_MAX),
      ...(utcMs === undefined ? {} : { utcMs: Math.floor(utcMs) }),
    });
    // Nothing after this line may fail for a reason of our own: the root is used up.
    this.#sealer = new Sealer(ports.flash, ports.entropy, config);
    this.#startMs = nowMs;
    this.#ticksMs = config.sensors.map(({ tickMs }) => tickMs);
    this.birth = this.#sealer.birth(birth);
  }

  get number(): number {
    return this.#sealer.session;
  }

  /** True when the next session is due: by age or by count. */
  isOver(nowMs: number): boolean {
    return nowMs - this.#startMs >= SESSION_AGE_MS_MAX || this.#sealer.sealed >= SESSION_COUNT_MAX;
  }

  will(connection: number): Uint8Array {
    return this.#sealer.will(connection, encodeWill(connection));
  }

  /** @param boot number of the first session since the node's start. */
  alert({ takenMs, firstMs, ...alert }: PendingAlert, boot: number): Uint8Array {
    const times = { offsetMs: takenMs - this.#startMs, firstOffsetMs: firstMs - this.#startMs };
    return this.#sealer.message(KIND.alert, encodeAlert({ ...alert, ...times, boot }));
  }

  heartbeat(facts: Omit<Heartbeat, 'offsetMs'>, nowMs: number): Uint8Array {
    return this.#sealer.message(
      KIND.heartbeat,
      encodeHeartbeat({ ...facts, offsetMs: nowMs - this.#startMs }),
    );
  }

  /** Seals as many of the oldest readings as one envelope takes. `available` is at least 1. */
  telemetry(
    readingAt: (index: number) => QueuedReading,
    available: number,
  ): { envelope: Uint8Array; count: number } {
    let count = Math.min(available, READINGS_PER_ENVELOPE_MAX);
    for (; ; count = count >> 1) {
      this.#writer.truncate(0);
      this.#write(readingAt, count);
      if (!this.#writer.overflowed) break;
    }
    return { envelope: this.#sealer.message(KIND.telemetry, this.#writer.finish()), count };
  }

  #write(readingAt: (index: number) => QueuedReading, count: number): void {
    const readings = [];
    for (let i = 0; i < count; i++) {
      const { sensor, takenMs, values } = readingAt(i);
      readings.push({ sensor, values, tick: Math.floor((takenMs - this.#startMs) / this.#ticksMs[sensor]) });
    }
    writeTelemetry(this.#writer, readings);
  }
}
