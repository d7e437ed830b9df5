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
const SLOT_BYTES = 16;
/** Goal of a sealed two-channel reading: 14 ms at 160 MHz. */
const SAMPLE_TO_PUBLISH_MAX = 14 * INSTRUCTIONS_PER_MS;

function messages({ costs }: Measured): number[] {
  return (costs.get('sampleToPublish') ?? []).slice(WARM_UP);
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function timeFigures({ node, tight, peers }: Runs): Result[] {
  const secretbox = cost(peers, 'secretbox64');
  const peer = {
    name: 'stock nacl.secretbox of 64 bytes alone',
    value: secretbox,
    source: 'measured in this run',
  };
  return [
    ...timed('mcu.instructions.sampleToPublish', average(messages(node)), {
      limit: SAMPLE_TO_PUBLISH_MAX,
      peers: [peer],
    }),
    ...timed('mcu.instructions.sampleToPublish.min', Math.min(...messages(node))),
    ...timed('mcu.instructions.sampleToPublish.max', Math.max(...messages(node))),
    ...timed('mcu.instructions.sampleToPublish.smallestHeap', average(messages(tight))),
    ...timed('mcu.instructions.startToFirstPublish', cost(node, 'sampleToPublish')),
    ...timed('mcu.peer.secretbox64', secretbox),
    ...timed('mcu.peer.secretboxOpen64', cost(peers, 'secretboxOpen64')),
    ...timed('mcu.peer.sha512of64', cost(peers, 'sha512of64')),
    ...timed('mcu.peer.x25519', cost(peers, 'x25519')),
  ];
}

/** Slots and chunks that are in use after a garbage collection. */
function usedBytes({ slots, chunkBytes }: Figures): number {
  return slots * SLOT_BYTES + chunkBytes;
}

function memoryFigures({ image, emptyImage, empty, node, tight }: Runs): Result[] {
  const [atStart, atEnd] = tight.figures;
  const [alone] = empty.figures;
  return [
    bytes('mcu.image.textBytes', image.textBytes),
    bytes('mcu.image.readOnlyBytes', image.readOnlyBytes),
    bytes('mcu.image.programBytes', image.programBytes),
    bytes('mcu.image.programBytes.added', image.programBytes - emptyImage.programBytes),
    bytes('device.ramBytes.empty', ramBytes(alone)),
    bytes('device.ramBytes.start', ramBytes(atStart)),
    bytes('device.ramBytes.peak', ramBytes(atEnd), RAM_BYTES),
    bytes('device.ramBytes.peak.added', ramBytes(atEnd) - ramBytes(alone)),
    bytes('device.ramBytes.peak.roomyHeap', Math.max(...node.figures.map(ramBytes)), RAM_BYTES),
    bytes('device.stackBytes.peak', atEnd.stackPeakBytes),
    bytes('device.usedBytes.empty', usedBytes(alone)),
    bytes('device.usedBytes.start', usedBytes(atStart)),
    bytes('device.usedBytes.end', usedBytes(atEnd)),
    bytes('device.usedBytes.end.added', usedBytes(atEnd) - usedBytes(alone)),
  ];
}

/** The runs as figures for people and for `bench/mcu.json`. RAM is that of the smallest heap. */
export function figuresOf(runs: Runs): Result[] {
  return [...timeFigures(runs), ...memoryFigures(runs)];
}
