import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromHex, toHex } from '../../src/base/bytes.js';
import { Initiator, NOISE_PROTOCOL, respond } from '../../src/seal/noise.js';
import { ephemeralKeyOf, PORTABLE_X25519 } from '../../src/seal/x25519.js';

interface NoiseVector {
  readonly protocol_name: string;
  readonly init_prologue: string;
  readonly init_psks: readonly string[];
  readonly init_ephemeral: string;
  readonly resp_prologue: string;
  readonly resp_psks: readonly string[];
  readonly resp_ephemeral: string;
  readonly handshake_hash: string;
  readonly messages: readonly { readonly payload: string; readonly ciphertext: string }[];
}

const FILE = join(__dirname, 'noise', 'noise_nnpsk0_25519_chachapoly_sha512.json');
const { vectors } = JSON.parse(readFileSync(FILE, 'utf8')) as { vectors: readonly NoiseVector[] };
const EMPTY = new Uint8Array(0);

describe('Noise_NNpsk0_25519_ChaChaPoly_SHA512', () => {
  test.each(vectors)('cacophony: both roles give every message and the handshake hash', (vector) => {
    expect(vector.protocol_name).toBe(NOISE_PROTOCOL);
    const x25519 = PORTABLE_X25519;
    const [first, second, ...transport] = vector.messages;
    const initiator = new Initiator(
      {
        prologue: fromHex(vector.init_prologue),
        psk: fromHex(vector.init_psks[0]),
        ephemeral: ephemeralKeyOf(fromHex(vector.init_ephemeral), x25519),
        x25519,
      },
      fromHex(first.payload),
    );
    expect(toHex(initiator.first)).toBe(first.ciphertext);
    const answered = respond(
      fromHex(first.ciphertext),
      {
        prologue: fromHex(vector.resp_prologue),
        psk: fromHex(vector.resp_psks[0]),
        ephemeral: () => ephemeralKeyOf(fromHex(vector.resp_ephemeral), x25519),
        x25519,
      },
      fromHex(second.payload),
    );
    expect(toHex(answered?.payload ?? EMPTY)).toBe(first.payload);
    expect(toHex(answered?.answer ?? EMPTY)).toBe(second.ciphertext);
    const finished = initiator.finish(fromHex(second.ciphertext));
    expect(toHex(finished?.payload ?? EMPTY)).toBe(second.payload);
    expect(toHex(finished?.handshakeHash ?? EMPTY)).toBe(vector.handshake_hash);
    expect(toHex(answered?.handshakeHash ?? EMPTY)).toBe(vector.handshake_hash);
    transport.forEach(({ payload, ciphertext }, i) => {
      // The initiator sends the first transport message, then they take turns.
      const [sends, receives] = i % 2 === 0 ? [finished, answered] : [answered, finished];
      const side = i % 2 === 0 ? 'initiator' : 'responder';
      expect(toHex(sends?.[side].encrypt(EMPTY, fromHex(payload)) ?? EMPTY)).toBe(ciphertext);
      expect(toHex(receives?.[side].decrypt(EMPTY, fromHex(ciphertext)) ?? EMPTY)).toBe(payload);
    });
  });

  test('a file without vectors would prove nothing', () => {
    expect(vectors.length).toBeGreaterThan(0);
    expect(vectors[0].messages.length).toBeGreaterThan(2);
  });
});
