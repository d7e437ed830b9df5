import { pathToFileURL } from 'node:url';
import { bundlePath } from './bundle.js';
import type { Engine, EngineFactory } from './engine.js';
import { createGuest, type HostCall, type Program } from './guest.js';
import type { Reply } from './protocol.js';

/** Runs a program in this process. */
export function inProcessEngine(program: Program, call: HostCall): Engine {
  const guest = createGuest(program, call);
  return {
    send: (command) => Promise.resolve(JSON.parse(guest.handle(JSON.stringify(command))) as Reply),
    stop: () => Promise.resolve(),
    meter: undefined,
  };
}

/** A factory that runs the built bundle in this process. */
export async function nodeEngineFactory(): Promise<EngineFactory> {
  const program = (await import(pathToFileURL(bundlePath()).href)) as Program;
  return (call) => Promise.resolve(inProcessEngine(program, call));
}
