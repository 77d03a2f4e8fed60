package casework

import (
	"context"
	"sync"

	"cutout/internal/officer"
	"cutout/internal/report"
	"cutout/internal/store"
)

// Rejected is a report of a batch that could not be taken, and why. Nothing of it was written.
type Rejected struct {
	Row   int // counted from 1
	Error error
}

// importStep is how many reports of a batch share one commit.
const importStep = 250

// ImportReports files many reports, each under the same rules as one. Those that cannot be taken are returned with their
// row and reason; the others are filed. progress, when not nil, is told how many rows are done; ctx stops it between steps.
func (d *Desk) ImportReports(ctx context.Context, o officer.Officer, drafts []ReportDraft, progress func(done int)) ([]report.ID, []Rejected, error) {
	made := make([]report.ID, len(drafts))
	var bad []Rejected
	next := d.prepareStep(ctx, o, drafts, 0)
	for from := 0; from < len(drafts); from += importStep {
		if err := ctx.Err(); err != nil {
			return made, bad, err
		}
		ready := next()
		// The next step is read and its words are prepared while this one is written.
		next = d.prepareStep(ctx, o, drafts, from+importStep)
		// Each report is an act of its own with its own entry; acts handed in together share one commit.
		d.doMany(ctx, o, actFile, kindReport, ready, func(w *work, i int) (err error) {
			made[from+i], err = w.file(ready[i].prepared)
			w.Entry().Object = made[from+i].String()
			return err
		})
		for i, r := range ready {
			if r.err == nil {
				continue
			}
			made[from+i] = report.ID{}
			if KindOf(r.err) == Internal {
				return made, bad, r.err
			}
			bad = append(bad, Rejected{from + i + 1, r.err})
		}
		if progress != nil {
			progress(min(from+importStep, len(drafts)))
		}
	}
	return made, bad, nil
}

// readied is one row of a step: prepared, or why it cannot be.
type readied struct {
	prepared *prepared
	err      error
}

// doMany is do for every row that was prepared; what became of each stands in its err.
func (d *Desk) doMany(ctx context.Context, o officer.Officer, a act, kind string, rows []readied, fn func(w *work, row int) error) {
	var acts []store.Act
	var at []int
	for i := range rows {
		if rows[i].err != nil {
			continue
		}
		at = append(at, i)
		acts = append(acts, store.Act{Entry: store.Entry{Act: a.word, Kind: kind, Pack: d.packVersion()}, Do: func(tx *store.Tx) error {
			w := &work{tx, d}
			if err := w.permit(a); err != nil {
				return err
			}
			return shownInside(fn(w, i))
		}})
	}
	for k, err := range d.store.WriteMany(ctx, o, acts) {
		rows[at[k]].err = d.report(a.word, shown(err))
	}
	d.stirWatch()
}

// prepareStep begins to prepare one step and returns how to wait for it. Where the ids come from a stream of the
// officer's own, as in replays, nothing runs ahead: the stream is drawn from in one order.
func (d *Desk) prepareStep(ctx context.Context, o officer.Officer, drafts []ReportDraft, from int) func() []readied {
	run := func() []readied {
		if from >= len(drafts) {
			return nil
		}
		out := make([]readied, min(importStep, len(drafts)-from))
		for i := range out {
			out[i].prepared, out[i].err = d.prepare(ctx, o, drafts[from+i])
		}
		return out
	}
	if d.cfg.Random != nil {
		return sync.OnceValue(run)
	}
	done := make(chan []readied, 1)
	go func() { done <- run() }()
	return func() []readied { return <-done }
}
