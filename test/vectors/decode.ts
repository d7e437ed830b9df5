import { toHex } from '../../src/base/bytes.js';
import type { Opened } from '../../src/seal/opener.js';
import { decodeBirth, type SensorInfo } from '../../src/wire/birth.js';
import { KIND } from '../../src/wire/envelope.js';
import { decodeAlert, decodeHeartbeat, decodeWill } from '../../src/wire/events.js';
import { readTelemetry } from '../../src/wire/telemetry.js';

/** Reads the plaintext of any kind into what stands as `decoded` in the vectors. */
export function decodePlaintext(
  { kind, plaintext }: Pick<Opened, 'kind' | 'plaintext'>,
  sensors: readonly SensorInfo[],
): unknown {
  switch (kind) {
    case KIND.birth: {
      const birth = decodeBirth(plaintext);
      return { ...birth, bundleSha256: toHex(birth.bundleSha256) };
    }
    case KIND.will:
      return { connection: decodeWill(plaintext) };
    case KIND.telemetry:
      return readTelemetry(plaintext, sensors);
    case KIND.alert:
      return decodeAlert(plaintext);
    case KIND.heartbeat:
      return decodeHeartbeat(plaintext);
  }
}
