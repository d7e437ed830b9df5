import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkWorld } from '../../host-sim/check/run-world.js';
import { SendWatch } from '../../host-sim/check/watch.js';
import { randomWorld } from '../../host-sim/check/world.js';
import type { Store } from '../../gateway/store.js';
import { KIND, topicOf } from '../../src/wire/envelope.js';
import { ROOT_FLASH_NAME } from '../../src/seal/sealer.js';
import { mamori, PROJECT } from '../support/processes.js';

/** Seeds that failed once, and why. */
const corpus = JSON.parse(readFileSync(join(PROJECT, 'test/simulation/corpus/check-seeds.json'), 'utf8')) as {
  seed: number;
  why: string;
}[];

/** The first seed that finds a defect, of the first 200. */
function firstFinding(find: (seed: number) => readonly string[]): { seed: number; violations: string } {
  for (let seed = 1; seed <= 200; seed++) {
    const violations = find(seed);
    if (violations.length > 0) return { seed, violations: violations.join('; ') };
  }
  return { seed: -1, violations: '' };
}

describe('random worlds', () => {
  test('150 of them keep every invariant', () => {
    const failed = Array.from({ length: 150 }, (_, i) => 50_000 + i).flatMap((seed) =>
      checkWorld(randomWorld(seed)).map((violation) => `seed ${seed}: ${violation}`),
    );
    expect(failed).toEqual([]);
  });

  test.each(corpus)('seed $seed, which failed once, is mended: $why', ({ seed }) => {
    expect(checkWorld(randomWorld(seed))).toEqual([]);
  });

  test('a seed gives one world', () => {
    expect(randomWorld(7)).toEqual(randomWorld(7));
    expect(randomWorld(7)).not.toEqual(randomWorld(8));
  });

  test('together they have every fault and every hostile act', () => {
    const worlds = Array.from({ length: 100 }, (_, seed) => randomWorld(seed));
    const faults = new Set(worlds.flatMap(({ scenario }) => scenario.faults.map(({ kind }) => kind)));
    const acts = new Set(worlds.flatMap(({ hostilities }) => hostilities.map(({ kind }) => kind)));
    expect(faults.size).toBe(5);
    expect(acts.size).toBe(7);
    expect(worlds.some(({ clockAheadMs }) => clockAheadMs === undefined)).toBe(true);
  });
});

describe('a planted defect is found within 200 worlds', () => {
  test('flash that skips the write of the ratchet: a session begins twice', () => {
    const { violations } = firstFinding((seed) =>
      checkWorld(randomWorld(seed), {
        plant: ({ flash }) => {
          flash.set = (name) => {
            if (name !== ROOT_FLASH_NAME) throw new Error('only the root is kept here');
            return flash;
          };
        },
      }),
    );
    expect(violations).toMatch(/was begun twice|nonce used twice/);
  });

  test('a broker that acknowledges telemetry and loses it', () => {
    const { violations } = firstFinding((seed) =>
      checkWorld(randomWorld(seed), { loses: (topic) => topic.endsWith('/t') }),
    );
    expect(violations).toMatch(/readings delivered, expected/);
  });

  test('a broker that acknowledges alerts and loses them', () => {
    const { violations } = firstFinding((seed) =>
      checkWorld(randomWorld(seed), { loses: (topic) => topic.endsWith('/a') }),
    );
    expect(violations).toMatch(/alerts raised/);
  });

  test('a gateway that does not keep its replay windows', () => {
    const { violations } = firstFinding((seed) =>
      checkWorld(randomWorld(seed), {
        plant: (_plan, store: Store) => {
          const save = store.saveSession.bind(store);
          store.saveSession = (nodeId, state) => {
            const window = state.window.slice().fill(0);
            // A window that has seen nothing has -1 as its highest counter.
            new DataView(window.buffer).setFloat64(0, -1);
            save(nodeId, { ...state, window });
          };
        },
      }),
    );
    expect(violations).toMatch(/it threw: .*UNIQUE constraint failed: readings/);
  });

  test('a pace that the node does not keep', () => {
    const watch = new SendWatch({ burst: 2, perMinute: 60 });
    const send = (counter: number, ms: number) =>
      watch.see({ topic: topicOf('abcdefgh', KIND.telemetry), payload: envelope(1, counter, counter) }, ms);
    [0, 0, 1_000, 2_000].forEach((ms, counter) => send(counter, ms));
    expect([...watch.violations]).toEqual([]);
    send(4, 2_500);
    expect([...watch.violations]).toEqual([expect.stringContaining('the pace of 60 a minute')]);
  });

  test('a counter that is used again for other bytes, and one out of order', () => {
    const watch = new SendWatch({ burst: 10, perMinute: 60 });
    const topic = topicOf('abcdefgh', KIND.telemetry);
    watch.see({ topic, payload: envelope(1, 5, 0) }, 0);
    watch.see({ topic, payload: envelope(1, 5, 0) }, 0);
    expect([...watch.violations]).toEqual([]);
    watch.see({ topic, payload: envelope(1, 5, 1) }, 0);
    watch.see({ topic, payload: envelope(1, 4, 1) }, 0);
    expect([...watch.violations].join('; ')).toMatch(/nonce used twice.*counter 4 out of order/);
  });
});

/** A telemetry envelope whose body is one byte, repeated. */
function envelope(session: number, counter: number, byte: number): Uint8Array {
  return Uint8Array.of(34, session, counter, ...new Array<number>(20).fill(byte));
}

test('mamori sim check counts its worlds', () => {
  const { status, stdout } = mamori('sim', 'check', '--seeds', '20', '--seed', '3');
  expect(stdout).toMatch(/^20 worlds from seed 3 on, 0 failed, \d+ a minute\n$/);
  expect(status).toBe(0);
});
