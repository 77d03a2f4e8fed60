-- +goose Up
-- Who is signed in, by the hash of the token. Every process asks here, so that a sign-in ended in one is ended in all.
CREATE TABLE admission (
  token BLOB PRIMARY KEY,
  ref BLOB NOT NULL UNIQUE,
  officer BLOB NOT NULL,
  used INTEGER NOT NULL,
  ends INTEGER NOT NULL,
  body BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX admission_officer ON admission (officer);
CREATE INDEX admission_ends ON admission (ends);
-- Which subject of which provider an administrator bound to an account, by a keyed hash of both.
CREATE TABLE binding (mac BLOB PRIMARY KEY, officer BLOB NOT NULL, body BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX binding_officer ON binding (officer);

-- +goose Down
SELECT 1;
