import { readFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder: the nearest above this file that holds package.json. */
export function projectFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const above = dirname(folder);
    if (above === folder) throw new Error('package.json of mamori not found');
    folder = above;
  }
  return folder;
}

/** The file that every engine and device runs. */
export function bundlePath(): string {
  return join(projectFolder(), 'dist', 'bundle', 'mamori-node.mjs');
}

/** Source and SHA-256 of the bundle. @throws {Error} when it has not been built. */
export async function readBundle(): Promise<{ source: string; sha256: string }> {
  const source = await readFile(bundlePath(), 'utf8');
  return { source, sha256: createHash('sha256').update(source).digest('hex') };
}
