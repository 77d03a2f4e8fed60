package store

import (
	"context"
	"errors"
	"fmt"

	"cutout/internal/compartment"
	"cutout/internal/day"
	"cutout/internal/leak"
	"cutout/internal/officer"
)

// Finding is what the watch raised for one reader. It is kept per reader, because it was computed from what that reader
// may see and from nothing else; two readers of different Scope may rightly have different findings.
type Finding struct {
	ID      ID
	Rule    string
	Subject string // the key: one open finding per rule and subject
	Raised  day.Day
	Cleared day.Day // day.Never while open
	Label   compartment.Label
	Body    []byte
	labelID int64
}

func findingAAD(o officer.ID, id ID) []byte {
	return append(append([]byte("finding\x00body\x001\x00"), o.Bytes()...), id[:]...)
}

// Findings reads the officer's own findings whose label he still reaches.
func (t *Tx) Findings(open bool) ([]Finding, error) {
	q := "SELECT f.id, f.rule, f.subject, f.raised, f.cleared, f.label, f.body FROM finding f WHERE f.officer = ? AND " + reachable("f.label")
	args := []any{t.o.ID.Bytes(), t.o.ID.Bytes()}
	if leak.On("notify_after_revoke") {
		q = unscopedFinding(q)
	}
	if open {
		q += " AND f.cleared = ?"
		args = append(args, int64(day.Never))
	}
	rows, err := t.c.query(t.ctx, q+" ORDER BY f.raised, f.rule, f.subject, f.id", args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Finding
	for rows.Next() {
		var f Finding
		var id, sealed []byte
		if err := rows.Scan(&id, &f.Rule, &f.Subject, &f.Raised, &f.Cleared, &f.labelID, &sealed); err != nil {
			return nil, err
		}
		copy(f.ID[:], id)
		if f.Body, err = t.s.cfg.Keys.Body.Open(nil, sealed, findingAAD(t.o.ID, f.ID)); err != nil {
			return nil, ErrDamaged
		}
		out = append(out, f)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	rows.Close()
	for i := range out {
		if out[i].Label, err = t.label(out[i].labelID); err != nil {
			return nil, err
		}
		t.saw(out[i].labelID)
	}
	return out, nil
}

// Changes is what one run of the watch found for a reader: new findings to raise, and open ones whose cause has ended.
type Changes struct {
	Raise []Finding
	Clear []ID
}

// Watch lets the watch look with one reader's eyes: evaluate reads as the reader, through the same door and Scope, and
// what it found is written for him. Nothing is shown to anybody here, so the look itself leaves no entry; findings raised
// or cleared are an act of the machine.
func (s *Store) Watch(ctx context.Context, reader officer.Officer, evaluate func(*Tx) (Changes, error)) (Changes, error) {
	var ch Changes
	var e Entry
	run := func() error {
		return s.look(ctx, reader, &e, func(t *Tx) (err error) {
			ch, err = evaluate(t)
			return err
		})
	}
	err := run()
	if errors.Is(err, errStale) {
		if err = s.writer.do(ctx, &job{o: reader, refresh: true}); err == nil {
			err = run()
		}
	}
	if err != nil {
		return ch, fmt.Errorf("store: watch: %w", err)
	}
	if len(ch.Raise) == 0 && len(ch.Clear) == 0 {
		return ch, nil
	}
	return ch, s.writer.do(ctx, &job{o: reader, machine: true, entry: &Entry{Act: "watch.raise"}, fn: func(t *Tx) error {
		for _, f := range ch.Raise {
			if leak.On("finding_all") {
				f.Label = compartment.Label{}
			}
			label, err := t.intern(f.Label)
			if err != nil {
				return err
			}
			if _, err := t.c.exec(t.ctx, "INSERT INTO finding (officer, id, rule, subject, raised, cleared, label, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
				reader.ID.Bytes(), f.ID[:], f.Rule, f.Subject, int64(f.Raised), int64(day.Never), label,
				t.s.cfg.Keys.Body.Seal(nil, f.Body, findingAAD(reader.ID, f.ID))); err != nil {
				return err
			}
		}
		for _, id := range ch.Clear {
			if _, err := t.c.exec(t.ctx, "UPDATE finding SET cleared = ? WHERE officer = ? AND id = ? AND cleared = ?", int64(t.today), reader.ID.Bytes(), id[:], int64(day.Never)); err != nil {
				return err
			}
		}
		return nil
	}})
}
