-- +goose Up
CREATE TABLE head (
  one BIGINT PRIMARY KEY CHECK (one = 1),
  log_size BIGINT NOT NULL,
  next_seq BIGINT NOT NULL,
  next_label BIGINT NOT NULL,
  unit BYTEA NOT NULL,
  proof BYTEA NOT NULL
);
INSERT INTO head VALUES (1, 0, 1, 1, '', '');

CREATE TABLE log_entry (seq BIGINT PRIMARY KEY, entry BYTEA NOT NULL, detail BYTEA);
CREATE TABLE log_node (idx BIGINT PRIMARY KEY, hash BYTEA NOT NULL);
CREATE TABLE log_object (object TEXT NOT NULL, seq BIGINT NOT NULL, PRIMARY KEY (object, seq));

CREATE TABLE label (id BIGINT PRIMARY KEY, enc BYTEA NOT NULL UNIQUE);
CREATE TABLE compartment (id BYTEA PRIMARY KEY, kind TEXT NOT NULL, body BYTEA NOT NULL);
CREATE TABLE officer (
  id BYTEA PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  rights BYTEA NOT NULL,
  rights_version BIGINT NOT NULL,
  reach_until BIGINT NOT NULL,
  secret BYTEA NOT NULL
);
CREATE TABLE reach (officer BYTEA NOT NULL, label BIGINT NOT NULL, PRIMARY KEY (officer, label));

CREATE TABLE record (
  seq BIGINT PRIMARY KEY,
  id BYTEA NOT NULL UNIQUE,
  kind TEXT COLLATE "C" NOT NULL,
  label BIGINT NOT NULL REFERENCES label(id),
  version BIGINT NOT NULL,
  created BIGINT NOT NULL,
  known_from BIGINT NOT NULL,
  officer BYTEA NOT NULL,
  body BYTEA NOT NULL
);
CREATE INDEX record_kind ON record (kind, seq);
CREATE INDEX record_label ON record (label, kind, seq);
CREATE TABLE past (
  seq BIGINT NOT NULL,
  version BIGINT NOT NULL,
  known_from BIGINT NOT NULL,
  known_until BIGINT NOT NULL,
  officer BYTEA NOT NULL,
  body BYTEA NOT NULL,
  PRIMARY KEY (seq, version)
);
CREATE TABLE mark (
  name TEXT COLLATE "C" NOT NULL,
  value BYTEA NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  seq BIGINT NOT NULL,
  known_from BIGINT NOT NULL,
  known_until BIGINT NOT NULL,
  PRIMARY KEY (name, value, kind, seq, known_from)
);
CREATE INDEX mark_seq ON mark (seq);


CREATE TABLE lineage (
  parent BYTEA NOT NULL,
  child BYTEA NOT NULL,
  kind TEXT NOT NULL,
  label BIGINT NOT NULL,
  officer BYTEA NOT NULL,
  PRIMARY KEY (parent, child)
);
CREATE TABLE finding (
  officer BYTEA NOT NULL,
  id BYTEA NOT NULL,
  rule TEXT NOT NULL,
  subject TEXT NOT NULL,
  raised BIGINT NOT NULL,
  cleared BIGINT NOT NULL,
  label BIGINT NOT NULL,
  body BYTEA NOT NULL,
  PRIMARY KEY (officer, id)
);

CREATE TABLE session (token BYTEA PRIMARY KEY, data BYTEA NOT NULL, expiry BIGINT NOT NULL);
CREATE INDEX session_expiry ON session (expiry);
CREATE TABLE draft (officer BYTEA NOT NULL, name BYTEA NOT NULL, saved BIGINT NOT NULL, body BYTEA NOT NULL, PRIMARY KEY (officer, name));
CREATE TABLE watch_due (mark TEXT NOT NULL PRIMARY KEY, at BIGINT NOT NULL);

-- Keyed terms only, no words: the index needs no row lock of its own, and GIN could not serve one (the match operator
-- is not leakproof). What a search shows is read from record, under its lock.
CREATE TABLE words (seq BIGINT PRIMARY KEY, label BIGINT NOT NULL, kind TEXT COLLATE "C" NOT NULL, t tsvector NOT NULL);
CREATE INDEX words_t ON words USING gin (t) WITH (fastupdate = off);

-- The second lock: whatever a query forgets to ask, the door's role gets only rows whose label the officer reaches.
-- +goose StatementBegin
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'cutout_door') THEN
    CREATE ROLE cutout_door NOLOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
DO $$ BEGIN
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO cutout_door', current_schema());
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO cutout_door', current_schema());
  REVOKE UPDATE, DELETE ON log_entry, log_node, log_object, label, past FROM cutout_door; -- only ever added to
  REVOKE DELETE ON record FROM cutout_door;
  REVOKE ALL ON goose_db_version FROM cutout_door;
  IF NOT pg_has_role(current_user, 'cutout_door', 'MEMBER') THEN
    EXECUTE format('GRANT cutout_door TO %I', current_user);
  END IF;
END $$;
-- +goose StatementEnd
ALTER TABLE record ENABLE ROW LEVEL SECURITY;
ALTER TABLE record FORCE ROW LEVEL SECURITY;
-- PostgreSQL also asks the reading policy of the row an update makes. A record given a label its officer does not reach
-- is therefore named in cutout.moving for that one statement.
CREATE POLICY record_reach ON record FOR SELECT USING (EXISTS (SELECT 1 FROM reach k
  WHERE k.officer = decode(current_setting('cutout.officer', true), 'hex') AND k.label = record.label)
  OR record.seq = CAST(nullif(current_setting('cutout.moving', true), '') AS BIGINT));
CREATE POLICY record_change ON record FOR UPDATE USING (EXISTS (SELECT 1 FROM reach k
  WHERE k.officer = decode(current_setting('cutout.officer', true), 'hex') AND k.label = record.label)) WITH CHECK (true);
CREATE POLICY record_add ON record FOR INSERT WITH CHECK (true);
ALTER TABLE past ENABLE ROW LEVEL SECURITY;
ALTER TABLE past FORCE ROW LEVEL SECURITY;
CREATE POLICY past_reach ON past FOR SELECT USING (EXISTS (SELECT 1 FROM record r WHERE r.seq = past.seq));
CREATE POLICY past_add ON past FOR INSERT WITH CHECK (true);

-- +goose Down
SELECT 1;
