// Bundles what a device runs into one ES module, and the engine's guest (what stands between it and a simulator).
import commonjs from '@rollup/plugin-commonjs';
import { nodeResolve } from '@rollup/plugin-node-resolve';
import terser from '@rollup/plugin-terser';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rollup } from 'rollup';
import { lean } from './lean.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const standIns = {
  buffer: 'buffer',
  bl: 'bl',
  events: 'events',
  debug: 'debug',
  'process-nextick-args': 'next-tick',
  crypto: 'crypto',
};

/** Resolves what the device has not to its stand-in. */
const replace = {
  name: 'stand-ins',
  resolveId: (id) => (id in standIns ? join(root, 'tools', 'stand-ins', `${standIns[id]}.mjs`) : null),
};

const LENGTH_CACHE = 'if (num < 16384) varByteIntCache[num] = buffer';

/** mqtt-packet keeps a buffer for every length that a packet ever had: on a device that is a leak, up to megabytes. */
const withoutLengthCache = {
  name: 'without-length-cache',
  transform(code, id) {
    if (!id.endsWith('mqtt-packet/writeToStream.js')) return null;
    if (!code.includes(LENGTH_CACHE))
      throw new Error('mqtt-packet has changed: look for its length cache again');
    return { code: code.replace(LENGTH_CACHE, ''), map: null };
  },
};

/** Puts the parts of one board in the place of `hal/parts.ts` (docs/adr/0012). */
const withParts = (parts) => ({
  name: 'parts-of-a-board',
  load(id) {
    if (id !== join(root, 'dist', 'hal', 'parts.js')) return null;
    const imports = parts.map((part) => `import { ${part} } from './drivers/${part}/part.js';`);
    return `${imports.join('\n')}\nexport const PARTS = { ${parts.join(', ')} };`;
  },
});

const minified = () => [terser({ ecma: 2020, module: true })];

async function bundle(input, outputs, more = []) {
  const build = await rollup({
    input: join(root, 'dist', input),
    plugins: [
      ...more,
      replace,
      withoutLengthCache,
      lean,
      nodeResolve({ browser: true, preferBuiltins: false }),
      commonjs(),
    ],
    onwarn: (warning) => {
      throw new Error(warning.message);
    },
  });
  for (const { file, plugins = [] } of outputs) {
    await build.write({ file: join(root, 'dist', 'bundle', file), format: 'es', plugins });
  }
  await build.close();
}

/** Writes the SHA-256 of a folder's bundle beside it. @returns a line that says what was built. */
function sign(folder) {
  const file = join(root, 'dist', 'bundle', folder, 'mamori-node.mjs');
  const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
  writeFileSync(join(dirname(file), 'SHA256'), `${sha256}\n`);
  const size = statSync(join(dirname(file), 'mamori-node.min.mjs')).size;
  return `${sha256}, ${statSync(file).size} bytes, minified ${size}`;
}

/** A bundle for a device needs nothing but ECMAScript: an import left over would only fail there. */
async function buildProgram(folder, more) {
  mkdirSync(join(root, 'dist', 'bundle', folder), { recursive: true });
  await bundle(
    'hal/program.js',
    [
      { file: join(folder, 'mamori-node.mjs') },
      { file: join(folder, 'mamori-node.min.mjs'), plugins: minified() },
    ],
    more,
  );
  return sign(folder);
}

/** The board whose bundle every build makes, since its size is the budget's (bench/wire.ts). */
const REFERENCE_BOARD = 'esp32-devkitc';

/** Boards to build for: the reference, and the one after `--board`. */
function boardsAsked(names) {
  const at = process.argv.indexOf('--board');
  if (at < 0) return [REFERENCE_BOARD];
  const asked = process.argv[at + 1];
  if (names.includes(asked)) return [...new Set([REFERENCE_BOARD, asked])];
  process.stderr.write(`mamori: no board "${asked ?? ''}", expected one of ${names.join(', ')}\n`);
  process.exit(2);
}

async function build() {
  const { BOARDS, partsOf } = await import(
    pathToFileURL(join(root, 'dist', 'hal', 'boards', 'index.js')).href
  );
  const boards = boardsAsked(Object.keys(BOARDS));
  console.log(`bundle ${await buildProgram('', [])}`);
  await bundle('host-sim/engine/guest.js', [{ file: 'guest.mjs' }]);
  for (const name of boards) {
    const line = await buildProgram(join('boards', name), [withParts(partsOf(BOARDS[name]))]);
    console.log(`bundle of ${name} ${line}`);
  }
}

await build();
