import { KIND } from '../../src/wire/envelope.js';
import { celsius, FakeSensor } from '../support/fake-sensor.js';
import { AIR, HOT, NODE_CONFIG, NodeRig } from '../support/node-rig.js';

/** A node whose sensor is hot from its n-th reading on. */
function hotFrom(reading: number, config: Partial<typeof NODE_CONFIG> = {}): NodeRig {
  return new NodeRig({
    config: { sensors: [{ ...AIR, detectors: [HOT] }], ...config },
    openSensor: () => new FakeSensor((asked) => celsius(asked < reading ? 20 : 35)),
  });
}

describe('the way of a reading', () => {
  it('ends in a PUBLISH that the gateway opens: value, sensor and time', () => {
    const rig = new NodeRig().run(4_000);
    expect(rig.readings()).toEqual(
      [0, 1, 2, 3, 4].map((i) => ({ sensor: 0, offsetMs: i * 1_000, values: [2_000 + i] })),
    );
  });

  it('goes on when a sensor fails: the reading says why', () => {
    const rig = new NodeRig({
      openSensor: () => {
        throw new Error('no part');
      },
    }).run(4_000);
    expect(rig.readings().map(({ values }) => values)).toEqual(new Array(5).fill(['deviceError']));
  });

  it('is not walked twice: 10 minutes give each reading once, in order', () => {
    const rig = new NodeRig().run(600_000);
    const times = rig.readings().map(({ offsetMs }) => offsetMs);
    expect(times.length).toBeGreaterThanOrEqual(596);
    expect(times).toEqual(times.map((_, i) => i * 1_000));
  });

  it('waits for the batch or for its age, whichever is first', () => {
    const rig = new NodeRig({ config: { batch: { readings: 50, ageMs: 3_000 } } }).run(2_999);
    expect(rig.of(KIND.telemetry)).toEqual([]);
    rig.run(3_000);
    expect(rig.readings().length).toBe(4);
  });

  it.each([0, 1] as const)('telemetry and heartbeats go at the configured QoS %i', (qos) => {
    const rig = new NodeRig({ config: { broker: { ...NODE_CONFIG.broker, qos } } }).run(4_000);
    expect([...rig.of(KIND.telemetry), ...rig.of(KIND.heartbeat)].map((one) => one.qos)).toEqual([qos, qos]);
  });

  it('births and alerts go at QoS 1 whatever is configured', () => {
    const rig = hotFrom(0, { broker: { ...NODE_CONFIG.broker, qos: 0 } }).run(1_000);
    expect([...rig.of(KIND.birth), ...rig.of(KIND.alert)].map((one) => one.qos)).toEqual([1, 1]);
  });
});

describe('birth', () => {
  it('is the first that is sent on every connection, and retained', () => {
    const rig = new NodeRig().run(4_000);
    rig.broker.fail();
    rig.step();
    rig.run(200_000);
    const publishes = rig.broker.all('publish');
    const first = [1, 2].map((connection) => publishes.find((one) => one.connection === connection));
    expect(first.map((packet) => [packet?.topic, packet?.retain])).toEqual([
      ['m/abcd2345/b', true],
      ['m/abcd2345/b', true],
    ]);
  });

  it('is the same bytes on every connection of a session', () => {
    const rig = new NodeRig().run(4_000);
    rig.broker.fail();
    rig.step();
    rig.run(200_000);
    const births = rig.broker.all('publish').filter(({ topic }) => topic === 'm/abcd2345/b');
    expect(births.length).toBe(2);
    expect(births[1].payload).toEqual(births[0].payload);
  });

  it('is waited for: nothing is sent while the broker has not accepted the connection', () => {
    const rig = new NodeRig();
    rig.broker.script.returnCode = undefined;
    rig.run(20_000);
    expect(rig.broker.all('publish')).toEqual([]);
  });

  it('tells firmware, reset reason, heartbeat, sensors, and the time where it is known', () => {
    const rig = new NodeRig({ startMs: 500 });
    rig.utcAtZeroMs = 1_700_000_000_000;
    rig.run(500);
    expect(rig.of(KIND.birth)[0].birth).toEqual({
      firmware: '1.2.3',
      bundleSha256: new Uint8Array(32).fill(0xab),
      resetReason: 'powerOn',
      heartbeatS: 60,
      utcMs: 1_700_000_000_500,
      sensors: [
        {
          name: 'air',
          tickMs: 100,
          channels: [{ name: 'temperature', unit: 'Cel', exponent: -2 }],
        },
      ],
    });
  });

  it('says no time where none is known', () => {
    expect(new NodeRig().run(0).of(KIND.birth)[0].birth).not.toHaveProperty('utcMs');
  });
});

describe('alerts', () => {
  it('leave before the telemetry of the same moment', () => {
    const rig = hotFrom(4).run(4_000);
    const kinds = rig.arrived().map(({ kind }) => kind);
    expect(kinds).toEqual([KIND.birth, KIND.heartbeat, KIND.alert, KIND.telemetry]);
  });

  it('tell incident, detector, severity, value, limit and the reading’s time', () => {
    const rig = hotFrom(2).run(2_000);
    expect(rig.of(KIND.alert)[0].alert).toEqual({
      id: 1,
      state: 'raised',
      severity: 'critical',
      detector: 'threshold',
      sensor: 0,
      channel: 0,
      offsetMs: 2_000,
      value: 3_500,
      limit: 3_000,
      boot: 1,
      rule: 0,
      firstOffsetMs: 2_000,
      count: 1,
    });
  });

  it('have one id from raised to cleared and the next one for the next incident', () => {
    const rig = new NodeRig({
      config: { sensors: [{ ...AIR, detectors: [HOT] }] },
      openSensor: () => new FakeSensor((asked) => celsius(asked % 2 === 0 ? 35 : 20)),
    }).run(3_000);
    expect(rig.of(KIND.alert).map(({ alert }) => [alert?.id, alert?.state])).toEqual([
      [1, 'raised'],
      [1, 'cleared'],
      [2, 'raised'],
      [2, 'cleared'],
    ]);
  });

  it('that came while offline leave first, the oldest of them first, before any reading', () => {
    const rig = new NodeRig({
      config: { sensors: [{ ...AIR, detectors: [HOT] }] },
      openSensor: () => new FakeSensor((asked) => celsius(asked < 8 && asked % 4 < 2 ? 35 : 20)),
    });
    rig.broker.script.reachable = false;
    rig.run(5_000);
    rig.broker.script.reachable = true;
    rig.run(120_000);
    const kinds = rig.arrived().map(({ kind }) => kind);
    expect(rig.of(KIND.alert).map(({ alert }) => alert?.id)).toEqual([1, 1, 2, 2]);
    expect(kinds.indexOf(KIND.telemetry)).toBeGreaterThan(kinds.lastIndexOf(KIND.alert));
  });

  it('are not raised by a reading without data', () => {
    const rig = new NodeRig({
      config: { sensors: [{ ...AIR, detectors: [{ ...HOT, above: undefined, below: 0 }] }] },
      openSensor: () => new FakeSensor(() => new Error('part')),
    }).run(10_000);
    expect(rig.node.stats().raisedAlerts).toBe(0);
  });
});

describe('while offline', () => {
  it('the queue is bounded and keeps the newest readings', () => {
    const rig = new NodeRig();
    rig.broker.script.reachable = false;
    rig.run(200_000);
    expect(rig.node.stats()).toMatchObject({
      takenReadings: 201,
      queuedReadings: 50,
      droppedReadings: 151,
      online: false,
    });
  });

  it('what is dropped is counted, and the heartbeat reports it', () => {
    const rig = new NodeRig();
    rig.broker.script.reachable = false;
    rig.run(200_000);
    rig.broker.script.reachable = true;
    rig.run(400_000);
    const { droppedReadings } = rig.node.stats();
    expect(droppedReadings).toBeGreaterThanOrEqual(151);
    expect(rig.of(KIND.heartbeat)[0].heartbeat).toMatchObject({ droppedReadings, droppedAlerts: 0 });
  });

  it('alerts are bounded too, and the heartbeat reports those that were dropped', () => {
    const rig = new NodeRig({
      config: { sensors: [{ ...AIR, detectors: [HOT] }] },
      openSensor: () => new FakeSensor((asked) => celsius(asked % 2 === 0 ? 35 : 20)),
    });
    rig.broker.script.reachable = false;
    rig.run(99_000);
    expect(rig.node.stats()).toMatchObject({ queuedAlerts: 8, droppedAlerts: 92 });
    rig.broker.script.reachable = true;
    rig.run(300_000);
    const { droppedAlerts } = rig.node.stats();
    expect(rig.of(KIND.heartbeat)[0].heartbeat?.droppedAlerts).toBe(droppedAlerts);
  });

  it('every reading is accounted for: delivered, queued or dropped', () => {
    const rig = new NodeRig().run(30_000);
    rig.broker.fail();
    rig.broker.script.reachable = false;
    rig.step();
    rig.run(150_000);
    rig.broker.script.reachable = true;
    rig.run(400_000);
    const { takenReadings, queuedReadings, droppedReadings } = rig.node.stats();
    expect(rig.readings().length + queuedReadings + droppedReadings).toBe(takenReadings);
  });

  it('readings from before the session have negative offsets and the right times', () => {
    const rig = new NodeRig({ startMs: 7_000 });
    rig.utcAtZeroMs = 1_700_000_000_000;
    rig.broker.script.reachable = false;
    rig.run(17_000);
    rig.broker.script.reachable = true;
    rig.run(120_000);
    const utcMs = rig.of(KIND.birth)[0].birth?.utcMs ?? 0;
    const readings = rig.readings();
    expect(readings[0].offsetMs).toBeLessThan(0);
    const first = readings.slice(0, 11).map(({ offsetMs }) => utcMs + offsetMs);
    // One tick is 100 ms: a time is at most that much too early.
    first.forEach((at, i) => {
      const takenMs = 1_700_000_007_000 + i * 1_000;
      expect([at <= takenMs, at > takenMs - AIR.tickMs]).toEqual([true, true]);
    });
  });
});

describe('heartbeat', () => {
  it('follows the birth of each connection and then keeps its interval', () => {
    const rig = new NodeRig().run(185_000);
    expect(rig.of(KIND.heartbeat).map(({ heartbeat }) => heartbeat?.offsetMs)).toEqual([
      0, 60_000, 120_000, 180_000,
    ]);
  });

  it('tells the counters and what is known of the machine', () => {
    const { heartbeat } = new NodeRig().run(61_000).of(KIND.heartbeat)[1];
    expect(heartbeat).toMatchObject({
      connection: 1,
      takenReadings: 61,
      droppedReadings: 0,
      freeHeapBytes: 20_000,
      signalDbm: -61,
    });
    expect(heartbeat).not.toHaveProperty('supplyMilliV');
  });

  it('numbers its connection as the connection’s last will does', () => {
    const rig = new NodeRig().run(1_000);
    rig.broker.fail();
    rig.step();
    rig.run(100_000);
    const wills = rig.broker.all('connect').map(({ will }) => will?.payload[2]);
    const connections = rig.of(KIND.heartbeat).map(({ heartbeat }) => heartbeat?.connection);
    expect([wills, [...new Set(connections)]]).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });
});

describe('pace', () => {
  it('holds envelopes to burst and rate when there is much to send', () => {
    const rig = new NodeRig({
      config: {
        pace: { burst: 3, perMinute: 6 },
        batch: { readings: 1, ageMs: 0 },
        sensors: [{ ...AIR, intervalMs: 100, timeoutMs: 50 }],
      },
    }).run(60_000);
    const births = rig.of(KIND.birth).length;
    expect(rig.arrived().length - births).toBe(3 + 6);
  });

  it('lets the node sleep in between: it is stepped seldom', () => {
    let steps = 0;
    const rig = new NodeRig();
    const step = rig.step.bind(rig);
    rig.step = () => {
      steps++;
      step();
    };
    rig.run(60_000);
    expect(steps).toBeLessThan(150);
  });
});

test('jitter does not wait for the entropy source: a node is made and backs off without it', () => {
  const rig = new NodeRig({ entropyReady: false });
  rig.run(60_000);
  expect(rig.broker.opens).toBeGreaterThan(1);
  expect(rig.broker.opens).toBeLessThan(20);
});
