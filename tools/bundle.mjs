// Bundles what a device runs into one ES module, and the engine's guest (what stands between it and a simulator).
import commonjs from '@rollup/plugin-commonjs';
import { nodeResolve } from '@rollup/plugin-node-resolve';
import terser from '@rollup/plugin-terser';
import { createHash } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rollup } from 'rollup';

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

async function bundle(input, outputs) {
  const build = await rollup({
    input: join(root, 'dist', input),
    plugins: [replace, withoutLengthCache, nodeResolve({ browser: true, preferBuiltins: false }), commonjs()],
    onwarn: (warning) => {
      throw new Error(warning.message);
    },
  });
  for (const { file, plugins = [] } of outputs) {
    await build.write({ file: join(root, 'dist', 'bundle', file), format: 'es', plugins });
  }
  await build.close();
}

/** A bundle for a device needs nothing but ECMAScript: an import left over would only fail there. */
async function build() {
  await bundle('hal/program.js', [
    { file: 'mamori-node.mjs' },
    { file: 'mamori-node.min.mjs', plugins: [terser({ ecma: 2020, module: true })] },
  ]);
  await bundle('host-sim/engine/guest.js', [{ file: 'guest.mjs' }]);
  const file = join(root, 'dist', 'bundle', 'mamori-node.mjs');
  const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
  writeFileSync(join(root, 'dist', 'bundle', 'SHA256'), `${sha256}\n`);
  const minified = statSync(join(root, 'dist', 'bundle', 'mamori-node.min.mjs')).size;
  console.log(`bundle ${sha256}, ${statSync(file).size} bytes, minified ${minified}`);
}

await build();
