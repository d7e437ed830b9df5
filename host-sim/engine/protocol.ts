import type { PartName } from '../../hal/parts.js';
import type { NodeConfig } from '../../src/node/config.js';
import type { NodeStats } from '../../src/node/node.js';
import type { LogLevel, StreamState } from '../../src/ports/ports.js';

/** What a simulator tells the program that it runs. Byte arrays are hexadecimal text. */
export type Command =
  | {
      readonly op: 'start';
      readonly nowMs: number;
      readonly config: NodeConfig;
      /** The part behind each sensor's name. */
      readonly parts: Readonly<Record<string, PartName>>;
      readonly resetReason: string;
    }
  | {
      readonly op: 'step';
      readonly nowMs: number;
      /** Wall-clock time, where the node is to know it. */
      readonly utcMs: number | null;
      readonly stream: {
        readonly state: StreamState;
        readonly writableBytes: number;
        readonly received: readonly string[];
      };
    }
  | { readonly op: 'drain' }
  | { readonly op: 'stats' };

/** What the program did, in order. */
export type Effect = ['open'] | ['write', string] | ['close'] | ['log', LogLevel, string];

export type Reply =
  | { readonly ok: true; readonly wakeMs: number | null; readonly effects: readonly Effect[] }
  | { readonly ok: true; readonly stats: NodeStats }
  | { readonly ok: false; readonly error: string };

/** What the program asks for in the middle of a step, and gets at once. */
export type HostRequest =
  | { readonly op: 'flashRead' | 'flashErase'; readonly name: string }
  | { readonly op: 'flashWrite'; readonly name: string; readonly value: string }
  | { readonly op: 'entropy'; readonly bytes: number }
  | IoRequest;

/** What an IO class of the program does. `port` is the name in the driver's options: `sensor`, `clock` … */
export type IoRequest = { readonly sensor: string; readonly port: string } & (
  | { readonly op: 'ioOpen'; readonly options: object }
  | { readonly op: 'ioClose' | 'ioReset' }
  | { readonly op: 'ioRead'; readonly count?: number }
  | { readonly op: 'ioWrite'; readonly value: string | number }
);

/** A value is bytes as hexadecimal text, or a number. `kind` is the bus error's, as `hal/drivers/io/i2c-error.ts` knows it. */
export type HostReply =
  | { readonly ok: true; readonly value?: string | number | null }
  | { readonly ok: false; readonly error: string; readonly kind?: string };
