import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT, scratch } from '../support/processes.js';

const TOOL = join(PROJECT, 'tools', 'new-driver.mjs');

function node(folder: string, ...args: string[]) {
  return spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', timeout: 120_000 });
}

/** A copy of what a new driver is built and tested with. */
function projectCopy(path: string): void {
  for (const name of ['src', 'hal', 'host-sim/devices', 'host-sim/world', 'test/contract']) {
    cpSync(join(PROJECT, name), join(path, name), { recursive: true });
  }
  for (const name of ['package.json', 'tsconfig.base.json', 'jest.config.cjs']) {
    cpSync(join(PROJECT, name), join(path, name));
  }
  symlinkSync(join(PROJECT, 'node_modules'), join(path, 'node_modules'));
}

describe('npm run new:driver', () => {
  test('writes a driver whose types and tests pass as they are', () => {
    const folder = scratch();
    projectCopy(folder.path);
    expect(node(folder.path, TOOL, 'abc123', folder.path).status).toBe(0);
    const config = {
      extends: './tsconfig.base.json',
      compilerOptions: { types: ['node', 'jest'], noEmit: true },
      include: ['hal/drivers/abc123', 'host-sim/devices/abc123-model.ts', 'test/unit/abc123.test.ts'],
    };
    writeFileSync(join(folder.path, 'tsconfig.json'), JSON.stringify(config));
    const tsc = node(folder.path, join(PROJECT, 'node_modules', 'typescript', 'bin', 'tsc'));
    expect(tsc.stdout).toBe('');
    const jest = node(
      folder.path,
      ...[join(PROJECT, 'node_modules', 'jest', 'bin', 'jest.js'), 'test/unit/abc123', '--ci'],
    );
    expect(jest.stderr).toMatch(/Tests: +\d+ passed, \d+ total/);
    expect(jest.status).toBe(0);
    folder.remove();
  });

  test('overwrites nothing', () => {
    const folder = scratch();
    const place = join(folder.path, 'host-sim', 'devices');
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, 'abc-model.ts'), 'mine');
    const { status, stderr } = node(folder.path, TOOL, 'abc', folder.path);
    expect([status, stderr]).toEqual([2, 'mamori: host-sim/devices/abc-model.ts is there already\n']);
    expect(readFileSync(join(place, 'abc-model.ts'), 'utf8')).toBe('mine');
    folder.remove();
  });

  test.each(['', 'A', '1abc', '../x', 'a-b'])('refuses "%s" for a name', (name) => {
    const { status, stderr } = node(PROJECT, TOOL, name);
    expect([status, stderr]).toEqual([2, expect.stringContaining('expected the name of a part') as string]);
  });
});
