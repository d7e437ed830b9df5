import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const PROJECT = join(__dirname, '..', '..');
const MAMORI = join(PROJECT, 'bin', 'mamori.mjs');

/** Runs `mamori …` to its end. */
export function mamori(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAMORI, ...args], {
    encoding: 'utf8',
    cwd: PROJECT,
  });
  return { status, stdout, stderr };
}

/** Starts `mamori …`; what it prints is gathered. */
export function startMamori(...args: string[]): ChildProcess & { output(): string } {
  const child = spawn(process.execPath, [MAMORI, ...args], {
    cwd: PROJECT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  child.stdout?.on('data', (bytes: Buffer) => (text += bytes.toString()));
  child.stderr?.on('data', (bytes: Buffer) => (text += bytes.toString()));
  return Object.assign(child, { output: () => text });
}

/** Kills a child that this test started and waits until it is gone. */
export async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const gone = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  child.kill(signal);
  return gone;
}

/** Waits for a child's own end. */
export function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)));
}

export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Waits for a condition. @throws {Error} when it has not come true in `withinMs`. */
export async function until(condition: () => boolean, withinMs = 20_000): Promise<void> {
  const endMs = Date.now() + withinMs;
  while (!condition()) {
    if (Date.now() > endMs) throw new Error(`not within ${withinMs} ms: ${condition.toString()}`);
    await sleep(20);
  }
}

/** A folder that is removed by `remove`. */
export function scratch(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'mamori-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const answer = (value: boolean) => {
      socket.destroy();
      resolve(value);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}

const MOSQUITTO = ['/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto', '/opt/homebrew/sbin/mosquitto'].find(
  existsSync,
);

/**
 * Gives `describe`, or `describe.skip` where there is no mosquitto; says so. With CI=true it must be there.
 */
export function describeWithMosquitto(): jest.Describe {
  if (MOSQUITTO !== undefined) return describe;
  if (process.env.CI === 'true') throw new Error('CI installs mosquitto, and it is not there');
  process.stderr.write(
    'skipped: tests against a real broker, since mosquitto is not installed (apt install mosquitto)\n',
  );
  return describe.skip;
}

/** A mosquitto on loopback. */
export async function startMosquitto(folder: string, port: number): Promise<ChildProcess> {
  const config = join(folder, 'mosquitto.conf');
  const lines = [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    'persistence true',
    `persistence_location ${folder}/`,
  ];
  writeFileSync(config, `${lines.join('\n')}\nmax_queued_messages 100000\nuser root\n`);
  const child = spawn(MOSQUITTO ?? 'mosquitto', ['-c', config], { stdio: 'ignore' });
  for (let i = 0; i < 200; i++) {
    if (await canConnect(port)) return child;
    await sleep(25);
  }
  throw new Error('mosquitto does not start');
}
