import type { StreamState } from '../../src/ports/ports.js';

/** Bytes that a link takes before it wants the other side to read. */
export const LINK_BUFFER_BYTES = 65_536;

/** A node's byte stream to the broker, as its simulator drives it. */
export interface Link {
  state(): StreamState;
  writableBytes(): number;
  /** Starts to connect; a former connection must have been closed. */
  open(): void;
  write(bytes: Uint8Array): void;
  close(): void;
  /** Takes what has arrived. */
  take(): Uint8Array[];
  /** Bytes in both directions since the start. */
  readonly transferredBytes: number;
}

/** Makes a node's link. `onNews` is called whenever `state`, `take` or `writableBytes` may say something new. */
export type LinkFactory = (onNews: () => void) => Link;
