// Installs and builds what is missing. Imports nothing outside Node, since it runs before `npm ci`.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** A script's own output must stay clean, so what the tools say goes to stderr. */
const TO_STDERR = { stdio: ['ignore', 2, 2] };

/** Runs a command in the project, its output shown; ends this process when it fails. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (result.error) {
    console.error(`mamori: cannot run ${command}: ${result.error.message}`);
    process.exit(1);
  }
  if (result.status !== 0) process.exit(result.status ?? 1);
}

/** When the newest source below a folder was changed. */
function newestMs(folder) {
  let newest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) newest = Math.max(newest, newestMs(path));
    else if (/\.(ts|mjs)$/.test(entry.name)) newest = Math.max(newest, statSync(path).mtimeMs);
  }
  return newest;
}

/** `npm ci`, unless the installed tree is the lock file's. */
export function installIfMissing() {
  const stamp = join(root, 'node_modules', '.package-lock.json');
  const lock = join(root, 'package-lock.json');
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= statSync(lock).mtimeMs - 1000) return;
  console.error(
    'mamori: installing packages (npm ci; builds the XS engine from source, about two minutes) ...',
  );
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], TO_STDERR);
}

/** Compiles and bundles, unless `dist` is newer than every source. */
export function buildIfStale() {
  const sources = ['src', 'hal', 'host-sim', 'gateway', 'bench', 'tools'].map((name) =>
    newestMs(join(root, name)),
  );
  const built = join(root, 'dist', 'bundle', 'mamori-node.mjs');
  if (existsSync(built) && statSync(built).mtimeMs > Math.max(...sources)) return;
  console.error('mamori: building (tsc, rollup) ...');
  run('npm', ['run', '--silent', 'build'], TO_STDERR);
}
