/** When a channel is in alarm. Values are scaled integers, as the channel's readings. */
export interface ThresholdConfig {
  /** In alarm when the value is above. */
  readonly above?: number;
  /** In alarm when the value is below. */
  readonly below?: number;
  /** How far the value must come back inside a limit before the alarm may end; at least 0. */
  readonly hysteresis: number;
  /** How long the value must stay beyond a limit, or back inside, before the state changes, in milliseconds. */
  readonly holdMs: number;
}

/** Immutable; `step` gives the next one. */
export interface ThresholdState {
  readonly raised: boolean;
  /** Since when the value has argued for the other state. */
  readonly pendingMs?: number;
  /** The limit that was crossed last. */
  readonly limit: number;
}

export interface ThresholdEvent {
  readonly state: 'raised' | 'cleared';
  readonly value: number;
  readonly limit: number;
}

export const THRESHOLD_START: ThresholdState = { raised: false, limit: 0 };

/** The limit that `value` is beyond, each moved inwards by `margin`. */
function crossed({ above, below }: ThresholdConfig, value: number, margin: number): number | undefined {
  if (above !== undefined && value > above - margin) return above;
  if (below !== undefined && value < below + margin) return below;
  return undefined;
}

/**
 * One step of the threshold detector, a pure function. A value exactly on a limit is not beyond it.
 * @param takenMs the reading's time; never goes back.
 */
export function stepThreshold(
  config: ThresholdConfig,
  state: ThresholdState,
  { value, takenMs }: { value: number; takenMs: number },
): { state: ThresholdState; event?: ThresholdEvent } {
  const limit = crossed(config, value, state.raised ? config.hysteresis : 0);
  const wantsChange = state.raised ? limit === undefined : limit !== undefined;
  if (!wantsChange) {
    return { state: state.pendingMs === undefined ? state : { raised: state.raised, limit: state.limit } };
  }
  const pendingMs = state.pendingMs ?? takenMs;
  const atLimit = limit ?? state.limit;
  if (takenMs - pendingMs < config.holdMs)
    return { state: { raised: state.raised, pendingMs, limit: atLimit } };
  const raised = !state.raised;
  return {
    state: { raised, limit: atLimit },
    event: { state: raised ? 'raised' : 'cleared', value, limit: atLimit },
  };
}
