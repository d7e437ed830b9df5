import mqttPacket from 'mqtt-packet';
import { concatBytes, utf8Bytes } from '../base/bytes.js';

/** The packets of MQTT 3.1.1 that the uplink sends, as mqtt-packet takes them. */
export type OutgoingPacket =
  | {
      cmd: 'connect';
      protocolId: 'MQTT';
      protocolVersion: 4;
      clientId: string;
      clean: boolean;
      keepalive: number;
      username?: string;
      password?: string;
      will?: { topic: string; payload: Uint8Array; qos: 0 | 1; retain: boolean };
    }
  | {
      cmd: 'publish';
      topic: string;
      payload: Uint8Array;
      qos: 0 | 1;
      retain: boolean;
      dup: boolean;
      messageId?: number;
    }
  | { cmd: 'subscribe'; messageId: number; subscriptions: { topic: string; qos: 1 }[] }
  | { cmd: 'puback'; messageId: number }
  | { cmd: 'pingreq' }
  | { cmd: 'disconnect' };

/** The fields of an incoming packet that the uplink looks at. */
export interface IncomingPacket {
  readonly cmd: string;
  readonly returnCode?: number;
  readonly sessionPresent?: boolean;
  readonly messageId?: number;
  readonly topic?: string;
  readonly payload?: Uint8Array;
  readonly qos?: number;
  readonly retain?: boolean;
  /** Of a SUBACK. */
  readonly granted?: readonly number[];
}

interface Parser {
  on(event: 'packet', listener: (packet: IncomingPacket) => void): void;
  on(event: 'error', listener: (error: Error) => void): void;
  parse(bytes: Uint8Array): number;
}

interface Collector {
  write(chunk: Uint8Array | string): boolean;
  destroy(error: Error): void;
}

interface MqttPacket {
  parser(options: object): Parser;
  writeToStream: ((packet: OutgoingPacket, stream: Collector) => boolean) & { cacheNumbers: boolean };
}

const codec = mqttPacket as unknown as MqttPacket;
// Its first packet would otherwise fill a cache of 65,536 buffers: 13 MB.
codec.writeToStream.cacheNumbers = false;

/** The bytes of one packet. @throws {Error} on a packet that MQTT cannot carry: our own bug. */
export function encodePacket(packet: OutgoingPacket): Uint8Array {
  const chunks: Uint8Array[] = [];
  let failure: Error | undefined;
  codec.writeToStream(packet, {
    write: (chunk) => chunks.push(typeof chunk === 'string' ? utf8Bytes(chunk) : chunk) > 0,
    destroy: (error) => (failure = error),
  });
  if (failure !== undefined) throw failure;
  return concatBytes(...chunks);
}

/** Longest packet that the uplink takes from the broker, fixed header excluded. */
export const INCOMING_BYTES_MAX = 2_048;

/** Remaining lengths of CONNACK, PUBACK and PINGRESP (MQTT 3.1.1, sections 3.2, 3.4, 3.13), by packet type. */
const FIXED_LENGTHS: Readonly<Record<number, number>> = { 2: 2, 4: 2, 13: 0 };

/**
 * Reads packets from a stream of bytes in any chunking. A packet longer than INCOMING_BYTES_MAX is refused at its
 * header, before anything of it is kept.
 */
export class PacketReader {
  readonly #parser = codec.parser({ protocolVersion: 4 });
  readonly #packets: IncomingPacket[] = [];
  #failed: string | undefined;
  /** Bytes of the current packet's body that are still to come; -1 in its fixed header. */
  #bodyLeft = -1;
  #headerBytes = 0;
  #type = 0;
  #length = 0;

  constructor() {
    this.#parser.on('packet', (packet) => void this.#packets.push(packet));
    this.#parser.on('error', (error) => (this.#failed ??= error.message));
  }

  /** Takes bytes; returns the packets that they complete, or what is wrong. After an error all is refused. */
  read(bytes: Uint8Array): { ok: true; packets: IncomingPacket[] } | { ok: false; error: string } {
    this.#failed ??= this.#guard(bytes);
    if (this.#failed === undefined) this.#parse(bytes);
    if (this.#failed !== undefined) return { ok: false, error: this.#failed };
    return { ok: true, packets: this.#packets.splice(0) };
  }

  #parse(bytes: Uint8Array): void {
    try {
      this.#parser.parse(bytes);
    } catch (error) {
      this.#failed = error instanceof Error ? error.message : 'malformed packet';
    }
  }

  /** Walks the fixed headers (MQTT 3.1.1, section 2.2) ahead of the parser. */
  #guard(bytes: Uint8Array): string | undefined {
    let at = 0;
    while (at < bytes.length) {
      if (this.#bodyLeft >= 0) {
        const step = Math.min(this.#bodyLeft, bytes.length - at);
        at += step;
        this.#bodyLeft -= step;
        if (this.#bodyLeft === 0) this.#startHeader();
        continue;
      }
      const error = this.#headerByte(bytes[at++]);
      if (error !== undefined) return error;
    }
    return undefined;
  }

  #startHeader(): void {
    this.#bodyLeft = -1;
    this.#headerBytes = 0;
    this.#length = 0;
  }

  #headerByte(byte: number): string | undefined {
    const index = this.#headerBytes++;
    if (index === 0) {
      this.#type = byte >> 4;
      return undefined;
    }
    this.#length += (byte & 127) * 128 ** (index - 1);
    if (this.#length > INCOMING_BYTES_MAX) return `packet longer than ${INCOMING_BYTES_MAX} bytes`;
    if (byte >= 128) return index >= 4 ? 'malformed remaining length' : undefined;
    if (this.#length !== (FIXED_LENGTHS[this.#type] ?? this.#length)) return 'malformed packet length';
    this.#bodyLeft = this.#length;
    if (this.#length === 0) this.#startHeader();
    return undefined;
  }
}
