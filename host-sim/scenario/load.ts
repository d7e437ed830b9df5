import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseScenario } from './validate.js';
import type { ScenarioResult } from './validate.js';
import type { Scenario } from './types.js';

/** The largest scenario file. */
export const SCENARIO_BYTES_MAX = 256 * 1024;

export type LoadResult =
  | { readonly ok: true; readonly scenario: Scenario; readonly baseDir: string }
  | { readonly ok: false; readonly errors: string[] };

export type TextResult =
  { readonly ok: true; readonly text: string } | { readonly ok: false; readonly error: string };

/**
 * Reads and checks a scenario file, YAML or JSON.
 * @param path of the file; errors call it by this name.
 * @returns the scenario and the folder that its CSV paths are relative to, or every error found, each with file,
 * line and field. Never throws: a file that cannot be read is an error of the result.
 */
export function loadScenario(path: string): LoadResult {
  const source = readTextFile(path, SCENARIO_BYTES_MAX);
  if (!source.ok) return { ok: false, errors: [`${path}: ${source.error}`] };
  const baseDir = dirname(resolve(path));
  const result: ScenarioResult = parseScenario(source.text, {
    file: path,
    isFile: (csv) => isRegularFile(resolve(baseDir, csv)),
  });
  return result.ok ? { ...result, baseDir } : result;
}

/** Reads a UTF-8 file of at most `bytesMax` bytes; the error does not name the file. */
export function readTextFile(path: string, bytesMax: number): TextResult {
  try {
    const status = statSync(path);
    // A pipe or a device has no size and could keep the reader waiting for ever.
    if (!status.isFile()) return { ok: false, error: 'not a file' };
    const { size } = status;
    if (size > bytesMax) return { ok: false, error: `${size} bytes, the most is ${bytesMax}` };
    return { ok: true, text: readFileSync(path, 'utf8') };
  } catch (error) {
    return { ok: false, error: `cannot be read (${codeOf(error)})` };
  }
}

function isRegularFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    // Whatever makes a path unusable, from a missing folder to a name that is too long, makes it no file.
    return false;
  }
}

/** Node's error codes, such as ENOENT, are what a reader can look up. */
function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error);
}
