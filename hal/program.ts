/** What a device runs, whole: the node and the drivers. tools/bundle.mjs makes one file of it. */
export { createNode } from '../src/node/node.js';
export { createScorer } from '../src/node/scorer.js';
export { PARTS } from './parts.js';
