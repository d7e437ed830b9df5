import { DIRECTION, decodeRoot, nextRoot, sessionKey } from '../../src/seal/keys.js';
import { Opener, SESSION_STEPS_MAX, SESSIONS_OPEN_MAX } from '../../src/seal/opener.js';
import { WINDOW_COUNTERS } from '../../src/seal/replay-window.js';
import { ROOT_FLASH_NAME, Sealer } from '../../src/seal/sealer.js';
import { nonceOf } from '../../src/seal/secretbox.js';
import { KIND, readHeader, SALT_BYTES, TAG_BYTES, type Kind } from '../../src/wire/envelope.js';
import nacl from 'tweetnacl';
import {
  MemoryFlash,
  provisionedFlash,
  SeededEntropy,
  TEST_PARTIES,
  TEST_ROOT,
} from '../support/memory-ports.js';
import {
  newOpener,
  newSealer,
  openAsIs,
  PLAINTEXT,
  sealSession,
  sealSessions,
  verdictOf,
} from '../support/sealed-pair.js';

describe('Sealer', () => {
  it('has the next root in flash before anything can be sealed', () => {
    const flash = provisionedFlash();
    newSealer(flash, 1);
    const next = nextRoot({ session: 1, root: TEST_ROOT });
    expect(decodeRoot(flash.read(ROOT_FLASH_NAME) as Uint8Array)).toEqual(next);
  });

  it('uses up no root when the entropy source fails', () => {
    const flash = provisionedFlash();
    const entropy = new SeededEntropy(1);
    entropy.ready = false;
    expect(() => new Sealer(flash, entropy, TEST_PARTIES)).toThrow('the entropy source is not ready');
    expect(flash.writes).toEqual([]);
  });

  it('keeps neither the root that it uses nor one before it in flash', () => {
    const flash = provisionedFlash();
    newSealer(flash, 1);
    newSealer(flash, 2);
    const stored = Buffer.from(flash.read(ROOT_FLASH_NAME) as Uint8Array);
    const used = [TEST_ROOT, nextRoot({ session: 1, root: TEST_ROOT }).root];
    expect(used.map((root) => stored.includes(Buffer.from(root)))).toEqual([false, false]);
  });

  it('writes flash once a session, however much it seals', () => {
    const flash = provisionedFlash();
    sealSession(flash, 1, 200);
    expect(flash.writes).toEqual([ROOT_FLASH_NAME]);
  });

  it('does not exist on a flash that does not take the next root', () => {
    const flash = provisionedFlash();
    flash.refusesWrites = true;
    expect(() => newSealer(flash, 1)).toThrow('the flash does not take it');
    expect(decodeRoot(flash.read(ROOT_FLASH_NAME) as Uint8Array)?.session).toBe(1);
  });

  it('refuses a flash that was never provisioned', () => {
    expect(() => newSealer(new MemoryFlash(), 1)).toThrow(/provision this node first/);
  });

  it('refuses a flash whose root is damaged', () => {
    const flash = provisionedFlash();
    flash.write(ROOT_FLASH_NAME, new Uint8Array(36));
    expect(() => newSealer(flash, 1)).toThrow(/provision this node first/);
  });

  it('says where the ratchet ends, and takes nothing from the flash there', () => {
    const flash = provisionedFlash(0xffff_ffff);
    expect(() => newSealer(flash, 1)).toThrow(/"session" expected/);
    expect(flash.writes).toEqual([]);
  });

  it('makes envelopes that libsodium’s secretbox opens under nonceOf', () => {
    const { birth } = sealSession(provisionedFlash(), 1);
    const { bodyAt, salt } = readHeader(birth) as { bodyAt: number; salt: Uint8Array };
    const at = { session: 1, root: TEST_ROOT };
    const { key, noncePrefix } = sessionKey(at, TEST_PARTIES, salt, DIRECTION.uplink);
    const tag = birth.slice(-TAG_BYTES);
    const box = Uint8Array.from([...tag, ...birth.slice(bodyAt, -TAG_BYTES)]);
    expect(nacl.secretbox.open(box, nonceOf(noncePrefix, KIND.birth, 0), key)).toEqual(PLAINTEXT);
  });

  it('adds 19 bytes to a message at first, and 16 of salt to a birth', () => {
    const { birth, messages } = sealSession(provisionedFlash(), 1);
    const overhead = [messages[0], birth].map(({ length }) => length - PLAINTEXT.length);
    expect(overhead).toEqual([19, 19 + SALT_BYTES]);
  });

  it('never repeats a key with a nonce when its flash is rolled back to an old copy', () => {
    const seen = new Set<string>();
    let sealed = 0;
    for (let restored = 0; restored < 20; restored++) {
      const flash = provisionedFlash();
      const entropy = new SeededEntropy(500 + restored);
      for (let boot = 0; boot < 3; boot++) {
        const sealer = new Sealer(flash, entropy, TEST_PARTIES);
        const birth = sealer.birth(PLAINTEXT);
        const { salt } = readHeader(birth) as { salt: Uint8Array };
        const kinds = [KIND.telemetry, KIND.alert, KIND.heartbeat] as const;
        for (const envelope of [
          birth,
          sealer.will(1, PLAINTEXT),
          ...kinds.map((kind) => sealer.message(kind, PLAINTEXT)),
        ]) {
          const { kind, counter, session } = readHeader(envelope) as {
            kind: Kind;
            counter: number;
            session: number;
          };
          let at = { session: 1, root: TEST_ROOT };
          while (at.session < session) at = nextRoot(at);
          const { key, noncePrefix } = sessionKey(at, TEST_PARTIES, salt, DIRECTION.uplink);
          seen.add(`${key.join()}/${nonceOf(noncePrefix, kind, counter).join()}`);
          sealed++;
        }
      }
    }
    expect(seen.size).toBe(sealed);
  });
});

describe('Opener opens', () => {
  it('what the Sealer sealed, of every kind', () => {
    const { sealer, birth } = sealSession(provisionedFlash(), 1, 0);
    const opener = newOpener();
    const envelopes = [
      birth,
      sealer.message(KIND.telemetry, Uint8Array.of(7)),
      sealer.message(KIND.alert, Uint8Array.of(8)),
      sealer.message(KIND.heartbeat, Uint8Array.of(9)),
      sealer.will(3, Uint8Array.of(10)),
    ];
    expect(envelopes.map((envelope) => openAsIs(opener, envelope))).toEqual([
      { ok: true, kind: KIND.birth, session: 1, counter: 0, plaintext: PLAINTEXT },
      { ok: true, kind: KIND.telemetry, session: 1, counter: 0, plaintext: Uint8Array.of(7) },
      { ok: true, kind: KIND.alert, session: 1, counter: 1, plaintext: Uint8Array.of(8) },
      { ok: true, kind: KIND.heartbeat, session: 1, counter: 2, plaintext: Uint8Array.of(9) },
      { ok: true, kind: KIND.will, session: 1, counter: 3, plaintext: Uint8Array.of(10) },
    ]);
  });

  it('messages in any order inside the window, each once', () => {
    const [{ birth, messages }] = sealSessions(1, 200);
    const opener = newOpener();
    openAsIs(opener, birth);
    const shuffled = messages.map((_, i) => messages[(i * 73 + 11) % messages.length]);
    expect(new Set(shuffled.map((envelope) => verdictOf(openAsIs(opener, envelope))))).toEqual(
      new Set(['opened']),
    );
    expect(new Set(shuffled.map((envelope) => verdictOf(openAsIs(opener, envelope))))).toEqual(
      new Set(['duplicate']),
    );
  });

  it('an older session’s birth and messages, once, after a newer birth came first', () => {
    const [older, newer] = sealSessions(2);
    const opener = newOpener();
    const order = [newer.birth, older.birth, ...older.messages, ...newer.messages, older.messages[1]];
    expect(order.map((envelope) => verdictOf(openAsIs(opener, envelope)))).toEqual([
      ...new Array<string>(8).fill('opened'),
      'duplicate',
    ]);
  });

  it('the births of the four newest sessions in reverse order', () => {
    const sessions = sealSessions(SESSIONS_OPEN_MAX).reverse();
    const opener = newOpener();
    expect(sessions.map(({ birth }) => verdictOf(openAsIs(opener, birth)))).toEqual(
      new Array<string>(SESSIONS_OPEN_MAX).fill('opened'),
    );
  });

  it('a birth that is as far ahead as it may be', () => {
    const flash = provisionedFlash();
    let root = { session: 1, root: TEST_ROOT };
    while (root.session < 1 + SESSION_STEPS_MAX) root = nextRoot(root);
    for (let i = 0; i < SESSION_STEPS_MAX; i++) newSealer(flash, i);
    const { birth, messages } = sealSession(flash, 1);
    const opener = newOpener();
    expect([birth, ...messages].map((envelope) => verdictOf(openAsIs(opener, envelope)))).toEqual(
      new Array<string>(4).fill('opened'),
    );
    expect(opener.newestSession).toBe(root.session);
  });

  it('wills of growing connections, each once', () => {
    const { sealer, birth } = sealSession(provisionedFlash(), 1);
    const opener = newOpener();
    openAsIs(opener, birth);
    const wills = [1, 2, 5].map((connection) => sealer.will(connection, PLAINTEXT));
    const order = [wills[0], wills[0], wills[2], wills[1], wills[2]];
    expect(order.map((will) => verdictOf(openAsIs(opener, will)))).toEqual([
      'opened',
      'duplicate',
      'opened',
      'duplicate',
      'duplicate',
    ]);
  });
});

describe('Opener state', () => {
  it('keeps refusing replays after a round trip', () => {
    const sessions = sealSessions(3, 40);
    let opener = newOpener();
    const half = sessions.flatMap(({ birth, messages }) => [birth, ...messages.slice(0, 20)]);
    half.forEach((envelope) => openAsIs(opener, envelope));
    opener = new Opener(opener.state());
    expect(new Set(half.map((envelope) => verdictOf(openAsIs(opener, envelope))))).toEqual(
      new Set(['duplicate']),
    );
  });

  it('opens after a round trip what it has not opened before', () => {
    const sessions = sealSessions(3, 40);
    let opener = newOpener();
    sessions.forEach(({ birth }) => openAsIs(opener, birth));
    opener = new Opener(opener.state());
    const verdicts = sessions.flatMap(({ messages }) =>
      messages.map((one) => verdictOf(openAsIs(opener, one))),
    );
    expect(new Set(verdicts)).toEqual(new Set(['opened']));
  });

  it('keeps refusing a replayed will after a round trip', () => {
    const { sealer, birth } = sealSession(provisionedFlash(), 1);
    const will = sealer.will(4, PLAINTEXT);
    let opener = newOpener();
    [birth, will].forEach((envelope) => openAsIs(opener, envelope));
    opener = new Opener(opener.state());
    expect(verdictOf(openAsIs(opener, will))).toBe('duplicate');
  });

  it('is a copy: what is opened later does not change it', () => {
    const [{ birth, messages }] = sealSessions(1);
    const opener = newOpener();
    openAsIs(opener, birth);
    const stored = opener.state();
    messages.forEach((envelope) => openAsIs(opener, envelope));
    expect(verdictOf(openAsIs(new Opener(stored), messages[0]))).toBe('opened');
  });

  it('holds at most four sessions and no root that opens older ones', () => {
    const opener = newOpener();
    sealSessions(9).forEach(({ birth }) => openAsIs(opener, birth));
    const { root, sessions } = opener.state();
    expect([root.session, sessions.map(({ session }) => session)]).toEqual([6, [6, 7, 8, 9]]);
  });

  it('is not changed by anything that is refused', () => {
    const [{ birth, messages }] = sealSessions(1, WINDOW_COUNTERS + 2);
    const opener = newOpener();
    [birth, messages[0], messages[WINDOW_COUNTERS + 1]].forEach((envelope) => openAsIs(opener, envelope));
    const before = JSON.stringify(opener.state());
    const forged = messages[5].slice();
    forged[forged.length - 1] ^= 1;
    const refused = [birth, messages[0], forged, sealSessions(2)[1].messages[0], Uint8Array.of(1)];
    expect(refused.map((envelope) => verdictOf(openAsIs(opener, envelope)))).toEqual([
      'duplicate',
      'replay',
      'forged',
      'unknownSession',
      'malformed',
    ]);
    expect(JSON.stringify(opener.state())).toBe(before);
  });

  it('draws the window at exactly its size', () => {
    const [{ birth, messages }] = sealSessions(1, WINDOW_COUNTERS + 1);
    const opener = newOpener();
    [birth, messages[WINDOW_COUNTERS]].forEach((envelope) => openAsIs(opener, envelope));
    expect([messages[0], messages[1]].map((envelope) => verdictOf(openAsIs(opener, envelope)))).toEqual([
      'replay',
      'opened',
    ]);
  });
});
