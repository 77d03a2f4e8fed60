package casework

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

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

// The files of an inspection bundle, a zip archive that a stranger can check without the unit's machine.
const (
	BundleCheckpoint = "checkpoint.txt" // signed, in the form of C2SP tlog-checkpoint
	BundleKey        = "log-key.txt"    // the log's public key; an inspector compares it with the one he wrote down earlier
	BundleRows       = "rows.bin"       // entries and leaf hashes, as audit.WriteRows writes them
)

// ErrBundle means that a file is no inspection bundle.
var ErrBundle = errors.New("casework: the file is no inspection bundle")

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
	root, err := audit.Root(size, w.LogHashes())
	if err != nil {
		return nil, audit.Checkpoint{}, err
	}
	c := audit.Checkpoint{Origin: w.d.unit.LogName, Size: size, Root: root, Time: w.Now().UTC().Truncate(time.Second)}
	signed, err := audit.Sign(c, w.d.unit.logPrivate)
	return signed, c, err
}

// VerifyLog reads the whole log and checks every entry, every hash and its agreement with the signed checkpoints given.
// With none it can say only that the log hangs together; what it proved and what not stands in the result. A checkpoint
// that this log's key did not sign is a fault of the field "checkpoint".
func (d *Desk) VerifyLog(ctx context.Context, o officer.Officer, earlier ...[]byte) (r audit.Result, err error) {
	points, err := d.openCheckpoints(earlier)
	if err != nil {
		return r, err
	}
	err = d.look(ctx, o, actVerify, "log", "", func(w *work) error {
		r, err = audit.Verify(w.LogRows(), points...)
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

// Bundle writes an inspection bundle: the signed checkpoint, the log's public key and every entry the checkpoint covers.
// The entry that a bundle was taken is durable before its first byte is written.
func (d *Desk) Bundle(ctx context.Context, o officer.Officer, to io.Writer) error {
	var signed []byte
	var at audit.Checkpoint
	err := d.look(ctx, o, actBundle, "log", "", func(w *work) (err error) {
		signed, at, err = w.checkpoint()
		return err
	})
	if err != nil {
		return err
	}
	return d.look(ctx, o, actBundleRows, "log", "", func(w *work) error {
		z := zip.NewWriter(to)
		for _, f := range []struct{ name, text string }{{BundleCheckpoint, string(signed)}, {BundleKey, d.unit.LogPublic + "\n"}} {
			part, err := z.Create(f.name)
			if err == nil {
				_, err = io.WriteString(part, f.text)
			}
			if err != nil {
				return err
			}
		}
		part, err := z.Create(BundleRows)
		if err != nil {
			return err
		}
		if _, err := audit.WriteRows(part, first(w.LogRows(), at.Size)); err != nil {
			return err
		}
		return z.Close()
	})
}

// first gives the first n rows.
func first(rows iter.Seq2[audit.Row, error], n int64) iter.Seq2[audit.Row, error] {
	return func(yield func(audit.Row, error) bool) {
		left := n
		for r, err := range rows {
			if left--; left < 0 || !yield(r, err) {
				return
			}
		}
	}
}

// VerifyBundle checks an inspection bundle away from the unit, without its store or its keys: that the checkpoint in it
// is signed by the log whose public key the inspector holds, that the rows are exactly what it signed, and that they
// agree with the earlier checkpoints given. An error is one of the file or of a signature; what is wrong with the log
// stands in the result.
func VerifyBundle(file io.ReaderAt, size int64, logKey string, earlier ...[]byte) (audit.Result, audit.Checkpoint, error) {
	var r audit.Result
	z, err := zip.NewReader(file, size)
	if err != nil {
		return r, audit.Checkpoint{}, ErrBundle
	}
	signed, err := z.Open(BundleCheckpoint)
	if err != nil {
		return r, audit.Checkpoint{}, ErrBundle
	}
	defer signed.Close()
	text, err := io.ReadAll(io.LimitReader(signed, 1<<16))
	if err != nil {
		return r, audit.Checkpoint{}, ErrBundle
	}
	at, err := audit.OpenCheckpoint(text, logKey)
	if err != nil {
		return r, at, fmt.Errorf("%s: %w", BundleCheckpoint, err)
	}
	points := []audit.Checkpoint{at}
	for i, s := range earlier {
		c, err := audit.OpenCheckpoint(s, logKey)
		if err != nil {
			return r, at, fmt.Errorf("checkpoint %d: %w", i+1, err)
		}
		points = append(points, c)
	}
	rows, err := z.Open(BundleRows)
	if err != nil {
		return r, at, ErrBundle
	}
	defer rows.Close()
	r, err = audit.Verify(audit.ReadRows(rows), points...)
	return r, at, err
}

// OversightPage is what an inspector begins with: a stretch of the log, what the log is now, and whose acts he may ask for.
type OversightPage struct {
	LogPage
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
		as, err := w.Accounts()
		for _, a := range as {
			p.Officers = append(p.Officers, lineOf(a, w.Today()))
		}
		return err
	})
	return p, err
}
