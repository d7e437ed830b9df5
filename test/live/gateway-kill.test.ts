import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Store } from '../../gateway/store.js';
import {
  describeWithMosquitto,
  end,
  ended,
  freePort,
  mamori,
  scratch,
  sleep,
  startMamori,
  startMosquitto,
  until,
} from '../support/processes.js';

/** 400 readings in about 8 s, one envelope each. */
const SCENARIO = `
name: kill
duration: 400s
drain: 1s
speed: 50
nodes:
  - name: pump
    keepAlive: 600s
    heartbeat: 100s
    backoff: { min: 5s, max: 20s, stable: 10s }
    pace: { burst: 1000, perMinute: 100000 }
    sensors:
      - name: motor
        part: sht4x
        interval: 1s
        timeout: 900ms
        tick: 1ms
        signals: { temperature: { ramp: { from: 20, slopePerS: 0.05 } } }
        detectors: [{ kind: threshold, channel: temperature, above: 30 }]
`;

describeWithMosquitto()('a gateway that is killed', () => {
  test('stores every reading exactly once, whatever moment kill -9 hits', async () => {
    const folder = scratch();
    const at = (name: string) => join(folder.path, name);
    const port = await freePort();
    const broker = await startMosquitto(folder.path, port);
    const url = `mqtt://127.0.0.1:${port}`;
    const gateway = () => startMamori('gateway', 'run', '--broker', url, '--store', at('gateway.sqlite'));
    writeFileSync(at('kill.yaml'), SCENARIO);
    const made = mamori(
      'node',
      'provision',
      '--store',
      at('gateway.sqlite'),
      '--out',
      at('flash.json'),
      '--json',
    );
    expect(made.stderr).toBe('');
    let running = gateway();
    await until(() => running.output().includes('connected'));
    const node = startMamori(
      'node',
      'run',
      '--scenario',
      at('kill.yaml'),
      '--flash',
      at('flash.json'),
      '--broker',
      url,
      '--json',
    );
    try {
      for (const waitMs of [1_700, 900, 1_300, 1_100]) {
        await sleep(waitMs);
        await end(running, 'SIGKILL');
        running = gateway();
      }
      if ((await ended(node)) !== 0) throw new Error(node.output());
      const counters = JSON.parse(
        node
          .output()
          .split('\n')
          .find((line) => line.startsWith('{')) ?? '{}',
      ) as Record<string, number>;
      const { nodeId } = JSON.parse(made.stdout) as { nodeId: string };
      const store = new Store(at('gateway.sqlite'));
      await until(() => store.countReadings(nodeId) >= counters.takenReadings);
      const times = store.readings(nodeId).map(({ utcMs }) => utcMs);
      // A busy machine may not come to every reading; the node counts those too.
      expect(counters.takenReadings + counters.skippedReadings).toBeGreaterThanOrEqual(400);
      expect(counters.takenReadings).toBeGreaterThan(100);
      expect(counters.droppedReadings).toBe(0);
      expect(times).toHaveLength(counters.takenReadings);
      expect(new Set(times).size).toBe(times.length);
      expect(store.alerts(nodeId).map(({ state }) => state)).toEqual(['raised']);
      expect(store.refusals().filter(({ reason }) => reason !== 'duplicate' && reason !== 'waiting')).toEqual(
        [],
      );
      store.close();
      expect(await end(running, 'SIGTERM')).toBe(0);
    } finally {
      await end(node, 'SIGKILL');
      await end(running, 'SIGKILL');
      await end(broker, 'SIGKILL');
      folder.remove();
    }
  }, 120_000);
});
