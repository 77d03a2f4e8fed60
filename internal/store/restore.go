package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"cutout/internal/officer"
)

// Restore puts a copy into an empty place, on either engine: tables of the form the copy has, its rows in one transaction,
// the word index made anew from the records, then every step that came since. terms gives the words a record is found by.
// The rows are read back and must equal those of the copy one by one. It fails with ErrOccupied where tables are.
func Restore(ctx context.Context, cfg Config, form int64, from io.Reader, terms func(Record) ([]string, error)) (tables map[string]Digest, err error) {
	s, err := connect(cfg)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.db.Close()) }()
	c, err := newConn(ctx, s.db, s.d, false)
	if err != nil {
		return nil, fmt.Errorf("store: open: %w", err)
	}
	defer c.close()
	have, err := s.schema(ctx, c)
	if err != nil {
		return nil, err
	}
	if form > have.Program {
		return nil, ErrNewer
	}
	old, err := s.tables(ctx, c)
	if err != nil || have.At > 0 || len(old) > 0 {
		return nil, errors.Join(err, ErrOccupied)
	}
	if err := s.migrate(ctx, form); err != nil {
		return nil, err
	}
	if err := c.begin(ctx, s.d.begin); err != nil {
		return nil, fmt.Errorf("store: begin: %w", err)
	}
	defer c.rollback(ctx)
	l := &loader{s: s, c: c, ctx: ctx, terms: terms, tables: map[string]Digest{}}
	if err := l.load(from); err != nil {
		return nil, err
	}
	if err := c.raw(ctx, "COMMIT"); err != nil {
		return nil, fmt.Errorf("store: commit: %w", err)
	}
	return l.tables, s.migrate(ctx, 0)
}

// loader is the sink that fills empty tables.
type loader struct {
	s      *Store
	c      *conn
	ctx    context.Context
	terms  func(Record) ([]string, error)
	known  []table
	tables map[string]Digest
	values []any
	into   string
	row1   string
	index  batch
}

// piece is how many values wait before they are written together.
const piece = 512

func (l *loader) load(from io.Reader) (err error) {
	if err := l.s.whole(l.ctx, l.c); err != nil {
		return err
	}
	if l.known, err = l.s.tables(l.ctx, l.c); err != nil {
		return err
	}
	l.index = batch{w: &writer{s: l.s, c: l.c}}
	for _, t := range l.known { // what a new store begins with
		if _, err := l.c.exec(l.ctx, `DELETE FROM "`+t.name+`"`); err != nil {
			return err
		}
	}
	if err := readCopy(from, l); err != nil {
		return err
	}
	if err := l.index.indexAll(l.ctx); err != nil {
		return err
	}
	return l.compare()
}

// begin refuses a table that this form of the tables does not have: its rows would be lost.
func (l *loader) begin(t table) error {
	i := slices.IndexFunc(l.known, func(k table) bool { return k.name == t.name })
	if i < 0 || !slices.Equal(l.known[i].columns, t.columns) {
		return fmt.Errorf("%w: no table %s of these columns", ErrCopy, t.name)
	}
	l.into = `"` + t.name + `" ("` + strings.Join(t.columns, `", "`) + `")`
	l.row1 = "(" + strings.Repeat("?, ", len(t.columns)-1) + "?)"
	return nil
}

func (l *loader) row(t table, values []any) error {
	l.values = append(l.values, values...)
	if t.name == "record" {
		if err := l.find(t, values); err != nil {
			return err
		}
	}
	if len(l.values) >= piece {
		return l.flush()
	}
	return nil
}

func (l *loader) flush() error {
	err := l.c.insert(l.ctx, l.into, l.row1, l.values)
	l.values = l.values[:0]
	return err
}

func (l *loader) end(t table, d Digest) error {
	l.tables[t.name] = d
	if err := l.flush(); err != nil {
		return err
	}
	return l.ctx.Err()
}

// find puts a record into the word index.
func (l *loader) find(t table, values []any) error {
	k := checker{}
	if err := k.begin(t); err != nil {
		return err
	}
	var r Record
	id, _ := cell[[]byte](&k, values, "id")
	by, _ := cell[[]byte](&k, values, "officer")
	created, _ := cell[int64](&k, values, "created")
	since, _ := cell[int64](&k, values, "known_from")
	sealed, _ := cell[[]byte](&k, values, "body")
	r.Kind, _ = cell[string](&k, values, "kind")
	r.Version, _ = cell[int64](&k, values, "version")
	r.seq, _ = cell[int64](&k, values, "seq")
	r.labelID, _ = cell[int64](&k, values, "label")
	if len(id) != len(ID{}) || len(by) != len(officer.ID{}) {
		return ErrDamaged
	}
	r.ID, r.By, r.Created, r.KnownFrom = ID(id), officer.ID(by), time.UnixMicro(created).UTC(), time.UnixMicro(since).UTC()
	var err error
	if r.Body, err = l.s.cfg.Keys.Body.Open(nil, sealed, associated(r.ID, r.Version)); err != nil {
		return fmt.Errorf("%w (%s)", ErrDamaged, r.Kind)
	}
	terms, err := l.terms(r)
	if err != nil || len(terms) == 0 {
		return err
	}
	l.index.unindexed = append(l.index.unindexed, unindexed{r.seq, r.labelID, r.Kind, terms})
	if len(l.index.unindexed) < maxBatch {
		return nil
	}
	return l.index.indexAll(l.ctx)
}

// compare reads back what was written: each row must be what the copy holds.
func (l *loader) compare() error {
	got := map[string]Digest{}
	for _, t := range l.known {
		h := newTableHash()
		if err := l.s.read(l.ctx, l.c, t, func(values []any) error { _, err := h.row(values); return err }); err != nil {
			return err
		}
		if got[t.name] = h.digest(); got[t.name] != l.tables[t.name] {
			if _, ok := l.tables[t.name]; ok || got[t.name].Rows > 0 {
				return fmt.Errorf("store: the rows of %s were not written as the copy has them", t.name)
			}
			delete(got, t.name)
		}
	}
	if !maps.Equal(got, l.tables) {
		return ErrCopy
	}
	return nil
}
