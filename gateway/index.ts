export { GatewayCore, type CoreStore } from './core.js';
export { type ChannelValue, type GatewayEvent, type RefusalReason } from './events.js';
export { connectGateway, type GatewayClient, type GatewayClientOptions } from './mqtt-client.js';
export { Store, type NodeRow, type NodeState, type StoreOptions, type TimeSource } from './store.js';
export { Opener, type OpenerState, type OpenResult, type Refusal } from '../src/seal/opener.js';
export { ReplayWindow, WINDOW_COUNTERS } from '../src/seal/replay-window.js';
export { type PairingState, type Reply } from './pairing.js';
export { claimText, parseClaim, type Claim, type ParsedClaim } from '../src/seal/claim.js';
