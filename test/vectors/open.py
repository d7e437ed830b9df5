#!/usr/bin/python3
"""Opens a node's envelopes with plain libsodium. Written from docs/wire-format.md alone; shares no code with Mamori.

Reads {"root", "nodeId", "gatewayId", "frames": [{"topic", "envelope"}]} as JSON on stdin, byte strings in hexadecimal,
"root" being the root of session 1. Prints {"opened": [...]}: for each frame, in order, either
{"kind", "session", "counter", "plaintext", "decoded"} or {"refused": reason}. Numbers in brackets name sections.
"""
import hashlib
import hmac
import io
import json
import re
import sys

import cbor2
from nacl.bindings import crypto_secretbox_open
from nacl.exceptions import CryptoError

LETTERS = "bwtah"
BIRTH, WILL, TELEMETRY, ALERT, HEARTBEAT = range(5)
NO_DATA = ["deviceOff", "deviceError", "deviceNotPresent", "deviceUnavailable", "deviceTimeout", "corrupt"]
BIRTH_KEYS = {1: "firmware", 2: "bundleSha256", 3: "resetReason", 4: "heartbeatS", 5: "utcMs", 6: "sensors"}
ALERT_KEYS = [
    "id", "state", "severity", "detector", "sensor", "channel", "offsetMs", "value", "limit",
    "boot", "rule", "firstOffsetMs", "count", "suppressed",
]
ALERT_NAMES = {
    "state": ["cleared", "raised"],
    "severity": ["info", "warning", "critical"],
    "detector": ["threshold", "rateOfChange", "stuck", "missing", "drift", "robustZ", "cross"],
}
HEARTBEAT_KEYS = [
    "offsetMs", "connection", "queuedReadings", "takenReadings", "droppedReadings", "droppedAlerts",
    "acknowledgedEnvelopes", "utcMs", "freeHeapBytes", "signalDbm", "supplyMilliV",
    "boot", "openAlerts", "suppressedAlerts",
]
SESSIONS_OPEN = 4
SESSION_STEPS = 1024
WINDOW = 1024


class Refused(Exception):
    """Why an envelope is not opened [7]."""


def hkdf(ikm, salt, info, length):
    """RFC 5869 with SHA-512 [4]."""
    prk = hmac.new(salt, ikm, hashlib.sha512).digest()
    output, block = b"", b""
    while len(output) < length:
        block = hmac.new(prk, block + info + bytes([len(output) // 64 + 1]), hashlib.sha512).digest()
        output += block
    return output[:length]


def varint(data, at):
    """[3]"""
    value = 0
    for i in range(7):
        if at + i >= len(data):
            break
        byte = data[at + i]
        value |= (byte & 127) << (7 * i)
        if byte < 128:
            if byte == 0 and i > 0:
                break
            return value, at + i + 1
    raise Refused("malformed")


class Session:
    def __init__(self, salt, okm):
        self.salt, self.key, self.prefix = salt, okm[:32], okm[32:]
        self.seen, self.highest, self.will, self.sensors = set(), -1, 0, None

    def take(self, kind, counter):
        """Replay rules [7, steps 6 and 7]."""
        if kind == WILL:
            if counter <= self.will:
                raise Refused("duplicate")
            self.will = counter
            return
        if counter <= self.highest - WINDOW:
            raise Refused("replay")
        if counter in self.seen:
            raise Refused("duplicate")
        self.seen.add(counter)
        self.highest = max(self.highest, counter)

    def open(self, kind, counter, body):
        """The tag goes in front of the ciphertext for libsodium [3, 4.3]."""
        nonce = self.prefix + bytes([kind]) + LETTERS[kind].encode() + counter.to_bytes(6, "big")
        try:
            return crypto_secretbox_open(body[-16:] + body[:-16], nonce, self.key)
        except CryptoError:
            raise Refused("forged") from None


class Gateway:
    def __init__(self, root, node_id, gateway_id):
        self.root, self.first = root, 1
        self.node_id, self.gateway_id = node_id, gateway_id
        self.sessions = {}

    def root_of(self, session):
        """[4.1]"""
        root = self.root
        for number in range(self.first, session):
            root = hkdf(root, b"", b"mamori/1 ratchet" + number.to_bytes(4, "big"), 32)
        return root

    def derive(self, session, salt):
        """[4.2]"""
        node, gateway = self.node_id.encode(), self.gateway_id.encode()
        info = b"mamori/1 session" + bytes([1, 1, 0]) + session.to_bytes(4, "big")
        info += bytes([len(node)]) + node + bytes([len(gateway)]) + gateway
        return Session(salt, hkdf(self.root_of(session), salt, info, 48))

    def open(self, topic, envelope):
        """[7]"""
        place = re.fullmatch(r"m/([a-z2-7]{8})/([bwtah])", topic)
        if place is None:
            raise Refused("unknownTopic")
        if place[1] != self.node_id:
            raise Refused("unknownNode")
        if not 19 <= len(envelope) <= 1024:
            raise Refused("malformed")
        kind = envelope[0] & 31
        if envelope[0] >> 5 != 1 or kind != LETTERS.index(place[2]):
            raise Refused("malformed")
        session, at = varint(envelope, 1)
        counter, at = varint(envelope, at)
        if session >= 2**32 or counter >= 2**48 or len(envelope) < at + 16 * (2 if kind == BIRTH else 1):
            raise Refused("malformed")
        if kind == BIRTH:
            opened, plaintext = self.open_birth(session, counter, envelope[at : at + 16], envelope[at + 16 :])
        elif session in self.sessions:
            opened = self.sessions[session]
            plaintext = opened.open(kind, counter, envelope[at:])
            opened.take(kind, counter)
        else:
            if session < self.first:
                raise Refused("replay")
            raise Refused("tooFarAhead" if session > self.first + SESSION_STEPS else "unknownSession")
        decoded = decode(kind, plaintext, opened)
        return {
            "kind": kind, "session": session, "counter": counter, "plaintext": plaintext.hex(), "decoded": decoded,
        }

    def open_birth(self, session, counter, salt, body):
        if session < self.first:
            raise Refused("replay")
        if session > self.first + SESSION_STEPS:
            raise Refused("tooFarAhead")
        born = self.derive(session, salt)
        plaintext = born.open(BIRTH, counter, body)
        if counter != 0:
            raise Refused("forged")
        if session in self.sessions:
            raise Refused("duplicate" if self.sessions[session].salt == salt else "sessionReused")
        self.sessions[session] = born
        oldest = max(self.sessions) - SESSIONS_OPEN + 1
        if oldest > self.first:
            self.root, self.first = self.root_of(oldest), oldest
        self.sessions = {number: kept for number, kept in self.sessions.items() if number >= self.first}
        return born, plaintext


def decode(kind, plaintext, session):
    """[5]"""
    if kind == TELEMETRY:
        return decode_telemetry(plaintext, session.sensors)
    item = cbor2.loads(plaintext)
    if kind == BIRTH:
        session.sensors = item[6]
        birth = {BIRTH_KEYS[key]: value for key, value in item.items() if key in BIRTH_KEYS}
        birth["bundleSha256"] = birth["bundleSha256"].hex()
        birth["sensors"] = [
            {
                "name": name,
                "tickMs": tick_ms,
                "channels": [{"name": n, "unit": unit, "exponent": exponent} for n, unit, exponent in channels],
            }
            for name, tick_ms, channels in birth["sensors"]
        ]
        return birth
    if kind == WILL:
        return {"connection": item}
    names = ALERT_KEYS if kind == ALERT else HEARTBEAT_KEYS
    record = {name: item[i + 1] for i, name in enumerate(names) if i + 1 in item}
    if kind == ALERT:
        for name, texts in ALERT_NAMES.items():
            record[name] = texts[record[name]]
    return record


def decode_telemetry(plaintext, sensors):
    """[5.2]"""
    stream = io.BytesIO(plaintext)
    decoder = cbor2.CBORDecoder(stream)
    readings = []
    while stream.tell() < len(plaintext):
        head = decoder.decode()
        sensor = head >> 1
        _, tick_ms, channels = sensors[sensor]
        count = decoder.decode() if head & 1 else 1
        ticks = [decoder.decode()]
        if head & 1:
            step = decoder.decode()
            for difference in step if isinstance(step, list) else [step] * (count - 1):
                ticks.append(ticks[-1] + difference)
        rows = [[] for _ in ticks]
        for _ in channels:
            last = 0
            for row in rows:
                value = decoder.decode()
                if isinstance(value, cbor2.CBORSimpleValue):
                    row.append(NO_DATA[value.value - 1])
                else:
                    last += value
                    row.append(last)
        for tick, row in zip(ticks, rows):
            readings.append({"sensor": sensor, "offsetMs": tick * tick_ms, "values": row})
    return readings


def main():
    task = json.load(sys.stdin)
    gateway = Gateway(bytes.fromhex(task["root"]), task["nodeId"], task["gatewayId"])
    results = []
    for frame in task["frames"]:
        try:
            results.append(gateway.open(frame["topic"], bytes.fromhex(frame["envelope"])))
        except Refused as refused:
            results.append({"refused": str(refused)})
    json.dump({"opened": results}, sys.stdout)


main()
