import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../host-sim/engine/bundle.js';
import { parseSeries } from '../host-sim/world/csv.js';
import { encodePacket } from '../src/link/codec.js';
import { encodeRoot } from '../src/seal/keys.js';
import { ROOT_FLASH_NAME, Sealer } from '../src/seal/sealer.js';
import { CborWriter } from '../src/wire/cbor-writer.js';
import { KIND, topicOf } from '../src/wire/envelope.js';
import { PLAINTEXT_BYTES_MAX, writeTelemetry } from '../src/wire/telemetry.js';
import type { Result } from './budget.js';

const BATCH = 60;
const NODE_ID = 'abcdefgh';
const SERIES = join('data', 'machine-temperature', 'machine_temperature_system_failure.csv');

function sealer(): Sealer {
  const flash = new Map([[ROOT_FLASH_NAME, encodeRoot({ session: 1, root: new Uint8Array(32).fill(7) })]]);
  const store = {
    read: (name: string) => flash.get(name),
    write: (name: string, value: Uint8Array) => void flash.set(name, value),
  };
  return new Sealer(
    store,
    { fill: (bytes) => void bytes.fill(0x5a) },
    { nodeId: NODE_ID, gatewayId: 'gateway' },
  );
}

/** Mean bytes a reading over the whole recorded series, in PUBLISH packets of 60 readings at QoS 0. */
export function bytesPerReading(): number {
  const parsed = parseSeries(readFileSync(join(projectFolder(), SERIES), 'utf8'), { name: SERIES });
  if (!parsed.ok) throw new Error(parsed.error);
  const { times, values } = parsed.series;
  const session = sealer();
  const writer = new CborWriter(PLAINTEXT_BYTES_MAX);
  const batches = Math.floor(values.length / BATCH);
  let bytes = 0;
  for (let batch = 0; batch < batches; batch++) {
    const readings = Array.from({ length: BATCH }, (_, i) => {
      const at = batch * BATCH + i;
      return { sensor: 0, tick: (times[at] - times[0]) / 1000, values: [Math.round(values[at] * 100)] };
    });
    writer.truncate(0);
    writeTelemetry(writer, readings);
    const payload = session.message(KIND.telemetry, writer.finish());
    const topic = topicOf(NODE_ID, KIND.telemetry);
    bytes += encodePacket({ cmd: 'publish', topic, payload, qos: 0, retain: false, dup: false }).length;
  }
  return bytes / (batches * BATCH);
}

/** Size of a minified bundle. */
function minifiedBytes(...folder: string[]): number {
  return statSync(join(projectFolder(), 'dist', 'bundle', ...folder, 'mamori-node.min.mjs')).size;
}

/** Figures of size. */
export function measureWire(): Result[] {
  return [
    {
      name: 'wire.bytesPerReading.batch60',
      value: bytesPerReading(),
      unit: 'bytes, mean over the recorded series, hundredths of a degree',
      limit: 3,
      better: 'lower',
      peers: [],
    },
    {
      name: 'device.bundleBytes.minified',
      value: minifiedBytes(),
      unit: 'bytes, with every part',
      limit: 120_000,
      better: 'lower',
      peers: [],
    },
    {
      name: 'device.bundleBytes.board',
      value: minifiedBytes('boards', 'esp32-devkitc'),
      unit: 'bytes; a bundle with the parts of one board (esp32-devkitc)',
      better: 'lower',
      peers: [],
    },
  ];
}
