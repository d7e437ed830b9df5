/** The HAL of the emulated microcontroller: every port of a node, over the frames of its serial line. */
import type { I2C, I2COptions } from '../../hal/drivers/io/i2c.js';
import type { PartDescription, PartName } from '../../hal/parts.js';
import type { NodeConfig } from '../../src/node/config.js';
import type { Node } from '../../src/node/node.js';
import type { KeyValuePort, Ports, StreamPort, StreamState } from '../../src/ports/ports.js';
import { FRAME, STREAM_STATES, type Mcu } from './mcu.js';

/** What the device bundle exports. */
export interface DeviceProgram {
  createNode(ports: Ports, config: NodeConfig, nowMs: number): Node;
  readonly PARTS: Readonly<Record<PartName, PartDescription>>;
}

/** Longest piece of an MQTT packet in one frame: a small buffer, as a serial driver has it. */
const STREAM_FRAME_BYTES_MAX = 128;
/** What the stream takes at once. */
const WRITABLE_BYTES = 4_096;

/** An error of the bus, with the kind that the drivers look for. */
class BusError extends Error {
  readonly kind: string;

  constructor(text: string) {
    const [kind, message] = text.split('\n');
    super(message);
    this.kind = kind;
  }
}

function ascii(text: string): number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}

function call(mcu: Mcu, type: number, bytes: readonly number[]): ArrayBuffer | undefined {
  const answer = mcu.call(type, Uint8Array.from(bytes).buffer);
  if (typeof answer === 'string') throw new BusError(answer);
  return answer;
}

function flashPort(mcu: Mcu): KeyValuePort {
  return {
    read: (name) => {
      const value = call(mcu, FRAME.flashRead, ascii(name));
      return value === undefined ? undefined : new Uint8Array(value);
    },
    write: (name, value) => void call(mcu, FRAME.flashWrite, [name.length, ...ascii(name), ...value]),
    erase: (name) => void call(mcu, FRAME.flashErase, ascii(name)),
  };
}

/** An IO class for the bus of the sensor with this number. */
function busClass(mcu: Mcu, sensor: number): new (options: I2COptions) => I2C {
  return class implements I2C {
    constructor({ address, hz }: I2COptions) {
      call(mcu, FRAME.busOpen, [sensor, address, hz & 0xff, (hz >> 8) & 0xff, (hz >> 16) & 0xff]);
    }

    read(count: number): ArrayBuffer {
      return call(mcu, FRAME.busRead, [sensor, count]) ?? new ArrayBuffer(0);
    }

    write(bytes: ArrayBuffer | Uint8Array): void {
      const view = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
      call(mcu, FRAME.busWrite, [sensor, ...view]);
    }

    close(): void {
      call(mcu, FRAME.busClose, [sensor]);
    }
  };
}

/** The stream to the broker. What arrives comes with the answers to `tick`. */
export class SerialStream implements StreamPort {
  readonly #mcu: Mcu;
  readonly #onWrite: (bytes: Uint8Array) => void;
  #state: StreamState = 'closed';
  #received: Uint8Array | undefined;

  constructor(mcu: Mcu, onWrite: (bytes: Uint8Array) => void) {
    this.#mcu = mcu;
    this.#onWrite = onWrite;
  }

  /** Asks the host what there is. @returns true when the node has something to do now. */
  tick(): boolean {
    const answer = call(this.#mcu, FRAME.tick, []);
    if (answer === undefined) return false;
    const bytes = new Uint8Array(answer);
    const state = STREAM_STATES[bytes[0]];
    const isNew = state !== this.#state || bytes.length > 1;
    this.#state = state;
    if (bytes.length > 1) this.#received = bytes.subarray(1);
    return isNew;
  }

  open(): void {
    this.#state = 'opening';
    this.#mcu.send(FRAME.streamOpen, new ArrayBuffer(0));
  }

  state(): StreamState {
    return this.#state;
  }

  writableBytes(): number {
    return WRITABLE_BYTES;
  }

  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += STREAM_FRAME_BYTES_MAX) {
      this.#mcu.send(FRAME.streamWrite, bytes.slice(at, at + STREAM_FRAME_BYTES_MAX).buffer);
    }
    this.#onWrite(bytes);
  }

  read(): Uint8Array | undefined {
    const bytes = this.#received;
    this.#received = undefined;
    return bytes;
  }

  close(): void {
    this.#state = 'closed';
    this.#received = undefined;
    this.#mcu.send(FRAME.streamClose, new ArrayBuffer(0));
  }
}

/** All ports. `sensors` are the configured ones with their parts, in the host's order. */
export function createPorts(
  mcu: Mcu,
  program: DeviceProgram,
  stream: SerialStream,
  sensors: readonly { readonly name: string; readonly part: PartName }[],
): Ports {
  return {
    wallClock: { utcMs: () => undefined },
    entropy: {
      isReady: () => true,
      fill: (bytes) =>
        bytes.set(new Uint8Array(call(mcu, FRAME.entropy, [bytes.length]) ?? new ArrayBuffer(0))),
    },
    flash: flashPort(mcu),
    stream,
    facts: {
      resetReason: () => 'powerOn',
      freeHeapBytes: () => undefined,
      signalDbm: () => undefined,
      supplyMilliV: () => undefined,
    },
    log: { write: (level, text) => mcu.send(FRAME.log, Uint8Array.from(ascii(`${level} ${text}`)).buffer) },
    openSensor: (name) => {
      const index = sensors.findIndex((sensor) => sensor.name === name);
      return program.PARTS[sensors[index].part].create({ sensor: { io: busClass(mcu, index) } });
    },
  };
}
