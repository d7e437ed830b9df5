#!/usr/bin/env node
// The launcher of the command line: builds on first use in a checkout, then hands over.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const main = join(root, 'dist', 'host-sim', 'cli', 'main.js');
if (existsSync(join(root, 'tools', 'install.mjs'))) {
  const { buildIfStale, installIfMissing } = await import(
    pathToFileURL(join(root, 'tools', 'install.mjs')).href
  );
  installIfMissing();
  buildIfStale();
}
await import(pathToFileURL(main).href);
