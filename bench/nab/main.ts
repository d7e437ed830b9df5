import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { projectFolder } from '../../host-sim/engine/bundle.js';
import { ADAPTIVE_THRESHOLD } from '../../src/detect/adaptive.js';
import { corpusFolder, readCorpus } from './corpus.js';
import { PEERS } from './peers.js';
import { measureNab, type Outcome } from './run.js';

/** The figures beside the published ones, as a table for people; the best comes first. */
function table(outcome: Outcome): string {
  const ours = [
    { ...outcome, name: 'Mamori adaptive', source: 'this run, all files' },
    { ...outcome.development, name: '  development half', source: 'tuned on these files' },
    { ...outcome.validation, name: '  validation half', source: 'not tuned on these files' },
  ];
  const [all, ...halves] = ours;
  const ranked = [all, ...PEERS].sort((a, b) => b.standard - a.standard);
  const at = ranked.indexOf(all) + 1;
  const lines = [...ranked.slice(0, at), ...halves, ...ranked.slice(at)].map(
    ({ name, standard, lowFp, lowFn, source }) =>
      [
        name.padEnd(20),
        ...[standard, lowFp, lowFn].map((score) => score.toFixed(1).padStart(9)),
        ` ${source}`,
      ].join(''),
  );
  return [`${'detector'.padEnd(20)} standard   low FP   low FN source`, ...lines].join('\n');
}

function main(): void {
  const folder = corpusFolder(projectFolder());
  if (folder === undefined) {
    process.stderr.write('mamori: no NAB corpus: set MAMORI_NAB to a copy of github.com/numenta/NAB\n');
    process.exitCode = 1;
    return;
  }
  const outcome = measureNab(readCorpus(folder), ADAPTIVE_THRESHOLD);
  const path = resolve(process.argv[2] ?? join(projectFolder(), 'reports', 'nab.json'));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(outcome, undefined, 2)}\n`);
  console.log(table(outcome));
  console.log(
    `\nbest standard threshold ${outcome.threshold}; at the device's ${ADAPTIVE_THRESHOLD}: ` +
      `${outcome.atDeviceThreshold.toFixed(1)}; state ${outcome.stateBytes} bytes; written to ${path}`,
  );
}

main();
