// `npm run new:driver NAME [FOLDER]`: writes a driver on I2C, its description, its model and a test that pass as they are.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const tools = dirname(fileURLToPath(import.meta.url));
const templates = join(tools, 'templates', 'driver');

/** Where each template goes; NAME stands for the part's name. */
const PLACES = {
  'README.md.txt': 'hal/drivers/NAME/README.md',
  'part.ts.txt': 'hal/drivers/NAME/part.ts',
  'driver.ts.txt': 'hal/drivers/NAME/NAME.ts',
  'model.ts.txt': 'host-sim/devices/NAME-model.ts',
  'test.ts.txt': 'test/unit/NAME.test.ts',
};

function fail(text) {
  process.stderr.write(`mamori: ${text}\n`);
  process.exit(2);
}

/** Writes the files below `folder`; nothing is written when one of them is there already. */
function scaffold(name, folder) {
  const files = readdirSync(templates).map((template) => {
    const text = readFileSync(join(templates, template), 'utf8');
    const filled = text.replaceAll('NAME', name).replaceAll('CLASS', name.toUpperCase());
    return { path: join(folder, PLACES[template].replaceAll('NAME', name)), text: filled };
  });
  const taken = files.find(({ path }) => existsSync(path));
  if (taken !== undefined) fail(`${relative(folder, taken.path)} is there already`);
  for (const { path, text } of files) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    console.log(relative(folder, path));
  }
}

const [name = '', folder = dirname(tools)] = process.argv.slice(2);
if (!/^[a-z][a-z0-9]{1,23}$/.test(name))
  fail('expected the name of a part: 2 to 24 of a-z and 0-9, a letter first');
scaffold(name, resolve(folder));
console.log('Now see docs/add-a-driver.md.');
