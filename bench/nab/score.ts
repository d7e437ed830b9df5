import type { Series } from './corpus.js';

/** What a detection and a miss are worth: true positive, false negative, false positive. */
export interface Profile {
  readonly tp: number;
  readonly fn: number;
  readonly fp: number;
}

/** The published profiles (`config/profiles.json` of NAB). */
export const PROFILES = {
  standard: { tp: 1, fn: 1, fp: 0.11 },
  lowFp: { tp: 1, fn: 1, fp: 0.22 },
  lowFn: { tp: 1, fn: 2, fp: 0.11 },
} as const satisfies Record<string, Profile>;

export type ProfileName = keyof typeof PROFILES;

/** A series with one anomaly score for each row. */
export interface Scored {
  readonly series: Series;
  readonly scores: ArrayLike<number>;
}

export interface Rating {
  /** 0 for a detector that says nothing, 100 for one that detects each window at its left edge. */
  readonly score: number;
  /** The threshold that gives this score: a detection is a score at or above it. 1.1 where silence is best. */
  readonly threshold: number;
}

/** One scored row: its worth before weighting, and its window, -1 outside any. */
interface Point {
  readonly score: number;
  readonly window: number;
  readonly worth: number;
}

/** The scaled sigmoid of Lavin and Ahmad 2015 (arXiv:1510.03336), equation 1. */
export function sigma(y: number): number {
  return y > 3 ? -1 : 2 / (1 + Math.exp(5 * y)) - 1;
}

/** The scored rows of one file; its windows are numbered from `firstWindow`. */
function pointsOf({ series, scores }: Scored, firstWindow: number): Point[] {
  if (scores.length !== series.rows.length)
    throw new RangeError(`${series.name}: ${scores.length} scores for ${series.rows.length} rows`);
  const points: Point[] = [];
  let next = 0;
  for (let row = 0; row < series.rows.length; row++) {
    while (next < series.windows.length && row > (series.windows[next]?.last ?? 0)) next++;
    const window = series.windows[next];
    const before = series.windows[next - 1];
    const isInside = window !== undefined && row >= window.first;
    let worth = -1;
    if (isInside) worth = sigma(-(window.last - row + 1) / (window.last - window.first + 1)) / sigma(-1);
    else if (before) worth = sigma((row - before.last) / (before.last - before.first));
    if (row >= series.probationRows)
      points.push({ score: scores[row] ?? 0, window: isInside ? firstWindow + next : -1, worth });
  }
  return points;
}

/** All scored rows of all files, the most anomalous first. */
function pointsOfAll(files: readonly Scored[]): { points: Point[]; windows: number } {
  const points: Point[] = [];
  let windows = 0;
  for (const file of files) {
    for (const point of pointsOf(file, windows)) points.push(point);
    windows += file.series.windows.length;
  }
  return { points: points.sort((a, b) => b.score - a.score), windows };
}

function rateProfile(points: readonly Point[], windows: number, { tp, fn, fp }: Profile): Rating {
  const earned = new Map<number, number>();
  for (const { window } of points) if (window >= 0) earned.set(window, -fn);
  const silent = -fn * earned.size;
  let total = silent;
  let best = silent;
  let threshold = 1.1;
  points.forEach(({ score, window, worth }, index) => {
    if (window < 0) total += worth * fp;
    else {
      const gain = worth * tp - (earned.get(window) ?? 0);
      if (gain > 0) {
        total += gain;
        earned.set(window, worth * tp);
      }
    }
    // Rows of one score are detected together: a threshold cannot part them.
    if (points[index + 1]?.score !== score && total > best) {
      best = total;
      threshold = score;
    }
  });
  return { score: (100 * (best - silent)) / (windows * tp - silent), threshold };
}

/** Scores a detector with NAB's published rule, one threshold for all files of each profile. */
export function rate(files: readonly Scored[]): Record<ProfileName, Rating> {
  const { points, windows } = pointsOfAll(files);
  return {
    standard: rateProfile(points, windows, PROFILES.standard),
    lowFp: rateProfile(points, windows, PROFILES.lowFp),
    lowFn: rateProfile(points, windows, PROFILES.lowFn),
  };
}

/** The total that a fixed threshold earns, normalised: what a device with that threshold would have got. */
export function rateAt(files: readonly Scored[], profile: ProfileName, threshold: number): number {
  const cut = files.map(({ series, scores }) => ({
    series,
    scores: Array.from(scores, (score) => (score >= threshold ? 1 : 0)),
  }));
  const { points, windows } = pointsOfAll(cut);
  const { tp, fn, fp } = PROFILES[profile];
  const earned = new Map<number, number>();
  for (const { window } of points) if (window >= 0) earned.set(window, -fn);
  const silent = -fn * earned.size;
  let total = silent;
  for (const { score, window, worth } of points) {
    if (score === 0) break;
    if (window < 0) total += worth * fp;
    else if (worth * tp > (earned.get(window) ?? 0)) {
      total += worth * tp - (earned.get(window) ?? 0);
      earned.set(window, worth * tp);
    }
  }
  return (100 * (total - silent)) / (windows * tp - silent);
}
