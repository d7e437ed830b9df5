import mqttPacket, { type Packet } from 'mqtt-packet';
import { toHex, fromHex } from '../../src/base/bytes.js';
import type { HostReply, HostRequest } from '../../host-sim/engine/protocol.js';
import { Machine } from '../../host-sim/run/machine.js';
import type { NodePlan } from '../../host-sim/run/plan.js';
import type { Signal } from '../../host-sim/world/signals.js';
import { FRAME, STREAM_STATES } from '../device/mcu.js';
import { ANSWER_BYTES_MAX, type Answer, type Surroundings } from './emulator.js';

/** Takes each message that the node publishes. */
export type Deliver = (topic: string, payload: Uint8Array, nowMs: number) => void;

/**
 * What surrounds the emulated machine: the simulator's flash, entropy and parts on their buses, and a broker that
 * acknowledges and hands on.
 */
export class Board implements Surroundings {
  readonly machine: Machine;
  readonly log: string[] = [];
  readonly #sensors: readonly string[];
  readonly #deliver: Deliver;
  #nowMs = 0;
  #state: (typeof STREAM_STATES)[number] = 'closed';
  #toNode = Buffer.alloc(0);
  #parser = mqttPacket.parser({ protocolVersion: 4 });
  /** Everything that went to the broker, for comparison. */
  readonly #written: Buffer[] = [];

  constructor(
    plan: NodePlan,
    signals: ReadonlyMap<string, Readonly<Record<string, Signal>>>,
    deliver: Deliver,
  ) {
    this.machine = new Machine(plan, { signals, nowMs: () => this.#nowMs });
    this.#sensors = plan.sensors.map(({ name }) => name);
    this.#deliver = deliver;
  }

  /** All bytes of MQTT that the node sent. */
  get written(): Buffer {
    return Buffer.concat(this.#written);
  }

  answer(type: number, payload: Uint8Array, nowMs: number): Answer {
    this.#nowMs = nowMs;
    if (type === FRAME.tick) return this.#tick();
    const reply = this.machine.answer(this.#request(type, payload));
    return answerOf(reply);
  }

  told(type: number, payload: Uint8Array, nowMs: number): void {
    this.#nowMs = nowMs;
    if (type === FRAME.streamOpen) this.#open();
    else if (type === FRAME.streamClose) this.#state = 'closed';
    else if (type === FRAME.streamWrite) this.#write(Buffer.from(payload));
    else if (type === FRAME.log) this.log.push(Buffer.from(payload).toString('latin1'));
    else throw new Error(`a frame of unknown type ${type}`);
  }

  #open(): void {
    this.#state = 'open';
    this.#toNode = Buffer.alloc(0);
    this.#parser = mqttPacket.parser({ protocolVersion: 4 });
    this.#parser.on('packet', (packet) => this.#packet(packet));
    this.#parser.on('error', (error) => {
      throw error;
    });
  }

  #write(bytes: Buffer): void {
    this.#written.push(bytes);
    this.#parser.parse(bytes);
  }

  #packet(packet: Packet): void {
    if (packet.cmd === 'connect') this.#send({ cmd: 'connack', returnCode: 0, sessionPresent: false });
    else if (packet.cmd === 'pingreq') this.#send({ cmd: 'pingresp' });
    else if (packet.cmd === 'publish') {
      this.#deliver(packet.topic, Buffer.from(packet.payload), this.#nowMs);
      if (packet.qos === 1) this.#send({ cmd: 'puback', messageId: packet.messageId });
    }
  }

  #send(packet: Packet): void {
    this.#toNode = Buffer.concat([this.#toNode, mqttPacket.generate(packet)]);
  }

  #tick(): Uint8Array {
    const bytes = this.#toNode.subarray(0, ANSWER_BYTES_MAX - 1);
    this.#toNode = this.#toNode.subarray(bytes.length);
    return Uint8Array.of(STREAM_STATES.indexOf(this.#state), ...bytes);
  }

  #request(type: number, payload: Uint8Array): HostRequest {
    const sensor = this.#sensors[payload[0]];
    const name = Buffer.from(payload).toString('latin1');
    switch (type) {
      case FRAME.busOpen:
        return {
          op: 'ioOpen',
          sensor,
          port: 'sensor',
          options: { address: payload[1], hz: payload[2] | (payload[3] << 8) | (payload[4] << 16) },
        };
      case FRAME.busClose:
        return { op: 'ioClose', sensor, port: 'sensor' };
      case FRAME.busRead:
        return { op: 'ioRead', sensor, port: 'sensor', count: payload[1] };
      case FRAME.busWrite:
        return { op: 'ioWrite', sensor, port: 'sensor', value: toHex(payload.subarray(1)) };
      case FRAME.flashRead:
        return { op: 'flashRead', name };
      case FRAME.flashErase:
        return { op: 'flashErase', name };
      case FRAME.flashWrite: {
        const end = 1 + payload[0];
        return { op: 'flashWrite', name: name.slice(1, end), value: toHex(payload.subarray(end)) };
      }
      case FRAME.entropy:
        return { op: 'entropy', bytes: payload[0] };
      default:
        throw new Error(`a call of unknown type ${type}`);
    }
  }
}

function answerOf(reply: HostReply): Answer {
  if (!reply.ok) return { kind: reply.kind ?? 'other', message: reply.error };
  return typeof reply.value === 'string' ? fromHex(reply.value) : undefined;
}
