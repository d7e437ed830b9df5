import type { I2C, I2COptions, I2CSensorOptions } from '../../hal/drivers/io/i2c.js';
import type { BusDevice, BusFault, SimulatedBus } from '../../host-sim/devices/bus.js';
import { createBus } from '../../host-sim/devices/bus.js';
import { SensorError } from '../../src/base/no-data.js';
import type { SensorPort } from '../../src/ports/ports.js';

/** A driver with the model of its part. */
export interface DriverUnderTest {
  readonly name: string;
  readonly address: number;
  readonly hzMax: number;
  /** Whether the part protects what it sends by checksums. */
  readonly hasChecksums: boolean;
  create(options: I2CSensorOptions): SensorPort;
  /** A model that always has power. */
  createModel(nowMs: () => number): BusDevice;
}

/** No driver may need more calls than this to give a sample or to say that there is none. */
const CALLS_MAX = 30;
const STEP_MS = 10;

interface Bench {
  readonly bus: SimulatedBus;
  readonly open: () => SensorPort;
  /** Calls `sample`, with time going on between, until there is one. */
  readonly sampleOnce: (sensor: SensorPort) => object;
  /** Calls `sample` in the same way until it throws. */
  readonly failOnce: (sensor: SensorPort) => unknown;
}

function createBench(driver: DriverUnderTest): Bench {
  let nowMs = 0;
  const bus = createBus();
  bus.attach(
    driver.address,
    driver.createModel(() => nowMs),
  );
  const next = (sensor: SensorPort) => {
    nowMs += STEP_MS;
    return sensor.sample();
  };
  return {
    bus,
    open: () => driver.create({ sensor: { io: bus.io } }),
    sampleOnce(sensor) {
      for (let i = 0; i < CALLS_MAX; i++) {
        const sample = next(sensor);
        if (sample !== undefined) return sample;
      }
      throw new Error('no sample');
    },
    failOnce: (sensor) => thrownBy(() => repeat(CALLS_MAX, () => next(sensor))),
  };
}

function repeat(count: number, action: () => unknown): void {
  for (let i = 0; i < count; i++) action();
}

/** What `action` throws. */
export function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** Options that no part works with, each with the error that it must give. */
function badOptions(
  driver: DriverUnderTest,
  io: new (options: I2COptions) => I2C,
): [string, object, unknown][] {
  return [
    ['no options at all', undefined as unknown as object, TypeError],
    ['no sensor', {}, TypeError],
    ['no IO class', { sensor: {} }, TypeError],
    ['an address that the part cannot have', { sensor: { io, address: 0x08 } }, RangeError],
    ['an address that is no integer', { sensor: { io, address: '68' } }, TypeError],
    ['a bus clock that is too fast', { sensor: { io, hz: driver.hzMax + 1 } }, RangeError],
    ['a bus clock that stands still', { sensor: { io, hz: 0 } }, RangeError],
  ];
}

/** An IO class as Moddable's: it says that something failed, not what. */
function speechless(io: SimulatedBus['io']): new (options: I2COptions) => I2C {
  const plain = <T>(action: () => T): T => {
    try {
      return action();
    } catch {
      throw new Error('i2c failed');
    }
  };
  return class {
    readonly #inner: I2C;
    constructor(options: I2COptions) {
      this.#inner = new io(options);
    }
    read(count: number): ArrayBuffer {
      return plain(() => this.#inner.read(count));
    }
    write(bytes: ArrayBuffer | Uint8Array): void {
      plain(() => this.#inner.write(bytes));
    }
    close(): void {
      this.#inner.close();
    }
  };
}

function describeConstructor(driver: DriverUnderTest): void {
  it.each(badOptions(driver, createBus().io))(
    'refuses %s before it touches hardware',
    (_, options, error) => {
      const { bus } = createBench(driver);
      const { sensor } = (options ?? {}) as Partial<I2CSensorOptions>;
      const tried = sensor?.io === undefined ? options : { sensor: { ...sensor, io: bus.io } };
      expect(() => driver.create(tried as I2CSensorOptions)).toThrow(error as ErrorConstructor);
      expect([bus.madeCount(), bus.transactionCount()]).toEqual([0, 0]);
    },
  );

  it.each(['nack', 'stuck', 'timeout'] as const)('releases the bus when it fails by %s', (kind) => {
    const { bus, open } = createBench(driver);
    bus.setFault({ kind });
    expect(thrownBy(open)).toBeInstanceOf(SensorError);
    expect([bus.madeCount(), bus.openCount()]).toEqual([1, 0]);
    bus.setFault({ kind: 'none' });
    expect(open).not.toThrow();
  });

  it('says with a SensorError that the IO class could not be opened', () => {
    const { bus, open } = createBench(driver);
    const first = open();
    expect(thrownBy(open)).toBeInstanceOf(SensorError);
    first.close();
    expect(bus.openCount()).toBe(0);
  });

  it('hands its own options on to the IO class', () => {
    const { bus } = createBench(driver);
    const seen: I2COptions[] = [];
    class Io extends bus.io {
      constructor(options: I2COptions) {
        super(options);
        seen.push(options);
      }
    }
    driver.create({ sensor: { io: Io, data: 21, clock: 22 } });
    expect(seen).toEqual([
      expect.objectContaining({
        address: driver.address,
        data: 21,
        clock: 22,
        hz: expect.any(Number) as number,
      }),
    ]);
  });
}

function describeClose(driver: DriverUnderTest): void {
  it('may be closed twice, and then the bus is free', () => {
    const { bus, open } = createBench(driver);
    const sensor = open();
    sensor.close();
    expect(() => sensor.close()).not.toThrow();
    expect(bus.openCount()).toBe(0);
  });

  it('throws deviceOff after close', () => {
    const { open } = createBench(driver);
    const sensor = open();
    sensor.close();
    expect(thrownBy(() => sensor.sample())).toMatchObject({ reason: 'deviceOff' });
  });
}

function describeSample(driver: DriverUnderTest): void {
  it('takes an empty configuration', () => {
    const { open, sampleOnce } = createBench(driver);
    const sensor = open();
    sensor.configure({});
    expect(sampleOnce(sensor)).toBeDefined();
  });

  it('gives a fresh object each time', () => {
    const { open, sampleOnce } = createBench(driver);
    const sensor = open();
    const first = sampleOnce(sensor);
    const second = sampleOnce(sensor);
    expect(second).not.toBe(first);
    expect(second).toEqual(first);
  });

  it('gives undefined, and no error, when it is asked again at the same instant', () => {
    const { open, sampleOnce } = createBench(driver);
    const sensor = open();
    sampleOnce(sensor);
    expect([sensor.sample(), sensor.sample()]).toEqual([undefined, undefined]);
  });

  it('works with an IO class that does not say what failed', () => {
    const { bus, sampleOnce, failOnce } = createBench(driver);
    const sensor = driver.create({ sensor: { io: speechless(bus.io) } });
    expect(sampleOnce(sensor)).toBeDefined();
    bus.setFault({ kind: 'nack' });
    expect(failOnce(sensor)).toBeInstanceOf(SensorError);
  });
}

function describeFaults(driver: DriverUnderTest): void {
  const cases: [BusFault, string][] = [
    [{ kind: 'nack' }, 'deviceNotPresent'],
    [{ kind: 'stuck' }, 'deviceError'],
    [{ kind: 'timeout' }, 'deviceTimeout'],
  ];
  if (driver.hasChecksums) {
    cases.push([{ kind: 'badCrc' }, 'corrupt'], [{ kind: 'bitFlip', bit: 13 }, 'corrupt']);
  }

  it.each(cases)('%j: %s, and a sample again when the fault is gone', (fault, reason) => {
    const { bus, open, sampleOnce, failOnce } = createBench(driver);
    const sensor = open();
    const before = sampleOnce(sensor);
    bus.setFault(fault);
    const error = failOnce(sensor);
    expect(error).toBeInstanceOf(SensorError);
    expect(error).toMatchObject({ reason });
    expect(failOnce(sensor)).toBeInstanceOf(SensorError);
    bus.setFault({ kind: 'none' });
    expect(sampleOnce(sensor)).toEqual(before);
  });
}

/** What every ECMA-419 sensor driver must do, whatever its part. */
export function describeDriverContract(driver: DriverUnderTest): void {
  describe(`${driver.name}: driver contract`, () => {
    describeConstructor(driver);
    describeClose(driver);
    describeSample(driver);
    describeFaults(driver);
  });
}
