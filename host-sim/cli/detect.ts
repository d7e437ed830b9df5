import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { Command, Option } from 'commander';
import { readDetectors, UNLIMITED } from '../detect/config.js';
import { plotHtml } from '../detect/plot.js';
import { scoreSeries, type Point, type ScoredSeries } from '../detect/score.js';
import { ENGINES, type EngineName } from '../engine/engine.js';
import { readTextFile } from '../scenario/load.js';
import { parseSeries, type Series } from '../world/csv.js';
import { UserError } from './errors.js';
import { timeText } from './print.js';

/** The largest CSV file. */
const CSV_BYTES_MAX = 256 * 1024 * 1024;

interface DetectOptions {
  readonly in: string;
  readonly out: string;
  readonly config?: string;
  readonly plot?: string;
  readonly engine: EngineName;
}

function readSeries(path: string): Series {
  const source = readTextFile(path, CSV_BYTES_MAX);
  if (!source.ok) throw new UserError(`${path}: ${source.error}`);
  const parsed = parseSeries(source.text, { name: path });
  if (!parsed.ok) throw new UserError(parsed.error);
  return parsed.series;
}

/** Writes a file. @throws {UserError} when it cannot be written. */
function write(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new UserError(`${path}: cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  }
}

function csvOf({ times, values }: Series, { scored }: ScoredSeries): string {
  const rows = scored.map(
    ({ score, isRaised }, i) => `${timeText(times[i])},${values[i]},${score},${isRaised ? 1 : 0}`,
  );
  return `timestamp,value,anomaly_score,label\n${rows.join('\n')}\n`;
}

async function detect({ in: path, out, config, plot, engine }: DetectOptions): Promise<void> {
  const series = readSeries(path);
  const read = readDetectors(config, series.values);
  if (!read.ok) throw new UserError(read.errors.join('\n'));
  const { sensor } = read;
  const [{ exponent, unit }] = sensor.channels;
  // The detectors' clock begins at the day's midnight, so that parts of the day are those of the recording.
  const startMs = Math.floor(series.times[0] / 86_400_000) * 86_400_000;
  const points = Array.from(series.values, (value, i): Point => [
    series.times[i] - startMs,
    Math.round(value * 10 ** -exponent),
  ]);
  const result = await scoreSeries(engine, sensor, UNLIMITED, points);
  write(out, csvOf(series, result));
  const alerts = result.scored.flatMap((one) => one.alerts);
  const text = ({ state, detector, value, limit }: (typeof alerts)[number]) => {
    const scale = detector === 'missing' ? 1 : 10 ** exponent;
    return `${state} by ${detector}: ${Number((value * scale).toFixed(6))} against ${Number((limit * scale).toFixed(6))}`;
  };
  const lines = alerts.map((alert) => ({ utcMs: startMs + alert.takenMs, text: text(alert) }));
  if (plot !== undefined) {
    const scores = result.scored.map(({ score }) => score);
    const labels = result.scored.map(({ isRaised }) => isRaised);
    const [times, values] = [Array.from(series.times), Array.from(series.values)];
    write(plot, plotHtml({ title: basename(path), unit, times, values, scores, labels, alerts: lines }));
  }
  const raised = alerts.filter(({ state }) => state === 'raised').length;
  for (const { utcMs, text: what } of lines) console.log(`${timeText(utcMs)}  ${what}`);
  console.log(`${points.length} readings, ${raised} alerts raised, scores in ${out}`);
}

/** `mamori detect …` */
export function detectCommand(): Command {
  return new Command('detect')
    .description("run the device's detectors over a recorded CSV (timestamp,value)")
    .requiredOption('--in <file>', 'CSV with the columns timestamp and value')
    .requiredOption('--out <file>', 'CSV to write: timestamp,value,anomaly_score,label')
    .option('--config <file>', 'YAML or JSON with "detectors" as in a scenario, of the channel "value"')
    .option('--plot <file>', 'HTML to write: series, score and alerts; it loads nothing')
    .addOption(new Option('--engine <name>', 'what runs the detectors').choices(ENGINES).default('node'))
    .action(detect);
}
