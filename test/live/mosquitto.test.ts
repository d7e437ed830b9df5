import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Summary } from '../../host-sim/run/summary.js';
import {
  describeWithMosquitto,
  end,
  freePort,
  mamori,
  scratch,
  startMosquitto,
} from '../support/processes.js';

const SCENARIO = `
name: mosquitto
duration: 10m
drain: 1s
speed: 120
nodes:
  - name: pump
    count: 3
    keepAlive: 10m
    backoff: { min: 5s, max: 20s, stable: 10s }
    pace: { burst: 1000, perMinute: 10000 }
    sensors:
      - name: motor
        part: sht4x
        interval: 5s
        timeout: 4s
        tick: 10ms
        signals: { temperature: { ramp: { from: 20, slopePerS: 0.05 } } }
        detectors: [{ kind: threshold, channel: temperature, above: 30 }]
`;

describeWithMosquitto()('mosquitto', () => {
  test.each(['node', 'xs'])(
    'a live run of the %s engine delivers every reading and alert once',
    async (engine) => {
      const folder = scratch();
      const port = await freePort();
      const broker = await startMosquitto(folder.path, port);
      try {
        writeFileSync(join(folder.path, 'live.yaml'), SCENARIO);
        const args = ['--live', '--broker', `mqtt://127.0.0.1:${port}`, '--engine', engine, '--json'];
        const { status, stdout, stderr } = mamori('sim', 'run', join(folder.path, 'live.yaml'), ...args);
        expect({ status, stderr: stderr.replace(/mamori: \d+ %.*\n/g, '') }).toEqual({
          status: 0,
          stderr: '',
        });
        const { totals, violations } = JSON.parse(stdout) as Summary;
        expect(violations).toEqual([]);
        expect(totals.taken).toBeGreaterThan(100);
        expect(totals).toMatchObject({
          delivered: totals.taken,
          dropped: 0,
          raisedAlerts: 3,
          deliveredAlerts: 3,
        });
      } finally {
        await end(broker, 'SIGKILL');
        folder.remove();
      }
    },
  );
});
