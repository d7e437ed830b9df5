import { createBme280Model } from './bme280-model.js';
import type { BusDevice, Signal } from './bus.js';
import { createDs18b20Model } from './ds18b20-model.js';
import { createGpsModel } from './gps-model.js';
import { createHx711Model } from './hx711-model.js';
import { createIna219Model } from './ina219-model.js';
import type { Vector } from './lis3dh-model.js';
import { createLis3dhModel } from './lis3dh-model.js';
import { createMicrophoneModel } from './microphone-model.js';
import { createMpu6050Model } from './mpu6050-model.js';
import { connectI2C, connectLines, type PartBus } from './part-bus.js';
import { createSht4xModel } from './sht4x-model.js';
import { createTmp117Model } from './tmp117-model.js';

type Signals = Readonly<Record<string, Signal>>;

/** A part that can be simulated. */
export interface SimulatedPart {
  /** The signals that it measures, each with its unit. */
  readonly signals: Readonly<Record<string, string>>;
  /**
   * Makes its model with the wires that lead to it. A signal that is undefined means that the part has no power.
   * @throws {TypeError} when a signal is missing.
   */
  readonly connect: (nowMs: () => number, signals: Signals) => PartBus;
}

/** A simulated part on I2C. */
export interface SimulatedI2CPart extends SimulatedPart {
  /** Its usual address on the bus. */
  readonly address: number;
  /** Makes its model alone. */
  readonly create: (nowMs: () => number, signals: Signals) => BusDevice;
}

/** A part at its usual address. */
function onI2C(part: Omit<SimulatedI2CPart, 'connect'>): SimulatedI2CPart {
  return { ...part, connect: (nowMs, signals) => connectI2C(part.address, part.create(nowMs, signals)) };
}

function pick(signals: Signals, name: string): Signal {
  if (!Object.hasOwn(signals, name))
    throw new TypeError(`"signals.${name}" expected a function, got undefined`);
  return signals[name];
}

/** Three signals as one vector, which is there only when all three are. */
function accelerationOf(signals: Signals): (nowMs: number) => Vector | undefined {
  const [xSignal, ySignal, zSignal] = [pick(signals, 'x'), pick(signals, 'y'), pick(signals, 'z')];
  return (nowMs) => {
    const [x, y, z] = [xSignal(nowMs), ySignal(nowMs), zSignal(nowMs)];
    return x === undefined || y === undefined || z === undefined ? undefined : { x, y, z };
  };
}

/** Every part that has a model, by the same names as in `hal/parts.ts`. */
export const PARTS = {
  sht4x: onI2C({
    address: 0x44,
    signals: { temperature: 'Cel', humidity: '%RH' },
    create: (nowMs, signals) =>
      createSht4xModel({
        nowMs,
        temperature: pick(signals, 'temperature'),
        humidity: pick(signals, 'humidity'),
      }),
  }),
  lis3dh: onI2C({
    address: 0x18,
    signals: { x: 'm/s2', y: 'm/s2', z: 'm/s2' },
    create: (nowMs, signals) => createLis3dhModel({ nowMs, acceleration: accelerationOf(signals) }),
  }),
  tmp117: onI2C({
    address: 0x48,
    signals: { temperature: 'Cel' },
    create: (nowMs, signals) => createTmp117Model({ nowMs, temperature: pick(signals, 'temperature') }),
  }),
  bme280: onI2C({
    address: 0x76,
    signals: { temperature: 'Cel', humidity: '%RH', pressure: 'Pa' },
    create: (nowMs, signals) =>
      createBme280Model({
        nowMs,
        temperature: pick(signals, 'temperature'),
        humidity: pick(signals, 'humidity'),
        pressure: pick(signals, 'pressure'),
      }),
  }),
  ina219: onI2C({
    address: 0x40,
    signals: { voltage: 'V', current: 'A' },
    create: (nowMs, signals) =>
      createIna219Model({ nowMs, voltage: pick(signals, 'voltage'), current: pick(signals, 'current') }),
  }),
  mpu6050: onI2C({
    address: 0x68,
    signals: { x: 'm/s2', y: 'm/s2', z: 'm/s2', temperature: 'Cel' },
    create: (nowMs, signals) =>
      createMpu6050Model({
        nowMs,
        acceleration: accelerationOf(signals),
        temperature: pick(signals, 'temperature'),
      }),
  }),
  hx711: {
    signals: { weight: 'kg' },
    connect: (nowMs, signals) => {
      return connectLines(createHx711Model({ nowMs, weight: pick(signals, 'weight') }));
    },
  },
  gps: {
    signals: { latitude: 'lat', longitude: 'lon', altitude: 'm', satellites: 'count' },
    connect: (nowMs, signals) => {
      const latitude = pick(signals, 'latitude');
      const longitude = pick(signals, 'longitude');
      const altitude = pick(signals, 'altitude');
      const satellites = pick(signals, 'satellites');
      return connectLines({ sensor: createGpsModel({ nowMs, latitude, longitude, altitude, satellites }) });
    },
  },
  microphone: {
    signals: { level: 'V' },
    connect: (nowMs, signals) =>
      connectLines({ sensor: createMicrophoneModel({ nowMs, level: pick(signals, 'level') }) }),
  },
  ds18b20: {
    signals: { temperature: 'Cel' },
    connect: (nowMs, signals) =>
      connectLines({ sensor: createDs18b20Model({ nowMs, temperature: pick(signals, 'temperature') }) }),
  },
} satisfies Readonly<Record<string, SimulatedPart>>;
