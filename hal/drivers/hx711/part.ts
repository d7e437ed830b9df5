import { plainChannel, type PartDescription } from '../io/part.js';
import { HX711, type Hx711Options } from './hx711.js';

export const hx711 = {
  channels: [plainChannel('weight', ['weight'], 'kg', -3)],
  ports: { data: 'digital', clock: 'digital' },
  create: (options: Hx711Options) => new HX711(options),
} satisfies PartDescription;
