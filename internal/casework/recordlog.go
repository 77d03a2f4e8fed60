package casework

import (
	"cutout/internal/leak"
	"cutout/internal/store"
)

// recordLog fills the page of one record's own log: the entries whose label the viewer reaches, numbered among
// themselves from 1, the oldest. Their places in the unit's log, the numbers of their labels and the commitments to what
// the viewer is not shown stay out: a place counts everybody's acts, and so tells how much happens elsewhere.
func (w *work) recordLog(p *LogPage, object string, before int64) error {
	q := store.LogQuery{Object: object, Mine: true, Limit: store.MaxLimit}
	for {
		part, err := w.Tx.Log(q)
		if err != nil {
			return err
		}
		p.Entries = append(p.Entries, part...)
		if len(part) < store.MaxLimit {
			break
		}
		q.Before = part[len(part)-1].Seq
	}
	n := len(p.Entries)
	for i := range p.Entries {
		if e := &p.Entries[i]; !leak.On("log_place") {
			e.Seq, e.Label, e.Commit = int64(n-i), 0, [32]byte{}
		}
	}
	if before > 0 {
		p.Entries = p.Entries[min(max(n+1-int(min(before, int64(n)+1)), 0), n):]
	}
	p.Entries = p.Entries[:min(len(p.Entries), store.DefaultLimit)]
	if n := len(p.Entries); n > 0 {
		p.Before = p.Entries[n-1].Seq
	}
	return w.logNames(p)
}
