import { cross } from './cross.js';
import { registered } from './detector.js';
import { drift } from './drift.js';
import { missing } from './missing.js';
import { rateOfChange } from './rate-of-change.js';
import { robustZ } from './robust-z.js';
import { stuck } from './stuck.js';
import { threshold } from './threshold.js';

/** Every kind of detector, by the name that a configuration uses. `DETECTORS` of the wire has the same names. */
export const REGISTRY = {
  threshold: registered(threshold),
  rateOfChange: registered(rateOfChange),
  stuck: registered(stuck),
  missing: registered(missing),
  drift: registered(drift),
  robustZ: registered(robustZ),
  cross: registered(cross),
};

export type DetectorName = keyof typeof REGISTRY;

/** The fields of a kind's own. */
export type OwnConfig<Name extends DetectorName> = Parameters<(typeof REGISTRY)[Name]['start']>[0];
