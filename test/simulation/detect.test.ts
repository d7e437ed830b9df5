import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mamori, scratch } from '../support/processes.js';

/** Two days of a value a minute: a triangle, a spike at 30 h, stuck from 40 h to 42 h. */
function series(): string {
  const rows = Array.from({ length: 2_880 }, (_, i) => {
    const at = new Date(Date.UTC(2026, 0, 1) + i * 60_000).toISOString().slice(0, 19).replace('T', ' ');
    const cycle = 20 + 5 * Math.abs((i % 1_440) / 720 - 1) + (i % 7) / 10;
    const value = i === 1_800 ? 90 : i >= 2_400 && i < 2_520 ? 21.5 : cycle;
    return `${at},${value.toFixed(2)}`;
  });
  return `timestamp,value\n${rows.join('\n')}\n`;
}

const CONFIG = `unit: Cel
exponent: -2
detectors:
  - { kind: threshold, channel: value, above: 60, hysteresis: 5, severity: critical }
  - { kind: rateOfChange, channel: value, rise: 5, fall: 5, per: 1m, clear: 5m }
  - { kind: stuck, channel: value, after: 30m }
  - { kind: robustZ, channel: value, sigmas: 20 }
  - { kind: drift, channel: value, tolerance: 30, baseline: 6h }
  - { kind: missing, channel: value }
`;

describe('mamori detect', () => {
  const folder = scratch();
  const at = (name: string) => join(folder.path, name);
  const detect = (...args: string[]) =>
    mamori('detect', '--in', at('in.csv'), '--out', at('out.csv'), ...args);
  beforeAll(() => {
    writeFileSync(at('in.csv'), series());
    writeFileSync(at('config.yaml'), CONFIG);
  });
  afterAll(() => folder.remove());

  test('scores and labels each row, and tells the alerts', () => {
    const { status, stdout, stderr } = detect('--config', at('config.yaml'), '--plot', at('plot.html'));
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain('2026-01-02 06:00:00  raised by threshold: 90 against 60');
    expect(stdout).toContain('2026-01-02 16:30:00  raised by stuck: 21.5 against 0.01');
    const lines = readFileSync(at('out.csv'), 'utf8').trimEnd().split('\n');
    expect(lines[0]).toBe('timestamp,value,anomaly_score,label');
    expect(lines.length).toBe(2_881);
    expect(lines[1_801]).toMatch(/^2026-01-02 06:00:00,90,1,1$/);
    expect(lines[1_001]).toMatch(/,0$/);
  });

  test('draws a page that loads nothing', () => {
    const html = readFileSync(at('plot.html'), 'utf8');
    expect(html.match(/<polyline/g)?.length).toBe(2);
    expect(html).toContain('class="raised"');
    expect(html).not.toMatch(/https?:|src=|<script|@import|url\(/);
  });

  test('gives the same bytes on Node and on XS', () => {
    expect(detect('--config', at('config.yaml'), '--engine', 'xs', '--plot', at('xs.html')).status).toBe(0);
    const xs = readFileSync(at('out.csv'));
    const { status } = detect('--config', at('config.yaml'), '--plot', at('node.html'));
    expect(status).toBe(0);
    expect(readFileSync(at('out.csv')).equals(xs)).toBe(true);
    expect(readFileSync(at('node.html')).equals(readFileSync(at('xs.html')))).toBe(true);
  });

  test('needs no configuration', () => {
    expect(detect().stdout).toContain('2026-01-02 06:00:00  raised by robustZ: 90');
  });

  test.each([
    [
      'a kind that there is not',
      'detectors: [{ kind: treshold, channel: value }]',
      'did you mean "threshold"',
    ],
    [
      'a field of another kind',
      'detectors: [{ kind: stuck, channel: value, after: 1m, above: 3 }]',
      'unknown field',
    ],
    ['a missing field', 'detectors: [{ kind: drift, channel: value }]', 'tolerance: this field is required'],
    ['a channel that there is not', 'detectors: [{ kind: missing, channel: x }]', 'has no channel "x"'],
    [
      'a window that is too short',
      'detectors: [{ kind: missing, channel: value, noisy: 9, window: 5 }]',
      'noisy: must be less than "window" (5)',
    ],
  ])('refuses %s with the line', (_, text, expected) => {
    writeFileSync(at('bad.yaml'), text);
    const { status, stderr } = detect('--config', at('bad.yaml'));
    expect(status).toBe(1);
    expect(stderr).toContain('bad.yaml:1: detectors[0]');
    expect(stderr).toContain(expected);
  });

  test('refuses what is no series', () => {
    writeFileSync(at('none.csv'), 'timestamp,value\nyesterday,1\n');
    const { status, stderr } = mamori('detect', '--in', at('none.csv'), '--out', at('out.csv'));
    expect([status, stderr.includes('none.csv line 2')]).toEqual([1, true]);
  });
});
