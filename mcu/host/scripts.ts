import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { rollup } from 'rollup';
import type { PartName } from '../../hal/parts.js';
import { projectFolder } from '../../host-sim/engine/bundle.js';
import { moduleAsExpression } from '../../host-sim/engine/xs-engine.js';
import type { NodeConfig } from '../../src/node/config.js';

/** `mcu/device`, compiled and in one piece, as an expression that gives its exports. */
async function deviceExpression(): Promise<string> {
  const build = await rollup({ input: join(projectFolder(), 'dist', 'mcu', 'device', 'main.js') });
  const { output } = await build.generate({ format: 'es' });
  await build.close();
  return moduleAsExpression(output[0].code);
}

/** The machine alone: XS and the HAL. What others use beyond it is theirs. */
export async function emptyScript(): Promise<string> {
  return `${await deviceExpression()}.tellFigures(mcu);`;
}

/** A board takes the bundle with its own parts (docs/adr/0012), and so does this machine. */
const BOARD_BUNDLE = join('dist', 'bundle', 'boards', 'esp32-devkitc', 'mamori-node.mjs');

/** The bundle of a board, just as it was built, as a node that ends after `readings` messages. */
export async function nodeScript(
  config: NodeConfig,
  task: { readonly parts: Readonly<Record<string, PartName>>; readonly readings: number },
): Promise<string> {
  const program = moduleAsExpression(await readFile(join(projectFolder(), BOARD_BUNDLE), 'utf8'));
  return `${await deviceExpression()}.runNode(mcu, ${program}, ${JSON.stringify(config)}, ${JSON.stringify(task)});`;
}

/** Stock tweetnacl, as it comes. It looks for a global `self`. */
export async function peersScript(): Promise<string> {
  const path = createRequire(import.meta.url).resolve('tweetnacl/nacl-fast.js');
  const nacl = `((self) => { ${await readFile(path, 'utf8')}\nreturn self.nacl; })({})`;
  return `${await deviceExpression()}.runPeers(mcu, ${nacl});`;
}
