package casework

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"cutout/internal/audit"
	"cutout/internal/store"
	"cutout/internal/witness"
)

// Rollback says that the log is not the one this machine last signed: the records were put back to an older state, or
// replaced. The file that says so lies beside the records, not in them; who replaces both is seen only by a witness.
type Rollback struct {
	Last audit.Checkpoint // what was signed last; zero when the file cannot be read as this log's
	Size int64            // entries of the log as it is
}

// Error names both sizes.
func (r *Rollback) Error() string {
	if r.Last == (audit.Checkpoint{}) {
		return "casework: the last checkpoint of this machine is not this log's"
	}
	return fmt.Sprintf("casework: this machine last signed a log of %d entries; the log there now has %d and is not its continuation", r.Last.Size, r.Size)
}

// RolledBack is nil while the log is a continuation of what this machine last signed. It is looked at when the unit is
// opened, and again whenever there is something new to sign.
func (d *Desk) RolledBack() *Rollback {
	d.marks.mu.Lock()
	defer d.marks.mu.Unlock()
	return d.marks.roll
}

// compareLast compares the log with the file at opening.
func (d *Desk) compareLast(ctx context.Context) error {
	if d.cfg.Last == "" {
		return nil
	}
	signed, err := os.ReadFile(d.cfg.Last)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // a new unit, or one from before this file was kept
	}
	if err != nil {
		return fmt.Errorf("casework: last checkpoint: %w", err)
	}
	last, bad := d.OpenKept(signed)
	d.marks.mu.Lock() // always before a transaction: they are few, and who waits here must hold none
	defer d.marks.mu.Unlock()
	return d.store.AboutLog(ctx, func(tx *store.Tx) error {
		size, err := tx.LogSize()
		if err != nil {
			return err
		}
		d.marks.last, d.marks.roll = last, nil
		if bad != nil {
			d.marks.last, d.marks.roll = audit.Checkpoint{}, &Rollback{Size: size}
			return nil
		}
		return d.judge(tx, size)
	})
}

// judge notes a rollback when the log at hand is no continuation of the last checkpoint. The caller holds the marks.
func (d *Desk) judge(tx *store.Tx, size int64) error {
	last := d.marks.last
	if last == (audit.Checkpoint{}) {
		return nil
	}
	if size < last.Size {
		d.marks.roll = &Rollback{last, size}
		return nil
	}
	root, err := audit.Root(last.Size, tx.LogHashes())
	if err == nil && root != last.Root {
		d.marks.roll = &Rollback{last, size}
	}
	return err
}

// remember writes what the log is now beside the records. While a rollback stands, the file that shows it is left alone.
func (d *Desk) remember(ctx context.Context) error {
	if d.cfg.Last == "" {
		return nil
	}
	d.marks.mu.Lock()
	defer d.marks.mu.Unlock()
	if d.marks.roll != nil {
		return nil
	}
	return d.store.AboutLog(ctx, func(tx *store.Tx) error {
		size, err := tx.LogSize()
		if err != nil || size == 0 {
			return err
		}
		if err := d.judge(tx, size); err != nil || d.marks.roll != nil {
			return errors.Join(err, rolled(d.marks.roll))
		}
		if size == d.marks.last.Size {
			return nil
		}
		signed, c, err := (&work{tx, d}).sign(size, d.store.Now())
		if err != nil {
			return err
		}
		// Another process may have gone further meanwhile. A file from before the records began (a new unit in an old
		// folder) is the other unit's business: it is never overwritten.
		if there, err := os.ReadFile(d.cfg.Last); err == nil {
			if other, err := d.OpenKept(there); err != nil || other.Size > c.Size {
				return nil
			}
		}
		if err := witness.Keep(d.cfg.Last, signed); err != nil {
			return fmt.Errorf("casework: last checkpoint: %w", err)
		}
		d.marks.last = c
		return nil
	})
}

func rolled(r *Rollback) error {
	if r == nil {
		return nil
	}
	return r
}

// ErrOtherCheckpoint means that the checkpoint given is not the one this machine last signed.
var ErrOtherCheckpoint = errors.New("casework: this is not the checkpoint this machine last signed")

// AcceptRollback goes on from an older log, knowingly: signed is the checkpoint that is given up, which must be the one
// this machine last signed. That this was done goes on the log, with the size and root given up committed to, and the
// file is put aside as evidence. It is the operator's act: he can replace the file anyway, and so is made to say so.
func (d *Desk) AcceptRollback(ctx context.Context, signed []byte) error {
	r := d.RolledBack()
	if r == nil {
		return nil
	}
	there, err := os.ReadFile(d.cfg.Last)
	if err != nil {
		return fmt.Errorf("casework: last checkpoint: %w", err)
	}
	if !bytes.Equal(bytes.TrimSpace(there), bytes.TrimSpace(signed)) {
		return ErrOtherCheckpoint
	}
	// On the log first: a machine that dies here says so twice, never not at all.
	if err := d.store.Machine(ctx, store.Entry{Act: "log.accept-rollback", Kind: "log", Pack: d.packVersion(), Detail: there}); err != nil {
		return err
	}
	aside := filepath.Join(filepath.Dir(d.cfg.Last), fmt.Sprintf("%s.given-up-%s", filepath.Base(d.cfg.Last), d.store.Now().UTC().Format("20060102T150405")))
	if err := os.Rename(d.cfg.Last, aside); err != nil {
		return fmt.Errorf("casework: last checkpoint: %w", err)
	}
	d.marks.mu.Lock()
	d.marks.roll, d.marks.last = nil, audit.Checkpoint{}
	d.marks.mu.Unlock()
	return d.remember(ctx)
}

// markEvery is how often a process that goes on for long remembers its log without a sign-in.
const markEvery = time.Hour

func (d *Desk) startMarks() {
	if d.cfg.Last == "" {
		return
	}
	d.marks.quit, d.marks.gone = make(chan struct{}), make(chan struct{})
	go func() {
		defer close(d.marks.gone)
		clock := time.NewTicker(markEvery)
		defer clock.Stop()
		for {
			select {
			case <-d.marks.quit:
				return
			case <-clock.C:
				d.mark(context.Background())
			}
		}
	}()
}

// stopMarks remembers the log as it is left.
func (d *Desk) stopMarks() {
	if d.marks.quit == nil {
		return
	}
	close(d.marks.quit)
	<-d.marks.gone
	d.marks.quit = nil
	if err := d.remember(context.Background()); err != nil {
		d.logs.Error("checkpoint", "error", err.Error())
	}
}
