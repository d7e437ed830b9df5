import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { Meter } from './engine.js';

/** Computrons that one command may cost before the engine is stopped. */
const COMPUTRONS_MAX = 2_000_000_000;
/** Longest message of a worker that is taken, in bytes. */
const MESSAGE_BYTES_MAX = 16 * 1024 * 1024;

/** Path of the XS engine that `@agoric/xsnap` built at its installation. @throws {Error} when it is not there. */
export function xsWorkerPath(): string {
  const require = createRequire(import.meta.url);
  const folder = dirname(require.resolve('@agoric/xsnap/package.json'));
  const path = join(folder, 'xsnap-native', 'xsnap', 'build', 'bin', 'lin', 'release', 'xsnap-worker');
  if (!existsSync(path)) {
    throw new Error('the XS engine is missing: run "npm rebuild @agoric/xsnap" (needs gcc and make)');
  }
  return path;
}

/** Splits a stream of netstrings (`length:bytes,`). */
class Netstrings {
  #buffer = Buffer.alloc(0);

  /** @throws {Error} on bytes that are no netstring. */
  read(bytes: Buffer): Buffer[] {
    this.#buffer = Buffer.concat([this.#buffer, bytes]);
    const messages: Buffer[] = [];
    for (;;) {
      const colon = this.#buffer.indexOf(58);
      if (colon < 0) return messages;
      const length = Number(this.#buffer.toString('latin1', 0, colon));
      if (!(length >= 0 && length <= MESSAGE_BYTES_MAX))
        throw new Error('the XS engine sent what is no netstring');
      if (this.#buffer.length < colon + length + 2) return messages;
      messages.push(this.#buffer.subarray(colon + 1, colon + 1 + length));
      this.#buffer = this.#buffer.subarray(colon + length + 2);
    }
  }
}

interface Waiting {
  resolve(value: Buffer): void;
  reject(error: Error): void;
}

/**
 * One XS engine process. It speaks xsnap's protocol: `e` evaluates, `?` calls `handleCommand`, and while a command
 * runs the engine may ask with `?` and waits for our `/`.
 */
export class XsWorker {
  readonly #child: ChildProcess;
  readonly #toWorker: Writable;
  readonly #netstrings = new Netstrings();
  readonly #answer: (request: Buffer) => Buffer;
  #waiting: Waiting | undefined;
  #ended: Error | undefined;
  #meter: Meter = { computrons: 0, heapSlots: 0, chunkBytes: 0 };

  /** @param answer what the engine's `issueCommand` gives. */
  constructor(name: string, answer: (request: Buffer) => Buffer) {
    this.#answer = answer;
    this.#child = spawn(xsWorkerPath(), [name, '-l', String(COMPUTRONS_MAX)], {
      stdio: ['ignore', 'ignore', 'inherit', 'pipe', 'pipe'],
    });
    this.#toWorker = this.#child.stdio[3] as Writable;
    const fromWorker = this.#child.stdio[4] as Readable;
    this.#toWorker.on('error', (error) => this.#end(error));
    fromWorker.on('data', (bytes: Buffer) => this.#read(bytes));
    this.#child.on('error', (error) => this.#end(error));
    this.#child.on('exit', (code, signal) =>
      this.#end(new Error(`the XS engine ended (${signal ?? code ?? 'unknown'})`)),
    );
  }

  /** Of the last command. */
  get meter(): Meter {
    return this.#meter;
  }

  evaluate(source: string): Promise<Buffer> {
    return this.#command('e', Buffer.from(source));
  }

  command(message: string): Promise<Buffer> {
    return this.#command('?', Buffer.from(message));
  }

  /** Kills the process and waits until it is gone. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
    this.#child.kill('SIGKILL');
    await gone;
  }

  #command(kind: string, body: Buffer): Promise<Buffer> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    if (this.#waiting !== undefined)
      return Promise.reject(new Error('the XS engine takes one command at a time'));
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#write(kind, body);
    });
  }

  #write(kind: string, body: Buffer): void {
    this.#toWorker.write(Buffer.concat([Buffer.from(`${body.length + 1}:${kind}`), body, Buffer.from(',')]));
  }

  #read(bytes: Buffer): void {
    try {
      for (const message of this.#netstrings.read(bytes)) this.#take(message);
    } catch (error) {
      this.#end(error as Error);
    }
  }

  #take(message: Buffer): void {
    const body = message.subarray(1);
    const kind = String.fromCharCode(message[0]);
    if (kind === '?') return this.#write('/', this.#answer(body));
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (kind === '.') waiting?.resolve(this.#splitMeter(body));
    else waiting?.reject(new Error(`XS: ${body.toString('utf8')}`));
  }

  /** A reply is `meter JSON ‖ 1 ‖ what handleCommand gave`. */
  #splitMeter(body: Buffer): Buffer {
    const mark = body.indexOf(1);
    if (mark < 0) return body;
    const meter = JSON.parse(body.toString('utf8', 0, mark)) as Record<string, number>;
    this.#meter = {
      computrons: meter.compute,
      heapSlots: meter.currentHeapCount,
      chunkBytes: meter.allocate,
    };
    return body.subarray(mark + 1);
  }

  #end(error: Error): void {
    this.#ended ??= error;
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }
}
