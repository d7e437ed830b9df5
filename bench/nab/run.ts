import { adaptiveStateBytes, createAdaptiveState, stepAdaptive } from '../../src/detect/adaptive.js';
import { split, type Half, type Series } from './corpus.js';
import { PROFILES, rate, rateAt, type ProfileName, type Rating, type Scored } from './score.js';

/** The normalised scores of one detector on one set of files, 0 to 100. */
export interface Figures {
  readonly standard: number;
  readonly lowFp: number;
  readonly lowFn: number;
  /** The standard profile's best threshold. */
  readonly threshold: number;
  /** Standard score at the threshold that a device uses, not chosen on these files. */
  readonly atDeviceThreshold: number;
}

export interface Outcome extends Figures {
  readonly development: Figures;
  readonly validation: Figures;
  readonly stateBytes: number;
  readonly rows: number;
}

/** Runs the detector over a series, from nothing, row by row. */
export function scoreSeries(series: Series): Scored {
  const state = createAdaptiveState();
  return { series, scores: Float64Array.from(series.rows, (row) => stepAdaptive(state, row)) };
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

function figures(files: readonly Scored[], deviceThreshold: number): Figures {
  const ratings: Record<ProfileName, Rating> = rate(files);
  const [standard, lowFp, lowFn] = (Object.keys(PROFILES) as ProfileName[]).map((name) =>
    rounded(ratings[name].score),
  );
  return {
    standard,
    lowFp,
    lowFn,
    threshold: Math.round(ratings.standard.threshold * 1e4) / 1e4,
    atDeviceThreshold: rounded(rateAt(files, 'standard', deviceThreshold)),
  };
}

/** Scores the detector on the whole corpus and on both halves; each set gets its own best threshold. */
export function measureNab(corpus: readonly Series[], deviceThreshold: number): Outcome {
  const halves = split(corpus.map(({ name }) => name));
  const files = corpus.map(scoreSeries);
  const half = (which: Half) =>
    figures(
      files.filter(({ series }) => halves.get(series.name) === which),
      deviceThreshold,
    );
  return {
    ...figures(files, deviceThreshold),
    development: half('development'),
    validation: half('validation'),
    stateBytes: adaptiveStateBytes(createAdaptiveState()),
    rows: corpus.reduce((sum, { rows }) => sum + rows.length, 0),
  };
}
