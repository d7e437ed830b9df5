import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectFolder, readBundle } from './bundle.js';
import type { EngineFactory } from './engine.js';
import type { HostCall } from './guest.js';
import type { Reply } from './protocol.js';
import { XsWorker } from './xs-worker.js';

/**
 * Freezes everything that a program can reach from the global object, as Moddable's preload does: what assigns to an
 * inherited name throws here as it would on a device.
 */
export const FREEZE_PRIMORDIALS = `
(() => {
  const seen = new Set([globalThis]);
  const freeze = (value) => {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) return;
    seen.add(value);
    Object.freeze(value);
    freeze(Object.getPrototypeOf(value));
    for (const descriptor of Object.values(Object.getOwnPropertyDescriptors(value))) {
      freeze(descriptor.value);
      freeze(descriptor.get);
      freeze(descriptor.set);
    }
  };
  for (const name of Object.getOwnPropertyNames(globalThis)) freeze(globalThis[name]);
  for (const value of [function* () {}, async () => {}, async function* () {}, [][Symbol.iterator](), ''.matchAll(/x/g)]) {
    freeze(Object.getPrototypeOf(value));
  }
})();
`;

/** Keeps for the guest what it needs of the worker, and takes away what no device has. */
const CONNECT = `
(() => {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  const issue = globalThis.issueCommand;
  const call = (request) => decoder.decode(issue(encoder.encode(request).buffer));
  for (const name of ['issueCommand', 'TextEncoder', 'TextDecoder', 'Base64', 'setImmediate', 'performance', 'print', 'gc']) {
    delete globalThis[name];
  }
  globalThis.connect = (program, guestModule) => {
    const guest = guestModule.createGuest(program, call);
    globalThis.handleCommand = (command) => encoder.encode(guest.handle(decoder.decode(command))).buffer;
  };
})();
`;

/** An ES module's source as an expression that gives its exports: XS's worker evaluates scripts only. */
export function moduleAsExpression(source: string): string {
  const exports = /export\s*\{([^}]*)\};?\s*$/.exec(source);
  if (exports === null) throw new Error('the bundle expected one export list at its end');
  const names = exports[1].split(',').map((name) => name.trim().split(/\s+as\s+/));
  const fields = names.map(([local, exported = local]) => `${exported}: ${local}`);
  return `(() => { 'use strict'; ${source.slice(0, exports.index)}\nreturn { ${fields.join(', ')} }; })()`;
}

/** A factory of XS processes, each running the built bundle on frozen primordials. */
export async function xsEngineFactory(): Promise<EngineFactory> {
  const { source } = await readBundle();
  const guest = await readFile(join(projectFolder(), 'dist', 'bundle', 'guest.mjs'), 'utf8');
  return async (call: HostCall) => {
    const worker = new XsWorker('mamori', (request) => Buffer.from(call(request.toString('utf8'))));
    try {
      await worker.evaluate(FREEZE_PRIMORDIALS);
      await worker.evaluate(CONNECT);
      await worker.evaluate(
        `connect(${moduleAsExpression(source)}, ${moduleAsExpression(guest)}); undefined;`,
      );
    } catch (error) {
      await worker.stop();
      throw error;
    }
    return {
      send: async (command) =>
        JSON.parse((await worker.command(JSON.stringify(command))).toString('utf8')) as Reply,
      stop: () => worker.stop(),
      get meter() {
        return worker.meter;
      },
    };
  };
}
