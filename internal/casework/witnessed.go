package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"cutout/internal/audit"
	"cutout/internal/officer"
)

var (
	actWitness   = act{"log.witness", one(officer.Inspector, officer.Administrator)}
	actCosigned  = act{"log.cosigned", one(officer.Inspector, officer.Administrator)}
	actWitnessed = act{"log.witnessed", one(officer.Inspector, officer.Administrator)}
)

// Seen is a checkpoint that somebody outside the unit cosigned, and when.
type Seen struct {
	Witness    string // name in the witness's key
	Key        string
	Signed     []byte
	Checkpoint audit.Checkpoint
	At         time.Time // by the witness's own clock
}

// mostSeen bounds the cosigned checkpoints that are read: one a week for four years.
const mostSeen = 200

// witnessed reads the cosigned checkpoints, newest first. Each is verified anew: what lies in the store proves nothing by
// lying there. That the key is the witness's own, only a person outside can say.
func (w *work) witnessed() ([]Seen, error) {
	kept, err := w.Witnessed("", mostSeen)
	if err != nil {
		return nil, err
	}
	var out []Seen
	for _, k := range kept {
		s := Seen{Key: k.Witness, Signed: k.Signed}
		if s.Witness, err = audit.WitnessName(k.Witness); err != nil {
			continue
		}
		if s.Checkpoint, s.At, err = audit.OpenCosigned(k.Signed, w.d.unit.LogPublic, k.Witness); err != nil {
			continue // somebody changed it: it counts for nothing
		}
		out = append(out, s)
	}
	slices.SortStableFunc(out, func(a, b Seen) int { return b.At.Compare(a.At) })
	return out, nil
}

// Witnessed lists the checkpoints that witnesses outside cosigned, newest first; none means that whoever holds the records
// could rewrite the whole log unseen, but for checkpoints people kept themselves.
func (d *Desk) Witnessed(ctx context.Context, o officer.Officer) (out []Seen, err error) {
	err = d.look(ctx, o, actWitnessed, "log", "", func(w *work) error {
		out, err = w.witnessed()
		return err
	})
	return out, err
}

// WitnessDiffers says that a witness has seen another history of the log than it was shown now: the log was rolled back or
// forked since.
type WitnessDiffers struct {
	Witness     string
	Seen, Shown int64 // entries the witness has seen, and entries of the log that was shown to it
	cause       error
}

// Error names both sizes.
func (e *WitnessDiffers) Error() string {
	return fmt.Sprintf("casework: the witness %s has seen a log of %d entries of which this log of %d is no continuation", e.Witness, e.Seen, e.Shown)
}

// Unwrap is what the witness answered.
func (e *WitnessDiffers) Unwrap() error { return e.cause }

// AskWitness shows the log's checkpoint to a witness of the given public key and keeps what it cosigns. ask brings the
// request there and gives the signature lines back, in no transaction: a witness may take its time. It may answer with
// audit.OldSize, the size it has seen, and is then asked again from there. That a witness was asked is on the log before
// it is; a Conflict with a WitnessDiffers means that the log is not the one it was shown before, and is on the log too. What
// ask itself fails with is given back as it is.
func (d *Desk) AskWitness(ctx context.Context, o officer.Officer, key string, ask func(context.Context, audit.Request) ([]byte, error)) (s Seen, err error) {
	if s.Witness, err = audit.WitnessName(key); err != nil {
		return s, fieldFault("key", "log.witness-key")
	}
	s.Key = key
	old := int64(-1) // not known: what the records say
	for range 2 {
		var r audit.Request
		if r, s.Checkpoint, err = d.witnessRequest(ctx, o, key, old); err != nil {
			return s, err
		}
		line, err := ask(ctx, r)
		var other *audit.OldSize
		switch {
		case errors.As(err, &other) && other.Size > s.Checkpoint.Size:
			return s, d.differs(ctx, o, &WitnessDiffers{s.Witness, other.Size, s.Checkpoint.Size, err})
		case errors.As(err, &other) && old < 0:
			old = other.Size
			continue
		case errors.Is(err, audit.ErrProof):
			return s, d.differs(ctx, o, &WitnessDiffers{s.Witness, r.Old, s.Checkpoint.Size, err})
		case err != nil:
			return s, err
		}
		s.Signed = append(slices.Clone(r.Signed), line...)
		if _, s.At, err = audit.OpenCosigned(s.Signed, d.unit.LogPublic, key); err != nil {
			return s, err
		}
		return s, d.do(ctx, o, actCosigned, "log", "", func(w *work) error { return w.KeepWitnessed(key, s.Checkpoint.Size, s.Signed) })
	}
	return s, d.differs(ctx, o, &WitnessDiffers{s.Witness, old, s.Checkpoint.Size, audit.ErrProof})
}

// differs puts a witness's refusal on the log and gives it as the door's error: a Conflict whose cause is the WitnessDiffers.
func (d *Desk) differs(ctx context.Context, o officer.Officer, e *WitnessDiffers) error {
	return d.do(ctx, o, actCosigned, "log", "", func(*work) error {
		return &Error{Kind: Conflict, Code: "log.witness-differs", cause: e,
			Params: map[string]string{"Witness": e.Witness, "Seen": strconv.FormatInt(e.Seen, 10), "Shown": strconv.FormatInt(e.Shown, 10)}}
	})
}

// witnessRequest makes the request from a size the witness has seen: the one given, or, for -1, that of the newest
// checkpoint of its in the records.
func (d *Desk) witnessRequest(ctx context.Context, o officer.Officer, key string, old int64) (r audit.Request, at audit.Checkpoint, err error) {
	err = d.look(ctx, o, actWitness, "log", "", func(w *work) error {
		r = audit.Request{Old: max(old, 0)}
		if old < 0 {
			kept, err := w.Witnessed(key, 1)
			if err != nil {
				return err
			}
			for _, k := range kept {
				r.Old = k.Size
			}
		}
		var err error
		if r.Signed, at, err = w.checkpoint(); err != nil {
			return err
		}
		if r.Old > at.Size { // the records contradict themselves; the witness is asked, and says what it has seen
			r.Old = 0
		}
		r.Proof, err = audit.ProveConsistency(at.Size, r.Old, w.LogHashes())
		return err
	})
	return r, at, err
}

type watchingKey struct{}

// Watching has long looks at the log report how many of how many entries they have read. They end early, with the
// context's error, when the context ends.
func Watching(ctx context.Context, report func(done, total int64)) context.Context {
	return context.WithValue(ctx, watchingKey{}, report)
}
