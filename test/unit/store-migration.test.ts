import Database from 'better-sqlite3';
import { join } from 'node:path';
import { Store } from '../../gateway/store.js';
import { SCHEMA, SCHEMA_VERSION } from '../../gateway/schema.js';
import { scratch } from '../support/processes.js';
import { seededBytes } from '../support/memory-ports.js';

describe('a store of version 1', () => {
  test('keeps its nodes and gets the table of pairings', () => {
    const folder = scratch();
    const path = join(folder.path, 'old.sqlite');
    const old = new Database(path);
    old.exec(SCHEMA.slice(0, SCHEMA.indexOf('CREATE TABLE pairings')));
    old
      .prepare('INSERT INTO nodes (node_id, name, gateway_id, root_session, root) VALUES (?, ?, ?, 1, ?)')
      .run('abcd2345', 'pump', 'gw-1', seededBytes(1, 32));
    old.pragma('user_version = 1');
    old.close();
    for (let i = 0; i < 2; i++) {
      const store = new Store(path);
      expect(store.node('abcd2345')?.name).toBe('pump');
      expect(store.pairings.get('abcd2345')).toBeUndefined();
      store.close();
    }
    const now = new Database(path);
    expect(now.pragma('user_version', { simple: true })).toBe(SCHEMA_VERSION);
    now.close();
    folder.remove();
  });

  test('of a later version than this program is left alone', () => {
    const folder = scratch();
    const path = join(folder.path, 'new.sqlite');
    const db = new Database(path);
    db.pragma('user_version = 99');
    db.close();
    expect(() => new Store(path)).toThrow('is a store of version 99');
    folder.remove();
  });
});
