package casework

import (
	"context"
	"slices"

	"cutout/internal/audit"
	"cutout/internal/officer"
	"cutout/internal/store"
)

var (
	// The size and root of the log say nothing of what is in it: whoever makes the copies may take a checkpoint along.
	actCheckpoint = act{"log.checkpoint", one(officer.Inspector, officer.Administrator)}
	actVerify     = act{"log.verify", one(officer.Inspector)}
	actBundle     = act{"log.bundle", one(officer.Inspector)}
	actBundleRows = act{"log.bundle-rows", one(officer.Inspector)}
)

// LogQuery asks for entries of the log, newest first.
type LogQuery = store.LogQuery

// Checkpoint is what the log is now (its size and root), signed with the unit's log key. Kept by somebody outside the
// unit, it fixes every entry before it. The entry of this look is not yet in it.
func (d *Desk) Checkpoint(ctx context.Context, o officer.Officer) (signed []byte, err error) {
	err = d.look(ctx, o, actCheckpoint, "log", "", func(w *work) error {
		signed, _, err = w.checkpoint()
		return err
	})
	return signed, err
}

func (w *work) checkpoint() ([]byte, audit.Checkpoint, error) {
	size, err := w.LogSize()
	if err != nil {
		return nil, audit.Checkpoint{}, err
	}
	return w.sign(size, w.Now())
}

// VerifyLog reads the whole log and checks every entry, every hash and its agreement with the signed checkpoints given and
// with those a witness cosigned (Witnessed). With none it can say only that the log hangs together; what it proved and what
// not stands in the result. A checkpoint that this log's key did not sign is a fault of the field "checkpoint".
func (d *Desk) VerifyLog(ctx context.Context, o officer.Officer, earlier ...[]byte) (r audit.Result, err error) {
	points, err := d.openCheckpoints(earlier)
	if err != nil {
		return r, err
	}
	err = d.look(ctx, o, actVerify, "log", "", func(w *work) error {
		seen, err := w.witnessed()
		if err != nil {
			return err
		}
		all := slices.Clone(points)
		for _, s := range seen {
			all = append(all, s.Checkpoint)
		}
		size, err := w.LogSize()
		if err != nil {
			return err
		}
		r, err = audit.Verify(watched(ctx, w.LogRows(), size), all...)
		return err
	})
	return r, err
}

func (d *Desk) openCheckpoints(signed [][]byte) ([]audit.Checkpoint, error) {
	var out []audit.Checkpoint
	for _, s := range signed {
		c, err := audit.OpenCheckpoint(s, d.unit.LogPublic)
		if err != nil {
			return nil, fieldFault("checkpoint", "log.checkpoint")
		}
		out = append(out, c)
	}
	return out, nil
}

// OversightPage is what an inspector begins with: a stretch of the log, what the log is now, and whose acts he may ask for.
type OversightPage struct {
	LogPage
	Seen     []Seen     // checkpoints that witnesses cosigned, newest first
	Root     audit.Hash // over all entries before this look's own
	Officers []OfficerLine
}

// Oversight shows an inspector the log with its root, in one look.
func (d *Desk) Oversight(ctx context.Context, o officer.Officer, q LogQuery) (p OversightPage, err error) {
	err = d.look(ctx, o, actLog, "log", "", func(w *work) error {
		p = OversightPage{}
		q.Mine = false
		if err := w.logPage(&p.LogPage, q); err != nil {
			return err
		}
		if p.Root, err = audit.Root(p.Size, w.LogHashes()); err != nil {
			return err
		}
		if p.Seen, err = w.witnessed(); err != nil {
			return err
		}
		as, err := w.Accounts()
		for _, a := range as {
			p.Officers = append(p.Officers, lineOf(a, w.Today()))
		}
		return err
	})
	return p, err
}
