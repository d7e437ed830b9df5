import { fromHex, toHex } from '../../src/base/bytes.js';
import { SeededRandom } from '../../src/base/random.js';
import { FLASH_NAME_CHARACTERS_MAX, FLASH_VALUE_BYTES_MAX } from '../../src/ports/ports.js';
import { createBus, type BusFault, type SimulatedBus, type SimulatedI2C } from '../devices/bus.js';
import { PARTS } from '../devices/parts.js';
import type { HostReply, HostRequest } from '../engine/protocol.js';
import type { Signal } from '../world/signals.js';
import type { NodePlan } from './plan.js';

interface SensorBus {
  readonly bus: SimulatedBus;
  open: SimulatedI2C | undefined;
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
      const bus = createBus();
      bus.attach(PARTS[part].address, PARTS[part].create(nowMs, signals.get(name) ?? {}));
      this.#buses.set(name, { bus, open: undefined });
    }
  }

  setBusFault(sensor: string, fault: BusFault): void {
    this.#buses.get(sensor)?.bus.setFault(fault);
  }

  /** A power cut: what was open is gone. */
  cutPower(): void {
    for (const sensor of this.#buses.values()) {
      sensor.open?.close();
      sensor.open = undefined;
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

  #answer(request: HostRequest): string | null | undefined {
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
      case 'busOpen':
      case 'busClose':
      case 'busRead':
      case 'busWrite':
        return this.#answerBus(request);
    }
  }

  #writeFlash(name: string, value: Uint8Array): undefined {
    if (name.length > FLASH_NAME_CHARACTERS_MAX) throw new RangeError(`flash name ${name} is too long`);
    if (value.length > FLASH_VALUE_BYTES_MAX) throw new RangeError(`flash value ${name} is too long`);
    this.flash.set(name, value);
    this.#onFlash();
  }

  #answerBus(request: Extract<HostRequest, { sensor: string }>): string | undefined {
    const sensor = this.#buses.get(request.sensor);
    if (sensor === undefined) throw new Error(`no sensor ${request.sensor}`);
    if (request.op === 'busOpen') {
      sensor.open = new sensor.bus.io({ address: request.address, hz: request.hz });
      return undefined;
    }
    if (sensor.open === undefined) throw new Error(`the bus of ${request.sensor} is not open`);
    if (request.op === 'busRead') return toHex(new Uint8Array(sensor.open.read(request.count)));
    if (request.op === 'busWrite') sensor.open.write(fromHex(request.value));
    else {
      sensor.open.close();
      sensor.open = undefined;
    }
    return undefined;
  }
}
