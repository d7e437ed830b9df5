import type { PartDescription } from '../hal/parts.js';
import type { NodeConfig } from '../src/node/config.js';
import type { Node } from '../src/node/node.js';
import type { Ports, StreamState } from '../src/ports/ports.js';

interface BenchProgram {
  createNode(ports: Ports, config: NodeConfig, nowMs: number): Node;
  readonly PARTS: { readonly sht4x: PartDescription };
}

/** What a command tells of its effects. */
export interface BenchReply {
  /** Lengths of the PUBLISH packets of telemetry that left. */
  readonly publishBytes: readonly number[];
}

/**
 * Runs inside the XS worker, as text: a node with ports of its own kind, so that the meter sees nothing but the
 * node, its driver, and these few lines. Must not refer to anything outside.
 */
export function startBench(
  program: BenchProgram,
  config: NodeConfig,
  rootValue: Uint8Array,
): (command: string) => BenchReply {
  let state: StreamState = 'closed';
  let received: Uint8Array[] = [];
  let publishBytes: number[] = [];
  let nowMs = 0;
  const crc = (high: number, low: number) => {
    let sum = 0xff;
    for (const byte of [high, low]) {
      sum ^= byte;
      for (let bit = 0; bit < 8; bit++) sum = sum & 0x80 ? ((sum << 1) ^ 0x31) & 0xff : (sum << 1) & 0xff;
    }
    return sum;
  };
  /** An SHT4x of 21.5 degrees and 45 %, ready at the second ask. */
  const frame = Uint8Array.of(0x61, 0x48, crc(0x61, 0x48), 0x68, 0x72, crc(0x68, 0x72));
  class Io {
    read(count: number): ArrayBuffer {
      return frame.slice(0, count).buffer;
    }
    write(): void {
      // The part only ever gets its measure command.
    }
    close(): void {
      // Nothing is held.
    }
  }
  const flash = new Map([['root', rootValue]]);
  const ports: Ports = {
    wallClock: { utcMs: () => undefined },
    entropy: { isReady: () => true, fill: (bytes) => void bytes.fill(0x5a) },
    flash: {
      read: (name) => flash.get(name),
      write: (name, value) => void flash.set(name, value),
      erase: (name) => void flash.delete(name),
    },
    stream: {
      open: () => (state = 'open'),
      state: () => state,
      writableBytes: () => 65_536,
      write: (bytes) => {
        if (bytes[0] === 0x10) received.push(Uint8Array.of(0x20, 2, 0, 0));
        if (bytes[0] === 0xc0) received.push(Uint8Array.of(0xd0, 0));
        if (bytes[0] === 0x33) received.push(Uint8Array.of(0x40, 2, 0, 1));
        if (bytes[0] === 0x30) publishBytes.push(bytes.length);
      },
      read: () => received.shift(),
      close: () => {
        state = 'closed';
        received = [];
      },
    },
    facts: {
      resetReason: () => 'powerOn',
      freeHeapBytes: () => undefined,
      signalDbm: () => undefined,
      supplyMilliV: () => undefined,
    },
    log: { write: () => undefined },
    openSensor: () => program.PARTS.sht4x.create({ sensor: { io: Io } }),
  };
  const node = program.createNode(ports, config, 0);
  return (command) => {
    publishBytes = [];
    if (command === 'nothing') return { publishBytes };
    const readings = Number(command);
    while (publishBytes.length < readings) {
      const wakeMs = node.step(nowMs);
      nowMs = Math.max(nowMs + 1, Math.min(wakeMs, nowMs + 60_000));
    }
    return { publishBytes };
  };
}
