import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT, scratch } from '../support/processes.js';

const NODE_MODULES = join(PROJECT, 'node_modules');

/** Lays a project's dependencies beside the unpacked package, as npm would, without building them again. */
function linkDependencies(into: string): void {
  for (const name of readdirSync(NODE_MODULES)) {
    if (name.startsWith('.') || name === 'mamori') continue;
    symlinkSync(join(NODE_MODULES, name), join(into, name));
  }
}

test('the packed package works in an empty project: three entry points with types, and the command line', () => {
  const folder = scratch();
  const run = (command: string, args: string[], cwd = folder.path) => {
    const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
    return { status, stdout, stderr };
  };
  const packed = run(
    'npm',
    ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder.path],
    PROJECT,
  );
  expect(packed.status).toBe(0);
  const modules = join(folder.path, 'node_modules');
  mkdirSync(join(modules, 'mamori'), { recursive: true });
  linkDependencies(modules);
  const tarball = readdirSync(folder.path).find((name) => name.endsWith('.tgz')) ?? '';
  expect(run('tar', ['xzf', tarball, '-C', join(modules, 'mamori'), '--strip-components=1']).status).toBe(0);
  writeFileSync(join(folder.path, 'package.json'), '{ "type": "module", "private": true }');
  writeFileSync(
    join(folder.path, 'use.ts'),
    `import { createNode, type NodeConfig, type Ports } from 'mamori';
import { GatewayCore, Store } from 'mamori/gateway';
import { PARTS } from 'mamori/hal';
const make: (ports: Ports, config: NodeConfig, nowMs: number) => { step(nowMs: number): number } = createNode;
const core: GatewayCore = new GatewayCore(new Store(':memory:'));
console.log(typeof make, typeof core.receive, Object.keys(PARTS).includes('sht4x'));
`,
  );
  const options = { module: 'NodeNext', target: 'ES2023', strict: true, types: ['node'], skipLibCheck: true };
  writeFileSync(
    join(folder.path, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: options, files: ['use.ts'] }),
  );
  const compiled = run(process.execPath, [join(NODE_MODULES, 'typescript', 'bin', 'tsc'), '-p', '.']);
  expect({ status: compiled.status, stdout: compiled.stdout }).toEqual({ status: 0, stdout: '' });
  expect(run(process.execPath, ['use.js']).stdout).toBe('function function true\n');
  const cli = run(process.execPath, [join(modules, 'mamori', 'bin', 'mamori.mjs'), '--help']);
  expect({ status: cli.status, usage: cli.stdout.includes('Usage: mamori') }).toEqual({
    status: 0,
    usage: true,
  });
  folder.remove();
}, 120_000);
