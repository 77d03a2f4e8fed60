-- What is sealed to people may be destroyed, and nothing else: the same kinds as in store/shred.go.
-- +goose Up
GRANT DELETE ON record, past TO cutout_door;
CREATE POLICY record_end ON record FOR DELETE USING (kind IN ('identity', 'name-tokens') AND EXISTS (SELECT 1 FROM reach k
  WHERE k.officer = decode(current_setting('cutout.officer', true), 'hex') AND k.label = record.label));
CREATE POLICY past_end ON past FOR DELETE USING (EXISTS (SELECT 1 FROM record r WHERE r.seq = past.seq AND r.kind IN ('identity', 'name-tokens')));

-- +goose Down
SELECT 1;
