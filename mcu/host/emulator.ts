import { spawn } from 'node:child_process';
import { FRAME, type Figures } from '../device/mcu.js';
import { EMULATOR } from './toolchain.js';

/** Type, length, clock. */
const HEAD_BYTES = 7;
/** Longest payload of an answer (`FRAME_BYTES_MAX` of `platform/frame.h`). */
export const ANSWER_BYTES_MAX = 1_024;
/** Frames below this type are calls. */
const TOLD_TYPES_FROM = FRAME.streamOpen;
/** A machine that runs longer than this, in real time, hangs. */
const RUN_MS_MAX = 120_000;

const MACHINE = ['-M', 'virt', '-cpu', 'rv32,g=off,a=off,f=off,d=off', '-m', '16M', '-bios', 'none'];
/** One instruction a nanosecond of virtual time: counts are exact and the same in each run. */
const COUNTED = ['-icount', 'shift=0'];
const SERIAL = [
  '-display',
  'none',
  '-monitor',
  'none',
  '-chardev',
  'stdio,id=line,signal=off',
  '-serial',
  'chardev:line',
];

/** What a call is answered with: bytes, none, or an error of this kind. */
export type Answer = Uint8Array | undefined | { readonly kind: string; readonly message: string };

/** What a machine is connected to. */
export interface Surroundings {
  /** A call of the machine, at its clock. */
  answer(type: number, payload: Uint8Array, nowMs: number): Answer;
  /** Something that it told. */
  told(type: number, payload: Uint8Array, nowMs: number): void;
}

/** What a run measured. */
export interface Measured {
  /** Instructions of each thing that was measured, in order. */
  readonly costs: ReadonlyMap<string, readonly number[]>;
  /** Told at the start of the program and at its end. */
  readonly figures: readonly Figures[];
}

function answerFrame(answer: Answer): Uint8Array {
  const [status, payload] =
    answer === undefined
      ? [1, new Uint8Array(0)]
      : answer instanceof Uint8Array
        ? [0, answer]
        : [2, Buffer.from(`${answer.kind}\n${answer.message}`, 'latin1')];
  const bytes = payload.subarray(0, ANSWER_BYTES_MAX);
  return Uint8Array.of(status, bytes.length & 0xff, bytes.length >> 8, ...bytes);
}

/** Cuts what comes over the line into frames. */
export class Line {
  #waiting = Buffer.alloc(0);

  /** @returns the frames that are whole now. */
  push(bytes: Buffer): { type: number; payload: Buffer; nowMs: number }[] {
    this.#waiting = Buffer.concat([this.#waiting, bytes]);
    const frames = [];
    while (this.#waiting.length >= HEAD_BYTES) {
      const end = HEAD_BYTES + this.#waiting.readUInt16LE(1);
      if (this.#waiting.length < end) break;
      const [type, nowMs] = [this.#waiting[0], this.#waiting.readUInt32LE(3)];
      frames.push({ type, nowMs, payload: this.#waiting.subarray(HEAD_BYTES, end) });
      this.#waiting = this.#waiting.subarray(end);
    }
    return frames;
  }
}

/** Runs an image until it powers off. @throws {Error} with the machine's last words when it fails. */
export function emulate(image: string, surroundings: Surroundings): Promise<Measured> {
  const costs = new Map<string, number[]>();
  const figures: Figures[] = [];
  const line = new Line();
  let failure: Error | undefined;
  const child = spawn(EMULATOR, [...MACHINE, ...COUNTED, ...SERIAL, '-kernel', image], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const fail = (error: Error) => {
    failure ??= error;
    child.kill('SIGKILL');
  };
  const take = ({ type, payload, nowMs }: { type: number; payload: Buffer; nowMs: number }) => {
    const text = () => payload.toString('latin1');
    if (type === FRAME.panic) fail(new Error(`the machine stopped: ${text()}`));
    else if (type === FRAME.figures) figures.push(JSON.parse(text()) as Figures);
    else if (type === FRAME.cost) {
      const [name, instructions] = text().split(' ');
      costs.set(name, [...(costs.get(name) ?? []), Number(instructions)]);
    } else if (type >= TOLD_TYPES_FROM) surroundings.told(type, payload, nowMs);
    else child.stdin.write(answerFrame(surroundings.answer(type, payload, nowMs)));
  };
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => fail(new Error(`the machine hangs after ${RUN_MS_MAX} ms`)), RUN_MS_MAX);
    child.stdin.on('error', fail);
    child.stdout.on('data', (bytes: Buffer) => {
      try {
        for (const frame of line.push(bytes)) take(frame);
      } catch (error) {
        fail(error as Error);
      }
    });
    child.on('error', fail);
    child.on('close', (code) => {
      clearTimeout(timer);
      if (failure === undefined && code === 0) resolve({ costs, figures });
      else reject(failure ?? new Error(`${EMULATOR} ended with ${code}`));
    });
  });
}
