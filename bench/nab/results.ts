import { projectFolder } from '../../host-sim/engine/bundle.js';
import { ADAPTIVE_THRESHOLD } from '../../src/detect/adaptive.js';
import type { Result } from '../budget.js';
import { corpusFolder, readCorpus } from './corpus.js';
import { PEERS } from './peers.js';
import { measureNab } from './run.js';

/** The goal for the standard profile. */
const STANDARD_MIN = 60;
/** Most bytes that a channel's detector may keep. */
const STATE_BYTES_MAX = 4_096;

/** The adaptive detector's scores and state; nothing, with a word on stderr, where the corpus is not there. */
export function nabResults(): Result[] {
  const folder = corpusFolder(projectFolder());
  if (folder === undefined) {
    process.stderr.write(
      'skipped: nab.*, since there is no corpus (set MAMORI_NAB to a copy of github.com/numenta/NAB)\n',
    );
    return [];
  }
  const outcome = measureNab(readCorpus(folder), ADAPTIVE_THRESHOLD);
  const score = (name: string, profile: 'standard' | 'lowFp' | 'lowFn') => ({
    name,
    value: outcome[profile],
    unit: `of 100; validation half ${outcome.validation[profile].toFixed(1)}`,
    better: 'higher' as const,
    peers: PEERS.map((peer) => ({ name: peer.name, value: peer[profile], source: peer.source })),
  });
  return [
    { ...score('nab.standard', 'standard'), limit: STANDARD_MIN },
    score('nab.lowFp', 'lowFp'),
    score('nab.lowFn', 'lowFn'),
    {
      name: 'detect.stateBytesPerChannel',
      value: outcome.stateBytes,
      unit: 'bytes, adaptive detector',
      limit: STATE_BYTES_MAX,
      better: 'lower',
      peers: [],
    },
  ];
}
