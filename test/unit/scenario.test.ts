import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { loadScenario, SCENARIO_BYTES_MAX } from '../../host-sim/scenario/load.js';
import { ERRORS_MAX } from '../../host-sim/scenario/report.js';
import { buildSignals } from '../../host-sim/scenario/signals.js';
import { suggestion } from '../../host-sim/scenario/suggest.js';
import { durationMsOf } from '../../host-sim/scenario/time-schema.js';
import type { Scenario, ScenarioSensor } from '../../host-sim/scenario/types.js';
import { parseScenario } from '../../host-sim/scenario/validate.js';

const SMALLEST = `name: smallest
duration: 1h
nodes:
  - name: pump
    sensors:
      - name: air
        part: sht4x
        interval: 10s
`;

const FULL = `name: Full
description: Every field once.
seed: 4294967295
start: 2013-12-02T21:15:00Z
duration: 78d
drain: 0
speed: 60
network: { latency: 100ms, jitter: 0.5 }
gateway: {}
nodes:
  - name: pump
    count: 3
    qos: 0
    keepAlive: 65535
    heartbeat: 1m
    backoff: { min: 500ms, max: 1m, stable: 30s }
    batch: { readings: 120, age: 10m }
    queue: { readings: 65536, alerts: 1 }
    pace: { burst: 1, perMinute: 0.5 }
    start: 90s
    sensors:
      - name: bearing
        part: sht4x
        interval: 5m
        tick: 1m
        timeout: 200ms
        signals:
          temperature: { csv: data.csv, offset: -1d, interpolate: linear, gap: 2h, column: value }
          humidity:
            sum:
              - sine: { mean: 50, amplitude: 5, period: 1d, phase: -6h }
              - noise: { stdDev: 0.5 }
              - ramp: { from: 0, slopePerS: 0.001, start: 1h }
            windows:
              - { from: 1h, to: 2h, signal: { constant: 99 } }
        detectors:
          - { kind: threshold, channel: temperature, above: 90, below: 10, hysteresis: 2, hold: 10m, severity: critical }
      - { name: shake, part: lis3dh, interval: 1, detectors: [{ kind: threshold, channel: z, below: 1 }] }
faults:
  - { kind: brokerOutage, at: 1h, for: 10m }
  - { kind: linkLoss, node: pump, at: 2h, for: 10m }
  - { kind: gatewayKill, at: 3h, for: 10m }
  - { kind: powerCut, node: pump, at: 4h, for: 10m }
  - { kind: bus, node: pump, sensor: shake, fault: badCrc, at: 5h, for: 10m }
`;

function scenarioOf(text: string): Scenario {
  const result = parseScenario(text, { file: 'demo.yaml' });
  if (!result.ok) throw new Error(result.errors.join('\n'));
  return result.scenario;
}

function errorsOf(text: string, isFile?: (path: string) => boolean): string[] {
  const result = parseScenario(text, { file: 'demo.yaml', isFile });
  return result.ok ? [] : result.errors;
}

/** The smallest scenario with text at its end, and so within its only sensor when it is indented by eight. */
const sensorWith = (lines: string): string => `${SMALLEST}${lines.replace(/^/gm, '        ')}\n`;

describe('parseScenario', () => {
  test('fills in every default', () => {
    expect(scenarioOf(SMALLEST)).toEqual({
      name: 'smallest',
      description: '',
      seed: 1,
      startUtcMs: Date.UTC(2026, 0, 1),
      durationMs: 3_600_000,
      drainMs: 3_600_000,
      speed: 1,
      network: { latencyMs: 40, jitterMs: 20 },
      gateway: {},
      faults: [],
      nodes: [
        {
          name: 'pump',
          count: 1,
          qos: 1,
          keepAliveMs: 60_000,
          heartbeatMs: 300_000,
          backoff: { minMs: 1_000, maxMs: 300_000, stableMs: 60_000 },
          batch: { readings: 1, ageMs: 0 },
          queue: { readings: 512, alerts: 32 },
          pace: { burst: 20, perMinute: 60 },
          startMs: 0,
          sensors: [
            {
              name: 'air',
              part: 'sht4x',
              intervalMs: 10_000,
              tickMs: 1_000,
              timeoutMs: 1_000,
              signals: {
                temperature: { constant: 0, windows: [] },
                humidity: { constant: 50, windows: [] },
              },
              detectors: [],
            },
          ],
        },
      ],
    });
  });

  test('reads every field', () => {
    const { nodes, faults, ...rest } = scenarioOf(FULL);
    expect(rest).toMatchObject({
      seed: 4_294_967_295,
      startUtcMs: Date.UTC(2013, 11, 2, 21, 15),
      drainMs: 0,
    });
    expect(rest.network).toEqual({ latencyMs: 100, jitterMs: 500 });
    expect(nodes[0]).toMatchObject({ count: 3, qos: 0, keepAliveMs: 65_535_000, startMs: 90_000 });
    expect(nodes[0].sensors[0].signals).toEqual({
      temperature: {
        csv: 'data.csv',
        timeColumn: 'timestamp',
        column: 'value',
        offsetMs: -86_400_000,
        interpolate: 'linear',
        gapMs: 7_200_000,
        windows: [],
      },
      humidity: {
        sum: [
          { sine: { mean: 50, amplitude: 5, periodMs: 86_400_000, phaseMs: -21_600_000 }, windows: [] },
          { noise: { stdDev: 0.5 }, windows: [] },
          { ramp: { from: 0, slopePerS: 0.001, startMs: 3_600_000 }, windows: [] },
        ],
        windows: [{ fromMs: 3_600_000, toMs: 7_200_000, signal: { constant: 99, windows: [] } }],
      },
    });
    expect(nodes[0].sensors[1].signals.z).toEqual({ constant: 9.81, windows: [] });
    expect(nodes[0].sensors[1].detectors).toEqual([
      { kind: 'threshold', channel: 'z', below: 1, hysteresis: 0, holdMs: 0, severity: 'warning' },
    ]);
    expect(faults.map(({ kind }) => kind)).toEqual([
      'brokerOutage',
      'linkLoss',
      'gatewayKill',
      'powerCut',
      'bus',
    ]);
  });

  test('gives plain JSON', () => {
    const scenario = scenarioOf(FULL);
    expect(JSON.parse(JSON.stringify(scenario))).toStrictEqual(scenario);
  });

  test.each([undefined, 2, '\t'])(
    'reads JSON with indentation %j, with the lines of its errors',
    (indent) => {
      const value = {
        name: 'j',
        duration: 60,
        nodes: [{ name: 'n', sensors: [{ name: 's', part: 'lis3dh', interval: 1 }] }],
      };
      expect(scenarioOf(JSON.stringify(value, null, indent)).durationMs).toBe(60_000);
      const line = indent === undefined ? 1 : 4;
      const errors = errorsOf(
        JSON.stringify({ ...value, sed: 1 }, null, indent).replace('"nodes"', '"node"'),
      );
      expect(errors).toContain(`demo.yaml:${line}: node: unknown field (did you mean "nodes"?)`);
    },
  );
});

describe('an error of a scenario names its line and field:', () => {
  test.each([
    [
      'a mistyped field',
      sensorWith('intervall: 5'),
      '9: nodes[0].sensors[0].intervall: unknown field (did you mean "interval"?)',
    ],
    [
      'a missing field',
      SMALLEST.replace('interval: 10s', ''),
      '6: nodes[0].sensors[0].interval: this field is required',
    ],
    ['a field that stands twice', `${SMALLEST}name: again\n`, '9: name: this field stands here twice'],
    [
      'a field without a value',
      `${SMALLEST}seed:\n`,
      '9: seed: expected an integer in 0..4294967295, got nothing',
    ],
    [
      'a number out of range',
      `${SMALLEST}seed: -1\n`,
      '9: seed: expected an integer in 0..4294967295, got -1',
    ],
    [
      'a number that is none',
      `${SMALLEST}speed: .nan\n`,
      '9: speed: expected a number in 0.01..1000000, got NaN',
    ],
    [
      'a bad duration',
      SMALLEST.replace('1h', '1 hour'),
      '2: duration: expected seconds or text such as "5m", "2h", "500ms", got "1 hour"',
    ],
    [
      'a duration out of range',
      SMALLEST.replace('1h', '0'),
      '2: duration: expected a duration of 1ms..36500d, got 0',
    ],
    [
      'a bad time',
      `${SMALLEST}start: 2026-13-01\n`,
      '9: start: expected a time such as 2026-01-01T00:00:00Z, got "2026-13-01"',
    ],
    [
      'a bad name',
      SMALLEST.replace('pump', 'Pump 1'),
      '4: nodes[0].name: expected 1 to 32 of the characters a-z, 0-9 and "-", got "Pump 1"',
    ],
    [
      'an unknown part',
      SMALLEST.replace('sht4x', 'sht40'),
      '7: nodes[0].sensors[0].part: expected one of sht4x, lis3dh, got "sht40" (did you mean "sht4x"?)',
    ],
    ['a list that is none', 'name: x\nduration: 1\nnodes: 5', '3: nodes: expected a list, got 5'],
    ['an empty list', 'name: x\nduration: 1\nnodes: []', '3: nodes: expected 1..10000 items, got 0'],
    ['a text instead of a map', 'hello', '1: expected a map of fields, got "hello"'],
    ['nothing at all', '', '1: expected a map of fields, got nothing'],
    [
      'an unknown channel',
      sensorWith('signals:\n  temprature: { constant: 1 }'),
      '10: nodes[0].sensors[0].signals.temprature: unknown field (did you mean "temperature"?)',
    ],
    [
      'a signal without a kind',
      sensorWith('signals:\n  humidity: {}'),
      '10: nodes[0].sensors[0].signals.humidity: expected exactly one of constant, sine, ramp, csv, noise, sum, got none',
    ],
    [
      'a signal of two kinds',
      sensorWith('signals:\n  humidity: { constant: 1, sum: [] }'),
      '10: nodes[0].sensors[0].signals.humidity: expected exactly one of constant, sine, ramp, csv, noise, sum, got constant and sum',
    ],
    [
      'a window that ends first',
      sensorWith(
        'signals:\n  humidity:\n    constant: 1\n    windows:\n      - { from: 2, to: 1, signal: { constant: 1 } }',
      ),
      '13: nodes[0].sensors[0].signals.humidity.windows[0].to: must be later than "from"',
    ],
    [
      'a detector without a bound',
      sensorWith('detectors:\n  - { kind: threshold, channel: humidity }'),
      '10: nodes[0].sensors[0].detectors[0]: expected "above", "below" or both',
    ],
    [
      'crossed bounds',
      sensorWith('detectors:\n  - { kind: threshold, channel: humidity, above: 1, below: 2 }'),
      '10: nodes[0].sensors[0].detectors[0].below: must be less than "above" (1)',
    ],
    [
      'a detector of no channel',
      sensorWith('detectors:\n  - { kind: threshold, channel: x, above: 1 }'),
      '10: nodes[0].sensors[0].detectors[0].channel: sht4x has no channel "x", only temperature, humidity',
    ],
    [
      'a keep-alive of half seconds',
      SMALLEST.replace('sensors:', 'keepAlive: 1.5\n    sensors:'),
      '5: nodes[0].keepAlive: expected whole seconds',
    ],
    [
      'a back-off that shrinks',
      SMALLEST.replace('sensors:', 'backoff: { min: 10, max: 5 }\n    sensors:'),
      '5: nodes[0].backoff.max: must not be less than "min"',
    ],
    [
      'too many nodes in all',
      SMALLEST.replace(
        'nodes:',
        'nodes:\n  - { name: a, count: 10000, sensors: [{ name: s, part: lis3dh, interval: 1 }] }',
      ),
      '4: nodes: expected at most 10000 in all, got 10001',
    ],
    [
      'a name of two nodes',
      FULL.replace(
        'faults:',
        '  - { name: pump, sensors: [{ name: s, part: lis3dh, interval: 1 }] }\nfaults:',
      ),
      '40: nodes[1].name: "pump" is the name of an earlier one',
    ],
    [
      'a name of two sensors',
      FULL.replace('name: shake', 'name: bearing'),
      '39: nodes[0].sensors[1].name: "bearing" is the name of an earlier one',
    ],
    [
      'a fault of no kind',
      FULL.replace('kind: powerCut', 'kind: powercut'),
      '44: faults[3].kind: expected one of brokerOutage, linkLoss, gatewayKill, powerCut, bus, got "powercut" (did you mean "powerCut"?)',
    ],
    [
      'a fault of no node',
      FULL.replace('linkLoss, node: pump', 'linkLoss, node: pum'),
      '42: faults[1].node: no node is named "pum" (did you mean "pump"?)',
    ],
    [
      'a fault of no sensor',
      FULL.replace('sensor: shake', 'sensor: air'),
      '45: faults[4].sensor: node "pump" has no sensor "air"',
    ],
    [
      'a fault with a field of another kind',
      FULL.replace('gatewayKill,', 'gatewayKill, node: pump,'),
      '43: faults[2].node: unknown field',
    ],
    [
      'a fault after the end',
      FULL.replace('at: 1h', 'at: 78d'),
      '41: faults[0].at: begins after the run ("duration" and "drain") has ended',
    ],
    [
      'an alias',
      `${SMALLEST}network: &n { jitter: 1 }\ngateway: *n\n`,
      '10: gateway: an alias is not allowed, write the value out',
    ],
    ['a merge key', `${SMALLEST}<<: { seed: 1 }\n`, '9: <<: unknown field'],
    ['a dangerous key', `${SMALLEST}__proto__: { seed: 1 }\n`, '9: __proto__: unknown field'],
    ['a tag', `${SMALLEST}seed: !secret 5\n`, '9: Unresolved tag: !secret'],
    [
      'a second document',
      `${SMALLEST}---\nname: x\n`,
      '9: Source contains multiple documents; please use YAML.parseAllDocuments()',
    ],
    [
      'broken YAML',
      `${SMALLEST}network: { latency: 1\n`,
      '10: Flow map in block collection must be sufficiently indented and end with a }',
    ],
  ])('%s', (_what, text, expected) => {
    expect(errorsOf(text)).toContain(`demo.yaml:${expected}`);
  });

  test('all of them at once, in the order of their lines', () => {
    const errors = errorsOf(`nam: x\n${SMALLEST.replace('10s', 'soon')}sed: 2\n`);
    expect(errors.map((error) => error.split(':')[1])).toEqual(['1', '9', '10']);
  });

  test('never more than a bounded number', () => {
    const errors = errorsOf(Array.from({ length: 200 }, (_, i) => `key${i}: 1`).join('\n'));
    expect(errors).toHaveLength(ERRORS_MAX + 1);
    expect(errors.at(-1)).toBe('demo.yaml: 153 more errors');
  });

  test('a CSV file that is missing', () => {
    const [only] = errorsOf(FULL, () => false);
    expect(only).toBe('demo.yaml:28: nodes[0].sensors[0].signals.temperature.csv: no such file "data.csv"');
    expect(errorsOf(FULL, (path) => path === 'data.csv')).toEqual([]);
  });
});

describe('hostile text', () => {
  test.each(['[', '- ', '{a: ', '? ', 'a: ', '&a ', '!', '*a ', '"', '\t', ': ', '%'])(
    '%j over and over is an error, quickly',
    (piece) => {
      expect(errorsOf(piece.repeat(SCENARIO_BYTES_MAX / 4 / piece.length)).length).toBeGreaterThan(0);
    },
  );

  test('never throws, and every error begins with the file', () => {
    const piece = fc.constantFrom(
      ...FULL.split(/(?<=[\s{}[\],:])/),
      '&a ',
      '*a',
      '- ',
      '? ',
      '|',
      '>',
      '"',
      "'",
      '!!x ',
      '---\n',
      '\t',
      '%',
    );
    const edited = fc.tuple(fc.nat(FULL.length), fc.nat(40), fc.string({ unit: 'binary', maxLength: 8 }));
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.array(piece, { maxLength: 80 }).map((pieces) => pieces.join('')),
      edited.map(([at, length, put]) => FULL.slice(0, at) + put + FULL.slice(at + length)),
      fc.json({ maxDepth: 6 }),
    );
    // A failing run prints its seed; put it here as `{ seed, path }` to see it again.
    fc.assert(
      fc.property(texts, (text) => {
        const result = parseScenario(text, { file: 'demo.yaml', isFile: () => true });
        return (
          result.ok ||
          (result.errors.length > 0 && result.errors.every((error) => error.startsWith('demo.yaml:')))
        );
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('durations', () => {
  test.each([
    [300, 300_000],
    ['300', 300_000],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['500ms', 500],
    ['1.5h', 5_400_000],
    [0.1, 100],
    ['-6h', -21_600_000],
    ['0.5ms', undefined],
    ['5 m', undefined],
    ['1h30m', undefined],
    ['', undefined],
    ['1e3', undefined],
    [NaN, undefined],
    [1e21, undefined],
    [null, undefined],
  ])('%j is %j ms', (value, expected) => {
    expect(durationMsOf(value)).toBe(expected);
  });
});

describe('suggestions', () => {
  test.each([
    ['intervall', ' (did you mean "interval"?)'],
    ['INTERVAL', ' (did you mean "interval"?)'],
    ['latencyMs', ' (did you mean "latency"?)'],
    ['other', ''],
    ['x', ''],
    ['i'.repeat(1_000), ''],
  ])('%s', (name, expected) => {
    expect(suggestion(name, ['interval', 'latency', 'y'])).toBe(expected);
  });
});

describe('files', () => {
  let folder = '';
  const path = (name: string): string => join(folder, name);
  const write = (name: string, text: string): string => {
    writeFileSync(path(name), text);
    return path(name);
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'mamori-scenario-'));
    write('data.csv', 'timestamp,value\n2013-12-01 21:15:00,80\n2013-12-01 22:15:00,90\n');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const build = (sensor: ScenarioSensor, seed = 1, cache = new Map()) =>
    buildSignals(sensor, { baseDir: folder, seed, startUtcMs: Date.UTC(2013, 11, 2, 21, 15), cache });

  const bearing = (csv = 'data.csv'): ScenarioSensor =>
    scenarioOf(FULL.replace('data.csv', csv)).nodes[0].sensors[0];

  test('a scenario is loaded with the folder that its paths are relative to', () => {
    const result = loadScenario(write('demo.yaml', FULL));
    expect(result).toMatchObject({ ok: true, baseDir: folder, scenario: { name: 'Full' } });
  });

  test('a scenario that names a missing CSV file is refused', () => {
    const result = loadScenario(write('missing.yaml', FULL.replace('data.csv', '../nowhere/data.csv')));
    expect(result).toEqual({
      ok: false,
      errors: [
        `${path('missing.yaml')}:27: nodes[0].sensors[0].signals.temperature.csv: no such file "../nowhere/data.csv"`,
      ],
    });
  });

  test.each([
    ['a missing file', 'none.yaml', 'cannot be read (ENOENT)'],
    ['a folder', '.', 'not a file'],
    [
      'a file that is too large',
      'large.yaml',
      `${SCENARIO_BYTES_MAX + 1} bytes, the most is ${SCENARIO_BYTES_MAX}`,
    ],
  ])('%s is an error', (_what, name, expected) => {
    write('large.yaml', '#'.repeat(SCENARIO_BYTES_MAX + 1));
    expect(loadScenario(path(name))).toEqual({ ok: false, errors: [`${path(name)}: ${expected}`] });
  });

  test('a CSV file is read at the start of the scenario and its offset', () => {
    const result = build(bearing());
    if (!result.ok) throw new Error(result.error);
    expect([-1, 0, 1_800_000].map((ms) => result.signals.temperature(ms))).toEqual([undefined, 80, 85]);
  });

  test('a sum, its noise and its windows are built, and noise follows the seed', () => {
    const [one, same, other] = [1, 1, 2].map((seed) => build(bearing(), seed));
    if (!one.ok || !same.ok || !other.ok) throw new Error('not built');
    const at = 30_000_000;
    expect(one.signals.humidity(at)).toBe(same.signals.humidity(at));
    expect(one.signals.humidity(at)).not.toBe(other.signals.humidity(at));
    expect(one.signals.humidity(3_600_000)).toBe(99);
  });

  test('a broken row is an error with file and line', () => {
    write('broken.csv', 'timestamp,value\n2013-12-01,80\n2013-12-02,hot\n');
    expect(build(bearing('broken.csv'))).toEqual({
      ok: false,
      error: 'broken.csv line 3: value "hot" is not a number',
    });
  });

  test('a CSV file that went away is an error', () => {
    expect(build(bearing('gone.csv'))).toEqual({ ok: false, error: 'gone.csv: cannot be read (ENOENT)' });
  });

  test('a CSV file is read once for a run', () => {
    const cache = new Map();
    write('once.csv', readFileSync(path('data.csv'), 'utf8'));
    expect(build(bearing('once.csv'), 1, cache).ok).toBe(true);
    rmSync(path('once.csv'));
    expect(build(bearing('once.csv'), 2, cache).ok).toBe(true);
  });
});
