/** One thing that an item asks for, and the tests that prove it. */
export interface Claim {
  readonly text: string;
  /** Parts of test names, each `file | part of the full name`; every one must match a test, and all that match must pass. */
  readonly tests: readonly string[];
}

/** What the project says about one item. */
export interface ItemClaims {
  /** How it is built, for a developer. */
  readonly built: string;
  /** What a user runs to see it on an own node. */
  readonly check: string;
  readonly claims: readonly Claim[];
  /** What the criterion asks for and is not there yet. */
  readonly open: readonly string[];
}

const claim = (text: string, ...tests: readonly string[]): Claim => ({ text, tests });

/** By item number; an item without an entry has nothing to show yet. */
export const CLAIMS: Readonly<Record<string, ItemClaims>> = {
  'I-1': {
    built: 'src/seal/opener.ts refuses without counting against the node, so forged frames lock nobody out.',
    check: 'npx jest test/unit/opener-refusals',
    claims: [
      claim(
        'a forged frame costs the paired gateway no frame',
        'opener-refusals | and the true envelope still does',
      ),
      claim('a forged birth starts no session', 'opener-refusals | does not start a session'),
      claim(
        'failed pairings lock for growing times and never a paired node',
        'pairing.test | lock for growing times',
        'pairing.test | cannot lock a paired node',
      ),
    ],
    open: ['console lockout', 'limits that can be read and set', 'alert on a second holder of an identity'],
  },
  'I-6': {
    built:
      'mamori node provision draws an id and a root key for each node; keys bind both ids (src/seal/keys.ts).',
    check: 'npx mamori node provision twice, and compare the two files',
    claims: [
      claim('keys differ by node', 'keys.test | '),
      claim('a flash file is never overwritten', 'bad-input | never overwritten'),
      claim('the bundle of the device holds no key', 'evidence | holds no key'),
    ],
    open: [],
  },
  'II-2': {
    built:
      'The node has one port to the network, an outgoing stream (src/ports/ports.ts); nothing in it can listen.',
    check: 'run "npx mamori node run …" and look at "ss -ltnp"',
    claims: [claim('a running node listens on no port', 'evidence | listens on no port')],
    open: [],
  },
  'II-3': {
    built: 'The birth carries firmware version and bundle SHA-256 (src/wire/birth.ts).',
    check: 'npx mamori sim run scenarios/demo.yaml --events',
    claims: [claim('the birth tells them', 'node.test | tells firmware')],
    open: ['a minimum version at the gateway'],
  },
  'II-5': {
    built:
      'CborReader, readHeader, PacketReader and the scenario and CSV readers are bounded and give errors, never exceptions of other kinds.',
    check: 'npx jest test/property',
    claims: [
      claim('any bytes give a record or a refusal', 'records.test | MalformedError'),
      claim('any bytes give packets or an error, in any chunking', 'packet-reader | '),
      claim('no header that cannot be is read', 'envelope.test | '),
      claim('any text gives a scenario or errors', 'scenario'),
      claim('authentic bytes that are no record are counted, not thrown', 'core-refusals | '),
    ],
    open: ['10 million fuzzed inputs'],
  },
  'II-6': {
    built:
      'Token bucket before the sealer (src/pace), full jitter before each reconnect (src/pace/backoff.ts).',
    check: 'npx jest test/unit/pace test/unit/node',
    claims: [
      claim(
        'never more than burst and rate allow',
        'pace.test | ',
        'node.test | holds envelopes to burst and rate',
      ),
      claim('a broker that kicks at once is never asked at once', 'uplink.test | minMs'),
    ],
    open: ['a daily byte budget', 'a flood of inbound messages'],
  },
  'III-4': {
    built:
      'A session begins with each boot, by age and by count, with keys of its own (src/node/session.ts).',
    check: 'npx jest test/unit/node-session',
    claims: [
      claim('each boot begins a new session', 'node-session | each boot with a network begins the next one'),
      claim('also by age', 'node-session | a new one begins by age'),
    ],
    open: [],
  },
  'III-5': {
    built: 'Keys bind the node id and the gateway id.',
    check: 'npx jest test/unit/opener-refusals',
    claims: [
      claim("another node's birth is refused", 'opener-refusals | is the birth of another node'),
      claim("another gateway's birth is refused", 'opener-refusals | made for another gateway'),
    ],
    open: ['topic ACLs for brokers'],
  },
  'III-6': {
    built: 'Nothing on the wire reads or writes keys; logs carry none.',
    check: 'npx jest test/unit/node-session',
    claims: [claim('no key and no root in the log', 'node-session | writes no key and no root to the log')],
    open: ['administrative commands'],
  },
  'IV-2': {
    built: 'The node only connects outwards; a broker address and credentials have no defaults in the core.',
    check: 'run "npx mamori node run …" and look at "ss -ltnp"',
    claims: [
      claim('a running node listens on no port', 'evidence | listens on no port'),
      claim('credentials are sent only where configured', 'uplink.test | user name'),
    ],
    open: [],
  },
  'V-1': {
    built: 'The core opens the one stream that its port gives; the host decides where it leads.',
    check: 'run "npx mamori node run …" and look at "ss -tnp"',
    claims: [
      claim(
        'a running node is connected to its broker and to nothing else',
        'evidence | to nothing but its broker',
      ),
    ],
    open: [],
  },
  'V-2': {
    built: 'The bundle is ECMAScript without imports: no responder can be in it.',
    check: 'npx jest test/evidence',
    claims: [claim('the bundle imports nothing', 'evidence | imports nothing')],
    open: [],
  },
  'VI-1': {
    built: 'Every payload is one envelope (src/wire/envelope.ts, src/seal/secretbox.ts).',
    check: 'mosquitto_sub -t "m/#" -F %x on your broker',
    claims: [
      claim('a capture at the broker shows no reading, name or state', 'evidence | shows no reading'),
      claim(
        'every single-bit change is refused',
        'secretbox.test | bit',
        'opener-refusals | every flip of one bit',
      ),
      claim('libsodium opens the same bytes', 'python.test | '),
    ],
    open: [],
  },
  'VI-2': {
    built: 'Keys bind both parties; a rogue gateway or node has no root key.',
    check: 'npx jest test/unit/opener-refusals',
    claims: [
      claim(
        'frames of another node or for another gateway are refused',
        'opener-refusals | is the birth of another node',
        'opener-refusals | made for another gateway',
      ),
    ],
    open: ['TLS to the broker'],
  },
  'VI-3': {
    built: 'The version stands in each envelope and in the key derivation.',
    check: 'npx jest test/unit/opener-refusals',
    claims: [claim('another version is refused', 'opener-refusals | is every other version')],
    open: ['an authenticated status that names suite, age of keys, TLS and Wi-Fi mode'],
  },
  'VII-1': {
    built: 'Heartbeat (src/wire/events.ts), last will, and the gateway clock (gateway/core.ts).',
    check: 'npx mamori sim run scenarios/faults.yaml --events',
    claims: [
      claim(
        'the heartbeat tells counters and what is known of the machine',
        'node.test | tells the counters',
      ),
      claim(
        'a forged or replayed will is refused',
        'sealer-opener | keeps refusing a replayed will',
        'sealer-opener | wills of growing connections',
      ),
      claim('a sensor that fails says so in its place', 'node.test | goes on when a sensor fails'),
    ],
    open: ['states of every sensor with reason and time', 'sleep announced', 'query'],
  },
  'VIII-1': {
    built: 'Detectors (src/detect), reserved places in the outbox, QoS 1 ahead of telemetry.',
    check: 'npx mamori sim run scenarios/demo.yaml',
    claims: [
      claim('alerts leave before telemetry', 'node.test | leave before the telemetry'),
      claim('an alert is raised and cleared under one id', 'node.test | have one id from raised to cleared'),
    ],
    open: ['security and machine alerts', 'repeat until acknowledged', 'alerts that survive power loss'],
  },
};
