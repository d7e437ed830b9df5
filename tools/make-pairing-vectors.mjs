// Writes the vectors of the section on pairing in docs/wire-format.md. Every input is fixed, so two runs give the same
// bytes. `node tools/make-pairing-vectors.mjs [file]`; needs a build, since it runs the compiled core.
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toHex } from '../dist/src/base/bytes.js';
import { claimText } from '../dist/src/seal/claim.js';
import {
  answerPairing,
  beginPairing,
  firstFrame,
  pairingPrologue,
  pairingPsk,
  pairingReplyTopicOf,
  pairingTopicOf,
} from '../dist/src/seal/pairing.js';
import { ephemeralKeyOf, PORTABLE_X25519 } from '../dist/src/seal/x25519.js';

const x25519 = PORTABLE_X25519;
const sequence = (first, length) => Uint8Array.from({ length }, (_, i) => first + i);
const parties = { nodeId: 'mamori27', gatewayId: 'gateway' };
const claim = { nodeId: parties.nodeId, secret: sequence(0x10, 16) };
const psk = pairingPsk(claim, parties);
const node = ephemeralKeyOf(sequence(0x40, 32), x25519);
const gateway = ephemeralKeyOf(sequence(0x80, 32), x25519);

const initiator = beginPairing(parties, { psk, ephemeral: node, x25519 });
const answered = answerPairing(initiator.first, parties, { psk, ephemeral: () => gateway, x25519 });
const finished = initiator.finish(answered.frame.slice(9));
const empty = new Uint8Array(0);
const zeros = new Uint8Array(32);
const hex = (values) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, toHex(value)]));

const vectors = {
  note: 'Made by tools/make-pairing-vectors.mjs. Byte strings are hexadecimal.',
  ...parties,
  claim: claimText(claim),
  pairingTopic: pairingTopicOf(parties.nodeId),
  replyTopic: pairingReplyTopicOf(parties.nodeId),
  ...hex({
    claimSecret: claim.secret,
    psk,
    prologue: pairingPrologue(parties),
    nodeEphemeralSecret: node.secret,
    nodeEphemeralPublic: node.public,
    gatewayEphemeralSecret: gateway.secret,
    gatewayEphemeralPublic: gateway.public,
    sharedSecret: x25519.scalarMult(node.secret, gateway.public),
    firstMessage: initiator.first,
    firstFrame: firstFrame(initiator),
    answerFrame: answered.frame,
    handshakeHash: finished.handshakeHash,
    exportedInitiator: finished.initiator.encrypt(empty, zeros),
    exportedResponder: finished.responder.encrypt(empty, zeros),
    root: answered.root,
    confirmation: answered.confirmation,
    confirmationFrame: answered.confirmationFrame,
  }),
};

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const file = process.argv[2] ?? join(root, 'test', 'vectors', 'pairing.json');
writeFileSync(file, `${JSON.stringify(vectors, undefined, 2)}\n`);
