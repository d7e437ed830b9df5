import type { FleetReport } from './report.js';

const WIDTH = 900;
const HEIGHT = 180;
const LEFT = 60;
const BOTTOM = 24;

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** One series as an SVG of its own, with the largest value and the hours on its axes. */
function plot(title: string, values: readonly number[], durationMs: number): string {
  const top = Math.max(1e-9, ...values);
  const x = (i: number) => (LEFT + ((i + 1) / values.length) * (WIDTH - LEFT - 10)).toFixed(1);
  const y = (value: number) => (HEIGHT - BOTTOM - (value / top) * (HEIGHT - BOTTOM - 10)).toFixed(1);
  const points = values.map((value, i) => `${x(i)},${y(value)}`).join(' ');
  const hours = Number((durationMs / 3_600_000).toPrecision(3));
  return `<figure><figcaption>${escaped(title)}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(title)}">
<path d="M${LEFT} 10V${HEIGHT - BOTTOM}H${WIDTH - 10}" class="axis"/>
<text x="${LEFT - 6}" y="18" class="end">${Number(top.toPrecision(3))}</text>
<text x="${LEFT - 6}" y="${HEIGHT - BOTTOM}" class="end">0</text>
<text x="${LEFT}" y="${HEIGHT - 6}">0 h</text>
<text x="${WIDTH - 10}" y="${HEIGHT - 6}" class="end">${hours} h</text>
<polyline points="${points}"/></svg></figure>`;
}

function table(rows: readonly (readonly [string, number | string])[]): string {
  const lines = rows.map(
    ([label, value]) => `<tr><th>${escaped(label)}</th><td>${escaped(String(value))}</td></tr>`,
  );
  return `<table>${lines.join('\n')}</table>`;
}

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;max-width:960px;margin:2em auto;padding:0 1em;color:#222}
figure{margin:1.5em 0}svg{width:100%;height:auto}polyline{fill:none;stroke:#06c;stroke-width:1.5}
.axis{fill:none;stroke:#888}text{font-size:12px;fill:#555}.end{text-anchor:end}
th{text-align:left;font-weight:400;padding-right:2em}td{text-align:right;font-variant-numeric:tabular-nums}`;

/** A page that needs nothing else: the report's figures, and plots over the run's time. */
export function fleetPage(report: FleetReport): string {
  const { counts, connects, queues, alertLatencyMs, perNodeDay, durationMs, cost } = report;
  const title = `${report.scenario}: ${counts.nodes} nodes, seed ${report.seed}`;
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escaped(title)}</title>
<style>${STYLE}</style><h1>${escaped(title)}</h1>
${plot('Attempts to connect: busiest second of each part', connects.peaks, durationMs)}
${plot('Readings that wait in a node, mean', queues.mean, durationMs)}
${plot('Readings that wait in a node, longest queue', queues.most, durationMs)}
${table([
  ...Object.entries(counts),
  ['lost', report.lost],
  ...Object.entries(report.dropped).map(([name, value]) => [`dropped: ${name}`, value] as const),
  ...Object.entries(report.refusals).map(([name, value]) => [`refused: ${name}`, value] as const),
  ...Object.entries(alertLatencyMs).map(([name, value]) => [`alert latency ms: ${name}`, value] as const),
  ...Object.entries(perNodeDay).map(
    ([name, value]) => [`a node and day: ${name}`, value.toFixed(1)] as const,
  ),
  ...Object.entries<number>({ ...cost }).map(([name, value]) => [`cost: ${name}`, value.toFixed(1)] as const),
])}
${report.violations.map((violation) => `<p><strong>${escaped(violation)}</strong></p>`).join('\n')}
</html>
`;
}
