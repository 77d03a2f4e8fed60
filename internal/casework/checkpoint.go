package casework

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"cutout/internal/audit"
	"cutout/internal/officer"
	"cutout/internal/store"
)

// checkpointBatch is the step in which the checkpoints that every officer is shown grow: activity of fewer entries in an
// hour, whoever's it is, leaves them as they were. The exact size is for inspectors and for who makes the copies.
const checkpointBatch = 256

var (
	actKept    = act{"log.kept", anyone}
	actExtends = act{"log.extends", anyone}
	actProveTo = act{"log.prove-growth", one(officer.Inspector)}
)

// marks is what the desk remembers of its log between sign-ins.
type marks struct {
	mu   sync.Mutex
	hour int64 // the last whole hour for which there was a look whether to keep a checkpoint
	last audit.Checkpoint
	roll *Rollback
	quit chan struct{}
	gone chan struct{}
}

// checkpointAt is the log's checkpoint at a size it has or had. The time it claims is when the log was that long: that of
// the last entry it covers, or now when it covers all.
func (w *work) checkpointAt(size int64) ([]byte, audit.Checkpoint, error) {
	now, err := w.LogSize()
	if err != nil {
		return nil, audit.Checkpoint{}, err
	}
	if size < 1 || size > now {
		return nil, audit.Checkpoint{}, fieldFault("size", "log.size", "Size", fmt.Sprint(now))
	}
	at := w.Now()
	if size < now {
		raw, err := w.LogRow(size - 1)
		if err != nil {
			return nil, audit.Checkpoint{}, err
		}
		e, err := audit.Decode(raw)
		if err != nil {
			return nil, audit.Checkpoint{}, err
		}
		at = e.Time
	}
	return w.sign(size, at)
}

func (w *work) sign(size int64, at time.Time) ([]byte, audit.Checkpoint, error) {
	root, err := audit.Root(size, w.LogHashes())
	if err != nil {
		return nil, audit.Checkpoint{}, err
	}
	if at.Unix() < 0 { // a case replayed in its own time is older than checkpoints can say
		at = time.Unix(0, 0)
	}
	c := audit.Checkpoint{Origin: w.d.unit.LogName, Size: size, Root: root, Time: at.UTC().Truncate(time.Second)}
	signed, err := audit.Sign(c, w.d.unit.logPrivate)
	return signed, c, err
}

// mark keeps the checkpoint of the last whole hour if there is none yet, and remembers outside the records what the log is
// now. It follows a sign-in and must never undo one: what fails is for the operator to read.
func (d *Desk) mark(ctx context.Context) {
	if d.cfg.Path == store.InMemory {
		return
	}
	ctx = context.WithoutCancel(ctx)
	if err := errors.Join(d.keepHour(ctx), d.remember(ctx)); err != nil && !errors.Is(err, store.ErrClosed) {
		d.logs.Error("checkpoint", "error", err.Error())
	}
}

// keepHour keeps the checkpoint of the last whole hour: of the log's size at that hour by the times of its entries, rounded
// down to a full batch, so that neither who signed in first nor a few entries more or less show in it. An hour without a
// new batch keeps none.
func (d *Desk) keepHour(ctx context.Context) error {
	hour := d.store.Now().UTC().Truncate(time.Hour)
	d.marks.mu.Lock()
	defer d.marks.mu.Unlock()
	if d.marks.hour == hour.Unix() {
		return nil
	}
	var fresh store.Kept
	look := func(tx *store.Tx) error {
		fresh = store.Kept{}
		size, err := tx.LogSizeAt(hour)
		if err != nil {
			return err
		}
		size -= size % checkpointBatch
		had, err := tx.HourCheckpoint()
		if err != nil && !errors.Is(err, store.ErrNotFound) || size <= had.Size || !hour.After(had.At) {
			if errors.Is(err, store.ErrNotFound) {
				err = nil
			}
			return err
		}
		signed, _, err := (&work{tx, d}).sign(size, hour)
		fresh = store.Kept{At: hour, Size: size, Signed: signed}
		return err
	}
	err := d.store.AboutLog(ctx, look)
	if err == nil && fresh.Size > 0 {
		err = d.store.KeepLog(ctx, func(tx *store.Tx) error { return tx.KeepHourCheckpoint(fresh) })
	}
	if err == nil {
		d.marks.hour = hour.Unix()
	}
	return err
}

// KeptCheckpoint is the newest checkpoint kept of a whole hour, signed: what every officer is shown at sign-in and may
// carry away. Not found before the log is one batch long.
func (d *Desk) KeptCheckpoint(ctx context.Context, o officer.Officer) (signed []byte, err error) {
	err = d.look(ctx, o, actKept, "log", "", func(w *work) error {
		k, err := w.HourCheckpoint()
		signed = k.Signed
		return err
	})
	return signed, err
}

// HourCheckpoint is KeptCheckpoint for who stands at the machine and has not signed in; nil when there is none yet. It
// tells no more than a sign-in shows.
func (d *Desk) HourCheckpoint(ctx context.Context) (signed []byte, err error) {
	err = d.store.AboutLog(ctx, func(tx *store.Tx) error {
		k, err := tx.HourCheckpoint()
		signed = k.Signed
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	return signed, d.report(actKept.word, shown(err))
}

// OpenKept reads a checkpoint of this unit's log.
func (d *Desk) OpenKept(signed []byte) (audit.Checkpoint, error) {
	return audit.OpenCheckpoint(signed, d.unit.LogPublic)
}

// GrowthProof shows whoever holds the log's public key that the log of the newer checkpoint begins with exactly the
// entries of the older one.
type GrowthProof struct {
	From   string       `json:"from"` // signed checkpoints
	To     string       `json:"to"`
	Hashes []audit.Hash `json:"consistency"` // RFC 6962 consistency proof
}

// Check verifies the proof against the log's public key, away from the unit.
func (p GrowthProof) Check(logKey string) (from, to audit.Checkpoint, err error) {
	if from, err = audit.OpenCheckpoint([]byte(p.From), logKey); err != nil {
		return from, to, err
	}
	if to, err = audit.OpenCheckpoint([]byte(p.To), logKey); err != nil {
		return from, to, err
	}
	return from, to, audit.CheckConsistency(p.Hashes, to.Size, to.Root, from.Size, from.Root)
}

// ProveGrowth proves that the log at size to, or as it is now for 0, begins with the log at size from.
func (d *Desk) ProveGrowth(ctx context.Context, o officer.Officer, from, to int64) (p GrowthProof, err error) {
	err = d.look(ctx, o, actProveTo, "log", "", func(w *work) error {
		if to == 0 {
			if to, err = w.LogSize(); err != nil {
				return err
			}
		}
		older, _, err := w.checkpointAt(from)
		if err != nil {
			return err
		}
		newer, _, err := w.checkpointAt(to)
		if err != nil {
			return err
		}
		if from > to {
			return fieldFault("from", "log.order")
		}
		p = GrowthProof{From: string(older), To: string(newer)}
		p.Hashes, err = audit.ProveConsistency(to, from, w.LogHashes())
		return err
	})
	return p, err
}

// Extends proves to any officer that the log still begins with what a checkpoint he kept says. The newer side is the
// checkpoint he would be shown at sign-in, so that comparing tells nothing more; when he holds a newer one, or the same,
// than the unit shows, its answer is that checkpoint with no proof, and his the judgement (audit.CheckConsistency).
func (d *Desk) Extends(ctx context.Context, o officer.Officer, earlier []byte) (p GrowthProof, err error) {
	err = d.look(ctx, o, actExtends, "log", "", func(w *work) error {
		had, err := d.OpenKept(earlier)
		if err != nil {
			return fieldFault("checkpoint", "log.checkpoint")
		}
		k, err := w.HourCheckpoint()
		if err != nil {
			return err
		}
		p = GrowthProof{From: string(earlier), To: string(k.Signed)}
		if had.Size > 0 && had.Size <= k.Size {
			p.Hashes, err = audit.ProveConsistency(k.Size, had.Size, w.LogHashes())
		}
		return err
	})
	return p, err
}
