import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'mqtt';
import { join } from 'node:path';
import {
  describeWithMosquitto,
  end,
  freePort,
  mamori,
  PROJECT,
  scratch,
  sleep,
  startMamori,
  startMosquitto,
  until,
} from '../support/processes.js';

const BUNDLE = readFileSync(join(PROJECT, 'dist', 'bundle', 'mamori-node.mjs'), 'utf8');

describe('evidence: the bundle of the device', () => {
  test('imports nothing, so no responder, server or loader can be in it', () => {
    expect(BUNDLE).not.toMatch(/^\s*import\s/m);
    expect(BUNDLE).not.toMatch(/\bimport\s*\(/);
    expect(BUNDLE).not.toMatch(/\brequire\s*\(\s*['"]/);
    expect(BUNDLE).not.toMatch(/\beval\s*\(|new Function\b/);
  });

  test('holds no key: no text of 32 bytes or more in hexadecimal', () => {
    expect(BUNDLE).not.toMatch(/['"`][0-9a-fA-F]{64,}['"`]/);
  });
});

const SCENARIO = `
name: evidence
duration: 1h
speed: 20
nodes:
  - name: cellar-pump
    sensors:
      - name: bearing-shell
        part: sht4x
        interval: 1s
        timeout: 900ms
        signals: { temperature: { constant: 57.31 } }
`;

interface Socket {
  readonly local: string;
  readonly remote: string;
  readonly isListening: boolean;
}

/** TCP sockets of a process, from /proc (Linux). */
function socketsOf(pid: number): Socket[] {
  const inodes = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap(
      (fd) => /^socket:\[(\d+)\]$/.exec(readlink(`/proc/${pid}/fd/${fd}`))?.[1] ?? [],
    ),
  );
  return ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => inodes.has(fields[9]))
      .map(([, local, remote, state]) => ({ local, remote, isListening: state === '0A' })),
  );
}

function readlink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

describeWithMosquitto()('evidence: a running node', () => {
  const folder = scratch();
  const at = (name: string) => join(folder.path, name);
  let port = 0;
  let broker: Awaited<ReturnType<typeof startMosquitto>>;
  let node: ReturnType<typeof startMamori>;
  const captured: Buffer[] = [];

  beforeAll(async () => {
    port = await freePort();
    broker = await startMosquitto(folder.path, port);
    writeFileSync(at('evidence.yaml'), SCENARIO);
    mamori(
      'node',
      'provision',
      '--store',
      at('gateway.sqlite'),
      '--out',
      at('flash.json'),
      '--name',
      'cellar-pump',
    );
    const eavesdropper = connect(`mqtt://127.0.0.1:${port}`);
    eavesdropper.subscribe('#', { qos: 1 });
    eavesdropper.on('message', (topic, payload) => void captured.push(Buffer.from(topic), payload));
    const url = `mqtt://127.0.0.1:${port}`;
    node = startMamori(
      'node',
      'run',
      '--scenario',
      at('evidence.yaml'),
      '--flash',
      at('flash.json'),
      '--broker',
      url,
    );
    await until(() => captured.length > 60);
    await eavesdropper.endAsync();
  }, 60_000);

  afterAll(async () => {
    await end(node, 'SIGKILL');
    await end(broker, 'SIGKILL');
    folder.remove();
  });

  test('shows no reading, name or state to somebody who captures everything at the broker', () => {
    const capture = Buffer.concat(captured);
    for (const text of [
      'cellar',
      'pump',
      'bearing',
      'shell',
      'temperature',
      'humidity',
      'Cel',
      'powerOn',
      '0.1.0',
    ]) {
      expect(capture.includes(text)).toBe(false);
    }
    // 57.31 degrees stand on the wire as the integer 5731, in CBOR 19 16 63.
    expect(capture.includes(Buffer.from([0x19, 0x16, 0x63]))).toBe(false);
  });

  test('listens on no port', () => {
    expect(socketsOf(node.pid ?? 0).filter(({ isListening }) => isListening)).toEqual([]);
  });

  test('is connected to nothing but its broker', async () => {
    await sleep(100);
    const remotes = socketsOf(node.pid ?? 0).map(({ remote }) => Number.parseInt(remote.split(':')[1], 16));
    expect(remotes).toEqual([port]);
  });
});
