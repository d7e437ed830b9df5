import type { AlertLimits, SensorConfig } from '../../src/node/config.js';
import { checkDetector, detector } from '../scenario/detector-schema.js';
import { readDocument } from '../scenario/document.js';
import { readTextFile } from '../scenario/load.js';
import { Report } from '../scenario/report.js';
import { integer, itemOf, list, object, optional, required, text, type Field } from '../scenario/schema.js';
import type { ScenarioDetector } from '../scenario/types.js';

/** The channel that the column of a CSV file is. */
export const CHANNEL = 'value';
const CONFIG_BYTES_MAX = 256 * 1024;
/** Nothing is held back: an engineer wants to see every change. */
export const UNLIMITED: AlertLimits = { flapMs: 0, burst: 10_000, perHour: 1_000_000 };

interface DetectConfig {
  readonly unit: string;
  /** The series is scaled to integers of 10^exponent; found from the data where it is left out. */
  readonly exponent?: number;
  readonly detectors: readonly ScenarioDetector[];
}

/** What runs without a configuration: the statistical detector, which needs none. */
const DEFAULT: DetectConfig = {
  unit: '',
  detectors: [
    {
      kind: 'robustZ',
      channel: CHANNEL,
      sigmas: 6,
      memory: 64,
      seasons: 24,
      minSpread: 0,
      holdMs: 0,
      severity: 'warning',
    },
  ],
};

const fields = object<DetectConfig>({
  unit: optional('unit', text(/^[\x20-\x7e]{1,32}$/, '1 to 32 printable ASCII characters'), ''),
  exponent: optional<number | undefined>('exponent', integer({ min: -9, max: 9 }), undefined),
  detectors: required('detectors', list(detector, { min: 1, max: 16 })),
});

/** The finest scale in which all values are integers of a reading, at most six places. */
function exponentFor(values: Float64Array): number {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  let exponent = -6;
  while (exponent < 9 && largest * 10 ** -exponent > 2_000_000_000) exponent++;
  return exponent;
}

function sensorOf({ unit, detectors }: DetectConfig, exponent: number): SensorConfig {
  return {
    name: 'csv',
    intervalMs: 1_000,
    tickMs: 1,
    timeoutMs: 1_000,
    channels: [{ name: CHANNEL, unit: unit === '' ? '1' : unit, path: [CHANNEL], scale: 1, exponent }],
    detectors,
  };
}

type SensorResult =
  | { readonly ok: true; readonly sensor: SensorConfig }
  | { readonly ok: false; readonly errors: readonly string[] };

/**
 * The sensor that a series is, with the detectors of a file.
 * @param path of YAML or JSON with `detectors` as in a scenario, their channel `value`; undefined for the default.
 */
export function readDetectors(path: string | undefined, values: Float64Array): SensorResult {
  if (path === undefined) return { ok: true, sensor: sensorOf(DEFAULT, exponentFor(values)) };
  const source = readTextFile(path, CONFIG_BYTES_MAX);
  if (!source.ok) return { ok: false, errors: [`${path}: ${source.error}`] };
  const report = new Report(path);
  const node = readDocument(source.text, report);
  if (node === undefined) return { ok: false, errors: report.lines() };
  const field: Field = { node, path: '', report };
  const passed = fields(field);
  if (passed === undefined) return { ok: false, errors: report.lines() };
  const exponent = passed.value.exponent ?? exponentFor(values);
  const sensor = sensorOf(passed.value, exponent);
  passed.value.detectors.forEach((one, i) =>
    checkDetector(one, sensor.channels, { field: itemOf(field, 'detectors', i), sensor: 'the series' }),
  );
  return report.isEmpty ? { ok: true, sensor } : { ok: false, errors: report.lines() };
}
