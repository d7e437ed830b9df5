import type { HostCall } from './guest.js';
import type { Command, Reply } from './protocol.js';

/** What XS says about the last command; other engines have no meter. */
export interface Meter {
  readonly computrons: number;
  /** 16-byte slots in use before the last garbage collection. */
  readonly heapSlots: number;
  readonly chunkBytes: number;
}

/** A running program. Commands are answered in order. */
export interface Engine {
  send(command: Command): Promise<Reply>;
  /** Ends it at once, as a power cut does. */
  stop(): Promise<void>;
  readonly meter: Meter | undefined;
}

export const ENGINES = ['node', 'xs'] as const;
export type EngineName = (typeof ENGINES)[number];

/** Starts a program; `call` answers its requests. */
export type EngineFactory = (call: HostCall) => Promise<Engine>;
