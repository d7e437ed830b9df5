import type { Result } from '../../bench/budget.js';
import type { Figures } from '../device/mcu.js';
import type { Measured } from './emulator.js';
import type { Runs } from './runs.js';

/** Messages that are left out: the first ones carry the session's start and fill the engine's caches. */
const WARM_UP = 10;
const INSTRUCTIONS_PER_MS = 160_000;
const LOWER_BOUND = 'ms at 160 MHz and one instruction a cycle, a lower bound';

/** All that the machine's RAM held at most. */
function ramBytes({ staticBytes, heapBytes, stackPeakBytes }: Figures): number {
  return staticBytes + heapBytes + stackPeakBytes;
}

function cost({ costs }: Measured, name: string): number {
  const value = costs.get(name)?.[0];
  if (value === undefined) throw new Error(`the machine did not measure ${name}`);
  return value;
}

/** A count of instructions, and the same as milliseconds. */
function timed(name: string, instructions: number, extra: Partial<Result> = {}): Result[] {
  const base = { better: 'lower', peers: [] } as const;
  const ms = { ...base, name: `${name}.ms`, value: instructions / INSTRUCTIONS_PER_MS, unit: LOWER_BOUND };
  return [{ ...base, name, value: Math.round(instructions), unit: 'instructions', ...extra }, ms];
}

function bytes(name: string, value: number, limit?: number): Result {
  return {
    name,
    value,
    unit: 'bytes',
    ...(limit === undefined ? {} : { limit }),
    better: 'lower',
    peers: [],
  };
}

/** The RAM that an ESP32-C3 has. */
const RAM_BYTES = 400 * 1024;

/** The runs as figures for people and for `bench/mcu.json`. */
export function figuresOf({ image, emptyImage, empty, node, peers }: Runs): Result[] {
  const messages = (node.costs.get('sampleToPublish') ?? []).slice(WARM_UP);
  const average = messages.reduce((sum, value) => sum + value, 0) / messages.length;
  const secretbox = cost(peers, 'secretbox64');
  const [atStart, atEnd] = node.figures;
  const [alone] = empty.figures;
  const peer = {
    name: 'stock nacl.secretbox of 64 bytes alone',
    value: secretbox,
    source: 'measured in this run',
  };
  return [
    ...timed('mcu.instructions.sampleToPublish', average, { peers: [peer] }),
    ...timed('mcu.instructions.sampleToPublish.max', Math.max(...messages)),
    ...timed('mcu.peer.secretbox64', secretbox),
    ...timed('mcu.peer.secretboxOpen64', cost(peers, 'secretboxOpen64')),
    ...timed('mcu.peer.sha512of64', cost(peers, 'sha512of64')),
    ...timed('mcu.peer.x25519', cost(peers, 'x25519')),
    bytes('mcu.image.textBytes', image.textBytes),
    bytes('mcu.image.readOnlyBytes', image.readOnlyBytes),
    bytes('mcu.image.programBytes', image.programBytes),
    bytes('mcu.image.programBytes.added', image.programBytes - emptyImage.programBytes),
    bytes('device.ramBytes.empty', ramBytes(alone)),
    bytes('device.ramBytes.start', ramBytes(atStart)),
    bytes('device.ramBytes.peak', ramBytes(atEnd), RAM_BYTES),
    bytes('device.ramBytes.peak.added', ramBytes(atEnd) - ramBytes(alone)),
    { ...bytes('device.slots.empty', alone.slots), unit: 'slots of 16 bytes' },
    { ...bytes('device.slots.start', atStart.slots), unit: 'slots of 16 bytes' },
    { ...bytes('device.slots.end', atEnd.slots), unit: 'slots of 16 bytes' },
    bytes('device.chunkBytes.empty', alone.chunkBytes),
    bytes('device.chunkBytes.start', atStart.chunkBytes),
    bytes('device.chunkBytes.end', atEnd.chunkBytes),
  ];
}
