import fc from 'fast-check';
import mqttPacket from 'mqtt-packet';
import { INCOMING_BYTES_MAX, PacketReader, type IncomingPacket } from '../../src/link/codec.js';

const ids = fc.integer({ min: 1, max: 0xffff });
const texts = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 40 });
const qos = fc.constantFrom(0 as const, 1 as const, 2 as const);

/** Packets of MQTT 3.1.1 in any direction, as mqtt-packet's own generator takes them. */
const packets: fc.Arbitrary<mqttPacket.Packet> = fc.oneof(
  fc.record({
    cmd: fc.constant('connack' as const),
    returnCode: fc.nat(5),
    sessionPresent: fc.boolean(),
  }),
  fc.record({ cmd: fc.constantFrom('puback', 'pubrec', 'pubrel', 'pubcomp'), messageId: ids }),
  fc.record({ cmd: fc.constantFrom('pingreq', 'pingresp', 'disconnect') }),
  fc.record({
    cmd: fc.constant('suback' as const),
    messageId: ids,
    granted: fc.array(fc.constantFrom(0, 1, 2, 0x80), { minLength: 1, maxLength: 5 }),
  }),
  fc
    .record({
      topic: texts,
      payload: fc.uint8Array({ maxLength: 300 }),
      qos,
      retain: fc.boolean(),
      dup: fc.boolean(),
      messageId: ids,
    })
    .map(({ payload, dup, ...rest }) => ({
      cmd: 'publish' as const,
      ...rest,
      dup: dup && rest.qos > 0,
      payload: Buffer.from(payload),
    })),
  fc.record({
    cmd: fc.constant('subscribe' as const),
    messageId: ids,
    subscriptions: fc.array(fc.record({ topic: texts, qos }), { minLength: 1, maxLength: 3 }),
  }),
);

const sequences = fc.array(packets, { minLength: 1, maxLength: 8 });
/** Lengths of the chunks, in turn. */
const chunkings = fc.oneof(
  fc.constant([1]),
  fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 20 }),
  fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 5 }),
);

function bytesOf(list: readonly mqttPacket.Packet[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(list.map((packet) => mqttPacket.generate(packet))));
}

function chunksOf(bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0, i = 0; at < bytes.length; at += lengths[i++ % lengths.length])
    chunks.push(bytes.slice(at, at + lengths[i % lengths.length]));
  return chunks;
}

/** The packets as plain values, so that they can be compared. */
function plain(list: readonly IncomingPacket[]): unknown {
  return JSON.parse(JSON.stringify(list)) as unknown;
}

/** All packets up to the end or the first error. */
function readAll(chunks: readonly Uint8Array[]): { packets: IncomingPacket[]; error: string | undefined } {
  const reader = new PacketReader();
  const read: IncomingPacket[] = [];
  for (const chunk of chunks) {
    const result = reader.read(chunk);
    if (!result.ok) return { packets: read, error: result.error };
    read.push(...result.packets);
  }
  return { packets: read, error: undefined };
}

describe('PacketReader', () => {
  it('gives the same packets in any chunking as unchunked', () => {
    fc.assert(
      fc.property(sequences, chunkings, (list, lengths) => {
        const bytes = bytesOf(list);
        const whole = readAll([bytes]);
        expect(whole.error).toBeUndefined();
        expect(whole.packets.map(({ cmd }) => cmd)).toEqual(list.map(({ cmd }) => cmd));
        const chunked = readAll(chunksOf(bytes, lengths));
        expect([chunked.error, plain(chunked.packets)]).toEqual([undefined, plain(whole.packets)]);
      }),
      { numRuns: 500 },
    );
  });

  it('gives each packet with the chunk that completes it, not later', () => {
    fc.assert(
      fc.property(sequences, (list) => {
        const reader = new PacketReader();
        for (const packet of list) {
          const bytes = bytesOf([packet]);
          const before = bytes.length > 1 ? reader.read(bytes.subarray(0, -1)) : { ok: true, packets: [] };
          expect(before).toEqual({ ok: true, packets: [] });
          expect(reader.read(bytes.subarray(-1))).toMatchObject({ ok: true, packets: [{ cmd: packet.cmd }] });
        }
      }),
      { numRuns: 300 },
    );
  });

  it('takes empty chunks as nothing', () => {
    const bytes = bytesOf([{ cmd: 'puback', messageId: 5 }]);
    const chunks = [...bytes].flatMap((byte) => [new Uint8Array(0), Uint8Array.of(byte)]);
    expect(plain(readAll(chunks).packets)).toMatchObject([{ cmd: 'puback', messageId: 5 }]);
  });
});

describe('PacketReader on what is no MQTT', () => {
  const noise = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc
      .array(
        fc.constantFrom(
          0,
          1,
          2,
          3,
          0x10,
          0x20,
          0x30,
          0x32,
          0x40,
          0x62,
          0x82,
          0x90,
          0xb0,
          0xd0,
          0xe0,
          0xf0,
          0xff,
        ),
        {
          maxLength: 80,
        },
      )
      .map((bytes) => Uint8Array.from(bytes)),
  );

  it('never throws, and refuses everything after an error, for random bytes in any chunking', () => {
    fc.assert(
      fc.property(noise, chunkings, (bytes, lengths) => refusesForGood(chunksOf(bytes, lengths))),
      { numRuns: 3_000, examples: [[Uint8Array.of(0x40, 0, 0x40, 2, 0, 5), [1]]] },
    );
  });

  it('never throws, and refuses everything after an error, for packets with bytes changed', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(sequences, changes, chunkings, (list, edits, lengths) => {
        const bytes = bytesOf(list);
        for (const [at, value] of edits) bytes[at % bytes.length] = value;
        refusesForGood(chunksOf(bytes, lengths));
      }),
      { numRuns: 3_000 },
    );
  });

  it('never throws on a broker that speaks as a client of MQTT 5 would', () => {
    const connect = mqttPacket.generate({
      cmd: 'connect',
      clientId: 'x',
      protocolId: 'MQTT',
      protocolVersion: 5,
      clean: true,
      keepalive: 1,
    });
    fc.assert(
      fc.property(noise, chunkings, (bytes, lengths) =>
        refusesForGood([Uint8Array.from(connect), ...chunksOf(bytes, lengths)]),
      ),
      { numRuns: 3_000 },
    );
  });

  /** Reads on behind the first error, and expects errors only. */
  function refusesForGood(chunks: readonly Uint8Array[]): void {
    const reader = new PacketReader();
    let error: string | undefined;
    for (const chunk of [...chunks, Uint8Array.of(0xd0, 0), bytesOf([{ cmd: 'puback', messageId: 1 }])]) {
      const result = reader.read(chunk);
      if (error !== undefined) expect(result).toEqual({ ok: false, error });
      if (!result.ok) error = result.error;
    }
  }

  it('refuses a packet of one byte too many at its header and takes the longest', () => {
    const publish = (length: number) =>
      bytesOf([
        {
          cmd: 'publish',
          topic: 'tt',
          payload: Buffer.alloc(length - 4),
          qos: 0,
          dup: false,
          retain: false,
        },
      ]);
    expect(readAll([publish(INCOMING_BYTES_MAX)]).packets.length).toBe(1);
    expect(readAll([publish(INCOMING_BYTES_MAX + 1).subarray(0, 3)]).error).toBe(
      `packet longer than ${INCOMING_BYTES_MAX} bytes`,
    );
  });

  it.each([
    ['a length of five bytes', [0x30, 0x80, 0x80, 0x80, 0x80, 0x01]],
    ['a length of 256 MB', [0x30, 0xff, 0xff, 0xff, 0x7f]],
    ['both QoS bits', [0x36, 4, 0, 1, 0x61, 0]],
    ['a reserved packet type', [0xf0, 0]],
    ['a PINGRESP with flags', [0xd1, 0]],
  ])('refuses %s, in one chunk and byte by byte', (_, bytes) => {
    expect(readAll([Uint8Array.from(bytes)]).error).toBeDefined();
    expect(readAll(chunksOf(Uint8Array.from(bytes), [1])).error).toBeDefined();
  });
});
