package watch

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"cutout/internal/day"
)

// bigWorld is a year's worth of a large unit: 5,000 sources in trees, 100,000 reports, 300,000 claims, and what hangs on them.
func bigWorld() *View {
	const sources, reports, claims = 5000, 100_000, 300_000
	r := rand.New(rand.NewPCG(1, 2))
	w := &world{}
	for i := range sources {
		s := w.source(fmt.Sprintf("S-%05d", i), 0)
		s.Identity = []string{"known", "known", "unknown", "claimed"}[i%4]
		s.ServiceContact = "relayed"
		s.Channel = fmt.Sprint("CH-", i%900)
		if i%5 == 1 {
			s.Parent = w.Sources[i-1].ID
		}
		if i%7 == 0 {
			s.Holder = fmt.Sprint("O-", i%40)
		}
	}
	for i := range reports {
		rep := w.report(fmt.Sprintf("R-%06d", i), w.Sources[r.IntN(sources)].ID, i/40)
		rep.Series = fmt.Sprint("SER-", i%3)
	}
	for i := range claims {
		c := w.claim(fmt.Sprintf("C-%06d", i), w.Reports[i/3].ID, i/120, []string{"direct", "hearsay", "document", "sub-source"}[i%4])
		c.Topic = fmt.Sprint("T-", i%300)
		c.Importance = []string{"", "high", "low"}[i%3]
		if i > 1000 && i%4 == 0 {
			c.Supports = []string{w.Claims[r.IntN(i)].ID}
		}
		if i%5 == 0 {
			w.outcome(c.ID, []string{"true", "false", "partly"}[i%3], i/120+60)
		}
		if i%3 == 0 {
			w.grade(c.ID, []string{"favorable", "doubtful"}[i%2], []string{"confirmed", "probable", "doubtful"}[i/3%3], i/120)
		}
	}
	for i := range 400 {
		w.notice(fmt.Sprint("W-", i), []string{"fabrication-notice", "doubt", "suspected-control", "recall"}[i%4], w.Sources[i*12].ID, 1500)
	}
	for i := range 40_000 {
		d := w.send(fmt.Sprint("D-", i), w.Reports[r.IntN(reports)].ID, fmt.Sprint("PR-", i/6), i/16)
		d.Confidence = []string{"high", "moderate", ""}[i%3]
	}
	return &w.View
}

func BenchmarkSweep(b *testing.B) {
	v := bigWorld()
	b.ReportAllocs()
	for b.Loop() {
		b.ReportMetric(float64(len(Sweep(v, day.Day(2600), Defaults()))), "findings")
	}
}

func BenchmarkIndex(b *testing.B) {
	v := bigWorld()
	b.ReportAllocs()
	for b.Loop() {
		NewIndex(v, 2600)
	}
}
