import type { AnalogSensorOptions } from '../io/analog.js';
import { plainChannel, type PartDescription } from '../io/part.js';
import { Microphone } from './microphone.js';

export const microphone = {
  channels: [plainChannel('level', ['level'], 'V', -4)],
  ports: { sensor: 'analog' },
  create: (options: AnalogSensorOptions) => new Microphone(options),
} satisfies PartDescription;
