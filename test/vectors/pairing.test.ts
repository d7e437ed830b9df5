import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromHex, toHex } from '../../src/base/bytes.js';
import { parseClaim } from '../../src/seal/claim.js';
import { answerPairing, beginPairing, pairingPrologue, pairingPsk } from '../../src/seal/pairing.js';
import { ephemeralKeyOf, PORTABLE_X25519 } from '../../src/seal/x25519.js';
import { PROJECT, scratch } from '../support/processes.js';

const FILE = join(__dirname, 'pairing.json');
const VECTOR = JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, string>;
const parties = { nodeId: VECTOR.nodeId, gatewayId: VECTOR.gatewayId };
const x25519 = PORTABLE_X25519;

describe('vectors of pairing', () => {
  test('the claim text leads to the key, the ids to the prologue', () => {
    const parsed = parseClaim(VECTOR.claim);
    if (!parsed.ok) throw new Error(parsed.error);
    expect(parsed.claim.nodeId).toBe(VECTOR.nodeId);
    expect(toHex(parsed.claim.secret)).toBe(VECTOR.claimSecret);
    expect(toHex(pairingPsk(parsed.claim, parties))).toBe(VECTOR.psk);
    expect(toHex(pairingPrologue(parties))).toBe(VECTOR.prologue);
  });

  test('the first message leads to answer, root and confirmation', () => {
    const psk = fromHex(VECTOR.psk);
    const node = ephemeralKeyOf(fromHex(VECTOR.nodeEphemeralSecret), x25519);
    const initiator = beginPairing(parties, { psk, ephemeral: node, x25519 });
    expect(toHex(initiator.first)).toBe(VECTOR.firstMessage);
    const ephemeral = () => ephemeralKeyOf(fromHex(VECTOR.gatewayEphemeralSecret), x25519);
    const answer = answerPairing(initiator.first, parties, { psk, ephemeral, x25519 });
    expect(answer && toHex(answer.frame)).toBe(VECTOR.answerFrame);
    expect(answer && toHex(answer.root)).toBe(VECTOR.root);
    expect(answer && toHex(answer.confirmationFrame)).toBe(VECTOR.confirmationFrame);
  });

  test('a first message for another gateway is not answered', () => {
    const psk = fromHex(VECTOR.psk);
    const node = ephemeralKeyOf(fromHex(VECTOR.nodeEphemeralSecret), x25519);
    const ephemeral = () => ephemeralKeyOf(fromHex(VECTOR.gatewayEphemeralSecret), x25519);
    const other = { ...parties, gatewayId: 'gatewax' };
    const { first } = beginPairing(other, { psk, ephemeral: node, x25519 });
    expect(answerPairing(first, parties, { psk, ephemeral, x25519 })).toBeUndefined();
  });

  test('the tool gives the file again', () => {
    const folder = scratch();
    const path = join(folder.path, 'pairing.json');
    execFileSync(process.execPath, [join(PROJECT, 'tools', 'make-pairing-vectors.mjs'), path]);
    expect(readFileSync(path, 'utf8')).toBe(readFileSync(FILE, 'utf8'));
    folder.remove();
  });
});
