import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { toHex } from '../../src/base/bytes.js';
import { SeededRandom } from '../../src/base/random.js';
import { Opener } from '../../src/seal/opener.js';
import { decodeBirth, type SensorInfo } from '../../src/wire/birth.js';
import { KIND, parseTopic } from '../../src/wire/envelope.js';
import { decodePlaintext } from './decode.js';
import { recordNode, type Frame, type Recording } from './recorded-node.js';
import { readVectors } from './vector-file.js';

/** Debian's: a Python from elsewhere has other packages. */
const PYTHON = '/usr/bin/python3';
const SCRIPT = join(__dirname, 'open.py');
/** Nodes with random sensors that a run compares. */
const NODES = 6;
const TAMPERED_FRAMES = 60;

interface Result {
  readonly kind?: number;
  readonly decoded?: unknown;
  readonly refused?: string;
}

/** Why Python cannot be used, or undefined. */
function whyNoPython(): string | undefined {
  const { error, status, stderr } = spawnSync(PYTHON, ['-c', 'import nacl.bindings, cbor2'], {
    encoding: 'utf8',
  });
  if (error !== undefined) return `${PYTHON}: ${error.message}`;
  return status === 0 ? undefined : (stderr.trim().split('\n').at(-1) ?? 'unknown error');
}

function openWithPython(task: {
  root: string;
  nodeId: string;
  gatewayId: string;
  frames: readonly { topic: string; envelope: string }[];
}): Result[] {
  const { status, stdout, stderr } = spawnSync(PYTHON, [SCRIPT], {
    input: JSON.stringify(task),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`open.py ended with ${status}: ${stderr}`);
  return (JSON.parse(stdout) as { opened: Result[] }).opened;
}

/** What the TypeScript says, in the form of open.py. */
function openHere({ root, config: { nodeId, gatewayId } }: Recording, frames: readonly Frame[]): Result[] {
  const opener = new Opener({ parties: { nodeId, gatewayId }, root: { session: 1, root }, sessions: [] });
  const sensors = new Map<number, readonly SensorInfo[]>();
  return frames.map(({ topic, envelope }) => {
    const place = parseTopic(topic);
    if (place?.nodeId !== nodeId) throw new Error(`a topic of somebody else: ${topic}`);
    const result = opener.open(place.kind, envelope);
    if (!result.ok) return { refused: result.reason };
    const { kind, session, counter, plaintext } = result;
    if (kind === KIND.birth) sensors.set(session, decodeBirth(plaintext).sensors);
    const decoded = decodePlaintext({ kind, plaintext }, sensors.get(session) ?? []);
    return { kind, session, counter, plaintext: toHex(plaintext), decoded };
  });
}

/** Some of the frames once more, each with one bit turned. */
function tampered(frames: readonly Frame[], random: SeededRandom): Frame[] {
  return Array.from({ length: TAMPERED_FRAMES }, () => {
    const { topic, envelope } = frames[random.nextBelow(frames.length)];
    const copy = envelope.slice();
    // Every other one in its first bytes, where the header is.
    const at = random.nextBelow(random.nextBelow(2) === 0 ? 6 : copy.length);
    copy[at] ^= 1 << random.nextBelow(8);
    return { topic, envelope: copy };
  });
}

/** What the recordings must have in them to prove anything. */
function coverage(results: readonly Result[]): string[] {
  const text = JSON.stringify(results);
  const found = Object.entries(KIND)
    .filter(([, kind]) => results.some((result) => result.kind === kind))
    .map(([name]) => name);
  for (const word of ['duplicate', 'forged', 'malformed', 'deviceUnavailable', 'cleared', '"offsetMs":-'])
    if (text.includes(word)) found.push(word);
  const isLong = ({ kind, decoded }: Result) => kind === KIND.telemetry && (decoded as unknown[]).length > 2;
  if (results.some(isLong)) found.push('batch');
  return found;
}

const missing = whyNoPython();
const isForced = process.env.CI === 'true';
if (missing !== undefined && !isForced) {
  console.warn(
    `skipped: opening the envelopes with Python and plain libsodium, since ${missing}. ` +
      'Install it with: apt-get install -y python3-nacl python3-cbor2',
  );
}
const python = missing === undefined || isForced ? describe : describe.skip;

python('Python with plain libsodium', () => {
  it('is here', () => {
    expect(missing).toBeUndefined();
  });

  it('opens, decodes and refuses the committed vectors as they say', () => {
    const { nodeId, gatewayId, ratchet, sessions, refused } = readVectors();
    const frames = [...sessions.flatMap((session) => session.frames), ...refused];
    const results = openWithPython({ root: ratchet[0].root, nodeId, gatewayId, frames });
    const expected = sessions.flatMap(({ session, frames: ofSession }) =>
      ofSession.map(({ kind, counter, plaintext, decoded }) => ({
        kind,
        session,
        counter,
        plaintext,
        decoded,
      })),
    );
    expect(results).toEqual([...expected, ...refused.map(({ reason }) => ({ refused: reason }))]);
  });

  it(`reads ${NODES} fresh nodes as the TypeScript does`, () => {
    const given = process.env.MAMORI_SEED;
    const seeds =
      given === undefined
        ? Array.from({ length: NODES }, () => randomBytes(4).readUInt32BE())
        : [Number(given)];
    const all = seeds.flatMap((seed) => {
      const recording = recordNode(seed);
      const { root, config, frames: sent } = recording;
      const { nodeId, gatewayId } = config;
      const frames = [...sent, ...tampered(sent, new SeededRandom(seed))];
      const task = { root: toHex(root), nodeId, gatewayId };
      try {
        const here = openHere(recording, frames);
        const hex = frames.map(({ topic, envelope }) => ({ topic, envelope: toHex(envelope) }));
        expect(openWithPython({ ...task, frames: hex })).toEqual(here);
        // What the node sent itself is never refused but for being there already.
        const refusals = here.slice(0, sent.length).flatMap(({ refused }) => refused ?? []);
        expect(refusals.filter((reason) => reason !== 'duplicate')).toEqual([]);
        return here;
      } catch (error) {
        console.error(`seed ${seed} (MAMORI_SEED=${seed} repeats it), ${JSON.stringify(task)}`);
        throw error;
      }
    });
    if (given !== undefined) return;
    expect(coverage(all)).toEqual([
      ...Object.keys(KIND),
      'duplicate',
      'forged',
      'malformed',
      'deviceUnavailable',
      'cleared',
      '"offsetMs":-',
      'batch',
    ]);
  });
});
