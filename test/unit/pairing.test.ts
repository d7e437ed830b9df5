import { SeededRandom } from '../../src/base/random.js';
import { CLAIM_FLASH_NAME, encodeClaim } from '../../src/pair/flash.js';
import { PORTABLE_X25519, type CryptoAccelerator } from '../../src/seal/x25519.js';
import { Commissioning, lockMsOf } from '../../src/pair/commissioning.js';
import { FRAME, pairingReplyTopicOf, pairingTopicOf } from '../../src/seal/pairing.js';
import { CLAIM, PairingRig, type Cut } from '../support/pairing-rig.js';
import { MemoryFlash, seededBytes, SeededEntropy, TEST_PARTIES } from '../support/memory-ports.js';

const HOUR_MS = 3_600_000;
const REPLY_TOPIC = pairingReplyTopicOf(CLAIM.nodeId);

function refusals(rig: PairingRig, reason: string): number {
  return rig.store.refusals().find((row) => row.reason === reason)?.count ?? 0;
}

/** The whole pairing, then a minute more: both sides are paired and readings arrive. */
function expectTalking(rig: PairingRig): void {
  rig.run(2 * HOUR_MS, () => rig.bothPaired);
  expect(rig.bothPaired).toBe(true);
  const before = rig.readings;
  rig.run(rig.nowMs + 60_000);
  expect(rig.readings).toBeGreaterThan(before);
  expect(['claim', 'pairkey', 'pairdone', 'pairfails'].filter((name) => rig.flash.read(name))).toEqual([]);
  expect(rig.store.pairings.get(CLAIM.nodeId)?.psk).toBeUndefined();
}

function firstFrameOf(rig: PairingRig): Uint8Array {
  const sent = rig.broker.all('publish').find(({ topic }) => topic === pairingTopicOf(CLAIM.nodeId));
  return Uint8Array.from(sent?.payload ?? []);
}

/** How many places a run without a fault has. */
function places(): { flash: number; toGateway: number; toNode: number } {
  const rig = new PairingRig();
  rig.run(2 * HOUR_MS, () => rig.bothPaired);
  return { flash: rig.flash.changes, toGateway: rig.toGateway, toNode: rig.toNode };
}

describe('pairing', () => {
  test('leads from a claim to readings, and leaves no claim on either side', () => {
    const rig = new PairingRig();
    expectTalking(rig);
    expect(rig.store.node(CLAIM.nodeId)).toMatchObject({ name: 'pump', state: 'online' });
    expect([rig.toNode, rig.boots]).toEqual([2, 1]);
  });

  test('the claim stays until the gateway has proved that it has the root', () => {
    const rig = new PairingRig({ at: 'toNode', index: 1, when: 'lost' });
    rig.run(HOUR_MS, () => rig.gateway.pairingState(CLAIM.nodeId) === 'paired');
    expect(rig.flash.read(CLAIM_FLASH_NAME)).toBeDefined();
    expectTalking(rig);
  });

  const count = places();
  const range = (n: number) => Array.from({ length: n }, (_, i) => i);
  const cuts: Cut[] = [
    ...range(count.flash).flatMap((index) =>
      (['before', 'after'] as const).map((when): Cut => ({ at: 'flash', index, when })),
    ),
    ...range(count.toGateway).flatMap((index) =>
      (['lost', 'nodeDies', 'gatewayBefore', 'gatewayAfter'] as const).map((when): Cut => ({
        at: 'toGateway',
        index,
        when,
      })),
    ),
    ...range(count.toNode).flatMap((index) =>
      (['lost', 'nodeDies'] as const).map((when): Cut => ({ at: 'toNode', index, when })),
    ),
  ];

  test('there are places to cut at', () => {
    expect(count.flash).toBeGreaterThanOrEqual(8);
    expect(count.toGateway).toBeGreaterThanOrEqual(2);
    expect(count.toNode).toBe(2);
  });

  test.each(cuts)('power cut or loss $at $index $when: afterwards the pair talks', (cut) => {
    expectTalking(new PairingRig(cut));
  });
});

describe('attacks on pairing', () => {
  test('a wrong claim at the gateway: nothing is answered, and it is counted as forged', () => {
    const rig = new PairingRig(undefined, { ...CLAIM, secret: seededBytes(22, 16) });
    rig.run(60_000);
    expect([rig.toNode, rig.store.node(CLAIM.nodeId)]).toEqual([0, undefined]);
    expect(refusals(rig, 'forged')).toBeGreaterThan(0);
  });

  test('a second node with the same claim is refused and alerted, and the first stays paired', () => {
    const rig = new PairingRig();
    rig.run(HOUR_MS, () => rig.toNode === 1);
    // Another history, so that its entropy gives another key.
    const clone = new PairingRig({ at: 'flash', index: 0, when: 'before' });
    clone.run(60_000, () => firstFrameOf(clone).length > 0);
    expect(firstFrameOf(clone)).not.toEqual(firstFrameOf(rig));
    const events = rig.gateway.receive(pairingTopicOf(CLAIM.nodeId), firstFrameOf(clone), 0);
    expect(events).toMatchObject([{ type: 'refusal', reason: 'claimReused' }]);
    expectTalking(rig);
  });

  test('a replayed first message changes nothing for a paired node', () => {
    const rig = new PairingRig();
    rig.run(HOUR_MS, () => rig.toNode === 1);
    const first = firstFrameOf(rig);
    expectTalking(rig);
    rig.gateway.takeReplies();
    expect(rig.gateway.receive(pairingTopicOf(CLAIM.nodeId), first, 0)).toEqual([]);
    const before = rig.readings;
    rig.run(rig.nowMs + 60_000);
    expect(rig.readings).toBeGreaterThan(before);
  });

  test('forged answers lock for growing times, over a restart too, and pairing goes on afterwards', () => {
    // The first answer is lost, so the node is still waiting when the forger comes.
    const rig = new PairingRig({ at: 'toNode', index: 0, when: 'lost' });
    rig.run(HOUR_MS, () => rig.toNode === 1);
    rig.run(rig.nowMs + 120_000, () => rig.broker.all('subscribe').length > 1);
    const echo = firstFrameOf(rig).slice(1, 9);
    for (let i = 0; i < 6; i++) {
      rig.sendToNode(REPLY_TOPIC, Uint8Array.from([0x20 | FRAME.answer, ...echo, ...seededBytes(i + 1, 48)]));
      rig.node.step(rig.nowMs);
    }
    // Three are free; the fourth locks, so the fifth and sixth are not even looked at.
    expect(rig.flash.read('pairfails')?.[1]).toBe(4);
    rig.boot();
    expectTalking(rig);
  });

  test('forged replies cannot lock a paired node', () => {
    const rig = new PairingRig();
    rig.run(HOUR_MS, () => rig.toNode === 1);
    const echo = firstFrameOf(rig).slice(1, 9);
    expectTalking(rig);
    const writes = rig.flash.changes;
    for (let i = 0; i < 100; i++) {
      rig.sendToNode(REPLY_TOPIC, Uint8Array.from([0x20 | FRAME.answer, ...echo, ...seededBytes(i + 1, 48)]));
      rig.step();
    }
    expect(rig.flash.changes).toBe(writes);
    const before = rig.readings;
    rig.run(rig.nowMs + 60_000);
    expect(rig.readings).toBeGreaterThan(before);
  });

  test('a forged confirmation does not erase the claim', () => {
    const rig = new PairingRig({ at: 'toNode', index: 1, when: 'lost' });
    rig.run(HOUR_MS, () => rig.toNode === 2);
    rig.run(rig.nowMs + 3_000);
    const echo = firstFrameOf(rig).slice(1, 9);
    rig.sendToNode(REPLY_TOPIC, Uint8Array.from([0x20 | FRAME.confirmation, ...echo, ...seededBytes(1, 32)]));
    rig.node.step(rig.nowMs);
    expect(rig.flash.read(CLAIM_FLASH_NAME)).toBeDefined();
  });

  test('locks grow from half a minute to an hour', () => {
    expect([3, 4, 5, 6, 20, 255].map(lockMsOf)).toEqual([0, 30_000, 60_000, 120_000, HOUR_MS, HOUR_MS]);
  });
});

describe('an accelerator of the board', () => {
  const ports = (flash: MemoryFlash, scalarMult: CryptoAccelerator['scalarMult']) => ({
    flash,
    entropy: new SeededEntropy(1),
    log: { write: () => undefined },
    accelerator: { scalarMult },
  });
  const start = (scalarMult: CryptoAccelerator['scalarMult']) => {
    const flash = new MemoryFlash();
    flash.write(CLAIM_FLASH_NAME, encodeClaim(CLAIM));
    return new Commissioning(ports(flash, scalarMult), TEST_PARTIES, new SeededRandom(1), 0);
  };

  test('that agrees with tweetnacl is used', () => {
    let used = 0;
    const node = start((secret, point) => {
      used++;
      return PORTABLE_X25519.scalarMult(secret, point);
    });
    const selfTest = used;
    node.step(0, () => undefined);
    expect(used).toBeGreaterThan(selfTest);
  });

  test('that disagrees is refused at the start', () => {
    expect(() => start((secret) => secret)).toThrow('disagrees with tweetnacl');
  });
});

describe('the operator', () => {
  test('may open the same claim again while the node has not been born', () => {
    const rig = new PairingRig({ at: 'toNode', index: 0, when: 'lost' });
    rig.run(HOUR_MS, () => rig.toNode === 1);
    rig.gateway.pair(CLAIM, 'gw-1', 'fan');
    expectTalking(rig);
    expect(rig.store.node(CLAIM.nodeId)?.name).toBe('fan');
  });

  test('is told that a node is paired already', () => {
    const rig = new PairingRig();
    expectTalking(rig);
    expect(() => rig.gateway.pair(CLAIM, 'gw-1')).toThrow('is registered already');
  });
});
