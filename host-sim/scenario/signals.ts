import { resolve } from 'node:path';
import { parseSeries } from '../world/csv.js';
import type { SeriesResult } from '../world/csv.js';
import { constant, noise, ramp, replay, sine, sum, windowed } from '../world/signals.js';
import type { Signal, SignalWindow } from '../world/signals.js';
import { readTextFile } from './load.js';
import type { ScenarioReplay, ScenarioSensor, ScenarioSignal, ScenarioSource } from './types.js';

/** The largest CSV file: ROWS_MAX rows of ordinary length. */
export const CSV_BYTES_MAX = 64 * 1024 * 1024;

/** CSV columns that were read before. Share one between the sensors of a run, so that each file is read once. */
export type SeriesCache = Map<string, SeriesResult>;

export interface BuildSignalsOptions {
  /** The folder that CSV paths are relative to. */
  readonly baseDir: string;
  /** 32 bits. Give each instance of a node a seed of its own, or their noise will be the same. */
  readonly seed: number;
  /** The scenario's start, which CSV files are read from. */
  readonly startUtcMs: number;
  readonly cache?: SeriesCache;
}

export type BuildSignalsResult =
  | { readonly ok: true; readonly signals: Readonly<Record<string, Signal>> }
  | { readonly ok: false; readonly error: string };

/**
 * Turns the signals of a sensor into functions of world time.
 * @returns a signal for each channel, or an error with the CSV file and the line that is broken.
 */
export function buildSignals(sensor: ScenarioSensor, options: BuildSignalsOptions): BuildSignalsResult {
  const builder = new SignalBuilder(options);
  const entries = Object.entries(sensor.signals).map(([channel, signal]) => {
    return [channel, builder.build(signal, `${sensor.name}.${channel}`)] as const;
  });
  if (builder.error !== undefined) return { ok: false, error: builder.error };
  return { ok: true, signals: Object.fromEntries(entries) };
}

class SignalBuilder {
  /** The first error; what `build` gives is of no use once there is one. */
  error: string | undefined;
  readonly #options: BuildSignalsOptions;
  readonly #cache: SeriesCache;

  constructor(options: BuildSignalsOptions) {
    this.#options = options;
    this.#cache = options.cache ?? new Map<string, SeriesResult>();
  }

  /** @param place where the signal stands, which makes the noise of each place its own. */
  build(signal: ScenarioSignal, place: string): Signal {
    const base = this.#source(signal, place);
    const windows = signal.windows.map(({ fromMs, toMs, signal: inner }, index): SignalWindow => {
      const replacement = this.build(inner, `${place}.windows[${index}]`);
      return { fromS: fromMs / 1000, toS: toMs / 1000, signal: replacement };
    });
    return windows.length === 0 ? base : windowed(base, windows);
  }

  #source(source: ScenarioSource, place: string): Signal {
    if ('constant' in source) return constant(source.constant);
    if ('sine' in source) {
      const { mean, amplitude, periodMs, phaseMs } = source.sine;
      return sine({ mean, amplitude, periodS: periodMs / 1000, phaseS: phaseMs / 1000 });
    }
    if ('ramp' in source) return ramp({ ...source.ramp, startS: source.ramp.startMs / 1000 });
    if ('noise' in source) {
      return noise({ stdDev: source.noise.stdDev, seed: seedOfPlace(this.#options.seed, place) });
    }
    if ('sum' in source) return sum(source.sum.map((part, i) => this.build(part, `${place}.sum[${i}]`)));
    return this.#replay(source);
  }

  #replay(source: ScenarioReplay): Signal {
    const result = this.#series(source);
    if (!result.ok) {
      this.error ??= result.error;
      return () => undefined;
    }
    return replay(result.series, {
      originUtcMs: this.#options.startUtcMs + source.offsetMs,
      interpolate: source.interpolate,
      gapMsMax: source.gapMs,
    });
  }

  #series({ csv, column, timeColumn }: ScenarioReplay): SeriesResult {
    const path = resolve(this.#options.baseDir, csv);
    const key = JSON.stringify([path, timeColumn, column]);
    const known = this.#cache.get(key);
    if (known !== undefined) return known;
    const file = readTextFile(path, CSV_BYTES_MAX);
    const result: SeriesResult = file.ok
      ? parseSeries(file.text, { name: csv, timeColumn, valueColumn: column })
      : { ok: false, error: `${csv}: ${file.error}` };
    this.#cache.set(key, result);
    return result;
  }
}

/** FNV-1a (Fowler, Noll and Vo) of the place, over the seed: any change of either gives another seed. */
function seedOfPlace(seed: number, place: string): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let i = 0; i < place.length; i++) hash = Math.imul(hash ^ place.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}
