import { ERRORS_MAX } from '../../host-sim/scenario/report.js';
import { parseScenario } from '../../host-sim/scenario/validate.js';
import { CHANNEL_DEFAULTS } from '../../host-sim/scenario/types.js';
import { FULL, SMALLEST } from './scenario-texts.js';

function errorsOf(text: string, isFile?: (path: string) => boolean): string[] {
  const result = parseScenario(text, { file: 'demo.yaml', isFile });
  return result.ok ? [] : result.errors;
}

/** The smallest scenario with text at its end, and so within its only sensor when it is indented by eight. */
const sensorWith = (lines: string): string => `${SMALLEST}${lines.replace(/^/gm, '        ')}\n`;

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
      `7: nodes[0].sensors[0].part: expected one of ${Object.keys(CHANNEL_DEFAULTS).join(', ')}, got "sht40" (did you mean "sht4x"?)`,
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
      '39: nodes[1].name: "pump" is the name of an earlier one',
    ],
    [
      'a name of two sensors',
      FULL.replace('name: shake', 'name: bearing'),
      '38: nodes[0].sensors[1].name: "bearing" is the name of an earlier one',
    ],
    [
      'a fault of no kind',
      FULL.replace('kind: powerCut', 'kind: powercut'),
      '43: faults[3].kind: expected one of brokerOutage, linkLoss, gatewayKill, powerCut, bus, got "powercut" (did you mean "powerCut"?)',
    ],
    [
      'a fault of no node',
      FULL.replace('linkLoss, node: pump', 'linkLoss, node: pum'),
      '41: faults[1].node: no node is named "pum" (did you mean "pump"?)',
    ],
    [
      'a fault of no sensor',
      FULL.replace('sensor: shake', 'sensor: air'),
      '44: faults[4].sensor: node "pump" has no sensor "air"',
    ],
    [
      'a fault with a field of another kind',
      FULL.replace('gatewayKill,', 'gatewayKill, node: pump,'),
      '42: faults[2].node: unknown field',
    ],
    [
      'a fault after the end',
      FULL.replace('at: 1h', 'at: 78d'),
      '40: faults[0].at: begins after the run ("duration" and "drain") has ended',
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
