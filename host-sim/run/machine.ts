import { fromHex, toHex } from '../../src/base/bytes.js';
import { SeededRandom } from '../../src/base/random.js';
import { FLASH_NAME_CHARACTERS_MAX, FLASH_VALUE_BYTES_MAX } from '../../src/ports/ports.js';
import type { BusFault } from '../devices/bus.js';
import type { PartBus, SimulatedIo } from '../devices/part-bus.js';
import { PARTS } from '../devices/parts.js';
import type { HostReply, HostRequest, IoRequest } from '../engine/protocol.js';
import type { Signal } from '../world/signals.js';
import type { NodePlan } from './plan.js';

interface SensorBus {
  readonly bus: PartBus;
  /** By the ports' names. */
  readonly open: Map<string, SimulatedIo>;
}

/** A value as the protocol carries it. */
function carried(value: ArrayBuffer | number | undefined): string | number | null {
  return typeof value === 'object' ? toHex(new Uint8Array(value)) : (value ?? null);
}

/** What a machine is surrounded by. */
export interface MachineWorld {
  /** Of each sensor, by the part's signal names; functions of world time. */
  readonly signals: ReadonlyMap<string, Readonly<Record<string, Signal>>>;
  /** World time. */
  readonly nowMs: () => number;
  /** Told after each change of the flash. */
  readonly onFlash?: () => void;
  /** A real entropy source; without it, entropy is a function of the plan's seed, which is for virtual worlds only. */
  readonly fill?: (bytes: Uint8Array) => void;
}

/** What of a simulated board outlives a power cut: flash, entropy source, and the parts on their buses. */
export class Machine {
  readonly flash: Map<string, Uint8Array>;
  readonly #onFlash: () => void;
  readonly #fill: (bytes: Uint8Array) => void;
  readonly #buses = new Map<string, SensorBus>();

  constructor(plan: NodePlan, { signals, nowMs, onFlash = () => undefined, fill }: MachineWorld) {
    const random = new SeededRandom(plan.seed);
    this.#fill = fill ?? ((bytes) => random.fill(bytes));
    this.flash = plan.flash;
    this.#onFlash = onFlash;
    for (const { name, part } of plan.sensors) {
      const bus = PARTS[part].connect(nowMs, signals.get(name) ?? {});
      this.#buses.set(name, { bus, open: new Map() });
    }
  }

  setBusFault(sensor: string, fault: BusFault): void {
    this.#buses.get(sensor)?.bus.setFault(fault);
  }

  /** A power cut: what was open is gone. */
  cutPower(): void {
    for (const { open } of this.#buses.values()) {
      for (const io of open.values()) io.close();
      open.clear();
    }
  }

  /** Answers a request of the program; an error is an answer too. */
  answer(request: HostRequest): HostReply {
    try {
      const value = this.#answer(request);
      return value === undefined ? { ok: true } : { ok: true, value };
    } catch (error) {
      const { message, kind } = error as Error & { kind?: string };
      return { ok: false, error: message, ...(kind === undefined ? {} : { kind }) };
    }
  }

  #answer(request: HostRequest): string | number | null | undefined {
    switch (request.op) {
      case 'flashRead': {
        const value = this.flash.get(request.name);
        return value === undefined ? null : toHex(value);
      }
      case 'flashWrite':
        return this.#writeFlash(request.name, fromHex(request.value));
      case 'flashErase':
        this.flash.delete(request.name);
        this.#onFlash();
        return undefined;
      case 'entropy': {
        const bytes = new Uint8Array(request.bytes);
        this.#fill(bytes);
        return toHex(bytes);
      }
      case 'ioOpen':
      case 'ioClose':
      case 'ioRead':
      case 'ioWrite':
      case 'ioReset':
        return this.#answerIo(request);
    }
  }

  #writeFlash(name: string, value: Uint8Array): undefined {
    if (name.length > FLASH_NAME_CHARACTERS_MAX) throw new RangeError(`flash name ${name} is too long`);
    if (value.length > FLASH_VALUE_BYTES_MAX) throw new RangeError(`flash value ${name} is too long`);
    this.flash.set(name, value);
    this.#onFlash();
  }

  #answerIo(request: IoRequest): string | number | null | undefined {
    const sensor = this.#buses.get(request.sensor);
    if (sensor === undefined) throw new Error(`no sensor ${request.sensor}`);
    const { port } = request;
    if (request.op === 'ioOpen') {
      if (!Object.hasOwn(sensor.bus.io, port)) throw new Error(`${request.sensor} has no port ${port}`);
      sensor.open.set(port, new sensor.bus.io[port](request.options as never));
      return undefined;
    }
    const io = sensor.open.get(port);
    if (io === undefined) throw new Error(`port ${port} of ${request.sensor} is not open`);
    if (request.op === 'ioRead') return carried(io.read(request.count));
    if (request.op === 'ioReset') return io.reset?.() === true ? 1 : 0;
    if (request.op === 'ioWrite') {
      io.write(typeof request.value === 'number' ? request.value : fromHex(request.value));
    } else {
      io.close();
      sensor.open.delete(port);
    }
    return undefined;
  }
}
