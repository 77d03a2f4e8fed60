-- Nothing changes in this engine; the number keeps both at one form, so that a copy of one can be restored into the other.
-- +goose Up
SELECT 1;

-- +goose Down
SELECT 1;
