// `npm start`: installs and builds what is missing, then shows the demo.
import { buildIfStale, installIfMissing, root, run } from './install.mjs';
import { join } from 'node:path';

installIfMissing();
buildIfStale();
run(process.execPath, [join(root, 'bin', 'mamori.mjs'), 'demo', ...process.argv.slice(2)]);
