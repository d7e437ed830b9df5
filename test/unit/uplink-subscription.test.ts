import { onlineRig, type UplinkRig } from '../support/uplink-rig.js';

const TOPIC = 'm/abcd2345/q';

function listening(): UplinkRig {
  const rig = onlineRig();
  rig.uplink.listen(TOPIC);
  rig.step();
  return rig;
}

function deliver(rig: UplinkRig, change: { topic?: string; retain?: boolean; qos?: 0 | 1 } = {}): void {
  const { topic = TOPIC, retain = false, qos = 1 } = change;
  rig.broker.send({ cmd: 'publish', topic, payload: Buffer.of(7), qos, retain, dup: false, messageId: 9 });
  rig.step();
}

describe('one subscription', () => {
  test('is asked for at quality of service 1 and delivers what comes, acknowledged', () => {
    const rig = listening();
    expect(rig.broker.all('subscribe')).toMatchObject([{ subscriptions: [{ topic: TOPIC, qos: 1 }] }]);
    expect(rig.uplink.listening).toBe(true);
    deliver(rig);
    expect(rig.messages).toEqual([Uint8Array.of(7)]);
    expect(rig.broker.all('puback')).toMatchObject([{ messageId: 9 }]);
  });

  test('a message of quality of service 0 is taken and not acknowledged', () => {
    const rig = listening();
    deliver(rig, { qos: 0 });
    expect([rig.messages.length, rig.broker.all('puback').length]).toEqual([1, 0]);
  });

  test.each([
    ['a retained message', { retain: true }],
    ['a topic that was not asked for', { topic: 'm/abcd2345/x' }],
  ])('%s is acknowledged, counted and thrown away', (_, change) => {
    const rig = listening();
    deliver(rig, change);
    expect([rig.messages.length, rig.uplink.refusedMessages, rig.uplink.online]).toEqual([0, 1, true]);
    expect(rig.broker.all('puback')).toHaveLength(1);
  });

  test('a message that nobody asked for does not end the connection of a paired node', () => {
    const rig = onlineRig();
    deliver(rig);
    expect([rig.messages.length, rig.uplink.refusedMessages, rig.uplink.online]).toEqual([0, 1, true]);
  });

  test('is asked for again on the next connection', () => {
    const rig = listening();
    rig.broker.fail();
    rig.run(120_000);
    expect(rig.broker.all('subscribe').map(({ connection }) => connection)).toEqual([1, 2]);
    expect(rig.uplink.listening).toBe(true);
  });

  test('that the broker refuses is reported, and nothing is expected of it', () => {
    const rig = onlineRig();
    rig.broker.script.granted = 128;
    rig.uplink.listen(TOPIC);
    rig.step();
    expect([rig.uplink.listening, rig.uplink.online]).toEqual([false, true]);
    expect(rig.reports).toContain('the broker refused the subscription');
  });
});
