import type { BusFault } from '../../host-sim/devices/bus.js';
import { BusError } from '../../host-sim/devices/bus.js';
import type { PartBus, SimulatedIo, SimulatedIoClass } from '../../host-sim/devices/part-bus.js';
import { SensorError } from '../../src/base/no-data.js';
import type { NoDataReason } from '../../src/base/no-data.js';
import type { SensorPort } from '../../src/ports/ports.js';

/** A driver with the model of its part. */
export interface DriverUnderTest {
  readonly name: string;
  /** Opens the driver with options that carry, for each port of the part, its IO class. */
  create(options: object): SensorPort;
  /** The part with its wires, always powered. */
  connect(nowMs: () => number): PartBus;
  /** What, beside missing IO classes, the driver must refuse: a name, the port's own options, the error. */
  readonly badOptions: readonly (readonly [string, object, ErrorConstructor])[];
  /** The faults that its constructor notices. */
  readonly startFaults: readonly BusFault['kind'][];
  /** The faults that it notices while it samples, each with the reason that it must give. */
  readonly faults: readonly (readonly [BusFault, NoDataReason])[];
  /** What its IO class must be given. */
  readonly ioOptions: object;
  /** Milliseconds between two calls of `sample`; 10 when not given. */
  readonly stepMs?: number;
}

/** An I2C driver, described by what is special about it. */
export interface I2CDriverUnderTest {
  readonly name: string;
  readonly address: number;
  readonly hzMax: number;
  /** Whether the part protects what it sends by checksums. */
  readonly hasChecksums: boolean;
  create(options: object): SensorPort;
  connect(nowMs: () => number): PartBus;
}

/** The faults of wires: what every driver on I2C must say. */
const I2C_FAULTS: DriverUnderTest['faults'] = [
  [{ kind: 'nack' }, 'deviceNotPresent'],
  [{ kind: 'stuck' }, 'deviceError'],
  [{ kind: 'timeout' }, 'deviceTimeout'],
];

const CHECKSUM_FAULTS: DriverUnderTest['faults'] = [
  [{ kind: 'badCrc' }, 'corrupt'],
  [{ kind: 'bitFlip', bit: 13 }, 'corrupt'],
];

/** The contract of a driver on I2C. */
export function i2cDriver(driver: I2CDriverUnderTest): DriverUnderTest {
  const { name, address, hzMax, hasChecksums } = driver;
  return {
    name,
    create: (options) => driver.create(options),
    connect: (nowMs) => driver.connect(nowMs),
    badOptions: [
      ['an address that the part cannot have', { address: 0x08 }, RangeError],
      ['an address that is no integer', { address: '68' }, TypeError],
      ['a bus clock that is too fast', { hz: hzMax + 1 }, RangeError],
      ['a bus clock that stands still', { hz: 0 }, RangeError],
    ],
    startFaults: ['nack', 'stuck', 'timeout'],
    faults: hasChecksums ? [...I2C_FAULTS, ...CHECKSUM_FAULTS] : I2C_FAULTS,
    ioOptions: { address, hz: expect.any(Number) as number },
  };
}

/** No driver may need more calls than this to give a sample or to say that there is none. */
const CALLS_MAX = 60;
/** The deepest transaction at which the contract cuts the power. */
const CUTS_MAX = 120;

interface Bench {
  readonly bus: PartBus;
  readonly open: () => SensorPort;
  /** Calls `sample`, with time going on between, until there is one. */
  readonly sampleOnce: (sensor: SensorPort) => object;
  /** Calls `sample` in the same way until it throws. */
  readonly failOnce: (sensor: SensorPort) => unknown;
}

/** Options with an IO class for each port, and `more` beside each class. */
function optionsOf(io: Readonly<Record<string, SimulatedIoClass>>, more: object = {}): object {
  return Object.fromEntries(Object.entries(io).map(([port, Io]) => [port, { ...more, io: Io }]));
}

function createBench(driver: DriverUnderTest): Bench {
  let nowMs = 0;
  const bus = driver.connect(() => nowMs);
  const next = (sensor: SensorPort) => {
    nowMs += driver.stepMs ?? 10;
    return sensor.sample();
  };
  return {
    bus,
    open: () => driver.create(optionsOf(bus.io)),
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

/** IO classes that do as the given ones, but for what `around` makes of each action. */
function wrapped(
  io: Readonly<Record<string, SimulatedIoClass>>,
  around: <T>(action: () => T) => T,
): Record<string, SimulatedIoClass> {
  const wrap = (Inner: new (options: object) => SimulatedIo): SimulatedIoClass => {
    class Wrapped implements SimulatedIo {
      static readonly Input = 0;
      static readonly Output = 8;
      readonly #inner: SimulatedIo;
      constructor(options: object) {
        this.#inner = new Inner(options);
      }
      get resolution(): number | undefined {
        return this.#inner.resolution;
      }
      read(count?: number) {
        return around(() => this.#inner.read(count));
      }
      write(value: Uint8Array): void {
        around(() => this.#inner.write(value));
      }
      reset(): boolean {
        return around(() => this.#inner.reset?.() === true);
      }
      close(): void {
        this.#inner.close();
      }
    }
    return Wrapped;
  };
  const classes = Object.entries(io).map(([port, Io]) => [
    port,
    wrap(Io as new (options: object) => SimulatedIo),
  ]);
  return Object.fromEntries(classes) as Record<string, SimulatedIoClass>;
}

/** Does an action as Moddable's IO classes do: they say that something failed, not what. */
function speechless<T>(action: () => T): T {
  try {
    return action();
  } catch {
    throw new Error('io failed');
  }
}

function describeConstructor(driver: DriverUnderTest): void {
  it.each([
    ['no options at all', undefined],
    ['no port', {}],
  ])('refuses %s', (_, options) => {
    expect(() => driver.create(options as unknown as object)).toThrow(TypeError);
  });

  it('refuses a port without an IO class before it touches hardware', () => {
    const { bus } = createBench(driver);
    for (const port of Object.keys(bus.io)) {
      expect(() => driver.create({ ...optionsOf(bus.io), [port]: {} })).toThrow(TypeError);
    }
    expect([bus.madeCount(), bus.transactionCount()]).toEqual([0, 0]);
  });

  if (driver.badOptions.length > 0) {
    it.each(driver.badOptions)('refuses %s before it touches hardware', (_, options, error) => {
      const { bus } = createBench(driver);
      expect(() => driver.create(optionsOf(bus.io, options))).toThrow(error);
      expect([bus.madeCount(), bus.transactionCount()]).toEqual([0, 0]);
    });
  }

  if (driver.startFaults.length > 0) {
    it.each(driver.startFaults)('releases everything when it fails by %s', (kind) => {
      const { bus, open } = createBench(driver);
      bus.setFault({ kind } as BusFault);
      expect(thrownBy(open)).toBeInstanceOf(SensorError);
      expect(bus.madeCount()).toBeGreaterThan(0);
      expect(bus.openCount()).toBe(0);
      bus.setFault({ kind: 'none' });
      expect(open).not.toThrow();
    });
  }

  it('says with a SensorError that the IO class could not be opened', () => {
    const { bus, open } = createBench(driver);
    const first = open();
    expect(thrownBy(open)).toBeInstanceOf(SensorError);
    first.close();
    expect(bus.openCount()).toBe(0);
  });

  it('hands its own options on to the IO class', () => {
    const { bus } = createBench(driver);
    const seen: object[] = [];
    const io = Object.fromEntries(
      Object.entries(bus.io).map(([port, Io]) => {
        class Seen extends (Io as new (options: object) => SimulatedIo) {
          constructor(options: object) {
            super(options);
            seen.push(options);
          }
        }
        return [port, Seen];
      }),
    );
    driver.create(optionsOf(io, { pin: 21 }));
    const expected: unknown = expect.objectContaining({ ...driver.ioOptions, pin: 21 });
    expect(seen).toEqual(Object.keys(io).map(() => expected));
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
    const sensor = driver.create(optionsOf(wrapped(bus.io, speechless)));
    expect(sampleOnce(sensor)).toBeDefined();
    bus.setFault({ kind: 'stuck' });
    expect(failOnce(sensor)).toBeInstanceOf(SensorError);
  });
}

function describeFaults(driver: DriverUnderTest): void {
  it.each(driver.faults)('%j: %s, and a sample again when the fault is gone', (fault, reason) => {
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

/** Cuts the power at each transaction in turn: the driver must say so, and sample when the power is back. */
function describePowerLoss(driver: DriverUnderTest): void {
  it('survives a loss of power at any transaction', () => {
    for (let cut = 0; cut < CUTS_MAX; cut++) {
      const { bus, sampleOnce } = createBench(driver);
      let left = Infinity;
      const io = wrapped(bus.io, (action) => {
        if (left-- === 0) throw new BusError('nack', 'power lost');
        return action();
      });
      const sensor = driver.create(optionsOf(io));
      const before = sampleOnce(sensor);
      left = cut;
      const outcome = sampleOrError(() => sampleOnce(sensor));
      if (left >= 0) return;
      // A part that is allowed to be busy may have been asked again; its sample is then a whole one.
      if (!(outcome instanceof SensorError)) expect(outcome).toEqual(before);
      expect(sampleOnce(sensor)).toEqual(before);
    }
  });
}

function sampleOrError(action: () => object): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}

/** What every ECMA-419 sensor driver must do, whatever its part. */
export function describeDriverContract(driver: DriverUnderTest): void {
  describe(`${driver.name}: driver contract`, () => {
    describeConstructor(driver);
    describeClose(driver);
    describeSample(driver);
    describeFaults(driver);
    describePowerLoss(driver);
  });
}
