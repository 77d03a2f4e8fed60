package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Nothing the unit knew is ever overwritten, with one exception: what is sealed to people. An envelope is a lock and no
// knowledge, and an old one still opens for whoever was shut out by the new.

// shreddable are the kinds of record that are locks: the only ones whose past may go. PostgreSQL holds the same list in the
// policies of its second lock.
var shreddable = []string{"identity", "name-tokens"}

func mayShred(kind string) error {
	if !slices.Contains(shreddable, kind) {
		return fmt.Errorf("store: a %s keeps its past", kind)
	}
	return nil
}

// Supersede writes r anew and keeps nothing of what its body was: the version before, and every one before that, is gone.
// Label and marks stay when those of e are the same.
func (t *Tx) Supersede(r Record, e Entering) error {
	if err := mayShred(r.Kind); err != nil {
		return err
	}
	if err := t.Revise(r, e); err != nil {
		return err
	}
	_, err := t.c.exec(t.ctx, "DELETE FROM past WHERE seq = ?", r.seq)
	return err
}

// Shred removes a record the officer may see with every version of it and everything it is found by. Its id is never used
// again, since ids are drawn at random. What the database's files still hold of it is the caller's business: see Scrub.
func (t *Tx) Shred(r Record) error {
	if err := mayShred(r.Kind); err != nil {
		return err
	}
	if _, err := t.c.exec(t.ctx, "DELETE FROM past WHERE seq = ?", r.seq); err != nil {
		return err
	}
	if _, err := t.c.exec(t.ctx, "DELETE FROM mark WHERE seq = ?", r.seq); err != nil {
		return err
	}
	n, err := t.c.exec(t.ctx, "DELETE FROM record WHERE seq = ? AND "+reachable("record.label"), r.seq, t.o.ID.Bytes())
	if err != nil {
		return err
	}
	if n == 0 {
		return fmt.Errorf("store: shred: %w", ErrConflict)
	}
	return nil
}

// Locked reads the sealed identity that names the record of, whatever its label: ciphertext, for an approver who was asked
// and who need not reach the source. The door decides who was asked.
func (t *Tx) Locked(of ID) (Record, error) {
	var r Record
	err := t.c.one(t.ctx, "SELECT seq FROM mark WHERE name = 'source' AND value = ? AND kind = 'identity' AND known_until = ? ORDER BY seq LIMIT 1", []any{of[:], forever}, &r.seq)
	if errors.Is(err, sql.ErrNoRows) {
		return r, ErrNotFound
	}
	if err != nil {
		return r, err
	}
	if err := t.moving(r.seq); err != nil {
		return r, err
	}
	s, err := t.c.stmt(t.ctx, "SELECT "+columns+" FROM record r WHERE r.seq = ?")
	if err != nil {
		return r, err
	}
	if r, err = t.scan(s.QueryRowContext(t.ctx, r.seq)); err != nil {
		return r, err
	}
	if err := t.moving(0); err != nil {
		return r, err
	}
	if r.Body, err = t.s.cfg.Keys.Body.Open(nil, r.Body, associated(r.ID, r.Version)); err != nil {
		return r, fmt.Errorf("%w (%s)", ErrDamaged, r.Kind)
	}
	return r, nil
}

// BlindHits finds, whatever labels they carry, the records that hold one of the marks called name, and gives for each
// value the ids that their mark called of names. It is for asking whether something keyed is already known, and the door
// decides what of the answer an officer is told.
func (t *Tx) BlindHits(name, of string, values ...ID) (map[ID][]ID, error) {
	out := map[ID][]ID{}
	for _, v := range values {
		rows, err := t.c.query(t.ctx, "SELECT DISTINCT o.value FROM mark m JOIN mark o ON o.seq = m.seq WHERE m.name = ? AND m.value = ? AND m.known_until = ? AND o.name = ? AND o.known_until = ? ORDER BY o.value",
			name, v[:], forever, of, forever)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var found []byte
			if err := rows.Scan(&found); err != nil {
				rows.Close()
				return nil, err
			}
			out[v] = append(out[v], ID(found))
		}
		err = rows.Err()
		rows.Close()
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Scrub takes what was shredded out of the database's own files as far as the engine can: SQLite's journal is emptied into
// a file whose deleted bytes are overwritten, PostgreSQL's dead rows are freed for reuse. It waits for looks under way.
func (s *Store) Scrub(ctx context.Context) error {
	if s.d.engine == Postgres {
		for _, table := range []string{"past", "mark", "record"} {
			if _, err := s.db.ExecContext(ctx, "VACUUM "+table); err != nil {
				return fmt.Errorf("store: scrub: %w", err)
			}
		}
		return nil
	}
	for try := range 20 {
		var busy, frames, moved int
		if err := s.db.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &frames, &moved); err != nil {
			return fmt.Errorf("store: scrub: %w", err)
		}
		if busy == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond << min(try, 4)):
		}
	}
	return fmt.Errorf("store: scrub: the journal stays in use by looks under way")
}
