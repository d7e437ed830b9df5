import fc from 'fast-check';
import { ReplayWindow, WINDOW_BYTES, WINDOW_COUNTERS } from '../../src/seal/replay-window.js';
import { COUNTER_MAX } from '../../src/wire/envelope.js';

/** The same by a Set of all that was accepted. */
class ModelWindow {
  readonly #accepted = new Set<number>();
  highest = -1;

  check(counter: number): string {
    if (counter <= this.highest - WINDOW_COUNTERS) return 'tooOld';
    return this.#accepted.has(counter) ? 'seen' : 'new';
  }

  accept(counter: number): void {
    this.#accepted.add(counter);
    this.highest = Math.max(this.highest, counter);
  }
}

/** What comes: a counter relative to the highest so far, or a store and restore in between. */
const steps = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -40, max: 40 }) },
  { weight: 4, arbitrary: fc.integer({ min: -1100, max: 1100 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(-1025, -1024, -1023, -1022, -33, -32, -31, 0, 1, 31, 32, 33, 1055, 1056),
  },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 100_000 }) },
  { weight: 2, arbitrary: fc.constant('restore' as const) },
);
const starts = fc.constantFrom(0, 1, 31, 32, 1023, 1024, 1056, 0xffff_ffff, COUNTER_MAX - 1_000_000_000);

/** Runs both windows over the same counters; true when they agree on every verdict. */
function agree(start: number, moves: readonly (number | 'restore')[]): void {
  let window = new ReplayWindow();
  const model = new ModelWindow();
  for (const move of [start, ...moves]) {
    if (move === 'restore') {
      window = new ReplayWindow(window.store());
      continue;
    }
    const counter = Math.max(0, move === start ? start : model.highest + move);
    const verdict = model.check(counter);
    expect([counter, window.check(counter)]).toEqual([counter, verdict]);
    if (verdict !== 'new') continue;
    window.accept(counter);
    model.accept(counter);
    expect(window.check(counter)).toBe('seen');
    expect(window.highest).toBe(model.highest);
  }
}

describe('ReplayWindow', () => {
  it('agrees with a Set of all counters, stored and restored anywhere', () => {
    fc.assert(fc.property(starts, fc.array(steps, { maxLength: 300 }), agree), {
      numRuns: 500,
      examples: [
        [0, [1056, -1023, -1024]],
        [0, [31, 1, 1024, 'restore', -1023]],
      ],
    });
  });

  it('agrees with a Set when exactly one whole turn of its words is jumped over', () => {
    for (let jump = 1000; jump <= 1100; jump++) {
      for (const back of [-1024, -1023, -1022, -jump, -(jump - 1)]) agree(7, [1, 1, jump, back, back]);
    }
  });

  it('opens each of 3,000 counters once when they come in blocks that are turned round', () => {
    const window = new ReplayWindow();
    for (let block = 0; block < 3_000; block += 500) {
      for (let counter = block + 499; counter >= block; counter--) {
        expect(window.check(counter)).toBe('new');
        window.accept(counter);
        expect(window.check(counter)).toBe('seen');
      }
    }
  });

  it('stores a state of fixed size that restores to the same state', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5_000), { maxLength: 200 }), (counters) => {
        const window = new ReplayWindow();
        for (const counter of counters) if (window.check(counter) === 'new') window.accept(counter);
        const stored = window.store();
        expect(stored.length).toBe(WINDOW_BYTES);
        expect(new ReplayWindow(stored).store()).toEqual(stored);
      }),
      { numRuns: 200 },
    );
  });

  it('restores from bytes that lie anywhere in a larger buffer', () => {
    const window = new ReplayWindow();
    window.accept(77);
    const larger = new Uint8Array(WINDOW_BYTES + 3);
    larger.set(window.store(), 3);
    expect(new ReplayWindow(larger.subarray(3)).check(77)).toBe('seen');
  });

  it.each([0, WINDOW_BYTES - 1, WINDOW_BYTES + 1])('refuses a stored state of %i bytes', (length) => {
    expect(() => new ReplayWindow(new Uint8Array(length))).toThrow(TypeError);
  });
});
