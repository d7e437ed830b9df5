import type { Board } from './board.js';
import { ESP32_C3_DEVKITM } from './esp32-c3-devkitm.js';
import { ESP32_DEVKITC } from './esp32-devkitc.js';
import { ESP32_S3 } from './esp32-s3.js';
import { M5STACK_CORE2 } from './m5stack-core2.js';

export { partsOf, type Board } from './board.js';

/** Every board, by the name that `tools/bundle.mjs` and folders use. */
export const BOARDS: Readonly<Record<string, Board>> = {
  'esp32-devkitc': ESP32_DEVKITC,
  'm5stack-core2': M5STACK_CORE2,
  'esp32-c3-devkitm': ESP32_C3_DEVKITM,
  'esp32-s3': ESP32_S3,
};
