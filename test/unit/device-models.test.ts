import type { BusDevice, BusFault } from '../../host-sim/devices/bus.js';
import { BusError, createBus } from '../../host-sim/devices/bus.js';
import { createLis3dhModel } from '../../host-sim/devices/lis3dh-model.js';
import { createSht4xModel } from '../../host-sim/devices/sht4x-model.js';
import { thrownBy } from '../contract/driver-contract.js';

const MEASURE = Uint8Array.of(0xfd);
const SOFT_RESET = Uint8Array.of(0x94);
const READ_SERIAL = Uint8Array.of(0x89);

function sht4x(celsius: number | undefined = 25, percent: number | undefined = 50, serial = 1) {
  const clock = { nowMs: 0 };
  const world = { nowMs: () => clock.nowMs, temperature: () => celsius, humidity: () => percent, serial };
  return { clock, model: createSht4xModel(world) };
}

/** A measurement of the model, in hexadecimal. */
function measured(celsius: number, percent: number): string {
  const { clock, model } = sht4x(celsius, percent);
  model.write(MEASURE);
  clock.nowMs = 9;
  return hex(model.read(6));
}

function hex(bytes: Uint8Array | undefined): string {
  return [...(bytes ?? [])].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The checksum by division, another way than the model's. */
function crcOf(high: number, low: number): number {
  let rest = ((high ^ 0xff) << 16) | ((low ^ 0xff) << 8);
  // The start value 0xFF goes into the first byte only, so the second is turned back.
  rest ^= 0xff << 8;
  for (let bit = 23; bit >= 8; bit--) if (rest & (1 << bit)) rest ^= 0x131 << (bit - 8);
  return rest & 0xff;
}

describe('SHT4x model', () => {
  it('sends 0x6666 for 25 degrees Celsius and 0x72B0 for 50 %, each with its checksum', () => {
    const checksums = [crcOf(0x66, 0x66), crcOf(0x72, 0xb0)].map((checksum) => hex(Uint8Array.of(checksum)));
    expect(measured(25, 50)).toBe(`6666${checksums[0]}72b0${checksums[1]}`);
  });

  it('stays at the end of its scale beyond it', () => {
    expect(measured(-60, -20).slice(0, 4)).toBe('0000');
    expect(measured(200, 200).slice(6, 10)).toBe('ffff');
  });

  it('does not acknowledge a read before 8.3 ms have gone by', () => {
    const { clock, model } = sht4x();
    model.write(MEASURE);
    clock.nowMs = 8;
    expect(model.read(6)).toBeUndefined();
    clock.nowMs = 9;
    expect(model.read(6)).toBeDefined();
  });

  it('gives a measurement once', () => {
    const { clock, model } = sht4x();
    model.write(MEASURE);
    clock.nowMs = 9;
    model.read(6);
    expect(model.read(6)).toBeUndefined();
  });

  it('takes a soft reset while it measures, no other command, and then has nothing to give', () => {
    const { clock, model } = sht4x();
    model.write(MEASURE);
    expect(model.write(MEASURE)).toBe(false);
    expect(model.write(SOFT_RESET)).toBe(true);
    expect(model.write(MEASURE)).toBe(false);
    clock.nowMs = 20;
    expect(model.read(6)).toBeUndefined();
  });

  it('tells its serial number', () => {
    const { model } = sht4x(25, 50, 0xbeef_0001);
    model.write(READ_SERIAL);
    expect(hex(model.read(3))).toBe('beef92');
  });

  it('refuses a command that it does not know', () => {
    expect(sht4x().model.write(Uint8Array.of(0x00))).toBe(false);
  });

  it.each([
    [undefined, 50],
    [25, undefined],
  ])('does not answer when a signal is undefined (%p, %p)', (celsius, percent) => {
    const model = createSht4xModel({ nowMs: () => 0, temperature: () => celsius, humidity: () => percent });
    expect(model.write(new Uint8Array(0))).toBe(false);
    expect(model.read(1)).toBeUndefined();
  });
});

const G = 9.80665;

function lis3dh(acceleration: { x: number; y: number; z: number } = { x: 0, y: 0, z: G }) {
  const clock = { nowMs: 0 };
  const model = createLis3dhModel({ nowMs: () => clock.nowMs, acceleration: () => acceleration });
  return { clock, model };
}

function register(model: BusDevice, address: number, count = 1): string {
  model.write(Uint8Array.of(address));
  return hex(model.read(count));
}

describe('LIS3DH model', () => {
  it('has the registers of table 21 after power-on', () => {
    const { model } = lis3dh();
    expect(register(model, 0x0f)).toBe('33');
    expect(register(model, 0x80 | 0x1e, 8)).toBe('1000070000000000');
  });

  it('goes on to the next register only with the auto-increment bit', () => {
    const { model } = lis3dh();
    expect(register(model, 0x20, 3)).toBe('070707');
    expect(register(model, 0xa0, 3)).toBe('070000');
  });

  it('ignores a write to a register that is read only', () => {
    const { model } = lis3dh();
    model.write(Uint8Array.of(0x0f, 0x00));
    expect(register(model, 0x0f)).toBe('33');
  });

  it('measures nothing while it is powered down, in any mode', () => {
    const { clock, model } = lis3dh();
    model.write(Uint8Array.of(0x20, 0x57));
    model.write(Uint8Array.of(0x20, 0x07));
    clock.nowMs = 5000;
    expect(register(model, 0x27)).toBe('00');
  });

  it('has its first set in high resolution after seven periods, and the next a period later', () => {
    const { clock, model } = lis3dh();
    model.write(Uint8Array.of(0x23, 0x88));
    model.write(Uint8Array.of(0x20, 0x57));
    clock.nowMs = 69;
    expect(register(model, 0x27)).toBe('00');
    clock.nowMs = 70;
    expect(register(model, 0x27)).toBe('0f');
    register(model, 0xa8, 6);
    clock.nowMs = 79;
    expect(register(model, 0x27)).toBe('00');
    clock.nowMs = 80;
    expect(register(model, 0x27)).toBe('0f');
  });

  it.each([
    ['high resolution, 2 g', 0x57, 0x88, '803e'],
    ['high resolution, 4 g', 0x57, 0x98, '401f'],
    ['high resolution, 8 g', 0x57, 0xa8, 'a00f'],
    ['high resolution, 16 g', 0x57, 0xb8, '3005'],
    ['normal, 2 g', 0x57, 0x80, '803e'],
    ['low power, 2 g', 0x5f, 0x80, '003f'],
  ])('shows 1 g as table 4 says: %s', (_, control1, control4, word) => {
    const { clock, model } = lis3dh();
    model.write(Uint8Array.of(0x23, control4));
    model.write(Uint8Array.of(0x20, control1));
    clock.nowMs = 1000;
    expect(register(model, 0xac, 2)).toBe(word);
  });

  it('shows less than nothing in two’s complement and stays at the end of its scale', () => {
    const { clock, model } = lis3dh({ x: -G, y: 100, z: -100 });
    model.write(Uint8Array.of(0x23, 0x88));
    model.write(Uint8Array.of(0x20, 0x57));
    clock.nowMs = 1000;
    expect(register(model, 0xa8, 6)).toBe('80c1f07f0080');
  });
});

describe('simulated bus', () => {
  const echo: BusDevice = { checksumStride: 3, write: () => true, read: (count) => new Uint8Array(count) };

  function open(address = 0x44) {
    const bus = createBus();
    bus.attach(0x44, echo);
    return { bus, io: new bus.io({ address, hz: 400_000 }) };
  }

  it('does not acknowledge an address where no part is', () => {
    expect(thrownBy(() => open(0x45).io.read(1))).toMatchObject({ kind: 'nack' });
  });

  it.each(['nack', 'stuck', 'timeout'] as const)('%s: reads and writes fail with that kind', (kind) => {
    const { bus, io } = open();
    bus.setFault({ kind });
    expect(() => io.read(1)).toThrow(BusError);
    expect(thrownBy(() => io.write(Uint8Array.of(1)))).toMatchObject({ kind });
  });

  it.each<[BusFault, string]>([
    [{ kind: 'none' }, '000000000000'],
    [{ kind: 'badCrc' }, '0000ff0000ff'],
    [{ kind: 'bitFlip', bit: 13 }, '000400000000'],
    [{ kind: 'bitFlip', bit: 48 }, '800000000000'],
  ])('%j: what is read is %s', (fault, expected) => {
    const { bus, io } = open();
    bus.setFault(fault);
    expect(hex(new Uint8Array(io.read(6)))).toBe(expected);
  });

  it('spares the other parts when a fault is at one address', () => {
    const { bus, io } = open();
    bus.setFault({ kind: 'nack', address: 0x18 });
    expect(() => io.read(1)).not.toThrow();
    bus.setFault({ kind: 'nack', address: 0x44 });
    expect(() => io.read(1)).toThrow(BusError);
  });

  it('gives an address to one owner at a time', () => {
    const { bus, io } = open();
    expect(() => new bus.io({ address: 0x44, hz: 1 })).toThrow(RangeError);
    io.close();
    io.close();
    expect(() => new bus.io({ address: 0x44, hz: 1 })).not.toThrow();
  });

  it('refuses to talk through a closed instance', () => {
    const { io } = open();
    io.close();
    expect(() => io.read(1)).toThrow(TypeError);
  });

  it('takes one part for each address', () => {
    expect(() => open().bus.attach(0x44, echo)).toThrow(RangeError);
  });
});
