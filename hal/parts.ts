import { bme280 } from './drivers/bme280/part.js';
import { ds18b20 } from './drivers/ds18b20/part.js';
import { gps } from './drivers/gps/part.js';
import { hx711 } from './drivers/hx711/part.js';
import { ina219 } from './drivers/ina219/part.js';
import { lis3dh } from './drivers/lis3dh/part.js';
import { microphone } from './drivers/microphone/part.js';
import { mpu6050 } from './drivers/mpu6050/part.js';
import { sht4x } from './drivers/sht4x/part.js';
import { tmp117 } from './drivers/tmp117/part.js';
import type { PartDescription } from './drivers/io/part.js';

export type { ChannelDescription, IoKind, PartDescription } from './drivers/io/part.js';

/**
 * Every part that has a driver, by the name that boards and scenarios use. A bundle for one board has only the
 * board's own in this place (docs/adr/0012).
 */
export const PARTS = {
  sht4x,
  lis3dh,
  tmp117,
  bme280,
  ina219,
  mpu6050,
  hx711,
  gps,
  microphone,
  ds18b20,
} as const satisfies Readonly<Record<string, PartDescription>>;

export type PartName = keyof typeof PARTS;
