-- +goose Up
-- Checkpoints of whole hours, which every officer is shown, and those that a witness outside cosigned.
CREATE TABLE checkpoint (hour BIGINT PRIMARY KEY, size BIGINT NOT NULL, signed BYTEA NOT NULL);
CREATE TABLE witnessed (witness TEXT NOT NULL, at BIGINT NOT NULL, size BIGINT NOT NULL, signed BYTEA NOT NULL, PRIMARY KEY (witness, at, size));
GRANT SELECT, INSERT ON checkpoint, witnessed TO cutout_door; -- only ever added to
REVOKE UPDATE, DELETE ON checkpoint, witnessed FROM cutout_door;

-- +goose Down
SELECT 1;
