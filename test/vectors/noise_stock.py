"""One side of Noise_NNpsk0_25519_ChaChaPoly_SHA512 by dissononce, a Noise library that shares nothing with Mamori.

usage: noise_stock.py initiator|responder PROLOGUE PSK   (hexadecimal)
Reads the other side's message as a line of hexadecimal text and prints its own, then the handshake hash, then what
each cipher makes of 32 zero bytes: the export of docs/wire-format.md, section 12.
"""
import sys

from dissononce.cipher.chachapoly import ChaChaPolyCipher
from dissononce.dh.x25519.x25519 import X25519DH
from dissononce.hash.sha512 import SHA512Hash
from dissononce.processing.handshakepatterns.interactive.NN import NNHandshakePattern
from dissononce.processing.impl.cipherstate import CipherState
from dissononce.processing.impl.handshakestate import HandshakeState
from dissononce.processing.impl.symmetricstate import SymmetricState
from dissononce.processing.modifiers.psk import PSKPatternModifier

role, prologue, psk = sys.argv[1], bytes.fromhex(sys.argv[2]), bytes.fromhex(sys.argv[3])
symmetric = SymmetricState(CipherState(ChaChaPolyCipher()), SHA512Hash())
handshake = HandshakeState(symmetric, X25519DH())
pattern = PSKPatternModifier(0).modify(NNHandshakePattern())
handshake.initialize(pattern, role == "initiator", prologue, psks=(psk,))


def send():
    message = bytearray()
    ciphers = handshake.write_message(b"", message)
    print(bytes(message).hex(), flush=True)
    return ciphers


def receive():
    return handshake.read_message(bytes.fromhex(sys.stdin.readline()), bytearray())


try:
    ciphers = (send(), receive())[1] if role == "initiator" else (receive(), send())[1]
except Exception as error:  # a refusal is an answer too
    print(f"refused {type(error).__name__}", flush=True)
    sys.exit(0)
print(symmetric.get_handshake_hash().hex(), flush=True)
for cipher in ciphers:
    print(bytes(cipher.encrypt_with_ad(b"", bytes(32))).hex(), flush=True)
