-- +goose Up
-- Who is signed in, by the hash of the token. Every process asks here, so that a sign-in ended in one is ended in all.
CREATE TABLE admission (
  token BYTEA PRIMARY KEY,
  ref BYTEA NOT NULL UNIQUE,
  officer BYTEA NOT NULL,
  used BIGINT NOT NULL,
  ends BIGINT NOT NULL,
  body BYTEA NOT NULL
);
CREATE INDEX admission_officer ON admission (officer);
CREATE INDEX admission_ends ON admission (ends);
-- Which subject of which provider an administrator bound to an account, by a keyed hash of both.
CREATE TABLE binding (mac BYTEA PRIMARY KEY, officer BYTEA NOT NULL, body BYTEA NOT NULL);
CREATE INDEX binding_officer ON binding (officer);
GRANT SELECT, INSERT, UPDATE, DELETE ON admission, binding TO cutout_door;

-- +goose Down
SELECT 1;
