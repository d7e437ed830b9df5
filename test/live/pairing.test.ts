import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Store } from '../../gateway/store.js';
import {
  describeWithMosquitto,
  end,
  ended,
  freePort,
  mamori,
  PROJECT,
  scratch,
  startMamori,
  startMosquitto,
  until,
} from '../support/processes.js';

const SCENARIO = `
name: pairing
duration: 12s
drain: 1s
nodes:
  - name: pump
    batch: { readings: 5, age: 2s }
    backoff: { min: 200ms, max: 1s, stable: 10s }
    sensors:
      - name: motor
        part: sht4x
        interval: 500ms
        timeout: 400ms
        signals: { temperature: { constant: 21 } }
`;

describeWithMosquitto()('pairing over mosquitto', () => {
  test.each(['node', 'xs'])('claim, pair, readings arrive: %s engine', async (engine) => {
    const folder = scratch();
    const at = (name: string) => join(folder.path, name);
    const port = await freePort();
    const url = `mqtt://127.0.0.1:${port}`;
    const broker = await startMosquitto(folder.path, port);
    writeFileSync(at('live.yaml'), SCENARIO);
    const made = mamori('node', 'claim', '--flash', at('flash.json'), '--json');
    const { nodeId, claim } = JSON.parse(made.stdout) as { nodeId: string; claim: string };
    expect(
      mamori('gateway', 'pair', claim, '--name', 'pump', '--store', at('s.sqlite'), '--yes', '--wait', '0')
        .stdout,
    ).toContain('waiting for the node');
    const gateway = startMamori('gateway', 'run', '--broker', url, '--store', at('s.sqlite'), '--json');
    await until(() => gateway.output().includes('connected'));
    // The operator may also say it again, and wait.
    const pair = startMamori(
      'gateway',
      'pair',
      claim,
      '--name',
      'pump',
      '--store',
      at('s.sqlite'),
      '--yes',
      '--wait',
      '30',
    );
    await until(() => pair.output().includes('waiting for the node'));
    const args = [
      '--scenario',
      at('live.yaml'),
      '--flash',
      at('flash.json'),
      '--broker',
      url,
      '--engine',
      engine,
    ];
    const node = startMamori('node', 'run', ...args);
    try {
      expect([await ended(pair), pair.output()]).toEqual([0, expect.stringContaining('paired')]);
      expect([await ended(node), node.output()]).toEqual([0, expect.stringContaining('all acknowledged')]);
      await until(() => gateway.output().includes('"type":"reading"'));
    } finally {
      await end(pair, 'SIGKILL');
      await end(node, 'SIGKILL');
      await end(gateway, 'SIGTERM');
      await end(broker, 'SIGKILL');
    }
    const store = new Store(at('s.sqlite'));
    expect(store.node(nodeId)).toMatchObject({ name: 'pump' });
    expect(store.countReadings(nodeId)).toBeGreaterThan(15);
    expect(store.refusals()).toEqual([]);
    store.close();
    const flash = JSON.parse(readFileSync(at('flash.json'), 'utf8')) as { flash: object };
    expect(Object.keys(flash.flash)).toEqual(['root']);
    // What is paired has no claim to show, and its claim pairs no second time.
    expect(mamori('node', 'claim', '--flash', at('flash.json'))).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^mamori: .* has a root key and no claim.*\n$/) as string,
    });
    expect(mamori('gateway', 'pair', claim, '--store', at('s.sqlite'), '--yes')).toMatchObject({
      status: 1,
      stderr: `mamori: node ${nodeId} is registered already\n`,
    });
    folder.remove();
  });
});

describe('mamori node claim, mamori gateway pair', () => {
  test('the claim is made once and shown again, as text, QR code and PNG', () => {
    const folder = scratch();
    const flash = join(folder.path, 'flash.json');
    const png = join(folder.path, 'claim.png');
    const first = mamori('node', 'claim', '--flash', flash, '--png', png);
    const text = /MAMORI(-[A-Z2-7]{5}){8}/.exec(first.stdout)?.[0] ?? 'none';
    expect(first.stdout).toContain('█');
    expect(mamori('node', 'claim', '--flash', flash).stdout).toContain(text);
    expect([...readFileSync(png).subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);
    folder.remove();
  });

  test.each([
    ['HELLO', 'a claim begins with MAMORI-'],
    ['MAMORI-AAAAA', 'a claim has 40 characters behind the prefix, this has 5'],
    [`MAMORI${'-AAAAA'.repeat(8)}`, 'the checksum does not fit'],
  ])('%s is refused with one clear line', (claim, error) => {
    const folder = scratch();
    const { status, stderr } = mamori('gateway', 'pair', claim, '--store', join(folder.path, 's'), '--yes');
    expect([status, stderr]).toEqual([1, expect.stringMatching(new RegExp(`^mamori: claim: ${error}.*\n$`))]);
    folder.remove();
  });

  test('without an operator nothing is paired, unless --yes says so', () => {
    const folder = scratch();
    const flash = join(folder.path, 'flash.json');
    const { claim } = JSON.parse(mamori('node', 'claim', '--flash', flash, '--json').stdout) as {
      claim: string;
    };
    const refused = mamori('gateway', 'pair', claim, '--store', join(folder.path, 's'));
    expect(refused).toMatchObject({ status: 1, stderr: 'mamori: nobody is there to confirm: add --yes\n' });
    folder.remove();
  });

  test('the pairing scenario on XS and on Node leaves byte-equal traces, and both nodes pair', () => {
    const folder = scratch();
    const traces = ['node', 'xs'].map((engine) => {
      const trace = join(folder.path, `${engine}.jsonl`);
      const path = join(PROJECT, 'scenarios', 'pairing.yaml');
      const run = mamori('sim', 'run', path, '--engine', engine, '--trace', trace);
      expect(run.status).toBe(0);
      return readFileSync(trace);
    });
    expect(traces[0].equals(traces[1])).toBe(true);
    const paired = traces[0]
      .toString()
      .match(/"type":"pairing","nodeId":"[a-z2-7]{8}","utcMs":\d+,"state":"paired"/g);
    expect(new Set(paired?.map((text) => /nodeId":"(.{8})/.exec(text)?.[1])).size).toBe(2);
    folder.remove();
  });
});
