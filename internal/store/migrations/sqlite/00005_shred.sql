-- What is sealed to people may be destroyed; on SQLite the store's own code is the only lock on that.
-- +goose Up
SELECT 1;

-- +goose Down
SELECT 1;
