import type { Signal } from './bus.js';
import type { LineDevice } from './part-bus.js';

export interface MicrophoneWorld {
  readonly nowMs: () => number;
  /** Root mean square of the sound in volts behind the amplifier; undefined: the amplifier has no power. */
  readonly level: Signal;
}

/** A converter of 12 bits with 3.3 V at full scale, and an amplifier that rests at 1.25 V as the MAX9814 does. */
const RESOLUTION = 12;
const CODE_MAX = 2 ** RESOLUTION - 1;
const REFERENCE_VOLTS = 3.3;
const RESTING_VOLTS = 1.25;
/** The tone has seven whole periods in 64 conversions. */
const PERIODS = 7;
const CONVERSIONS = 64;

/** An analog microphone that hears a pure tone. The tone is given by the conversions, not by time. */
export function createMicrophoneModel({ nowMs, level }: MicrophoneWorld): LineDevice {
  let conversion = 0;
  return {
    resolution: RESOLUTION,
    absent: () => 0,
    read: () => {
      const rms = level(nowMs());
      if (rms === undefined) return 0;
      const phase = (2 * Math.PI * PERIODS * (conversion++ % CONVERSIONS)) / CONVERSIONS;
      const volts = RESTING_VOLTS + rms * Math.SQRT2 * Math.sin(phase);
      return Math.min(Math.max(Math.round((volts / REFERENCE_VOLTS) * CODE_MAX), 0), CODE_MAX);
    },
  };
}
