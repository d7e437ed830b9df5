import { pathToFileURL } from 'node:url';
import type { AlertLimits, SensorConfig } from '../../src/node/config.js';
import type { createScorer, Scored } from '../../src/node/scorer.js';
import { bundlePath, readBundle } from '../engine/bundle.js';
import type { EngineName } from '../engine/engine.js';
import { FREEZE_PRIMORDIALS, moduleAsExpression } from '../engine/xs-engine.js';
import { XsWorker } from '../engine/xs-worker.js';

/** Readings that are shown to an engine at once. */
const CHUNK = 1_000;

/** A moment of the series: milliseconds since its start, and the scaled value. */
export type Point = readonly [takenMs: number, value: number];

interface Program {
  readonly createScorer: typeof createScorer;
}

export interface ScoredSeries {
  readonly scored: readonly Scored[];
  /** XS only: mean computrons a sample, the passing of texts included. */
  readonly computronsPerSample?: number;
}

async function onNode(
  sensor: SensorConfig,
  limits: AlertLimits,
  points: readonly Point[],
): Promise<ScoredSeries> {
  const program = (await import(pathToFileURL(bundlePath()).href)) as Program;
  const step = program.createScorer(sensor, limits);
  return { scored: points.map(([takenMs, value]) => step(takenMs, [value])) };
}

async function onXs(
  sensor: SensorConfig,
  limits: AlertLimits,
  points: readonly Point[],
): Promise<ScoredSeries> {
  const { source } = await readBundle();
  const worker = new XsWorker('detect', () => Buffer.alloc(0));
  try {
    await worker.evaluate(
      'globalThis.encoder = new TextEncoder(); globalThis.decoder = new TextDecoder(); undefined;',
    );
    await worker.evaluate(FREEZE_PRIMORDIALS);
    await worker.evaluate(
      `globalThis.step = ${moduleAsExpression(source)}.createScorer(${JSON.stringify(sensor)}, ${JSON.stringify(limits)}); undefined;`,
    );
    await worker.evaluate(
      `globalThis.handleCommand = (bytes) => encoder.encode(JSON.stringify(JSON.parse(decoder.decode(bytes))
        .map(([takenMs, value]) => step(takenMs, [value])))).buffer; undefined;`,
    );
    const scored: Scored[] = [];
    let computrons = 0;
    for (let at = 0; at < points.length; at += CHUNK) {
      const reply = await worker.command(JSON.stringify(points.slice(at, at + CHUNK)));
      scored.push(...(JSON.parse(reply.toString('utf8')) as Scored[]));
      computrons += worker.meter.computrons;
    }
    return { scored, computronsPerSample: computrons / points.length };
  } finally {
    await worker.stop();
  }
}

/** Shows a series to the detectors in the built bundle, as the device would. @throws {Error} when it is not built. */
export function scoreSeries(
  engine: EngineName,
  sensor: SensorConfig,
  limits: AlertLimits,
  points: readonly Point[],
): Promise<ScoredSeries> {
  return engine === 'xs' ? onXs(sensor, limits, points) : onNode(sensor, limits, points);
}
