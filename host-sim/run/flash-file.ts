import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { fromHex, toHex } from '../../src/base/bytes.js';
import { isNodeId } from '../../src/wire/envelope.js';

/** A node's flash on disk, as `mamori node provision` makes it. */
export interface FlashFile {
  readonly nodeId: string;
  readonly gatewayId: string;
  readonly flash: Map<string, Uint8Array>;
}

/** Longest file that is read. */
const FILE_BYTES_MAX = 1_000_000;

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** Reads a flash file. @throws {Error} when it is none. */
export function readFlashFile(path: string): FlashFile {
  const text = readFileSync(path, 'utf8');
  if (text.length > FILE_BYTES_MAX) throw new Error(`${path} is too long for a flash file`);
  let parsed: Record<string, unknown>;
  try {
    parsed = asRecord(JSON.parse(text));
  } catch {
    throw new Error(`${path} is no flash file: make one with "mamori node provision"`);
  }
  const { nodeId, gatewayId, flash } = parsed;
  if (typeof nodeId !== 'string' || !isNodeId(nodeId) || typeof gatewayId !== 'string') {
    throw new Error(`${path} is no flash file: make one with "mamori node provision"`);
  }
  const values = Object.entries(asRecord(flash)).map(
    ([name, value]) => [name, fromHex(String(value))] as const,
  );
  return { nodeId, gatewayId, flash: new Map(values) };
}

/** Writes a flash file so that a power cut leaves the old or the new one, whole. */
export function writeFlashFile(
  path: string,
  { nodeId, gatewayId, flash }: FlashFile,
  flag: 'w' | 'wx' = 'w',
): void {
  const values = Object.fromEntries([...flash].map(([name, value]) => [name, toHex(value)]));
  const text = `${JSON.stringify({ nodeId, gatewayId, flash: values }, undefined, 2)}\n`;
  const target = flag === 'wx' ? path : `${path}.new`;
  const file = openSync(target, flag, 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  if (target === path) return;
  renameSync(target, path);
  const folder = openSync(dirname(path), 'r');
  fsyncSync(folder);
  closeSync(folder);
}
