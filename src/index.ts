export { createNode, type Node, type NodeStats } from './node/node.js';
export { checkConfig } from './node/config.js';
export type { ChannelConfig, DetectorConfig, NodeConfig, SensorConfig } from './node/config.js';
export type * from './ports/ports.js';
export { NO_DATA, SensorError, type NoDataReason } from './base/no-data.js';
