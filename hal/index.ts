export { PARTS, type ChannelDescription, type PartDescription, type PartName } from './parts.js';
export type { I2C, I2COptions, I2CSensorOptions } from './drivers/io/i2c.js';
export { BOARDS, partsOf, type Board } from './boards/index.js';
