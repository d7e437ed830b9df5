import type { BusDevice, Signal } from './bus.js';
import type { Vector } from './lis3dh-model.js';
import { createLis3dhModel } from './lis3dh-model.js';
import { createSht4xModel } from './sht4x-model.js';

/** A part that can be simulated. */
export interface SimulatedPart {
  /** Its usual address on the bus. */
  readonly address: number;
  /** The signals that it measures, each with its unit. */
  readonly signals: Readonly<Record<string, string>>;
  /**
   * Makes its model. A signal that is undefined means that the part does not answer.
   * @throws {TypeError} when a signal is missing.
   */
  readonly create: (nowMs: () => number, signals: Readonly<Record<string, Signal>>) => BusDevice;
}

function pick(signals: Readonly<Record<string, Signal>>, name: string): Signal {
  if (!Object.hasOwn(signals, name))
    throw new TypeError(`"signals.${name}" expected a function, got undefined`);
  return signals[name];
}

/** Three signals as one vector, which is there only when all three are. */
function vectorOf(xSignal: Signal, ySignal: Signal, zSignal: Signal): (nowMs: number) => Vector | undefined {
  return (nowMs) => {
    const [x, y, z] = [xSignal(nowMs), ySignal(nowMs), zSignal(nowMs)];
    return x === undefined || y === undefined || z === undefined ? undefined : { x, y, z };
  };
}

/** Every part that has a model, by the same names as in `hal/parts.ts`. */
export const PARTS: Readonly<Record<'sht4x' | 'lis3dh', SimulatedPart>> = {
  sht4x: {
    address: 0x44,
    signals: { temperature: 'Cel', humidity: '%RH' },
    create: (nowMs, signals) =>
      createSht4xModel({
        nowMs,
        temperature: pick(signals, 'temperature'),
        humidity: pick(signals, 'humidity'),
      }),
  },
  lis3dh: {
    address: 0x18,
    signals: { x: 'm/s2', y: 'm/s2', z: 'm/s2' },
    create: (nowMs, signals) => {
      const acceleration = vectorOf(pick(signals, 'x'), pick(signals, 'y'), pick(signals, 'z'));
      return createLis3dhModel({ nowMs, acceleration });
    },
  },
};
