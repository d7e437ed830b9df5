import { VALUE_MAX, VALUE_MIN } from '../base/no-data.js';

/** What a detector says to a sample. Without an opinion nothing changes: not enough is known, or nothing was measured. */
export const OPINION = { none: 0, calm: 1, alarm: 2 } as const;

/** What a detector is shown: one moment of a sensor, all channels of it. Reused from sample to sample. */
export interface Sample {
  /** Milliseconds; never goes back. */
  takenMs: number;
  /** Scaled integers, or what `noDataValue` gives, a channel each. */
  values: readonly number[];
  /** True while this detector's alert is raised, for those with hysteresis. */
  isRaised: boolean;
}

/** What a step writes. Reused, so that a step allocates nothing. */
export interface Verdict {
  opinion: number;
  /** 0..1, 0.5 at the limit; what `mamori detect` plots. */
  score: number;
  /** What was judged, and the limit it was held against, scaled as the channel. */
  value: number;
  limit: number;
}

/** The sensor that a detector stands on. */
export interface DetectorContext {
  /** Place of the watched channel. */
  readonly channel: number;
  readonly channels: readonly { readonly name: string; readonly exponent: number }[];
}

/**
 * How one field of a detector's configuration is checked, on the device and in a file. In a file a duration is
 * written with its unit and without the `Ms` of its name.
 */
export interface FieldRule {
  /** `value`: any number in the channel's unit. `size`: one that is not negative. */
  readonly type: 'value' | 'size' | 'number' | 'integer' | 'duration' | 'channel';
  /** Bounds, both inclusive; of a duration in milliseconds. A value's are those of a reading. */
  readonly min?: number;
  readonly max?: number;
  /** What stands in a file that leaves the field out. */
  readonly absent?: number;
  /** True for a field that may be undefined. */
  readonly optional?: boolean;
}

export type FieldRules<Config> = { readonly [Name in keyof Config]-?: FieldRule };

/** What is wrong with a configuration as a whole. */
export interface Problem {
  readonly field?: string;
  readonly text: string;
}

/** One kind of detector. `Plan` is its configuration in scaled integers, `State` all that it remembers. */
export interface Detector<Config extends object, Plan, State extends { readonly byteLength: number }> {
  readonly fields: FieldRules<Config>;
  /** What no single field shows. */
  readonly problem?: (config: Config) => Problem | undefined;
  /** True for a detector that wants to see samples of its channel that have no data. */
  readonly seesNoData?: boolean;
  readonly plan: (config: Config, context: DetectorContext) => Plan;
  /** Allocates everything; `byteLength` of it is at most 4,096. */
  readonly create: (plan: Plan) => State;
  /** Judges one sample: changes `state` and writes `verdict`, and nothing else. */
  readonly step: (plan: Plan, state: State, sample: Sample, verdict: Verdict) => void;
}

/** A detector at work. */
export interface RunningDetector {
  readonly stateBytes: number;
  readonly seesNoData: boolean;
  readonly step: (sample: Sample, verdict: Verdict) => void;
}

/** A detector as the registry holds it, its plan and state out of sight. */
export interface RegisteredDetector<Config> {
  readonly fields: Readonly<Record<string, FieldRule>>;
  readonly problem: (config: Config) => Problem | undefined;
  readonly start: (config: Config, context: DetectorContext) => RunningDetector;
}

/** Makes a detector fit for the registry. */
export function registered<Config extends object, Plan, State extends { readonly byteLength: number }>(
  detector: Detector<Config, Plan, State>,
): RegisteredDetector<Config> {
  return {
    fields: detector.fields,
    problem: (config) => detector.problem?.(config),
    start: (config, context) => {
      const plan = detector.plan(config, context);
      const state = detector.create(plan);
      return {
        stateBytes: state.byteLength,
        seesNoData: detector.seesNoData === true,
        step: (sample, verdict) => detector.step(plan, state, sample, verdict),
      };
    },
  };
}

/** A number of the channel's unit as the channel's integers. */
export function scaled(value: number, { channels, channel }: DetectorContext): number {
  return Math.round(value * 10 ** -channels[channel].exponent);
}

/** The place of a channel of this name; the configuration has been checked. */
export function placeOf(name: string, { channels }: DetectorContext): number {
  return channels.findIndex((channel) => channel.name === name);
}

/** The bounds of a field, in its own unit. @param exponent of the watched channel. */
export function boundsOf({ type, min, max }: FieldRule, exponent: number): { min: number; max: number } {
  const unit = 10 ** -exponent;
  if (type === 'value') return { min: min ?? VALUE_MIN / unit, max: max ?? VALUE_MAX / unit };
  if (type === 'size') return { min: min ?? 0, max: max ?? VALUE_MAX / unit };
  return { min: min ?? 0, max: max ?? (type === 'duration' ? 604_800_000 : VALUE_MAX) };
}

/** How far something went, against how far it may: 0 at rest, 0.5 at the limit, towards 1 beyond. */
export function scoreOf(distance: number, limit: number): number {
  const sum = distance + limit;
  return sum > 0 ? distance / sum : 0;
}

/** Writes a verdict for a distance that may reach `limit`. A raised alert ends at `release` of the limit. */
export function judge(
  verdict: Verdict,
  { isRaised }: Sample,
  distance: number,
  limit: number,
  release = 1,
): void {
  verdict.score = scoreOf(distance, limit);
  verdict.opinion = distance > (isRaised ? limit * release : limit) ? OPINION.alarm : OPINION.calm;
}
