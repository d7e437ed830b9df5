import { join } from 'node:path';
import { GatewayCore } from '../../gateway/core.js';
import { Store } from '../../gateway/store.js';
import { PARTS } from '../../hal/parts.js';
import { encodeRoot } from '../../src/seal/keys.js';
import { ROOT_FLASH_NAME, Sealer } from '../../src/seal/sealer.js';
import { encodeBirth } from '../../src/wire/birth.js';
import { CborWriter } from '../../src/wire/cbor-writer.js';
import { KIND, topicOf } from '../../src/wire/envelope.js';
import { PLAINTEXT_BYTES_MAX, writeTelemetry } from '../../src/wire/telemetry.js';
import { scratch } from '../support/processes.js';

const NODE = 'abcdefgh';
const ROOT = new Uint8Array(32).fill(7);

function makeSealer(): Sealer {
  const flash = new Map([[ROOT_FLASH_NAME, encodeRoot({ session: 1, root: ROOT })]]);
  const store = {
    read: (name: string) => flash.get(name),
    write: (name: string, value: Uint8Array) => void flash.set(name, value),
  };
  return new Sealer(store, { fill: (bytes) => void bytes.fill(9) }, { nodeId: NODE, gatewayId: 'gateway' });
}

function birthPlaintext(): Uint8Array {
  const sensors = [{ name: 'room', tickMs: 1000, channels: PARTS.sht4x.channels }];
  return encodeBirth({
    firmware: '1',
    bundleSha256: new Uint8Array(32),
    resetReason: 'powerOn',
    heartbeatS: 60,
    sensors,
  });
}

function telemetryPlaintext(tick: number): Uint8Array {
  const readings = Array.from({ length: 40 }, (_, i) => ({
    sensor: 0,
    tick: tick + i,
    values: [2000 + i, 4500],
  }));
  const writer = new CborWriter(PLAINTEXT_BYTES_MAX);
  writeTelemetry(writer, readings);
  return writer.finish();
}

test('a full disk refuses a message whole, and the same message is stored once there is room again', () => {
  const folder = scratch();
  const path = join(folder.path, 'gateway.sqlite');
  const sealer = makeSealer();
  let store = new Store(path, { pagesMax: 40 });
  let core = new GatewayCore(store);
  core.register(NODE, 'gateway', ROOT);
  core.receive(topicOf(NODE, KIND.birth), sealer.birth(birthPlaintext()), 1_000);
  const accepted: Uint8Array[] = [];
  let refused: Uint8Array | undefined;
  for (let i = 0; i < 1_000 && refused === undefined; i++) {
    const envelope = sealer.message(KIND.telemetry, telemetryPlaintext(i * 40));
    try {
      core.receive(topicOf(NODE, KIND.telemetry), envelope, 2_000);
      accepted.push(envelope);
    } catch (error) {
      expect((error as { code?: string }).code).toBe('SQLITE_FULL');
      refused = envelope;
    }
  }
  expect(accepted.length).toBeGreaterThan(0);
  expect(store.countReadings(NODE)).toBe(accepted.length * 40);
  store.close();
  store = new Store(path);
  core = new GatewayCore(store);
  for (const envelope of [...accepted, refused as Uint8Array])
    core.receive(topicOf(NODE, KIND.telemetry), envelope, 3_000);
  expect(store.countReadings(NODE)).toBe((accepted.length + 1) * 40);
  expect(store.refusals()).toEqual([{ nodeId: NODE, reason: 'duplicate', count: accepted.length }]);
  store.close();
  folder.remove();
});
