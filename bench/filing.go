package main

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"cutout/internal/casework"
)

// plainBatch is how many rows the plain file takes in one transaction: as many as the door lets share one commit.
const plainBatch = 250

// drafts invents reports of the lines' contacts, in turn.
func drafts(lines []sourceLine, n int, seed uint64) []casework.ReportDraft {
	w := newWriter(seed)
	out := make([]casework.ReportDraft, n)
	for i := range out {
		l := lines[i%len(lines)]
		out[i] = w.report(i)
		out[i].Source, out[i].Contact = l.source.String(), l.contacts[i%len(l.contacts)].String()
	}
	return out
}

// imports files a batch through the door and writes the same texts into plain files, turn by turn, so that a machine that
// slows down slows both.
func (r *run) imports() error {
	n := r.some(5000)
	for _, watch := range []bool{true, false} {
		u, err := r.begin("", watch)
		if err != nil {
			return err
		}
		lines, err := u.sources(1, 50)
		if err != nil {
			return err
		}
		all := drafts(lines, n, 11)
		rows := plainRows(all)
		sealed, err := r.plain(false)
		if err != nil {
			return err
		}
		open, err := r.plain(true)
		if err != nil {
			return err
		}
		var ours, peer, bare time.Duration
		name := "import through the door"
		if watch {
			name += ", the watch following"
		}
		b := bar(n, name)
		const turn = 1000
		for from := 0; from < n; from += turn {
			to := min(from+turn, n)
			began := time.Now()
			_, bad, err := u.ImportReports(r.ctx, lines[0].handler, all[from:to], nil)
			ours += time.Since(began)
			if err == nil && len(bad) > 0 {
				err = bad[0].Error
			}
			if err != nil {
				return err
			}
			for _, p := range []struct {
				file *plain
				took *time.Duration
			}{{sealed, &peer}, {open, &bare}} {
				began = time.Now()
				for i := from; i < to; i += plainBatch {
					if err := p.file.insert(r.ctx, rows[i:min(i+plainBatch, to)]); err != nil {
						return err
					}
				}
				*p.took += time.Since(began)
			}
			b.Add(to - from)
		}
		b.Finish()
		sealed.close()
		open.close()
		if err := u.Close(); err != nil {
			return err
		}
		r.add(fmt.Sprintf("%s: %d reports", name, n), perSecond(n, ours), perSecond(n, peer)+" plain table + index, same encrypted file", ratio(ours, peer), ">= 0.20, >= 1000/s")
		r.add("", "", perSecond(n, bare)+" plain table + index, file not encrypted", ratio(ours, bare), "")
	}
	return nil
}

// filing lets eight officers file one report after another, beside one connection that writes durable single rows.
func (r *run) filing() error {
	const officers = 8
	n := r.some(1600)
	u, err := r.begin("", true)
	if err != nil {
		return err
	}
	defer u.Close()
	lines, err := u.sources(officers, 5)
	if err != nil {
		return err
	}
	all := drafts(lines, n, 13)
	rows := plainRows(all)
	file, err := r.plain(false)
	if err != nil {
		return err
	}
	defer file.close()
	b := bar(n, "eight officers filing")
	var ours, peer time.Duration
	const turn = 160
	var each []time.Duration
	var lock sync.Mutex
	for from := 0; from < n; from += turn {
		to := min(from+turn, n)
		var wait sync.WaitGroup
		errs := make([]error, officers)
		began := time.Now()
		for k := range officers {
			wait.Go(func() {
				for i := from + k; i < to; i += officers {
					start := time.Now()
					if _, err := u.FileReport(r.ctx, lines[i%officers].handler, all[i]); err != nil {
						errs[k] = err
						return
					}
					lock.Lock()
					each = append(each, time.Since(start))
					lock.Unlock()
				}
			})
		}
		wait.Wait()
		ours += time.Since(began)
		if err := errors.Join(errs...); err != nil {
			return err
		}
		began = time.Now()
		for i := from; i < to; i++ {
			if err := file.insert(r.ctx, rows[i:i+1]); err != nil {
				return err
			}
		}
		peer += time.Since(began)
		b.Add(to - from)
	}
	b.Finish()
	r.add(fmt.Sprintf("eight officers filing one by one: %d reports", n), perSecond(n, ours), perSecond(n, peer)+" plain durable single rows + index", ratio(ours, peer), ">= 0.33")
	r.add("  one report, as its officer waits", milliseconds(at(each, 0.5))+" median, "+milliseconds(at(each, 0.95))+" p95", "", "", "")
	return nil
}
