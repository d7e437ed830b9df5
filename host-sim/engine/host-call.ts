import { fromHex } from '../../src/base/bytes.js';
import type { HostReply, HostRequest } from './protocol.js';

/** Carries one request to the simulator and its reply back, both JSON text. */
export type HostCall = (request: string) => string;

/** The error of a bus, with the kind that the drivers look for. */
class GuestBusError extends Error {
  readonly kind: string | undefined;

  constructor(message: string, kind: string | undefined) {
    super(message);
    this.kind = kind;
  }
}

/** Asks the simulator. @throws {GuestBusError} when it answers with an error. */
export function ask(call: HostCall, request: HostRequest): string | number | null {
  const reply = JSON.parse(call(JSON.stringify(request))) as HostReply;
  if (!reply.ok) throw new GuestBusError(reply.error, reply.kind);
  return reply.value ?? null;
}

/** Asks for bytes. @returns undefined when there are none. @throws {GuestBusError} as `ask` does. */
export function askBytes(call: HostCall, request: HostRequest): Uint8Array | undefined {
  const value = ask(call, request);
  return typeof value === 'string' ? fromHex(value) : undefined;
}
