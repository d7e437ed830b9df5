/** The programs of the images. Compiled to bytecode on the host; `mcu` is the machine that they run on. */
import type { PartName } from '../../hal/parts.js';
import type { NodeConfig } from '../../src/node/config.js';
import { createPorts, SerialStream, type DeviceProgram } from './hal.js';
import { FRAME, type Figures, type Mcu } from './mcu.js';

/** Longest sleep between two looks at the stream. */
const SLEEP_MS_MAX = 60_000;

function tell(mcu: Mcu, type: number, text: string): void {
  mcu.send(type, Uint8Array.from(text, (character) => character.charCodeAt(0)).buffer);
}

/** Tells the machine's sizes; the heap's and the stack's are peaks. */
export function tellFigures(mcu: Mcu): void {
  mcu.collect();
  const [staticBytes, heapBytes, stackPeakBytes, slots, chunkBytes] = mcu.memory();
  const figures: Figures = { staticBytes, heapBytes, stackPeakBytes, slots, chunkBytes };
  tell(mcu, FRAME.figures, JSON.stringify(figures));
}

/** Tells how many instructions something took. */
function tellCost(mcu: Mcu, name: string, instructions: number): void {
  tell(mcu, FRAME.cost, `${name} ${instructions}`);
}

/** First four bits of an MQTT PUBLISH (MQTT 3.1.1, section 2.2.1). */
const PUBLISH = 3;
/** Last letter of the topic of telemetry (`docs/wire-format.md`). */
const TELEMETRY_LETTER = 't'.charCodeAt(0);
/** A length below this takes one byte (MQTT 3.1.1, section 2.2.3). */
const LENGTH_ONE_BYTE = 0x80;

/** True for an MQTT packet that publishes telemetry; such a packet is shorter than 16,384 bytes. */
function isTelemetry(packet: Uint8Array): boolean {
  if (packet[0] >> 4 !== PUBLISH) return false;
  const topicAt = packet[1] < LENGTH_ONE_BYTE ? 2 : 3;
  return packet[topicAt + 1 + packet[topicAt + 1]] === TELEMETRY_LETTER;
}

/**
 * Runs a node until `readings` envelopes of telemetry have left. Instructions are counted inside `step` only, from the
 * end of one envelope to the end of the next: asking the sensor, steps in between, sealing, and the serial line.
 */
export function runNode(
  mcu: Mcu,
  program: DeviceProgram,
  config: NodeConfig,
  { parts, readings }: { readonly parts: Readonly<Record<string, PartName>>; readonly readings: number },
): void {
  let sent = 0;
  let spent = 0;
  let from = 0;
  const stream = new SerialStream(mcu, (packet) => {
    if (!isTelemetry(packet)) return;
    tellCost(mcu, 'sampleToPublish', spent + mcu.instructions() - from);
    spent = 0;
    from = mcu.instructions();
    sent++;
  });
  const sensors = config.sensors.map(({ name }) => ({ name, part: parts[name] }));
  const node = program.createNode(createPorts(mcu, program, stream, sensors), config, mcu.nowMs());
  tellFigures(mcu);
  while (sent < readings) {
    from = mcu.instructions();
    const wakeMs = node.step(mcu.nowMs());
    spent += mcu.instructions() - from;
    if (stream.tick()) continue;
    mcu.idle(Math.min(Math.max(Math.ceil(wakeMs - mcu.nowMs()), 1), SLEEP_MS_MAX));
  }
  tellFigures(mcu);
}

/** What of tweetnacl is measured. */
interface Nacl {
  secretbox: ((message: Uint8Array, nonce: Uint8Array, key: Uint8Array) => Uint8Array) & {
    open(box: Uint8Array, nonce: Uint8Array, key: Uint8Array): Uint8Array | null;
  };
  scalarMult(scalar: Uint8Array, point: Uint8Array): Uint8Array;
  hash(message: Uint8Array): Uint8Array;
}

/** Measures stock tweetnacl: what a node would pay with it as it comes. */
export function runPeers(mcu: Mcu, nacl: Nacl): void {
  const message = new Uint8Array(64).fill(1);
  const nonce = new Uint8Array(24).fill(2);
  const key = new Uint8Array(32).fill(3);
  const measure = <T>(name: string, work: () => T): T => {
    work();
    mcu.collect();
    const before = mcu.instructions();
    const result = work();
    tellCost(mcu, name, mcu.instructions() - before);
    return result;
  };
  const box = measure('secretbox64', () => nacl.secretbox(message, nonce, key));
  measure('secretboxOpen64', () => nacl.secretbox.open(box, nonce, key));
  measure('sha512of64', () => nacl.hash(message));
  measure('x25519', () => nacl.scalarMult(key, Uint8Array.of(9, ...new Uint8Array(31))));
  tellFigures(mcu);
}
