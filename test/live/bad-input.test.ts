import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, mamori, PROJECT, scratch } from '../support/processes.js';

const DEMO = readFileSync(join(PROJECT, 'scenarios', 'demo.yaml'), 'utf8');

describe('the command line and bad input', () => {
  const folder = scratch();
  const at = (name: string) => join(folder.path, name);
  afterAll(() => folder.remove());

  test('an unknown field in a scenario is named with its line, and the exit code is 1', () => {
    writeFileSync(
      at('typo.yaml'),
      DEMO.replace('interval: 5m', 'intervall: 5m').replaceAll('../data', join(PROJECT, 'data')),
    );
    const { status, stdout, stderr } = mamori('sim', 'run', at('typo.yaml'));
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/typo\.yaml:\d+: nodes\[0\]\.sensors\[0\]\.intervall/);
  });

  test('a broken row of a CSV file is named with its line', () => {
    writeFileSync(at('bad.csv'), 'timestamp,value\n2013-12-14 00:00:00,1\n2013-12-14 00:05:00,one\n');
    writeFileSync(at('csv.yaml'), DEMO.replace(/\.\.\/data\/.*\.csv/, 'bad.csv'));
    const { status, stderr } = mamori('sim', 'run', at('csv.yaml'));
    expect(status).toBe(1);
    expect(stderr).toMatch(/bad\.csv.*line 3/);
  });

  test('a broker that is not there is said to be missing', async () => {
    const url = `mqtt://127.0.0.1:${await freePort()}`;
    const { status, stderr } = mamori(
      'sim',
      'run',
      join(PROJECT, 'scenarios', 'demo.yaml'),
      '--live',
      '--broker',
      url,
    );
    expect(status).toBe(1);
    expect(stderr).toContain(`no connection to ${url}`);
  }, 30_000);

  test('a store that does not exist is not made by "gateway run"', () => {
    const { status, stderr } = mamori('gateway', 'run', '--store', at('nothing.sqlite'));
    expect(status).toBe(1);
    expect(stderr).toContain('provision a node first');
  });

  test('a flash file is never overwritten by "node provision"', () => {
    expect(mamori('node', 'provision', '--store', at('g.sqlite'), '--out', at('flash.json')).status).toBe(0);
    const before = readFileSync(at('flash.json'), 'utf8');
    const again = mamori('node', 'provision', '--store', at('g.sqlite'), '--out', at('flash.json'));
    expect(again.status).toBe(1);
    expect(readFileSync(at('flash.json'), 'utf8')).toBe(before);
  });

  test.each([
    ['sim', 'run'],
    ['gateway', 'run'],
    ['gateway', 'list'],
    ['node', 'provision'],
    ['node', 'run'],
    ['demo'],
  ])('--help works for %s %s', (...command) => {
    const { status, stdout } = mamori(...command.filter((word) => word !== undefined), '--help');
    expect(status).toBe(0);
    expect(stdout).toContain('Usage: mamori');
  });
});
