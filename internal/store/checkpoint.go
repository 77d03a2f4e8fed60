package store

import (
	"context"
	"database/sql"
	"errors"
	"sort"
	"time"

	"cutout/internal/audit"
	"cutout/internal/day"
	"cutout/internal/officer"
)

// AboutLog runs fn on a snapshot for nobody: its Scope admits no record, and nothing of it is on the log. It is for what
// the machine itself must know of the log's size and hashes.
func (s *Store) AboutLog(ctx context.Context, fn func(*Tx) error) error {
	return s.snapshot(ctx, func(c *conn) error { return fn(s.nobody(ctx, c)) })
}

// KeepLog is AboutLog that may keep a checkpoint.
func (s *Store) KeepLog(ctx context.Context, fn func(*Tx) error) error {
	return s.writer.plain(ctx, func(c *conn, ctx context.Context) error { return fn(s.nobody(ctx, c)) })
}

func (s *Store) nobody(ctx context.Context, c *conn) *Tx {
	now := s.Now()
	return &Tx{s: s, c: c, ctx: ctx, now: now, today: day.Of(now.In(s.cfg.Location)), rnd: s.cfg.Random(officer.ID{})}
}

// Machine writes an entry of the machine's own: what the person at its keyboard did who signed in nowhere.
func (s *Store) Machine(ctx context.Context, e Entry) error {
	return s.writer.do(ctx, &job{machine: true, entry: &e, outcome: audit.Done})
}

// LogRow reads one entry as it is encoded; ErrNotFound when the log has no such number.
func (t *Tx) LogRow(seq int64) (entry []byte, err error) {
	err = t.c.one(t.ctx, "SELECT entry FROM log_entry WHERE seq = ?", []any{seq}, &entry)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, ErrNotFound
	}
	return entry, err
}

// LogSizeAt is how many entries the log had at a time, by the times its entries carry. They stand in their order unless the
// clock jumped; then it is one of the sizes the log had.
func (t *Tx) LogSizeAt(at time.Time) (int64, error) {
	size, err := t.LogSize()
	if err != nil {
		return 0, err
	}
	n := sort.Search(int(size), func(i int) bool {
		if err != nil {
			return true
		}
		var raw []byte
		var e audit.Entry
		if raw, err = t.LogRow(int64(i)); err == nil {
			e, err = audit.Decode(raw)
		}
		return err != nil || !e.Time.Before(at)
	})
	return int64(n), err
}

// Kept is a checkpoint kept in the store. What is kept here is whoever's holds the store: it proves nothing against him,
// but for the signature of a witness on it.
type Kept struct {
	Witness string    // public key of the witness who cosigned it; empty for one of an hour
	At      time.Time // the hour; or when it was kept
	Size    int64
	Signed  []byte
}

// HourCheckpoint is the newest checkpoint of a whole hour; ErrNotFound before there is one.
func (t *Tx) HourCheckpoint() (k Kept, err error) {
	var hour int64
	err = t.c.one(t.ctx, "SELECT hour, size, signed FROM checkpoint ORDER BY hour DESC LIMIT 1", nil, &hour, &k.Size, &k.Signed)
	if errors.Is(err, sql.ErrNoRows) {
		return k, ErrNotFound
	}
	k.At = time.Unix(hour, 0).UTC()
	return k, err
}

// KeepHourCheckpoint keeps a checkpoint under its hour. The first one kept of an hour stays.
func (t *Tx) KeepHourCheckpoint(k Kept) error {
	_, err := t.c.exec(t.ctx, "INSERT INTO checkpoint (hour, size, signed) VALUES (?, ?, ?) ON CONFLICT (hour) DO NOTHING", k.At.Unix(), k.Size, k.Signed)
	return err
}

// KeepWitnessed keeps a checkpoint that a witness cosigned, as of now.
func (t *Tx) KeepWitnessed(witness string, size int64, signed []byte) error {
	_, err := t.c.exec(t.ctx, "INSERT INTO witnessed (witness, at, size, signed) VALUES (?, ?, ?, ?) ON CONFLICT (witness, at, size) DO NOTHING", witness, t.now.Unix(), size, signed)
	return err
}

// Witnessed reads cosigned checkpoints, newest first, up to most: of one witness, or of all.
func (t *Tx) Witnessed(witness string, most int) ([]Kept, error) {
	rows, err := t.c.query(t.ctx, "SELECT witness, at, size, signed FROM witnessed WHERE witness = ? OR CAST(? AS TEXT) = '' ORDER BY at DESC, size DESC LIMIT ?", witness, witness, most)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Kept
	for rows.Next() {
		var k Kept
		var at int64
		if err := rows.Scan(&k.Witness, &at, &k.Size, &k.Signed); err != nil {
			return nil, err
		}
		k.At = time.Unix(at, 0).UTC()
		out = append(out, k)
	}
	return out, rows.Err()
}
