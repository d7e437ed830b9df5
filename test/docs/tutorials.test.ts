import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describeWithMosquitto, freePort, PROJECT } from '../support/processes.js';

/** All shell blocks of a document, as one script that stops at the first failure. */
function scriptOf(name: string): string {
  const text = readFileSync(join(PROJECT, 'docs', name), 'utf8');
  const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block);
  // What a block leaves in the background ends with the script, however it ends.
  return ['set -eu', "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT", ...blocks].join('\n');
}

/** @param port takes the place of the tutorial's own, which another run on this machine may have. */
function follow(name: string, port = 18831): { status: number | null; stdout: string; stderr: string } {
  const script = scriptOf(name).replaceAll('18831', String(port));
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script], {
    cwd: PROJECT,
    encoding: 'utf8',
    timeout: 110_000,
  });
  return { status, stdout, stderr };
}

const folder = join(PROJECT, '.mamori');
beforeEach(() => rmSync(folder, { recursive: true, force: true }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the tester can follow the tutorial to its end', () => {
  const { status, stdout, stderr } = follow('tutorial-tester.md');
  expect({ status, stderr: stderr.includes('mamori: 1') ? '' : stderr }).toMatchObject({ status: 0 });
  expect(stdout).toContain('ALERT raised (critical): air temperature -4 Cel');
}, 120_000);

describeWithMosquitto()('with a broker', () => {
  test('the integrator can follow the tutorial to its end', async () => {
    const { status, stdout, stderr } = follow('tutorial-integrator.md', await freePort());
    expect({ status, stderr }).toMatchObject({ status: 0 });
    const [, taken] = /(\d+) readings taken, 0 dropped/.exec(stdout) ?? [];
    expect(stdout).toMatch(new RegExp(`pump +offline .* ${taken} readings`));
    expect(stdout).toContain('ALERT raised (warning): motor temperature');
  }, 120_000);
});
