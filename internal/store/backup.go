package store

import (
	"context"
	"errors"
	"fmt"
	"io"

	"cutout/internal/audit"
	"cutout/internal/officer"
)

// Snapshot is everything at one moment, while acts go on: for copies and examinations, which show nothing of it.
type Snapshot struct {
	s   *Store
	c   *conn
	ctx context.Context
}

// Snapshot notes the machine's act, then runs fn on a snapshot in which the note is the newest entry or near it. Nobody
// looks: what fn reads stays sealed or is only checked. The connection is its own, so that looks need not wait for it.
func (s *Store) Snapshot(ctx context.Context, e Entry, fn func(*Snapshot) error) error {
	if e.Act != "" {
		if err := s.writer.do(ctx, &job{o: officer.Officer{}, machine: true, entry: &e, outcome: audit.Done}); err != nil {
			return err
		}
	}
	c, err := newConn(ctx, s.db, s.d, true)
	if err != nil {
		return fmt.Errorf("store: snapshot: %w", err)
	}
	defer c.close()
	if err := c.begin(ctx, s.d.look); err != nil {
		return fmt.Errorf("store: snapshot: %w", err)
	}
	defer c.rollback(ctx)
	if err := s.whole(ctx, c); err != nil {
		return err
	}
	err = fn(&Snapshot{s, c, ctx})
	if ctx.Err() != nil { // the engine says it in its own words
		return ctx.Err()
	}
	return err
}

// Log gives the size of the log and reads its stored hashes.
func (p *Snapshot) Log() (size int64, hashes audit.Read, err error) {
	err = p.c.one(p.ctx, "SELECT log_size FROM head WHERE one = 1", nil, &size)
	return size, readHashes(p.ctx, p.c), err
}

// Schema is the form the tables have.
func (p *Snapshot) Schema() (Schema, error) { return p.s.schema(p.ctx, p.c) }

// progressStep is after how many rows a long pass tells how far it is.
const progressStep = 2000

// walk hands every row of every table to the sinks. progress hears of rows done and in all.
func (p *Snapshot) walk(progress func(done, total int), sinks ...copySink) error {
	all, err := p.s.tables(p.ctx, p.c)
	if err != nil {
		return err
	}
	if progress == nil {
		progress = func(int, int) {}
	}
	total, done := 0, 0
	for _, t := range all {
		var n int
		if err := p.c.one(p.ctx, `SELECT count(*) FROM "`+t.name+`"`, nil, &n); err != nil {
			return err
		}
		total += n
	}
	for _, t := range all {
		for _, k := range sinks {
			if err := k.begin(t); err != nil {
				return err
			}
		}
		h := newTableHash()
		if err := p.s.read(p.ctx, p.c, t, func(values []any) error {
			if _, err := h.row(values); err != nil {
				return err
			}
			if done++; done%progressStep == 0 {
				progress(done, total)
			}
			for _, k := range sinks {
				if err := k.row(t, values); err != nil {
					return err
				}
			}
			return p.ctx.Err()
		}); err != nil {
			return fmt.Errorf("store: read %s: %w", t.name, err)
		}
		for _, k := range sinks {
			if err := k.end(t, h.digest()); err != nil {
				return err
			}
		}
	}
	progress(total, total)
	return nil
}

// writing is the sink that writes a copy.
type writing struct{ w *copyWriter }

func (k writing) begin(t table) error             { return k.w.begin(t) }
func (k writing) row(_ table, values []any) error { return k.w.row(values) }
func (k writing) end(table, Digest) error         { _, err := k.w.end(); return err }

// Copy writes every row, in a form that both engines can take back. Bodies stay sealed under the store's key; names of
// officers and accounts are in clear, so the stream it is written to must be sealed.
func (p *Snapshot) Copy(to io.Writer, progress func(done, total int)) error {
	w := newCopyWriter(to)
	if err := p.walk(progress, writing{w}); err != nil {
		return err
	}
	return w.close()
}

// Check opens every sealed body and builds the log's tree anew. points is given the unit's settings and says which
// checkpoints the log must hold.
func (p *Snapshot) Check(progress func(done, total int), points func(unit []byte) ([]audit.Checkpoint, error)) (Checked, error) {
	k := newChecker(p.s.cfg.Keys, points)
	if err := p.walk(progress, k); err != nil {
		return k.out, err
	}
	return k.finish()
}

// CheckCopy is Check of a copy, without a store.
func CheckCopy(from io.Reader, keys Keys, points func(unit []byte) ([]audit.Checkpoint, error)) (Checked, error) {
	k := newChecker(keys, points)
	if err := readCopy(from, k); err != nil {
		return k.out, err
	}
	return k.finish()
}

// ErrOccupied means that a copy was to be restored over tables that are there already.
var ErrOccupied = errors.New("store: the place holds tables already")

// Integrity asks the engine whether its files are whole, as Tx.Integrity does.
func (p *Snapshot) Integrity() ([]string, error) {
	return (&Tx{s: p.s, c: p.c, ctx: p.ctx, today: p.s.Today()}).Integrity()
}
