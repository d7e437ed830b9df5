import { nextRoot } from '../../src/seal/keys.js';
import { SESSION_STEPS_MAX, SESSIONS_OPEN_MAX } from '../../src/seal/opener.js';
import { Sealer } from '../../src/seal/sealer.js';
import { ENVELOPE_BYTES_MAX, KIND, readHeader, type Kind } from '../../src/wire/envelope.js';
import { provisionedFlash, SeededEntropy, TEST_PARTIES, TEST_ROOT } from '../support/memory-ports.js';
import {
  newOpener,
  newSealer,
  openAsIs,
  PLAINTEXT,
  sealSession,
  sealSessions,
  verdictOf,
} from '../support/sealed-pair.js';

/** A node's first session, with an opener that knows its birth. */
function born() {
  const session = sealSession(provisionedFlash(), 1);
  const opener = newOpener();
  openAsIs(opener, session.birth);
  return { ...session, opener };
}

function withByte(envelope: Uint8Array, at: number, xor: number): Uint8Array {
  const changed = envelope.slice();
  changed[at] ^= xor;
  return changed;
}

describe('malformed', () => {
  it('is a message of which nothing but a beginning too short for a tag came', () => {
    const { opener, messages } = born();
    for (let length = 0; length < 19; length++)
      expect(verdictOf(opener.open(KIND.telemetry, messages[0].subarray(0, length)))).toBe('malformed');
  });

  it('or forged is every truncated message', () => {
    const { opener, messages } = born();
    const verdicts = Array.from({ length: messages[0].length }, (_, length) =>
      verdictOf(opener.open(KIND.telemetry, messages[0].subarray(0, length))),
    );
    expect(new Set(verdicts)).toEqual(new Set(['malformed', 'forged']));
  });

  it('or forged is every truncated birth', () => {
    const { birth } = sealSession(provisionedFlash(), 1);
    const opener = newOpener();
    const verdicts = Array.from({ length: birth.length }, (_, length) =>
      verdictOf(opener.open(KIND.birth, birth.subarray(0, length))),
    );
    expect(new Set(verdicts)).toEqual(new Set(['malformed', 'forged']));
    expect(verdictOf(opener.open(KIND.birth, birth))).toBe('opened');
  });

  it('is an envelope of one byte more than the longest', () => {
    const { opener, sealer } = born();
    const overhead = 19;
    const longest = sealer.message(KIND.alert, new Uint8Array(ENVELOPE_BYTES_MAX - overhead));
    const tooLong = sealer.message(KIND.alert, new Uint8Array(ENVELOPE_BYTES_MAX - overhead + 1));
    expect([longest.length, tooLong.length]).toEqual([ENVELOPE_BYTES_MAX, ENVELOPE_BYTES_MAX + 1]);
    expect([longest, tooLong].map((one) => verdictOf(opener.open(KIND.alert, one)))).toEqual([
      'opened',
      'malformed',
    ]);
  });

  it('is every other version', () => {
    const { opener, messages } = born();
    for (let version = 0; version < 8; version++) {
      if (version === 1) continue;
      const changed = messages[0].slice();
      changed[0] = (version << 5) | KIND.telemetry;
      expect(verdictOf(opener.open(KIND.telemetry, changed))).toBe('malformed');
    }
  });

  it('is a kind that there is not', () => {
    const { opener, messages } = born();
    for (let kind = 5; kind < 32; kind++) {
      const changed = messages[0].slice();
      changed[0] = (1 << 5) | kind;
      expect(verdictOf(opener.open(kind as Kind, changed))).toBe('malformed');
    }
  });

  it('is an envelope on another kind’s topic', () => {
    const { opener, sealer } = born();
    const kinds = Object.values(KIND);
    const envelopes = {
      [KIND.birth]: sealSessions(2)[1].birth,
      [KIND.will]: sealer.will(1, PLAINTEXT),
      [KIND.telemetry]: sealer.message(KIND.telemetry, PLAINTEXT),
      [KIND.alert]: sealer.message(KIND.alert, PLAINTEXT),
      [KIND.heartbeat]: sealer.message(KIND.heartbeat, PLAINTEXT),
    };
    for (const kind of kinds)
      for (const topic of kinds.filter((other) => other !== kind))
        expect(verdictOf(opener.open(topic, envelopes[kind]))).toBe('malformed');
  });

  it('is a session or counter that is written longer than needed', () => {
    const { opener, messages } = born();
    const [first, session, counter, ...rest] = messages[0];
    for (const head of [
      [first, session | 128, 0, counter],
      [first, session, counter | 128, 0],
    ])
      expect(verdictOf(opener.open(KIND.telemetry, Uint8Array.from([...head, ...rest])))).toBe('malformed');
  });
});

describe('forged', () => {
  it('is every flip of one bit of a message’s body', () => {
    const { opener, messages } = born();
    for (let bit = 3 * 8; bit < messages[0].length * 8; bit++) {
      const changed = withByte(messages[0], bit >> 3, 1 << (bit & 7));
      expect([bit, verdictOf(opener.open(KIND.telemetry, changed))]).toEqual([bit, 'forged']);
    }
  });

  it('is every flip of one bit of a birth’s salt, ciphertext and tag', () => {
    const { birth } = sealSession(provisionedFlash(), 1);
    const opener = newOpener();
    for (let bit = 3 * 8; bit < birth.length * 8; bit++) {
      const changed = withByte(birth, bit >> 3, 1 << (bit & 7));
      expect([bit, verdictOf(opener.open(KIND.birth, changed))]).toEqual([bit, 'forged']);
    }
  });

  it('is a message whose counter was changed to any other of one byte', () => {
    const { opener, messages } = born();
    for (let xor = 1; xor < 128; xor++)
      expect(verdictOf(opener.open(KIND.telemetry, withByte(messages[1], 2, xor)))).toBe('forged');
  });

  it('is a message that was moved to another open session', () => {
    const [one, two] = sealSessions(2);
    const opener = newOpener();
    [one.birth, two.birth].forEach((birth) => openAsIs(opener, birth));
    expect(verdictOf(opener.open(KIND.telemetry, withByte(one.messages[0], 1, 1 ^ 2)))).toBe('forged');
  });

  it('is a message whose kind and topic were both changed', () => {
    const { opener, messages } = born();
    for (const kind of [KIND.will, KIND.alert, KIND.heartbeat]) {
      const changed = withByte(messages[0], 0, KIND.telemetry ^ kind);
      expect(verdictOf(opener.open(kind, changed))).toBe('forged');
    }
  });

  it('is the birth of another node with the same root', () => {
    const other = { ...TEST_PARTIES, nodeId: 'abcd2346' };
    const birth = new Sealer(provisionedFlash(), new SeededEntropy(1), other).birth(PLAINTEXT);
    expect(verdictOf(openAsIs(newOpener(), birth))).toBe('forged');
  });

  it('is a birth that was made for another gateway', () => {
    const other = { ...TEST_PARTIES, gatewayId: 'gw-2' };
    const birth = new Sealer(provisionedFlash(), new SeededEntropy(1), other).birth(PLAINTEXT);
    expect(verdictOf(openAsIs(newOpener(), birth))).toBe('forged');
  });

  it('does not use up the counter: the true message still opens', () => {
    const { opener, messages } = born();
    openAsIs(opener, withByte(messages[2], messages[2].length - 1, 1));
    expect(verdictOf(openAsIs(opener, messages[2]))).toBe('opened');
  });

  it('does not start a session: a forged birth leaves its messages unknown', () => {
    const { birth, messages } = sealSession(provisionedFlash(), 1);
    const opener = newOpener();
    openAsIs(opener, withByte(birth, birth.length - 1, 1));
    expect([opener.newestSession, verdictOf(openAsIs(opener, messages[0]))]).toEqual([0, 'unknownSession']);
  });
});

test('no change of one header byte opens, and the true envelope still does', () => {
  const { opener, messages, birth } = born();
  const fresh = newOpener();
  for (let at = 0; at < 3; at++) {
    for (let xor = 1; xor < 256; xor++) {
      expect(openAsIs(opener, withByte(messages[1], at, xor)).ok).toBe(false);
      expect(openAsIs(fresh, withByte(birth, at, xor)).ok).toBe(false);
    }
  }
  expect([openAsIs(opener, messages[1]).ok, openAsIs(fresh, birth).ok]).toEqual([true, true]);
});

describe('duplicate', () => {
  it('is a message that comes again', () => {
    const { opener, messages } = born();
    expect([messages[0], messages[0]].map((one) => verdictOf(openAsIs(opener, one)))).toEqual([
      'opened',
      'duplicate',
    ]);
  });

  it('is a birth that comes again, also after messages', () => {
    const { opener, birth, messages } = born();
    expect([birth, messages[0], birth].map((one) => verdictOf(openAsIs(opener, one)))).toEqual([
      'duplicate',
      'opened',
      'duplicate',
    ]);
  });

  it('of a birth opens no message again', () => {
    const { opener, birth, messages } = born();
    openAsIs(opener, messages[0]);
    openAsIs(opener, birth);
    expect(verdictOf(openAsIs(opener, messages[0]))).toBe('duplicate');
  });
});

describe('replay', () => {
  it('is the birth and every message of a session older than the four newest', () => {
    const [oldest, ...newer] = sealSessions(SESSIONS_OPEN_MAX + 1);
    const opener = newOpener();
    [oldest, ...newer].forEach(({ birth }) => openAsIs(opener, birth));
    const late = [oldest.birth, ...oldest.messages, oldest.sealer.will(9, PLAINTEXT)];
    expect(new Set(late.map((envelope) => verdictOf(openAsIs(opener, envelope))))).toEqual(
      new Set(['replay']),
    );
  });

  it('is a session that was skipped, once it is older than the four newest', () => {
    const sessions = sealSessions(7);
    const opener = newOpener();
    [0, 6].forEach((i) => openAsIs(opener, sessions[i].birth));
    const verdicts = sessions.map(({ birth }) => verdictOf(openAsIs(opener, birth)));
    expect(verdicts).toEqual(['replay', 'replay', 'replay', 'opened', 'opened', 'opened', 'duplicate']);
  });

  it('is a session before the one that the gateway was told at provisioning', () => {
    const { birth } = sealSession(provisionedFlash(), 1);
    const opener = newOpener(nextRoot({ session: 1, root: TEST_ROOT }));
    expect(verdictOf(openAsIs(opener, birth))).toBe('replay');
  });

  it('is session 0, which there never is', () => {
    const { opener, messages } = born();
    expect(verdictOf(openAsIs(opener, withByte(messages[0], 1, 1)))).toBe('replay');
  });
});

describe('unknownSession', () => {
  it('is a message whose birth has not come, and it opens once it has', () => {
    const { birth, messages } = sealSession(provisionedFlash(), 1);
    const opener = newOpener();
    expect([messages[0], birth, messages[0]].map((one) => verdictOf(openAsIs(opener, one)))).toEqual([
      'unknownSession',
      'opened',
      'opened',
    ]);
  });

  it('names the session', () => {
    const result = openAsIs(newOpener(), sealSession(provisionedFlash(), 1).messages[0]);
    expect(result).toEqual({ ok: false, reason: 'unknownSession', session: 1 });
  });
});

describe('tooFarAhead', () => {
  it('is a birth one step further than the gateway follows', () => {
    const flash = provisionedFlash();
    for (let i = 0; i < SESSION_STEPS_MAX + 1; i++) newSealer(flash, i);
    const { birth } = sealSession(flash, 1);
    expect(verdictOf(openAsIs(newOpener(), birth))).toBe('tooFarAhead');
  });

  it('is a message of a session that no birth may have, and unknownSession one step before', () => {
    const { messages } = sealSession(provisionedFlash(), 1);
    const rest = messages[0].subarray(2);
    const at = (session: number) =>
      Uint8Array.from([messages[0][0], (session & 127) | 128, session >> 7, ...rest]);
    const sessions = [1 + SESSION_STEPS_MAX, 2 + SESSION_STEPS_MAX];
    expect(sessions.map((session) => verdictOf(openAsIs(newOpener(), at(session))))).toEqual([
      'unknownSession',
      'tooFarAhead',
    ]);
  });

  it('costs a forger’s birth no key: the answer is the same for any body', () => {
    const { birth } = sealSession(provisionedFlash(), 1);
    const { bodyAt } = readHeader(birth) as { bodyAt: number };
    const far = Uint8Array.from([birth[0], 0xff, 0xff, 0xff, 0xff, 0x0f, ...birth.subarray(2, bodyAt + 30)]);
    expect(verdictOf(newOpener().open(KIND.birth, far))).toBe('tooFarAhead');
  });
});

describe('sessionReused', () => {
  it('is a second birth of a session under another salt: the flash was rolled back', () => {
    const [first, again] = [1, 2].map((seed) => sealSession(provisionedFlash(), seed));
    const opener = newOpener();
    openAsIs(opener, first.birth);
    expect(verdictOf(openAsIs(opener, again.birth))).toBe('sessionReused');
  });

  it('opens none of the second session’s messages and goes on with the first’s', () => {
    const [first, again] = [1, 2].map((seed) => sealSession(provisionedFlash(), seed));
    const opener = newOpener();
    [first, again].forEach(({ birth }) => openAsIs(opener, birth));
    expect([again, first].map(({ messages }) => verdictOf(openAsIs(opener, messages[0])))).toEqual([
      'forged',
      'opened',
    ]);
  });
});
