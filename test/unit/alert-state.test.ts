import { alertStates, type AlertRow } from '../../gateway/alert-state.js';
import type { Alert, Heartbeat } from '../../src/wire/events.js';

const HEARTBEAT = { openAlerts: 0, session: 1, counter: 100 } as unknown as Heartbeat;

function row(id: number, state: Alert['state'], counter: number, more: Partial<Alert> = {}): AlertRow {
  const alert = {
    id,
    state,
    sensor: 0,
    rule: 0,
    boot: 1,
    severity: 'warning',
    detector: 'threshold',
    channel: 0,
  };
  return { session: 1, counter, utcMs: counter, firstUtcMs: 0, alert: { ...alert, ...more } as Alert };
}

const outline = (rows: AlertRow[], heartbeat?: Heartbeat) =>
  alertStates(rows, heartbeat).map(({ alert, state, ended }) => [alert.id, state, ended]);

describe('the state of incidents', () => {
  test('is the last that was told, whatever the order of arrival', () => {
    const rows = [row(1, 'raised', 1), row(1, 'cleared', 2), row(2, 'raised', 3)];
    const states = [
      [2, 'raised', undefined],
      [1, 'cleared', 'told'],
    ];
    expect(outline(rows)).toEqual(states);
    expect(outline([...rows].reverse())).toEqual(states);
  });

  test('a lost clear is healed by a newer incident of the same detector, not of another', () => {
    expect(outline([row(1, 'raised', 1), row(2, 'raised', 2)])).toEqual([
      [2, 'raised', undefined],
      [1, 'cleared', 'superseded'],
    ]);
    expect(outline([row(1, 'raised', 1), row(2, 'raised', 2, { rule: 1 })])).toEqual([
      [2, 'raised', undefined],
      [1, 'raised', undefined],
    ]);
  });

  test('a lost clear is healed by a start of the node, not by another session of the same start', () => {
    const old = row(1, 'raised', 1);
    const next = { ...row(1, 'raised', 0, { boot: 2, rule: 1 }), session: 2 };
    const same = { ...row(2, 'raised', 0, { rule: 1 }), session: 2 };
    expect(outline([old, next])[1]).toEqual([1, 'cleared', 'restart']);
    expect(outline([old, same])[1]).toEqual([1, 'raised', undefined]);
    expect(outline([old], { ...HEARTBEAT, openAlerts: undefined, boot: 2 })).toEqual([
      [1, 'cleared', 'restart'],
    ]);
  });

  test('a lost clear is healed by a later heartbeat that knows of no open alert, not by an earlier one', () => {
    expect(outline([row(1, 'raised', 99)], HEARTBEAT)).toEqual([[1, 'cleared', 'heartbeat']]);
    expect(outline([row(1, 'raised', 101)], HEARTBEAT)).toEqual([[1, 'raised', undefined]]);
    expect(outline([row(1, 'raised', 99)], { ...HEARTBEAT, openAlerts: 1 })).toEqual([
      [1, 'raised', undefined],
    ]);
  });
});
