package main

import (
	"fmt"
	"math/rand/v2"
	"time"

	"cutout/internal/casework"
	"cutout/internal/compartment"
	"cutout/internal/officer"
)

// The search is measured over reports held under many desks of unequal size.
const searchDesks = 600

// search measures whole looks through the door, the entry in the log being durable included, on both engines.
func (r *run) search() error {
	n := r.some(100_000)
	if err := r.searchOn("SQLite", "", n); err != nil {
		return err
	}
	dsn, drop, ok := r.server()
	if !ok {
		r.add("search, PostgreSQL", "no server; set CUTOUT_TEST_POSTGRES", "", "", "")
		return nil
	}
	defer drop()
	return r.searchOn("PostgreSQL", dsn, n)
}

func (r *run) searchOn(engine, dsn string, n int) error {
	u, err := r.begin(dsn, false)
	if err != nil {
		return err
	}
	defer u.Close()
	filer, err := u.add("intake", "intake")
	if err != nil {
		return err
	}
	b := bar(searchDesks, engine+": desks")
	desks := make([]compartment.ID, searchDesks)
	weight := make([]float64, searchDesks)
	total := 0.0
	for i := range desks {
		if desks[i], err = u.OpenCompartment(r.ctx, u.admin, fmt.Sprintf("Desk %d", i)); err != nil {
			return err
		}
		if err := u.HandCompartment(r.ctx, u.admin, filer.ID, desks[i], ""); err != nil {
			return err
		}
		weight[i] = 1 / float64(i+5)
		total += weight[i]
		b.Add(1)
	}
	b.Finish()
	viewers, err := u.viewers(desks, weight, total)
	if err != nil {
		return err
	}
	if err := u.fill(engine, filer, desks, weight, total, n); err != nil {
		return err
	}
	if dsn != "" {
		if err := analyze(r.ctx, dsn); err != nil {
			return err
		}
	}
	rounds := r.some(200)
	for _, v := range viewers {
		for _, word := range []string{"common", "middling", "rare"} {
			var took []time.Duration
			found := 0
			for i := range rounds {
				q := word
				if word != "common" {
					q = fmt.Sprintf("%s%d", word, i%10)
				}
				began := time.Now()
				p, err := u.Search(r.ctx, v.officer, q, "report", false, "", 50)
				took = append(took, time.Since(began))
				if err != nil {
					return err
				}
				found += len(p.Hits)
			}
			p95 := at(took, 0.95)
			r.add(fmt.Sprintf("search %s, %d reports, viewer of %.2g %%, %s word (%.1f hits)", engine, n, v.share*100, word, float64(found)/float64(rounds)),
				milliseconds(p95)+" p95, "+milliseconds(at(took, 0.5))+" median", "", "", "< 10 ms")
		}
	}
	return nil
}

type viewer struct {
	officer officer.Officer
	share   float64 // of the reports, as it came out
}

// viewers are analysts who may see about 30, 1 and 0.05 of a hundred reports.
func (u *unit) viewers(desks []compartment.ID, weight []float64, total float64) ([]viewer, error) {
	var out []viewer
	for _, want := range []struct {
		share float64
		from  int
	}{{0.30, 7}, {0.01, 200}, {0.0005, searchDesks - 40}} {
		o, err := u.add(fmt.Sprintf("viewer%d", len(out)), "analyst")
		if err != nil {
			return nil, err
		}
		got := 0.0
		for i := want.from; got < want.share*total; i = (i + 7) % len(desks) {
			if err := u.HandCompartment(u.ctx, u.admin, o.ID, desks[i], ""); err != nil {
				return nil, err
			}
			got += weight[i]
		}
		out = append(out, viewer{o, got / total})
	}
	return out, nil
}

// fill files n reports under desks drawn by weight. "common" is in 70 of a hundred, ten middling words are in 1.7 each, ten
// rare ones in 0.015 each.
func (u *unit) fill(engine string, filer officer.Officer, desks []compartment.ID, weight []float64, total float64, n int) error {
	w := newWriter(17)
	rnd := rand.New(rand.NewPCG(3, 4))
	draw := func() compartment.ID {
		x := rnd.Float64() * total
		for i := range weight {
			if x -= weight[i]; x <= 0 {
				return desks[i]
			}
		}
		return desks[len(desks)-1]
	}
	b := bar(n, engine+": reports")
	for from := 0; from < n; from += 1000 {
		ds := make([]casework.ReportDraft, min(1000, n-from))
		for i := range ds {
			ds[i] = w.report(from + i)
			ds[i].Desk, ds[i].Discipline = draw().String(), "OSINT"
			text := &ds[i].Items[0].Text
			if rnd.Float64() < 0.7 {
				*text += " common"
			}
			for k := range 10 {
				if rnd.Float64() < 0.017 {
					*text += fmt.Sprintf(" middling%d", k)
				}
				if rnd.Float64() < 0.00015 {
					*text += fmt.Sprintf(" rare%d", k)
				}
			}
		}
		_, bad, err := u.ImportReports(u.ctx, filer, ds, nil)
		if err == nil && len(bad) > 0 {
			err = bad[0].Error
		}
		if err != nil {
			return err
		}
		b.Add(len(ds))
	}
	return b.Finish()
}
