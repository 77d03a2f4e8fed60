-- +goose Up
-- Checkpoints of whole hours, which every officer is shown, and those that a witness outside cosigned.
CREATE TABLE checkpoint (hour INTEGER PRIMARY KEY, size INTEGER NOT NULL, signed BLOB NOT NULL);
CREATE TABLE witnessed (witness TEXT NOT NULL, at INTEGER NOT NULL, size INTEGER NOT NULL, signed BLOB NOT NULL, PRIMARY KEY (witness, at, size)) WITHOUT ROWID;

-- +goose Down
SELECT 1;
