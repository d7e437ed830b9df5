import { readBundle } from '../host-sim/engine/bundle.js';
import { FREEZE_PRIMORDIALS, moduleAsExpression } from '../host-sim/engine/xs-engine.js';
import { UNLIMITED } from '../host-sim/detect/config.js';
import { Watch } from '../src/node/watch.js';
import type { DetectorConfig, SensorConfig } from '../src/node/config.js';
import type { Result } from './budget.js';
import { workerWith } from './xs.js';

const COMMON = { channel: 'a', holdMs: 60_000, severity: 'warning' } as const;

/** One detector of each kind on one channel, each with the largest state that its fields allow. */
const DETECTORS: readonly DetectorConfig[] = [
  { ...COMMON, kind: 'threshold', above: 100, below: -100, hysteresis: 5 },
  { ...COMMON, kind: 'rateOfChange', rise: 50, fall: 50, perMs: 60_000 },
  { ...COMMON, kind: 'stuck', afterMs: 3_600_000, minChange: 0, sibling: 'b', siblingChange: 0 },
  { ...COMMON, kind: 'missing', run: 3, noisy: 100, window: 250 },
  { ...COMMON, kind: 'drift', tolerance: 50, levelMs: 600_000, baselineMs: 86_400_000 },
  { ...COMMON, kind: 'robustZ', sigmas: 6, memory: 64, seasons: 96, minSpread: 0 },
  { ...COMMON, kind: 'cross', other: 'b', factor: 1, offset: 0, tolerance: 100 },
];

const channel = (name: string) => ({ name, unit: 'Cel', path: [name], scale: 1, exponent: -2 });

const SENSOR: SensorConfig = {
  name: 'bench',
  intervalMs: 60_000,
  tickMs: 1_000,
  timeoutMs: 1_000,
  channels: [channel('a'), channel('b')],
  detectors: DETECTORS,
};

/** A day of a value a minute, twice: once to warm up, once measured. */
const SAMPLES = 1_440;

/** Steps inside the engine; the values are a saw with a little of everything. */
const HANDLER = `(() => {
  const step = globalThis.step;
  const values = [0, 0];
  let at = 0;
  return (text) => {
    for (let i = Number(text); i > 0; i--, at++) {
      values[0] = 2000 + (at * 37) % 101 + (at % 1440);
      values[1] = 2000 + (at * 53) % 97;
      step(at * 60000, values);
    }
    return '';
  };
})()`;

/** What the detectors cost a channel. */
export async function measureDetect(): Promise<Result[]> {
  const { source } = await readBundle();
  const scorer = `globalThis.step = ${moduleAsExpression(source)}.createScorer(${JSON.stringify(SENSOR)}, ${JSON.stringify(UNLIMITED)}); undefined;`;
  const worker = await workerWith(HANDLER, [FREEZE_PRIMORDIALS, scorer]);
  try {
    await worker.command(String(SAMPLES));
    await worker.command('0');
    const nothing = worker.meter.computrons;
    await worker.command(String(SAMPLES));
    const { computrons } = worker.meter;
    const stateBytes = DETECTORS.map((config) => new Watch(SENSOR, config, 0).stateBytes);
    return [
      {
        name: 'detect.registry.computronsPerSample',
        value: Math.round((computrons - nothing) / SAMPLES),
        unit: `computrons, all ${DETECTORS.length} kinds on one channel, a day at one a minute`,
        limit: 20_000,
        better: 'lower',
        peers: [],
      },
      {
        name: 'detect.registry.stateBytesPerChannel',
        value: stateBytes.reduce((sum, bytes) => sum + bytes, 0),
        unit: `bytes, all ${DETECTORS.length} kinds on one channel, each at its widest`,
        limit: 4_096,
        better: 'lower',
        peers: [],
      },
    ];
  } finally {
    await worker.stop();
  }
}
