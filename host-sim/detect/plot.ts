/** A series as it is drawn. */
export interface Plot {
  readonly title: string;
  readonly unit: string;
  /** Milliseconds since 1970, never falling. */
  readonly times: readonly number[];
  readonly values: readonly number[];
  /** 0..1 each. */
  readonly scores: readonly number[];
  readonly labels: readonly boolean[];
  readonly alerts: readonly { readonly utcMs: number; readonly text: string }[];
}

const WIDTH = 1200;
const HEIGHT = 260;
const SCORE_HEIGHT = 120;

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

function utc(utcMs: number): string {
  return new Date(utcMs).toISOString().slice(0, 19).replace('T', ' ');
}

/** Lowest and highest of each column of the picture: a million points make no larger file than a thousand. */
function columns(times: readonly number[], values: readonly number[]): Map<number, [number, number]> {
  const spanMs = Math.max(1, times[times.length - 1] - times[0]);
  const found = new Map<number, [number, number]>();
  values.forEach((value, i) => {
    const x = Math.floor(((times[i] - times[0]) / spanMs) * (WIDTH - 1));
    const [low, high] = found.get(x) ?? [value, value];
    found.set(x, [Math.min(low, value), Math.max(high, value)]);
  });
  return found;
}

function curve(
  times: readonly number[],
  values: readonly number[],
  low: number,
  high: number,
  height: number,
): string {
  const y = (value: number) => (height - ((value - low) / (high - low || 1)) * height).toFixed(1);
  return [...columns(times, values)]
    .map(([x, [least, most]]) => (least === most ? `${x},${y(least)}` : `${x},${y(least)} ${x},${y(most)}`))
    .join(' ');
}

function bands({ times, labels }: Plot): string {
  const raised = columns(
    times,
    labels.map((label) => (label ? 1 : 0)),
  );
  return [...raised]
    .filter(([, [, most]]) => most === 1)
    .map(([x]) => `<rect class="raised" x="${x}" width="1.5" y="0" height="${HEIGHT}"/>`)
    .join('');
}

const STYLE = `body{font:14px sans-serif;margin:2em;color:#222}svg{width:100%;border:1px solid #ccc;margin-bottom:1em}
polyline{fill:none;stroke:#1f5fa8;stroke-width:1}.score{stroke:#a8501f}.raised{fill:#e33;opacity:.25}
.limit{stroke:#888;stroke-dasharray:4}td,th{padding:.1em 1em .1em 0;text-align:left}`;

/** A page of its own with the series, the score and the alerts; it loads nothing. */
export function plotHtml(plot: Plot): string {
  const { title, unit, times, values, scores, alerts } = plot;
  const low = values.reduce((least, value) => Math.min(least, value), Infinity);
  const high = values.reduce((most, value) => Math.max(most, value), -Infinity);
  const rows = alerts.map(({ utcMs, text }) => `<tr><td>${utc(utcMs)}</td><td>${escaped(text)}</td></tr>`);
  const range = `${utc(times[0])} to ${utc(times[times.length - 1])}, ${low} to ${high} ${escaped(unit)}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title><style>${STYLE}</style></head><body>
<h1>${escaped(title)}</h1><p>${range}. Red: an alert is raised.</p>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="series">${bands(plot)}<polyline points="${curve(times, values, low, high, HEIGHT)}"/></svg>
<p>Score, 0 to 1; a limit is at 0.5.</p>
<svg viewBox="0 0 ${WIDTH} ${SCORE_HEIGHT}" role="img" aria-label="score"><line class="limit" x1="0" x2="${WIDTH}" y1="${SCORE_HEIGHT / 2}" y2="${SCORE_HEIGHT / 2}"/><polyline class="score" points="${curve(times, scores, 0, 1, SCORE_HEIGHT)}"/></svg>
<table><tr><th>UTC</th><th>alert</th></tr>${rows.join('')}</table>
</body></html>
`;
}
