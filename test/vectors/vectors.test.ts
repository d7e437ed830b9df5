import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import nacl from 'tweetnacl';
import { fromHex, toHex } from '../../src/base/bytes.js';
import { hkdfSha512, hmacSha512 } from '../../src/seal/hkdf.js';
import { decodeRoot, DIRECTION, encodeRoot, nextRoot, sessionKey, type Root } from '../../src/seal/keys.js';
import { Opener } from '../../src/seal/opener.js';
import { Sealer } from '../../src/seal/sealer.js';
import { nonceOf, nonceTail, openFrom, prepareSubkey, sealInto } from '../../src/seal/secretbox.js';
import { decodeBirth, encodeBirth, type Birth, type SensorInfo } from '../../src/wire/birth.js';
import { CborWriter } from '../../src/wire/cbor-writer.js';
import { KIND, parseTopic, readHeader, writeHeader, type Kind } from '../../src/wire/envelope.js';
import {
  encodeAlert,
  encodeHeartbeat,
  encodeWill,
  type Alert,
  type Heartbeat,
} from '../../src/wire/events.js';
import { writeTelemetry, type DecodedReading } from '../../src/wire/telemetry.js';
import { noDataValue } from '../../src/base/no-data.js';
import { decodePlaintext } from './decode.js';
import { readVectors, VECTOR_PATH, type FrameVector, type SessionVector } from './vector-file.js';

const vectors = readVectors();
const { nodeId, gatewayId, sessions } = vectors;
const parties = { nodeId, gatewayId };

function rootOf({ session, root }: { session: number; root: string }): Root {
  return { session, root: fromHex(root) };
}

function sensorsOf({ frames }: SessionVector): readonly SensorInfo[] {
  return decodeBirth(fromHex(frames[0].plaintext)).sensors;
}

/** The plaintext that the encoders make of a vector's `decoded`. */
function encode({ kind, decoded }: FrameVector, sensors: readonly SensorInfo[]): Uint8Array {
  switch (kind) {
    case KIND.birth: {
      const birth = decoded as Omit<Birth, 'bundleSha256'> & { bundleSha256: string };
      return encodeBirth({ ...birth, bundleSha256: fromHex(birth.bundleSha256) });
    }
    case KIND.will:
      return encodeWill((decoded as { connection: number }).connection);
    case KIND.alert:
      return encodeAlert(decoded as Alert);
    case KIND.heartbeat:
      return encodeHeartbeat(decoded as Heartbeat);
    case KIND.telemetry: {
      const writer = new CborWriter(512);
      const readings = (decoded as DecodedReading[]).map(({ sensor, offsetMs, values }) => ({
        sensor,
        tick: offsetMs / sensors[sensor].tickMs,
        values: values.map((value) => (typeof value === 'number' ? value : noDataValue(value))),
      }));
      writeTelemetry(writer, readings);
      return writer.finish();
    }
  }
}

function openerOfFirstRoot(): Opener {
  return new Opener({ parties, root: rootOf(vectors.ratchet[0]), sessions: [] });
}

/** Opens every frame in order; gives the Opener that has done it. */
function openAll(opener: Opener): Opener {
  for (const vector of sessions) {
    for (const frame of vector.frames) {
      expect(opener.open(frame.kind, fromHex(frame.envelope))).toMatchObject({ ok: true });
    }
  }
  return opener;
}

describe('the ratchet', () => {
  it.each(vectors.ratchet)('gives the root behind session $session', (vector) => {
    const at = rootOf(vector);
    expect(toHex(hmacSha512(new Uint8Array(0), at.root))).toBe(vector.prk);
    expect(toHex(nextRoot(at).root)).toBe(vector.nextRoot);
    expect(toHex(hkdfSha512(at.root, new Uint8Array(0), fromHex(vector.info), 32))).toBe(vector.nextRoot);
    expect(toHex(encodeRoot(at))).toBe(vector.flash);
    expect(decodeRoot(fromHex(vector.flash))).toEqual(at);
  });
});

describe.each(sessions)('session $session', (vector) => {
  const salt = fromHex(vector.salt);
  const key = sessionKey(rootOf(vector), parties, salt, DIRECTION.uplink);
  const subkey = prepareSubkey(key);

  it('has the key and the nonce prefix of the vectors', () => {
    expect(toHex(hmacSha512(salt, fromHex(vector.root)))).toBe(vector.prk);
    expect(toHex(hkdfSha512(fromHex(vector.root), salt, fromHex(vector.info), 48))).toBe(vector.okm);
    expect(toHex(key.key) + toHex(key.noncePrefix)).toBe(vector.okm);
    expect([toHex(key.key), toHex(key.noncePrefix)]).toEqual([vector.key, vector.noncePrefix]);
    expect(toHex(subkey)).toBe(vector.hsalsa20Subkey);
  });

  it.each(vector.frames)('encodes and decodes $name', (frame) => {
    const sensors = sensorsOf(vector);
    expect(toHex(encode(frame, sensors))).toBe(frame.plaintext);
    expect(decodePlaintext({ kind: frame.kind, plaintext: fromHex(frame.plaintext) }, sensors)).toEqual(
      frame.decoded,
    );
  });

  it.each(vector.frames)('seals $name', ({ kind, counter, plaintext, header, envelope, nonce }) => {
    const bytes = new Uint8Array(envelope.length / 2);
    const bodyAt = writeHeader(bytes, { kind, session: vector.session, counter, salt });
    sealInto(bytes, bodyAt, fromHex(plaintext), { subkey, tail: nonceTail(kind, counter) });
    expect(toHex(bytes.subarray(0, bodyAt))).toBe(header);
    expect(toHex(nonceOf(key.noncePrefix, kind, counter))).toBe(nonce);
    expect(toHex(bytes)).toBe(envelope);
  });

  it.each(vector.frames)('opens $name', ({ kind, counter, plaintext, envelope, topic }) => {
    const bytes = fromHex(envelope);
    const read = readHeader(bytes);
    expect(read).toMatchObject({ kind, counter, session: vector.session });
    expect(parseTopic(topic)).toEqual({ nodeId, kind });
    const opened = openFrom(bytes, read?.bodyAt ?? 0, { subkey, tail: nonceTail(kind, counter) });
    expect(toHex(opened ?? new Uint8Array(0))).toBe(plaintext);
  });

  it.each(vector.frames)('$name is a secretbox of NaCl', ({ plaintext, nonce, libsodium }) => {
    expect(toHex(nacl.secretbox(fromHex(plaintext), fromHex(nonce), key.key))).toBe(libsodium);
  });
});

describe('the Sealer', () => {
  it('gives the first session byte for byte, from flash and salt alone', () => {
    const [first] = sessions;
    const flash = new Map([['root', fromHex(vectors.ratchet[0].flash)]]);
    const store = {
      read: (name: string) => flash.get(name),
      write: (name: string, value: Uint8Array) => void flash.set(name, value),
    };
    const sealer = new Sealer(store, { fill: (bytes) => bytes.set(fromHex(first.salt)) }, parties);
    expect(toHex(flash.get('root') ?? new Uint8Array(0))).toBe(vectors.ratchet[1].flash);
    for (const { kind, counter, plaintext, envelope } of first.frames) {
      const bytes = fromHex(plaintext);
      const sealed =
        kind === KIND.birth
          ? sealer.birth(bytes)
          : kind === KIND.will
            ? sealer.will(counter, bytes)
            : sealer.message(kind, bytes);
      expect(toHex(sealed)).toBe(envelope);
    }
  });
});

describe('the Opener', () => {
  it('opens every envelope, 299 steps of the ratchet included', () => {
    const opener = openerOfFirstRoot();
    for (const vector of sessions) {
      for (const { kind, counter, plaintext, envelope } of vector.frames) {
        const result = opener.open(kind, fromHex(envelope));
        expect(result).toEqual({
          ok: true,
          kind,
          session: vector.session,
          counter,
          plaintext: fromHex(plaintext),
        });
      }
    }
  });

  it.each(vectors.refused)('refuses $name as $reason', ({ topic, envelope, reason }) => {
    const kind = parseTopic(topic)?.kind as Kind;
    expect(openAll(openerOfFirstRoot()).open(kind, fromHex(envelope))).toMatchObject({ ok: false, reason });
  });
});

describe('tools/make-vectors.mjs', () => {
  it('gives the committed file once more, byte for byte', () => {
    const folder = mkdtempSync(join(tmpdir(), 'mamori-vectors-'));
    try {
      const file = join(folder, 'session.json');
      const tool = join(__dirname, '..', '..', 'tools', 'make-vectors.mjs');
      const { status, stderr } = spawnSync(process.execPath, [tool, file], { encoding: 'utf8' });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(readFileSync(file, 'utf8')).toBe(readFileSync(VECTOR_PATH, 'utf8'));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('docs/wire-format.md', () => {
  const project = join(__dirname, '..', '..');
  const text = readFileSync(join(project, 'docs', 'wire-format.md'), 'utf8');
  const sources = ['src', 'gateway'].flatMap((folder) =>
    readdirSync(join(project, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(join(project, folder, name), 'utf8')),
  );
  const rows = [...text.matchAll(/^\| `([A-Z_]+)` \| ([\d,]+) \|/gm)].map(([, name, value]) => ({
    name,
    value: Number(value.replaceAll(',', '')),
  }));

  it.each(rows)('says of $name what the code says', ({ name, value }) => {
    const found = sources.flatMap(
      (source) => new RegExp(`const ${name} = ([^;]+);`).exec(source)?.[1].replaceAll('_', '') ?? [],
    );
    const [, base, shift = '0'] = /^(\w+)(?: << (\d+))?$/.exec(found[0] ?? '') ?? [];
    expect(Number(base) * 2 ** Number(shift)).toBe(value);
  });

  it('has a row for each limit', () => {
    expect(rows.length).toBe(25);
  });

  it('shows the bytes of the vectors', () => {
    const blocks = text.split('```').filter((_, i) => i % 2 === 1);
    const hexOf = (line: string) =>
      /^(?:\s*[0-9a-f]{2,}(?=\s|$))*/.exec(line)?.[0].replaceAll(/\s/g, '') ?? '';
    const shown = blocks.flatMap((block) => {
      const lines = block.split('\n').map(hexOf);
      return [...lines, lines.join('')];
    });
    const [first] = sessions;
    const missing = first.frames
      .filter(
        ({ kind, name }) => kind !== KIND.will && !/all facts|before the session|two sensors/.test(name),
      )
      .filter(({ plaintext }) => !shown.includes(plaintext));
    expect(missing.map(({ name }) => name)).toEqual([]);
    const derived = [first.key, first.noncePrefix, first.prk, vectors.ratchet[0].nextRoot, first.info];
    const squeezed = text.replaceAll(/\s/g, '');
    for (const bytes of derived) expect(squeezed).toContain(bytes);
    expect(squeezed).toContain(first.frames[2].envelope);
  });
});
