package ni

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"

	"cutout/internal/report"
	"cutout/internal/source"
)

// An origin mark says that two reports have one origin, and nothing else: it is another in every reader's eyes, and it
// does not tell which source it stands for. Neither can be seen by one reader in one pair, so each has its own check.

// marks pools what two readers of the low desk are told and looks for a mark they could compare.
func (p *twin) marks() *difference {
	seen := map[string]string{}
	for _, low := range []string{"viewer", "bridge2"} {
		page, err := p.b.w.d.Reports(ctx, p.b.w.o(low), source.ID{}, "", 50)
		if err != nil {
			return &difference{low, "origin marks", fmt.Sprint(err), "", 0}
		}
		for rep, m := range page.Origins {
			if !strings.HasPrefix(m, "origin-") {
				continue // he sees the source
			}
			if other := seen[m]; other != "" && other != low {
				return &difference{low, "origin marks", "two readers have one mark for " + rep.String(), m, 0}
			}
			seen[m] = low
		}
	}
	if len(seen) < 2 {
		return &difference{"", "origin marks", "no marks to compare", "", 0}
	}
	return nil
}

var originMark = regexp.MustCompile(`origin-[0-9a-f]{12}|OR-[0-9A-F]{6}`)

// origins compares two worlds in which a report that the viewer reads comes from another source he may not see. Marks are
// called by the order in which they first appear.
func (x *template) origins(t testing.TB) *difference {
	pick := func(s *story, second bool) source.ID {
		if all := s.low().sources; second {
			return all[len(all)-1]
		}
		return s.low().sources[len(s.low().sources)-2]
	}
	steps := []step{
		lowStep("two sources", func(s *story, r *rand.Rand) any {
			return []any{s.source(s.low(), "ONYX PUMICE"), s.source(s.low(), "VELLUM MARL")}
		}),
		differs("whose report it is", func(s *story, r *rand.Rand, second bool) {
			of := pick(s, second)
			s.met[of] = s.contact("h0", of)
			s.reportBy("h0", s.low(), of, sentence(r, 6), false)
		}),
	}
	for i := range steps {
		steps[i].at = 5 + i
	}
	p := x.worlds(func() *world { w := x.open(t); w.lenient = true; return w }, 1, steps)
	rep := last(p.a.low().reports)
	for _, look := range []struct {
		name string
		do   func(s *story) (any, error)
	}{
		{"Reports", func(s *story) (any, error) {
			p, err := s.w.d.Reports(ctx, s.w.o("viewer"), source.ID{}, "", 50)
			return []any{p.Reports, p.Sources}, err
		}},
		{"Report", func(s *story) (any, error) {
			p, err := s.w.d.Report(ctx, s.w.o("viewer"), report.ID(rep), time.Time{})
			return p, err
		}},
		{"Watch", func(s *story) (any, error) {
			s.w.must(s.w.d.Settle(ctx))
			return s.w.d.Watch(ctx, s.w.o("viewer"), true)
		}},
	} {
		said := func(s *story) string {
			v, err := look.do(s)
			n := map[string]string{}
			return originMark.ReplaceAllStringFunc(dump(v)+dump(err), func(m string) string {
				if n[m] == "" {
					n[m] = fmt.Sprint("mark ", len(n)+1)
				}
				return n[m]
			})
		}
		if a, b := said(p.a), said(p.b); a != b {
			return &difference{"viewer", look.name, a, b, 0}
		}
	}
	return nil
}

// TestOrigins holds that origin marks say no more than they must.
func TestOrigins(t *testing.T) {
	x := newTemplate(t, 1)
	if d := x.origins(t); d != nil {
		t.Errorf("the viewer is told whose report it is: %s", d)
	}
	p := x.pair(func() *world { return x.open(t) }, 0, which(0))
	if d := p.marks(); d != nil {
		t.Error(d)
	}
}
