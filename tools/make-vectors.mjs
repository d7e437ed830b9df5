// Writes the test vectors of docs/wire-format.md. Every input is fixed, so two runs give the same bytes.
// `node tools/make-vectors.mjs [file]`; needs a build, since it runs the compiled core.
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { noDataValue } from '../dist/src/base/no-data.js';
import { concatBytes, toHex } from '../dist/src/base/bytes.js';
import { encodeBirth } from '../dist/src/wire/birth.js';
import { CborWriter } from '../dist/src/wire/cbor-writer.js';
import { headerBytes, KIND, TAG_BYTES, topicOf, writeHeader } from '../dist/src/wire/envelope.js';
import { encodeAlert, encodeHeartbeat, encodeWill } from '../dist/src/wire/events.js';
import { writeTelemetry } from '../dist/src/wire/telemetry.js';
import { hkdfSha512, hmacSha512 } from '../dist/src/seal/hkdf.js';
import { DIRECTION, encodeRoot, nextRoot, sessionKey } from '../dist/src/seal/keys.js';
import { nonceOf, nonceTail, prepareSubkey, sealInto } from '../dist/src/seal/secretbox.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const parties = { nodeId: 'mamori27', gatewayId: 'gateway' };
const ROOT_1 = Uint8Array.from({ length: 32 }, (_, i) => i);
const SALTS = { 1: 0xa0, 300: 0xb0 };
/** Far enough that session and counter take two bytes each. */
const LATER_SESSION = 300;

const ascii = (text) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const uint32 = (value) => Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);

/** What a node says that does not know the time. */
const timelessBirth = {
  firmware: '0.1.0',
  bundleSha256: Uint8Array.from({ length: 32 }, (_, i) => 0xff - i),
  resetReason: 'powerOn',
  heartbeatS: 900,
  sensors: [
    {
      name: 'bearing',
      tickMs: 1000,
      channels: [
        { name: 'temperature', unit: 'Cel', exponent: -2 },
        { name: 'humidity', unit: '%RH', exponent: -2 },
      ],
    },
    { name: 'housing', tickMs: 10, channels: [{ name: 'x', unit: 'm/s2', exponent: -3 }] },
  ],
};

const birth = { ...timelessBirth, utcMs: 1_386_979_200_000 };

const reasonValue = (value) => (typeof value === 'string' ? noDataValue(value) : value);

function telemetry(readings) {
  const writer = new CborWriter(512);
  writeTelemetry(
    writer,
    readings.map(({ sensor, tick, values }) => ({ sensor, tick, values: values.map(reasonValue) })),
  );
  const offsetOf = ({ sensor, tick }) => tick * birth.sensors[sensor].tickMs;
  const decoded = readings.map((reading) => ({
    sensor: reading.sensor,
    offsetMs: offsetOf(reading),
    values: reading.values,
  }));
  return { plaintext: writer.finish(), decoded };
}

const heartbeat = {
  offsetMs: 900_000,
  connection: 1,
  queuedReadings: 3,
  takenReadings: 912,
  droppedReadings: 0,
  droppedAlerts: 0,
  acknowledgedEnvelopes: 17,
};
const facts = { utcMs: 1_386_980_100_000, freeHeapBytes: 18_432, signalDbm: -61, supplyMilliV: 3_287 };
const alert = {
  id: 1,
  state: 'raised',
  severity: 'critical',
  detector: 'threshold',
  sensor: 0,
  channel: 0,
  offsetMs: 61_000,
  value: 8_512,
  limit: 8_500,
};

const single = [{ sensor: 0, tick: 60, values: [2_125, 4_512] }];
const negative = [{ sensor: 0, tick: -5, values: [-1_234, 4_498] }];
const even = [0, 1, 2, 3].map((i) => ({ sensor: 0, tick: 60 + 60 * i, values: [2_125 + i, 4_512 - 2 * i] }));
const gaps = [
  { sensor: 0, tick: 300, values: [2_130, 'deviceTimeout'] },
  { sensor: 0, tick: 360, values: ['deviceError', 4_500] },
  { sensor: 0, tick: 421, values: [2_131, 4_501] },
];
const mixed = [
  { sensor: 1, tick: 100, values: [9_810] },
  { sensor: 0, tick: 1, values: ['deviceNotPresent', 'deviceNotPresent'] },
  { sensor: 1, tick: 200, values: [9_807] },
  { sensor: 1, tick: 300, values: ['corrupt'] },
];
// On the wire the readings of one sensor stand together.
const grouped = [0, 2, 3, 1].map((i) => mixed[i]);

const birthFrame = (facts) => ({
  plaintext: encodeBirth(facts),
  decoded: { ...facts, bundleSha256: toHex(facts.bundleSha256) },
});
const will = (connection) => ({ plaintext: encodeWill(connection), decoded: { connection } });
const mixedPlain = { plaintext: telemetry(mixed).plaintext, decoded: telemetry(grouped).decoded };

const FRAMES = {
  1: [
    { name: 'birth', kind: 'birth', counter: 0, ...birthFrame(birth) },
    { name: 'last will of the first connection', kind: 'will', counter: 1, ...will(1) },
    { name: 'one reading', kind: 'telemetry', counter: 0, ...telemetry(single) },
    { name: 'one reading from before the session', kind: 'telemetry', counter: 1, ...telemetry(negative) },
    { name: 'a batch, evenly spaced', kind: 'telemetry', counter: 2, ...telemetry(even) },
    { name: 'a batch, unevenly spaced, with noData', kind: 'telemetry', counter: 3, ...telemetry(gaps) },
    { name: 'two sensors in one envelope', kind: 'telemetry', counter: 4, ...mixedPlain },
    { name: 'an alert', kind: 'alert', counter: 5, plaintext: encodeAlert(alert), decoded: alert },
    {
      name: 'a heartbeat of a node that knows nothing optional',
      kind: 'heartbeat',
      counter: 6,
      plaintext: encodeHeartbeat(heartbeat),
      decoded: heartbeat,
    },
    {
      name: 'a heartbeat with all facts',
      kind: 'heartbeat',
      counter: 7,
      plaintext: encodeHeartbeat({ ...heartbeat, ...facts }),
      decoded: { ...heartbeat, ...facts },
    },
  ],
  [LATER_SESSION]: [
    {
      name: 'birth of a node that does not know the time',
      kind: 'birth',
      counter: 0,
      ...birthFrame(timelessBirth),
    },
    { name: 'last will of connection 129', kind: 'will', counter: 129, ...will(129) },
    { name: 'a counter of three bytes', kind: 'telemetry', counter: 1_048_576, ...telemetry(single) },
  ],
};

function seal(key, session, salt, { name, kind: kindName, counter, plaintext, decoded }) {
  const kind = KIND[kindName];
  const bodyAt = headerBytes(kind, session, counter);
  const envelope = new Uint8Array(bodyAt + plaintext.length + TAG_BYTES);
  writeHeader(envelope, { kind, session, counter, salt });
  sealInto(envelope, bodyAt, plaintext, { subkey: prepareSubkey(key), tail: nonceTail(kind, counter) });
  const tagAt = envelope.length - TAG_BYTES;
  return {
    name,
    topic: topicOf(parties.nodeId, kind),
    kind,
    counter,
    plaintext: toHex(plaintext),
    decoded,
    header: toHex(envelope.subarray(0, bodyAt)),
    nonce: toHex(nonceOf(key.noncePrefix, kind, counter)),
    libsodium: toHex(concatBytes(envelope.subarray(tagAt), envelope.subarray(bodyAt, tagAt))),
    envelope: toHex(envelope),
  };
}

function ratchetStep(at) {
  const info = concatBytes(ascii('mamori/1 ratchet'), uint32(at.session));
  const next = nextRoot(at);
  return {
    session: at.session,
    root: toHex(at.root),
    flash: toHex(encodeRoot(at)),
    info: toHex(info),
    prk: toHex(hmacSha512(new Uint8Array(0), at.root)),
    nextRoot: toHex(next.root),
  };
}

function sessionVector(at) {
  const salt = Uint8Array.from({ length: 16 }, (_, i) => SALTS[at.session] + i);
  const node = ascii(parties.nodeId);
  const gateway = ascii(parties.gatewayId);
  const info = concatBytes(
    ascii('mamori/1 session'),
    Uint8Array.of(1, 1, DIRECTION.uplink),
    uint32(at.session),
    concatBytes(Uint8Array.of(node.length), node, Uint8Array.of(gateway.length), gateway),
  );
  const key = sessionKey(at, parties, salt, DIRECTION.uplink);
  return {
    session: at.session,
    root: toHex(at.root),
    salt: toHex(salt),
    info: toHex(info),
    prk: toHex(hmacSha512(salt, at.root)),
    okm: toHex(hkdfSha512(at.root, salt, info, 48)),
    key: toHex(key.key),
    noncePrefix: toHex(key.noncePrefix),
    hsalsa20Subkey: toHex(prepareSubkey(key)),
    frames: FRAMES[at.session].map((frame) => seal(key, at.session, salt, frame)),
  };
}

/** The first envelope of this name with one change, and why a gateway that has opened all frames refuses it. */
function refusedVectors(sessions) {
  const frame = (name) =>
    sessions.flatMap(({ frames }) => frames).find((candidate) => candidate.name === name);
  const bytes = (name) => Uint8Array.from(Buffer.from(frame(name).envelope, 'hex'));
  const changed = (name, at, value) => {
    const envelope = bytes(name);
    envelope[at < 0 ? envelope.length + at : at] = value;
    return envelope;
  };
  const reading = bytes('one reading');
  const overlong = concatBytes(reading.subarray(0, 1), Uint8Array.of(0x81, 0), reading.subarray(2));
  const t = topicOf(parties.nodeId, KIND.telemetry);
  const a = topicOf(parties.nodeId, KIND.alert);
  const b = topicOf(parties.nodeId, KIND.birth);
  const last = 'a counter of three bytes';
  const lastBirth = 'birth of a node that does not know the time';
  return [
    { name: 'the same envelope once more', topic: t, envelope: bytes(last), reason: 'duplicate' },
    { name: 'the same birth once more', topic: b, envelope: bytes(lastBirth), reason: 'duplicate' },
    { name: 'a session too old to be open', topic: t, envelope: reading, reason: 'replay' },
    { name: 'the birth of such a session', topic: b, envelope: bytes('birth'), reason: 'replay' },
    { name: 'another counter', topic: t, envelope: changed(last, 3, 0x81), reason: 'forged' },
    { name: 'one byte of the ciphertext', topic: t, envelope: changed(last, 6, 0), reason: 'forged' },
    { name: 'one byte of the tag', topic: t, envelope: changed(last, -1, 0), reason: 'forged' },
    { name: 'one byte of the salt', topic: b, envelope: changed(lastBirth, 4, 0), reason: 'forged' },
    { name: 'telemetry as an alert', topic: a, envelope: changed(last, 0, 0x23), reason: 'forged' },
    { name: 'telemetry on the topic of alerts', topic: a, envelope: bytes(last), reason: 'malformed' },
    { name: 'version 2', topic: t, envelope: changed(last, 0, 0x42), reason: 'malformed' },
    { name: 'a varint longer than needed', topic: t, envelope: overlong, reason: 'malformed' },
    { name: '18 bytes', topic: t, envelope: reading.subarray(0, 18), reason: 'malformed' },
    {
      name: 'a session that is not born',
      topic: t,
      envelope: changed(last, 1, 0xad),
      reason: 'unknownSession',
    },
  ].map(({ name, topic, envelope, reason }) => ({ name, topic, reason, envelope: toHex(envelope) }));
}

function vectors() {
  let at = { session: 1, root: ROOT_1 };
  const ratchet = [ratchetStep(at)];
  const sessions = [sessionVector(at)];
  while (at.session < LATER_SESSION) {
    at = nextRoot(at);
    if (at.session === 2 || at.session === LATER_SESSION - 1) ratchet.push(ratchetStep(at));
  }
  sessions.push(sessionVector(at));
  const source = 'tools/make-vectors.mjs; the text is docs/wire-format.md; byte strings are hexadecimal';
  return { source, version: 1, suite: 1, ...parties, ratchet, sessions, refused: refusedVectors(sessions) };
}

const file = process.argv[2] ?? join(root, 'test', 'vectors', 'session.json');
writeFileSync(file, `${JSON.stringify(vectors(), undefined, 2)}\n`);
