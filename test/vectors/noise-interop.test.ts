import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { fromHex, toHex } from '../../src/base/bytes.js';
import { NOISE_PROTOCOL, respond, type Transport } from '../../src/seal/noise.js';
import { beginPairing, pairingPrologue } from '../../src/seal/pairing.js';
import { ephemeralKey, PORTABLE_X25519 } from '../../src/seal/x25519.js';
import { seededBytes, SeededEntropy, TEST_PARTIES } from '../support/memory-ports.js';

const PYTHON = '/usr/bin/python3';
const PSK = seededBytes(12, 32);
const ZEROS = new Uint8Array(32);
const EMPTY = new Uint8Array(0);
const x25519 = PORTABLE_X25519;
const ephemeral = () => ephemeralKey(new SeededEntropy(2), x25519);

function describeWithDissononce(): jest.Describe {
  if (spawnSync(PYTHON, ['-c', 'import dissononce']).status === 0) return describe;
  if (process.env.CI === 'true') throw new Error('CI installs python3-dissononce, and it is not there');
  process.stderr.write(
    'SKIPPED: a stock Noise library pairs, since there is none (apt install python3-dissononce)\n',
  );
  return describe.skip;
}

const children: ChildProcess[] = [];
afterAll(() => children.forEach((child) => child.kill()));

/** One side by the stock library; `say` gives it a message, `lines` is what it printed. */
function stock(role: string, psk = PSK): { say(message: Uint8Array): void; line(): Promise<string> } {
  const script = join(__dirname, 'noise_stock.py');
  const prologue = toHex(pairingPrologue(TEST_PARTIES));
  const child = spawn(PYTHON, [script, role, prologue, toHex(psk)], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  let text = '';
  child.stdout.on('data', (bytes: Buffer) => (text += bytes.toString()));
  const gone = new Promise((resolve) => child.once('close', resolve));
  return {
    say: (message) => void child.stdin.write(`${toHex(message)}\n`),
    async line() {
      for (;;) {
        const at = text.indexOf('\n');
        if (at >= 0) {
          const line = text.slice(0, at);
          text = text.slice(at + 1);
          return line;
        }
        const more = new Promise((resolve) => child.stdout.once('data', resolve));
        const ended = await Promise.race([more.then(() => false), gone.then(() => true)]);
        if (ended && !text.includes('\n')) throw new Error('the stock library said nothing more');
      }
    },
  };
}

async function expectAgreement(ours: Transport, theirs: ReturnType<typeof stock>): Promise<void> {
  expect(await theirs.line()).toBe(toHex(ours.handshakeHash));
  expect(await theirs.line()).toBe(toHex(ours.initiator.encrypt(EMPTY, ZEROS)));
  expect(await theirs.line()).toBe(toHex(ours.responder.encrypt(EMPTY, ZEROS)));
}

describeWithDissononce()(`${NOISE_PROTOCOL} by a stock library`, () => {
  test('answers our node', async () => {
    const theirs = stock('responder');
    const ours = beginPairing(TEST_PARTIES, { psk: PSK, ephemeral: ephemeral(), x25519 });
    theirs.say(ours.first);
    const finished = ours.finish(fromHex(await theirs.line()));
    if (finished === undefined) throw new Error('the answer was refused');
    await expectAgreement(finished, theirs);
  });

  test('is answered by our gateway', async () => {
    const theirs = stock('initiator');
    const first = fromHex(await theirs.line());
    const answered = respond(first, { prologue: pairingPrologue(TEST_PARTIES), psk: PSK, ephemeral, x25519 });
    if (answered === undefined) throw new Error('the first message was refused');
    expect([first.length, answered.answer.length]).toEqual([48, 48]);
    theirs.say(answered.answer);
    await expectAgreement(answered, theirs);
  });

  test('with another key is refused, and refuses us', async () => {
    const wrong = seededBytes(99, 32);
    const first = fromHex(await stock('initiator', wrong).line());
    const prologue = pairingPrologue(TEST_PARTIES);
    expect(respond(first, { prologue, psk: PSK, ephemeral, x25519 })).toBeUndefined();
    const theirs = stock('responder', wrong);
    theirs.say(beginPairing(TEST_PARTIES, { psk: PSK, ephemeral: ephemeral(), x25519 }).first);
    expect(await theirs.line()).toMatch(/^refused/);
  });
});

describe('an answer that cannot be one', () => {
  test('with a point of low order is refused', () => {
    const ours = beginPairing(TEST_PARTIES, { psk: PSK, ephemeral: ephemeral(), x25519 });
    expect(ours.finish(new Uint8Array(48))).toBeUndefined();
  });

  test('a first message with a point of low order is refused, although its tag fits', () => {
    const prologue = pairingPrologue(TEST_PARTIES);
    const low = { secret: seededBytes(1, 32), public: new Uint8Array(32) };
    const { first } = beginPairing(TEST_PARTIES, { psk: PSK, ephemeral: low, x25519 });
    expect(respond(first, { prologue, psk: PSK, ephemeral, x25519 })).toBeUndefined();
  });
});
