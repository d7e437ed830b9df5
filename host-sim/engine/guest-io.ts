import type { IoKind } from '../../hal/parts.js';
import { toHex } from '../../src/base/bytes.js';
import { ask, askBytes, type HostCall } from './host-call.js';

/** What every IO class of the program has in common: it is opened and closed in the simulator. */
class GuestIo {
  readonly call: HostCall;
  readonly place: { readonly sensor: string; readonly port: string };

  /** @param options are plain data; the class among them is no JSON and stays behind. */
  constructor(call: HostCall, place: GuestIo['place'], options: object) {
    this.call = call;
    this.place = place;
    ask(call, { op: 'ioOpen', ...place, options });
  }

  close(): void {
    ask(this.call, { op: 'ioClose', ...this.place });
  }
}

/** I2C, Serial and 1-Wire carry bytes; I2C and 1-Wire always as many as were asked for. */
class GuestBytesIo extends GuestIo {
  read(count: number): ArrayBuffer | undefined {
    return askBytes(this.call, { op: 'ioRead', ...this.place, count })?.buffer as ArrayBuffer | undefined;
  }

  write(bytes: ArrayBuffer | Uint8Array): void {
    const value = toHex(bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes));
    ask(this.call, { op: 'ioWrite', ...this.place, value });
  }

  /** 1-Wire only. */
  reset(): boolean {
    return ask(this.call, { op: 'ioReset', ...this.place }) === 1;
  }
}

/** Digital and Analog carry numbers. */
class GuestNumberIo extends GuestIo {
  static readonly Input = 0;
  static readonly Output = 8;
  /** Analog only. */
  readonly resolution = 12;

  read(): number {
    return Number(ask(this.call, { op: 'ioRead', ...this.place }));
  }

  write(value: number): void {
    ask(this.call, { op: 'ioWrite', ...this.place, value });
  }
}

function ioClass(call: HostCall, sensor: string, port: string, kind: IoKind): typeof GuestIo {
  const place = { sensor, port };
  const Base = kind === 'digital' || kind === 'analog' ? GuestNumberIo : GuestBytesIo;
  class Io extends (Base as typeof GuestIo) {
    constructor(options: object) {
      super(call, place, options);
    }
  }
  return Io;
}

/** A driver's options: every port of the part with an IO class that works in the simulator. */
export function ioOptions(call: HostCall, sensor: string, ports: Readonly<Record<string, IoKind>>): object {
  const entries = Object.entries(ports);
  return Object.fromEntries(entries.map(([port, kind]) => [port, { io: ioClass(call, sensor, port, kind) }]));
}
