/** What the machine gives to JavaScript: the functions of `platform/ports.c`. */
export interface Mcu {
  /** Sends a frame that has no answer. At most 1,024 bytes. */
  send(type: number, payload: ArrayBufferLike): void;
  /** Sends a frame and waits for its answer: bytes, undefined for none, or the text of an error. */
  call(type: number, payload: ArrayBufferLike): ArrayBuffer | undefined | string;
  /** Milliseconds since power-on: the time slept and that of transfers. */
  nowMs(): number;
  /** Sleeps: the time passes at once. */
  idle(ms: number): void;
  /** Instructions since power-on, without those that waited for the serial line. */
  instructions(): number;
  /** Bytes of static data, of the heap, and of the stack at its deepest; slots in use; bytes of chunks in use. */
  memory(): number[];
  /** Collects garbage. */
  collect(): void;
}

/** Types of frames. Those below 32 are calls, which the host answers; the others are only told. */
export const FRAME = {
  busOpen: 1,
  busClose: 2,
  busRead: 3,
  busWrite: 4,
  flashRead: 5,
  flashWrite: 6,
  flashErase: 7,
  entropy: 8,
  tick: 9,
  streamOpen: 32,
  streamWrite: 33,
  streamClose: 34,
  log: 35,
  cost: 36,
  figures: 37,
  /** Sent by `framePanic`: the letter Z. */
  panic: 90,
} as const;

/** States of the stream in an answer to `tick`, by number. */
export const STREAM_STATES = ['closed', 'opening', 'open', 'failed'] as const;

/** What a machine says at its end. Sizes in bytes where nothing else is said. */
export interface Figures {
  readonly staticBytes: number;
  readonly heapBytes: number;
  readonly stackPeakBytes: number;
  readonly slots: number;
  readonly chunkBytes: number;
}
