-- +goose Up
CREATE TABLE head (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  log_size INTEGER NOT NULL,
  next_seq INTEGER NOT NULL,
  next_label INTEGER NOT NULL,
  unit BLOB NOT NULL,
  proof BLOB NOT NULL
);
INSERT INTO head VALUES (1, 0, 1, 1, x'', x'');

CREATE TABLE log_entry (seq INTEGER PRIMARY KEY, entry BLOB NOT NULL, detail BLOB);
CREATE TABLE log_node (idx INTEGER PRIMARY KEY, hash BLOB NOT NULL);
CREATE TABLE log_object (object TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (object, seq)) WITHOUT ROWID;

CREATE TABLE label (id INTEGER PRIMARY KEY, enc BLOB NOT NULL UNIQUE);
CREATE TABLE compartment (id BLOB PRIMARY KEY, kind TEXT NOT NULL, body BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE officer (
  id BLOB PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  rights BLOB NOT NULL,
  rights_version INTEGER NOT NULL,
  reach_until INTEGER NOT NULL,
  secret BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE reach (officer BLOB NOT NULL, label INTEGER NOT NULL, PRIMARY KEY (officer, label)) WITHOUT ROWID;

CREATE TABLE record (
  seq INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  label INTEGER NOT NULL REFERENCES label(id),
  version INTEGER NOT NULL,
  created INTEGER NOT NULL,
  known_from INTEGER NOT NULL,
  officer BLOB NOT NULL,
  body BLOB NOT NULL
);
CREATE INDEX record_kind ON record (kind, seq);
CREATE INDEX record_label ON record (label, kind, seq);
CREATE TABLE past (
  seq INTEGER NOT NULL,
  version INTEGER NOT NULL,
  known_from INTEGER NOT NULL,
  known_until INTEGER NOT NULL,
  officer BLOB NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (seq, version)
) WITHOUT ROWID;
CREATE TABLE mark (
  name TEXT NOT NULL,
  value BLOB NOT NULL,
  kind TEXT NOT NULL,
  seq INTEGER NOT NULL,
  known_from INTEGER NOT NULL,
  known_until INTEGER NOT NULL,
  PRIMARY KEY (name, value, kind, seq, known_from)
) WITHOUT ROWID;
CREATE INDEX mark_seq ON mark (seq);

CREATE VIRTUAL TABLE words USING fts5(t, content='', contentless_delete=1, detail=none, tokenize='ascii');
CREATE VIRTUAL TABLE scoped USING fts5(t, content='', contentless_delete=1, detail=none, tokenize='ascii');

CREATE TABLE lineage (
  parent BLOB NOT NULL,
  child BLOB NOT NULL,
  kind TEXT NOT NULL,
  label INTEGER NOT NULL,
  officer BLOB NOT NULL,
  PRIMARY KEY (parent, child)
) WITHOUT ROWID;
CREATE TABLE finding (
  officer BLOB NOT NULL,
  id BLOB NOT NULL,
  rule TEXT NOT NULL,
  subject TEXT NOT NULL,
  raised INTEGER NOT NULL,
  cleared INTEGER NOT NULL,
  label INTEGER NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (officer, id)
) WITHOUT ROWID;

CREATE TABLE session (token BLOB PRIMARY KEY, data BLOB NOT NULL, expiry INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX session_expiry ON session (expiry);
CREATE TABLE draft (officer BLOB NOT NULL, name BLOB NOT NULL, saved INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (officer, name)) WITHOUT ROWID;
CREATE TABLE watch_due (mark TEXT NOT NULL PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;

-- +goose Down
SELECT 1;
