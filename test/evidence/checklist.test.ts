import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLAIMS } from '../../host-sim/checklist/claims.js';
import { judgeItem, type Item, type TestRun } from '../../host-sim/checklist/judge.js';
import { mamori, PROJECT, scratch } from '../support/processes.js';
import type { ChecklistReport } from '../../host-sim/checklist/report.js';

const ITEM: Item = { id: 'VI-1', title: 'encryption', role: 'channel', criterion: 'sealed' };

function runsFor(id: string, status: TestRun['status']): TestRun[] {
  return CLAIMS[id].claims.flatMap(({ tests }) =>
    tests.map((pattern) => {
      const [file, name] = pattern.split('|').map((part) => part.trim());
      return { file: `test/${file}.ts`, name, status };
    }),
  );
}

describe('an item', () => {
  it('is honoured only when every claim has tests and all of them passed', () => {
    const runs = runsFor('VI-1', 'passed');
    expect(judgeItem(ITEM, runs).status).toBe('honoured');
    expect(judgeItem(ITEM, runs.slice(1)).status).toBe('not run');
    expect(judgeItem(ITEM, []).status).toBe('not run');
  });

  it('is failed when one test failed, and not run when one was skipped', () => {
    const runs = runsFor('VI-1', 'passed');
    expect(judgeItem(ITEM, [{ ...runs[0], status: 'failed' }, ...runs.slice(1)]).status).toBe('failed');
    expect(judgeItem(ITEM, [{ ...runs[0], status: 'other' }, ...runs.slice(1)]).status).toBe('not run');
  });

  it('with something not built is never honoured', () => {
    expect(judgeItem({ ...ITEM, id: 'VI-2' }, runsFor('VI-2', 'passed')).status).toBe('not run');
  });
});

test('without a report no item is honoured, and the note says what to run', () => {
  const { status, stdout } = mamori(
    'checklist',
    '--json',
    '--report',
    join(PROJECT, 'reports', 'nothing.json'),
  );
  const report = JSON.parse(stdout) as ChecklistReport;
  expect(status).toBe(0);
  expect(report.items).toHaveLength(39);
  expect(report.items.filter((item) => item.status === 'honoured')).toEqual([]);
  expect(report.note).toContain('npm test');
});

test('taking the tag check out of the opener turns VI-1 to failed', () => {
  const folder = scratch();
  const at = (...names: string[]) => join(folder.path, ...names);
  for (const name of [
    'src',
    'hal',
    'jest.config.cjs',
    'package.json',
    'tsconfig.json',
    'tsconfig.base.json',
  ]) {
    cpSync(join(PROJECT, name), at(name), { recursive: true });
  }
  symlinkSync(join(PROJECT, 'node_modules'), at('node_modules'));
  mkdirSync(at('test', 'unit'), { recursive: true });
  cpSync(join(PROJECT, 'test', 'support'), at('test', 'support'), { recursive: true });
  for (const name of ['secretbox.test.ts', 'opener-refusals.test.ts']) {
    cpSync(join(PROJECT, 'test', 'unit', name), at('test', 'unit', name));
  }
  const path = at('src', 'seal', 'secretbox.ts');
  const source = readFileSync(path, 'utf8');
  const broken = source.replace(/crypto_verify_16\((.*)\) !== 0/, 'crypto_verify_16($1) > 1');
  expect(broken).not.toBe(source);
  writeFileSync(path, broken);
  const jest = join(PROJECT, 'node_modules', 'jest', 'bin', 'jest.js');
  const report = at('jest.json');
  spawnSync(process.execPath, [jest, '--rootDir', folder.path, '--json', `--outputFile=${report}`], {
    cwd: folder.path,
  });
  const { items } = JSON.parse(mamori('checklist', '--json', '--report', report).stdout) as ChecklistReport;
  expect(items.find(({ id }) => id === 'VI-1')).toMatchObject({ status: 'failed' });
  folder.remove();
});

test('a report of another bundle proves nothing', () => {
  const folder = scratch();
  const report = join(folder.path, 'jest.json');
  writeFileSync(report, JSON.stringify({ startTime: 0, testResults: [] }));
  writeFileSync(join(folder.path, 'SHA256'), `${'0'.repeat(64)}\n`);
  const { note } = JSON.parse(mamori('checklist', '--json', '--report', report).stdout) as ChecklistReport;
  expect(note).toContain('not the tested one');
  folder.remove();
});
