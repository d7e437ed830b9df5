/** Tables of a gateway's store. A change here needs a new number in `user_version` and a step that migrates. */
export const SCHEMA_VERSION = 2;

/** Tables that version 2 brought. */
const PAIRINGS = `
CREATE TABLE pairings (
  node_id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  gateway_id TEXT NOT NULL,
  psk BLOB,
  first_message BLOB,
  answer BLOB,
  confirmation BLOB
) STRICT, WITHOUT ROWID;
`;

/** What makes a store of the next version out of one of the version that is the key. */
export const MIGRATIONS: Readonly<Record<number, string>> = { 1: PAIRINGS };

export const SCHEMA = `
CREATE TABLE nodes (
  node_id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  gateway_id TEXT NOT NULL,
  root_session INTEGER NOT NULL,
  root BLOB NOT NULL,
  state TEXT NOT NULL DEFAULT 'unborn',
  connection INTEGER NOT NULL DEFAULT 0,
  last_seen_ms INTEGER,
  heartbeat TEXT
) STRICT;
CREATE TABLE sessions (
  node_id TEXT NOT NULL REFERENCES nodes(node_id) ON DELETE CASCADE,
  session INTEGER NOT NULL,
  salt BLOB NOT NULL,
  key BLOB NOT NULL,
  nonce_prefix BLOB NOT NULL,
  replay_window BLOB NOT NULL,
  will_connection INTEGER NOT NULL,
  PRIMARY KEY (node_id, session)
) STRICT, WITHOUT ROWID;
CREATE TABLE births (
  node_id TEXT NOT NULL REFERENCES nodes(node_id) ON DELETE CASCADE,
  session INTEGER NOT NULL,
  arrived_ms INTEGER NOT NULL,
  start_utc_ms INTEGER NOT NULL,
  time_source TEXT NOT NULL,
  facts TEXT NOT NULL,
  PRIMARY KEY (node_id, session)
) STRICT, WITHOUT ROWID;
CREATE TABLE readings (
  node_id TEXT NOT NULL,
  session INTEGER NOT NULL,
  counter INTEGER NOT NULL,
  place INTEGER NOT NULL,
  sensor INTEGER NOT NULL,
  offset_ms INTEGER NOT NULL,
  reading_values TEXT NOT NULL,
  PRIMARY KEY (node_id, session, counter, place),
  FOREIGN KEY (node_id, session) REFERENCES births(node_id, session)
) STRICT, WITHOUT ROWID;
CREATE TABLE alerts (
  node_id TEXT NOT NULL,
  session INTEGER NOT NULL,
  counter INTEGER NOT NULL,
  alert TEXT NOT NULL,
  PRIMARY KEY (node_id, session, counter),
  FOREIGN KEY (node_id, session) REFERENCES births(node_id, session)
) STRICT, WITHOUT ROWID;
CREATE TABLE pending (
  id INTEGER PRIMARY KEY,
  node_id TEXT NOT NULL REFERENCES nodes(node_id) ON DELETE CASCADE,
  session INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  arrived_ms INTEGER NOT NULL,
  envelope BLOB NOT NULL
) STRICT;
CREATE TABLE refusals (
  node_id TEXT NOT NULL,
  reason TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (node_id, reason)
) STRICT, WITHOUT ROWID;
${PAIRINGS}`;
