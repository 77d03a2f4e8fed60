package casework

import (
	"context"
	"time"

	"cutout/internal/audit"
	"cutout/internal/officer"
	"cutout/internal/store"
)

var (
	actExamine = act{"unit.examine", one(officer.Administrator, officer.Inspector)}
	actProve   = act{"log.prove", one(officer.Inspector)}
)

// Examination is what a deep look at the unit's store found.
type Examination struct {
	Damage []string // what the engine says is wrong with its files; none is whole
	Log    audit.Result
	Last   time.Time // when the newest entry of the log was written; after now, the clock has jumped
}

// Examine has the engine check its files and reads the whole log. It shows nothing of what the records or the log say.
func (d *Desk) Examine(ctx context.Context, o officer.Officer) (x Examination, err error) {
	err = d.look(ctx, o, actExamine, "unit", "", func(w *work) error {
		x = Examination{}
		if x.Damage, err = w.Integrity(); err != nil {
			return err
		}
		if x.Log, err = audit.Verify(w.LogRows()); err != nil {
			return err
		}
		es, err := w.Tx.Log(store.LogQuery{Limit: 1})
		if len(es) > 0 {
			x.Last = es[0].Time
		}
		return err
	})
	return x, err
}

// EntryProof shows a stranger who holds the log's public key that one entry is in the log a checkpoint signed.
type EntryProof struct {
	Seq        int64        `json:"seq"`
	Entry      []byte       `json:"entry"`      // as the log holds it (audit.Decode)
	Hashes     []audit.Hash `json:"hashes"`     // RFC 6962 inclusion proof
	Checkpoint string       `json:"checkpoint"` // signed
}

// ProveEntry proves one entry by its number. A number the log does not have is not found.
func (d *Desk) ProveEntry(ctx context.Context, o officer.Officer, seq int64) (p EntryProof, err error) {
	err = d.look(ctx, o, actProve, "log", "", func(w *work) error {
		signed, at, err := w.checkpoint()
		if err != nil {
			return err
		}
		if seq < 0 || seq >= at.Size {
			return store.ErrNotFound
		}
		p = EntryProof{Seq: seq, Checkpoint: string(signed)}
		if p.Entry, err = w.LogRow(seq); err != nil {
			return err
		}
		p.Hashes, err = audit.ProveInclusion(at.Size, seq, w.LogHashes())
		return err
	})
	return p, err
}

// Check verifies the proof against the log's public key, away from the unit, and gives the entry it proves.
func (p EntryProof) Check(logKey string) (audit.Entry, error) {
	at, err := audit.OpenCheckpoint([]byte(p.Checkpoint), logKey)
	if err != nil {
		return audit.Entry{}, err
	}
	if err := audit.CheckInclusion(p.Hashes, at.Size, at.Root, p.Seq, p.Entry); err != nil {
		return audit.Entry{}, err
	}
	e, err := audit.Decode(p.Entry)
	if err == nil && e.Seq != p.Seq {
		err = audit.ErrProof
	}
	return e, err
}
