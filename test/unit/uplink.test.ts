import { INCOMING_BYTES_MAX } from '../../src/link/codec.js';
import { IN_FLIGHT_MAX, PUBLISH_BYTES_MAX } from '../../src/link/uplink.js';
import { BACKOFF, KEEP_ALIVE_S, onlineRig, uplinkRig, type UplinkRig } from '../support/uplink-rig.js';

const ANSWER_MS = KEEP_ALIVE_S * 500;
const PING_MS = KEEP_ALIVE_S * 750;

/** First payload byte and DUP of the publishes of one connection. */
function published({ broker }: UplinkRig, connection: number): [number, boolean | undefined][] {
  return broker
    .all('publish')
    .filter((packet) => packet.connection === connection)
    .map(({ payload, dup }) => [payload?.[0] ?? -1, dup]);
}

/** Breaks the connection and goes on until the next one is there. */
function reconnect(rig: UplinkRig): void {
  rig.broker.fail();
  rig.step();
  rig.run(rig.uplink.wakeMs);
}

describe('connecting', () => {
  it('sends a CONNECT with client id, keep-alive, a kept session and the sealed last will at QoS 1', () => {
    const { broker } = onlineRig();
    expect(broker.received[0]).toMatchObject({
      cmd: 'connect',
      clientId: 'mamori-abcd2345',
      keepalive: KEEP_ALIVE_S,
      clean: false,
      will: { topic: 'm/abcd2345/w', qos: 1, retain: false },
    });
    expect([...(broker.received[0].will?.payload ?? [])]).toEqual([0x77, 1]);
  });

  it('sends user name and password where there are any', () => {
    const rig = uplinkRig({ username: 'node', password: 'pässword' });
    rig.step();
    const { username, password } = rig.broker.received[0];
    expect([username, Buffer.from(password ?? []).toString('utf8')]).toEqual(['node', 'pässword']);
  });

  it('is online only once the broker has accepted', () => {
    const rig = uplinkRig();
    rig.broker.script.returnCode = undefined;
    rig.step();
    expect([rig.uplink.online, rig.uplink.canPublish]).toEqual([false, false]);
    rig.broker.send({ cmd: 'connack', returnCode: 0, sessionPresent: false });
    rig.step();
    expect([rig.uplink.online, rig.uplink.canPublish]).toEqual([true, true]);
  });

  it('makes a will of its own for each connection', () => {
    const rig = onlineRig();
    reconnect(rig);
    reconnect(rig);
    expect(rig.broker.all('connect').map(({ will }) => will?.payload[1])).toEqual([1, 2, 3]);
  });

  it('gives up when the stream does not open in half the keep-alive', () => {
    const rig = uplinkRig();
    rig.broker.script.reachable = false;
    rig.run(ANSWER_MS - 1);
    expect(rig.broker.state()).toBe('opening');
    rig.run(ANSWER_MS);
    expect(rig.broker.state()).toBe('closed');
  });

  it('gives up when there is no answer to CONNECT in half the keep-alive', () => {
    const rig = uplinkRig();
    rig.broker.script.returnCode = undefined;
    rig.run(ANSWER_MS - 1);
    expect(rig.broker.state()).toBe('open');
    rig.run(ANSWER_MS);
    expect([rig.broker.state(), rig.reports[0]]).toEqual([
      'closed',
      expect.stringMatching(/^the broker did not answer/),
    ]);
  });

  it.each([1, 2, 3, 4, 5, 255])('says why when the broker refuses with return code %i', (returnCode) => {
    const rig = uplinkRig();
    rig.broker.script.returnCode = returnCode;
    rig.step();
    expect([rig.uplink.online, rig.broker.state()]).toEqual([false, 'closed']);
    expect(rig.reports[0]).toContain(`return code ${returnCode};`);
  });

  it('waits, and does not count a connection, when no will can be made', () => {
    const rig = uplinkRig();
    rig.will.ready = false;
    rig.step();
    expect([rig.uplink.connection, rig.broker.received, rig.broker.state()]).toEqual([0, [], 'closed']);
    rig.will.ready = true;
    rig.run(rig.uplink.wakeMs);
    expect([rig.uplink.connection, rig.uplink.online]).toEqual([1, true]);
  });
});

describe('what breaks the protocol ends the connection', () => {
  it.each([
    [
      'a PUBLISH of quality of service 2',
      { cmd: 'publish', topic: 'x', payload: 'x', qos: 2, messageId: 1, dup: false, retain: false },
    ],
    ['a second CONNACK', { cmd: 'connack', returnCode: 0, sessionPresent: false }],
    ['a SUBACK that nobody asked for', { cmd: 'suback', messageId: 1, granted: [0] }],
    ['a PUBREC', { cmd: 'pubrec', messageId: 1 }],
    ['a DISCONNECT', { cmd: 'disconnect' }],
    ['a PINGREQ', { cmd: 'pingreq' }],
  ] as const)('%s', (_, packet) => {
    const rig = onlineRig();
    rig.broker.send(packet as Parameters<typeof rig.broker.send>[0]);
    rig.step();
    expect([rig.uplink.online, rig.broker.state()]).toEqual([false, 'closed']);
    expect(rig.reports[1]).toContain(`unexpected ${packet.cmd}`);
  });

  it.each(['puback', 'pingresp'] as const)('a %s before the CONNACK', (cmd) => {
    const rig = uplinkRig();
    rig.broker.script.returnCode = undefined;
    rig.step();
    rig.broker.send(cmd === 'puback' ? { cmd, messageId: 1 } : { cmd });
    rig.step();
    expect(rig.reports[0]).toContain(`unexpected ${cmd}`);
  });

  it('a packet that is too long, already at its header', () => {
    const rig = onlineRig();
    const length = INCOMING_BYTES_MAX + 1;
    rig.broker.deliver(Uint8Array.of(0x30, (length & 127) | 128, length >> 7));
    rig.step();
    expect([rig.broker.state(), rig.reports[1]]).toEqual([
      'closed',
      expect.stringContaining(`packet longer than ${INCOMING_BYTES_MAX} bytes`),
    ]);
  });

  it('bytes that are no MQTT', () => {
    const rig = onlineRig();
    rig.broker.deliver(new Uint8Array(5).fill(0xff));
    rig.step();
    expect(rig.reports[1]).toMatch(/^the broker sent what is no MQTT/);
  });

  it('and half a packet from it does not reach the next connection', () => {
    const rig = onlineRig();
    rig.broker.deliver(Uint8Array.of(0x40, 2, 0));
    rig.step();
    reconnect(rig);
    expect(rig.uplink.online).toBe(true);
  });
});

describe('keep-alive', () => {
  it('sends a ping at three quarters of the keep-alive and stays online', () => {
    const rig = onlineRig();
    rig.run(PING_MS - 1);
    expect(rig.broker.all('pingreq').length).toBe(0);
    rig.run(PING_MS);
    expect([rig.broker.all('pingreq').length, rig.uplink.online]).toEqual([1, true]);
  });

  it('pings on and on', () => {
    const rig = onlineRig();
    rig.run(PING_MS * 20);
    expect([rig.broker.all('pingreq').length, rig.broker.opens, rig.uplink.online]).toEqual([20, 1, true]);
  });

  it('drops the connection when a ping stays without an answer for half the keep-alive', () => {
    const rig = onlineRig();
    rig.broker.script.pongs = false;
    rig.run(PING_MS + ANSWER_MS - 1);
    expect(rig.uplink.online).toBe(true);
    rig.run(PING_MS + ANSWER_MS);
    expect([rig.uplink.online, rig.reports[1]]).toEqual([
      false,
      expect.stringMatching(/^the broker did not answer a ping/),
    ]);
  });

  it('sends one ping only while it waits for the answer', () => {
    const rig = onlineRig();
    rig.broker.script.pongs = false;
    rig.run(PING_MS + ANSWER_MS - 1);
    expect(rig.broker.all('pingreq').length).toBe(1);
  });

  it('does not let an old ping end a new connection', () => {
    const rig = onlineRig();
    rig.broker.script.pongs = false;
    rig.run(PING_MS);
    reconnect(rig);
    rig.broker.script.pongs = true;
    rig.run(rig.clock.nowMs + PING_MS * 3);
    expect([rig.broker.opens, rig.uplink.online]).toEqual([2, true]);
  });

  it('lets the broker never wait longer than the keep-alive for a packet', () => {
    const rig = onlineRig();
    let lastMs = 0;
    let longestMs = 0;
    for (let seen = rig.broker.received.length; rig.clock.nowMs < 200_000;) {
      rig.run(rig.clock.nowMs + 250);
      if (rig.broker.received.length === seen) continue;
      seen = rig.broker.received.length;
      longestMs = Math.max(longestMs, rig.clock.nowMs - lastMs);
      lastMs = rig.clock.nowMs;
    }
    expect(longestMs).toBeLessThanOrEqual(KEEP_ALIVE_S * 1_000);
  });
});

describe('QoS 1', () => {
  it('keeps a message until it is acknowledged', () => {
    const rig = onlineRig();
    rig.broker.script.acknowledges = false;
    rig.publish(5);
    rig.step();
    expect([rig.uplink.unacknowledged, rig.uplink.acknowledged]).toEqual([1, 0]);
    rig.broker.send({ cmd: 'puback', messageId: rig.broker.all('publish')[0].messageId });
    rig.step();
    expect([rig.uplink.unacknowledged, rig.uplink.acknowledged]).toEqual([0, 1]);
  });

  it('delivers what was not acknowledged again, in order, with DUP and the same ids', () => {
    const rig = onlineRig();
    rig.broker.script.acknowledges = false;
    [5, 6, 7].forEach((payload) => rig.publish(payload));
    rig.broker.send({ cmd: 'puback', messageId: rig.broker.all('publish')[1].messageId });
    rig.step();
    reconnect(rig);
    expect(published(rig, 1)).toEqual([
      [5, false],
      [6, false],
      [7, false],
    ]);
    expect(published(rig, 2)).toEqual([
      [5, true],
      [7, true],
    ]);
    const ids = rig.broker.all('publish').map(({ messageId }) => messageId);
    expect(ids.slice(3)).toEqual([ids[0], ids[2]]);
  });

  it('does not deliver again within a connection', () => {
    const rig = onlineRig();
    rig.broker.script.acknowledges = false;
    rig.publish(5);
    rig.run(100_000);
    expect(published(rig, 1).length).toBe(1);
  });

  it('takes nothing new before all that was left over is delivered again', () => {
    const rig = onlineRig();
    const connectBytes = rig.uplink.sentBytes;
    rig.broker.script.acknowledges = false;
    [5, 6].forEach((payload) => rig.publish(payload));
    rig.broker.script.room = connectBytes + PUBLISH_BYTES_MAX;
    rig.broker.script.drains = false;
    reconnect(rig);
    expect([published(rig, 2), rig.uplink.canPublish]).toEqual([[[5, true]], false]);
    rig.broker.script.room = 65_536;
    expect(rig.uplink.canPublish).toBe(false);
    rig.step();
    expect([published(rig, 2), rig.uplink.canPublish]).toEqual([
      [
        [5, true],
        [6, true],
      ],
      true,
    ]);
  });

  it('has at most IN_FLIGHT_MAX messages under way', () => {
    const rig = onlineRig();
    rig.broker.script.acknowledges = false;
    let count = 0;
    for (; rig.uplink.canPublish; count++) rig.publish(count);
    expect(count).toBe(IN_FLIGHT_MAX);
  });

  it('gives no id to two messages at a time, also after 65,535 of them', () => {
    const rig = onlineRig();
    rig.broker.script.acknowledges = false;
    rig.publish(1);
    rig.broker.script.acknowledges = true;
    for (let i = 0; i < 65_600; i++) {
      rig.publish(2);
      rig.step();
    }
    const [kept, ...others] = rig.broker.all('publish').map(({ messageId }) => messageId);
    expect([rig.uplink.unacknowledged, others.includes(kept), others.includes(0)]).toEqual([1, false, false]);
  });

  it('takes an acknowledgement of a message that it does not know as nothing', () => {
    const rig = onlineRig();
    rig.broker.send({ cmd: 'puback', messageId: 99 });
    rig.step();
    expect([rig.uplink.online, rig.uplink.acknowledged]).toEqual([true, 0]);
  });
});

test('QoS 0 messages are sent once, with no id, and forgotten', () => {
  const rig = onlineRig();
  rig.publish(5, 0);
  reconnect(rig);
  expect([published(rig, 1), published(rig, 2), rig.uplink.unacknowledged]).toEqual([[[5, false]], [], 0]);
});

test('nothing more is taken while the stream has no room', () => {
  const rig = onlineRig();
  rig.broker.script.room = PUBLISH_BYTES_MAX - 1;
  expect(rig.uplink.canPublish).toBe(false);
});

test('sentBytes counts every byte that the stream took', () => {
  const rig = onlineRig();
  let bytes = rig.uplink.sentBytes;
  expect(bytes).toBeGreaterThan(40);
  rig.publish(5, 0);
  bytes = rig.uplink.sentBytes - bytes;
  expect(bytes).toBe(2 + 2 + 'm/abcd2345/t'.length + 1);
});

describe('back-off', () => {
  it('is never below minMs when the broker kicks at once after it accepted', () => {
    const rig = uplinkRig();
    const startsMs: number[] = [];
    for (let i = 0; i < 100; i++) {
      rig.clock.nowMs = Math.max(rig.clock.nowMs, rig.uplink.wakeMs);
      startsMs.push(rig.clock.nowMs);
      rig.step();
      expect(rig.uplink.online).toBe(true);
      rig.broker.fail();
      rig.step();
    }
    const gaps = startsMs.slice(1).map((startMs, i) => startMs - startsMs[i]);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(BACKOFF.minMs);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(BACKOFF.maxMs);
  });

  it('grows when the broker kicks each time at once', () => {
    const rig = uplinkRig();
    for (let i = 0; i < 60; i++) {
      rig.run(rig.uplink.wakeMs);
      rig.broker.fail();
      rig.step();
    }
    expect(rig.clock.nowMs / 60).toBeGreaterThan(15_000);
  });

  it('is never below minMs when the broker refuses each time', () => {
    const rig = uplinkRig();
    rig.broker.script.returnCode = 5;
    rig.run(3_600_000);
    expect(rig.broker.opens).toBeLessThan(3_600_000 / 15_000);
  });

  it('does not try before its time, however often it is stepped', () => {
    const rig = onlineRig();
    rig.broker.fail();
    rig.step();
    const { wakeMs } = rig.uplink;
    for (; rig.clock.nowMs < wakeMs - 1; rig.clock.nowMs++) rig.step();
    expect(rig.broker.opens).toBe(1);
    rig.run(wakeMs);
    expect(rig.broker.opens).toBe(2);
  });
});

test('a reconnect in good order sends DISCONNECT, so that the broker keeps the will', () => {
  const rig = onlineRig();
  rig.uplink.reconnect(rig.clock.nowMs, 'the session is over');
  expect([rig.broker.all('disconnect').length, rig.broker.state(), rig.uplink.online]).toEqual([
    1,
    'closed',
    false,
  ]);
  rig.run(rig.uplink.wakeMs);
  expect(rig.uplink.connection).toBe(2);
});

describe('acknowledgements', () => {
  it('that never come end the connection after two keep-alive times, and the message is delivered again', () => {
    const rig = onlineRig();
    rig.broker.script.acknowledges = false;
    rig.publish(7, 1);
    const publishedMs = rig.clock.nowMs;
    rig.run(publishedMs + KEEP_ALIVE_S * 2_000 - 1);
    expect(rig.broker.opens).toBe(1);
    rig.broker.script.acknowledges = true;
    rig.run(publishedMs + KEEP_ALIVE_S * 2_000 + BACKOFF.maxMs);
    expect(published(rig, 2)).toEqual([[7, true]]);
    expect(rig.uplink.unacknowledged).toBe(0);
  });
});
