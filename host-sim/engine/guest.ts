/**
 * Stands between a program and its simulator, on the program's side: ports on one hand, messages of text on the
 * other. Runs on Node and inside the XS engine alike, so it is as portable as the core.
 */
import type { PartDescription, PartName } from '../../hal/parts.js';
import { fromHex, toHex } from '../../src/base/bytes.js';
import type { NodeConfig } from '../../src/node/config.js';
import type { Node } from '../../src/node/node.js';
import type { KeyValuePort, Ports, StreamPort, StreamState } from '../../src/ports/ports.js';
import { ioOptions } from './guest-io.js';
import { ask, askBytes, type HostCall } from './host-call.js';
import type { Command, Effect, Reply } from './protocol.js';

export type { HostCall } from './host-call.js';

/** What the bundle exports. */
export interface Program {
  createNode(ports: Ports, config: NodeConfig, nowMs: number): Node;
  readonly PARTS: Readonly<Record<PartName, PartDescription>>;
}

function flashPort(call: HostCall): KeyValuePort {
  return {
    read: (name) => askBytes(call, { op: 'flashRead', name }),
    write: (name, value) => void ask(call, { op: 'flashWrite', name, value: toHex(value) }),
    erase: (name) => void ask(call, { op: 'flashErase', name }),
  };
}

/** The stream as the program sees it during one step; what it does to it are effects. */
class GuestStream implements StreamPort {
  readonly #effects: Effect[];
  #state: StreamState = 'closed';
  #writableBytes = 0;
  #received: readonly string[] = [];
  #at = 0;

  constructor(effects: Effect[]) {
    this.#effects = effects;
  }

  update({
    state,
    writableBytes,
    received,
  }: {
    state: StreamState;
    writableBytes: number;
    received: readonly string[];
  }): void {
    this.#state = state;
    this.#writableBytes = writableBytes;
    this.#received = received;
    this.#at = 0;
  }

  open(): void {
    this.#state = 'opening';
    this.#effects.push(['open']);
  }

  state(): StreamState {
    return this.#state;
  }

  writableBytes(): number {
    return this.#writableBytes;
  }

  write(bytes: Uint8Array): void {
    this.#writableBytes -= bytes.length;
    this.#effects.push(['write', toHex(bytes)]);
  }

  read(): Uint8Array | undefined {
    return this.#at < this.#received.length ? fromHex(this.#received[this.#at++]) : undefined;
  }

  close(): void {
    this.#state = 'closed';
    this.#received = [];
    this.#at = 0;
    this.#effects.push(['close']);
  }
}

/** Runs one program. `handle` takes a `Command` and gives a `Reply`, both as JSON text. */
export function createGuest(program: Program, call: HostCall): { handle(command: string): string } {
  const effects: Effect[] = [];
  const stream = new GuestStream(effects);
  let utcMs: number | undefined;
  let node: Node | undefined;

  const portsOf = (parts: Readonly<Record<string, PartName>>, resetReason: string): Ports => ({
    wallClock: { utcMs: () => utcMs },
    entropy: {
      isReady: () => true,
      fill: (bytes) => bytes.set(askBytes(call, { op: 'entropy', bytes: bytes.length }) ?? []),
    },
    flash: flashPort(call),
    stream,
    facts: {
      resetReason: () => resetReason,
      freeHeapBytes: () => undefined,
      signalDbm: () => undefined,
      supplyMilliV: () => undefined,
    },
    log: { write: (level, text) => void effects.push(['log', level, text]) },
    openSensor: (name) => {
      const part = program.PARTS[parts[name]];
      return part.create(ioOptions(call, name, part.ports));
    },
  });

  const run = (command: Command): Reply => {
    if (command.op === 'start') {
      const { config, parts, resetReason, nowMs } = command;
      node = program.createNode(portsOf(parts, resetReason), config, nowMs);
      return { ok: true, wakeMs: nowMs, effects: effects.splice(0) };
    }
    if (node === undefined) throw new Error('the program has not been started');
    if (command.op === 'stats') return { ok: true, stats: node.stats() };
    if (command.op === 'drain') {
      node.drain();
      return { ok: true, wakeMs: null, effects: [] };
    }
    utcMs = command.utcMs ?? undefined;
    stream.update(command.stream);
    const wakeMs = node.step(command.nowMs);
    return { ok: true, wakeMs: wakeMs === Infinity ? null : wakeMs, effects: effects.splice(0) };
  };

  return {
    handle(command) {
      try {
        return JSON.stringify(run(JSON.parse(command) as Command));
      } catch (error) {
        return JSON.stringify({ ok: false, error: error instanceof Error ? error.message : 'unknown error' });
      }
    },
  };
}
