package ni

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"cutout/internal/casework"
	"cutout/internal/requirement"
	"cutout/internal/source"
)

// Traces in the form of Goguen and Meseguer: what all officers do, mixed, and the same with everything hidden taken out,
// must look the same to the low ones: output(t) = output(purge(t)).

// lowTraceSteps are what the low side does in a trace. Each works on whatever the low side has made so far.
var lowTraceSteps = []step{
	lowStep("h0 files a report", func(s *story, r *rand.Rand) any { return s.report(s.low(), s.low().sources[0], sentence(r, 5), false) }),
	lowStep("h0 registers a source", func(s *story, r *rand.Rand) any { return s.source(s.low(), freshCode) }),
	lowStep("h0 imports", func(s *story, r *rand.Rand) any {
		n := s.draft(s.low(), last(s.low().sources), sameText)
		ids, bad, err := s.w.d.ImportReports(ctx, s.w.o("h0"), []casework.ReportDraft{n, n}, nil)
		return []any{ids, bad, err}
	}),
	lowStep("a0 adds a person", func(s *story, r *rand.Rand) any { return s.party(s.low(), words[r.IntN(4)]) }),
	lowStep("a0 restates a requirement", func(s *story, r *rand.Rand) any {
		return s.w.d.RestateRequirement(ctx, s.w.o("a0"), s.low().requirements[0], requirement.Draft{Kind: "PIR", Number: "1", Text: sentence(r, 3), Topic: words[0]})
	}),
	lowStep("a0 issues a notice", func(s *story, r *rand.Rand) any { return s.notice(s.low(), last(s.low().reports).String(), "doubt") }),
	lowStep("the viewer searches", func(s *story, r *rand.Rand) any {
		p, err := s.w.d.Search(ctx, s.w.o("viewer"), words[r.IntN(len(words))], "", true, "", 5)
		return []any{p, err}
	}),
	lowStep("the viewer lists reports", func(s *story, r *rand.Rand) any {
		p, err := s.w.d.Reports(ctx, s.w.o("viewer"), source.ID{}, "", 2)
		return []any{p, err}
	}),
	lowStep("the viewer looks at the watch", func(s *story, r *rand.Rand) any {
		s.w.must(s.w.d.Settle(ctx))
		p, err := s.w.d.Watch(ctx, s.w.o("viewer"), true)
		return []any{p, err}
	}),
	lowStep("the viewer keeps a draft", func(s *story, r *rand.Rand) any {
		return s.w.d.KeepDraft(ctx, s.w.o("viewer"), "notice", []byte(sentence(r, 4)))
	}),
	lowStep("the viewer's drafts", func(s *story, r *rand.Rand) any {
		ds, err := s.w.d.KeptDrafts(ctx, s.w.o("viewer"))
		return []any{ds, err}
	}),
	lowStep("the viewer's colleagues", func(s *story, r *rand.Rand) any {
		ds, err := s.w.d.Colleagues(ctx, s.w.o("viewer"))
		return []any{ds, err}
	}),
	lowStep("the log of a report", func(s *story, r *rand.Rand) any {
		p, err := s.w.d.RecordLog(ctx, s.w.o("viewer"), s.low().reports[0].String(), 0)
		return []any{p, err}
	}),
	lowStep("the coverage", func(s *story, r *rand.Rand) any {
		p, err := s.w.d.Coverage(ctx, s.w.o("viewer"))
		return []any{p, err}
	}),
	lowStep("the reader's inbox", func(s *story, r *rand.Rand) any {
		p, err := s.w.d.Inbox(ctx, s.w.o("reader"), "", 50)
		return []any{p, err}
	}),
}

// hiddenTraceSteps are all the hidden steps of the pairs, each of which a purged trace does without.
func hiddenTraceSteps() (out []step) {
	for _, k := range kinds {
		if k != revoked {
			out = append(out, hiddenSteps[k]...)
		}
	}
	out = append(out, act("the viewer is let in and out again", func(s *story, r *rand.Rand) { s.letIn(false) }))
	for i := range out {
		out[i].both = false
	}
	return out
}

// trace draws a mixed trace of n steps from a seed. An account and a desk are made once.
func trace(seed uint64, n int, low, hidden []step) (out []step) {
	r := chance(seed, "trace")
	once := map[string]bool{}
	for i := range n {
		from := low
		if r.IntN(2) == 0 {
			from = hidden
		}
		st := from[r.IntN(len(from))]
		if st.hidden && once[st.name] {
			continue
		}
		once[st.name] = true
		st.at = i + 1
		out = append(out, st)
	}
	return out
}

// TestTraces compares traces with their purged selves.
func TestTraces(t *testing.T) {
	var x *template
	for k := range wanted(1, 60) {
		if k%10 == 0 {
			x = newTemplate(t, uint64(100+k/10))
		}
		seed := uint64(k)
		steps := trace(seed, 30+int(chance(seed, "length").IntN(51)), lowTraceSteps, hiddenTraceSteps())
		// A step of a trace may be impossible where it comes (its record is closely held by now): it fails, and goes on.
		open := func() *world { w := x.open(t); w.lenient = true; return w }
		p := x.worlds(open, seed, steps)
		if n := len(p.a.told); n < len(steps)/4 {
			t.Errorf("trace %d: only %d of %d steps answered: the comparison proves little", k, n, len(steps))
		}
		d := p.told()
		if d == nil {
			d, _ = p.some(seed, 9, "viewer", "reader")
		}
		if d != nil {
			t.Errorf("trace %d of %d steps: %s\n%s", k, len(steps), d, explain(x, seed, steps, open))
		}
	}
}

// parts says whether two worlds that do these steps, one of them without the hidden ones, are told apart by what the low
// steps answer.
func (x *template) parts(open func() *world, seed uint64, steps []step, present []string) bool {
	return x.staffed(open, seed, steps, present).told() != nil
}

// minimal drops steps while the difference stays: first in large parts, at last one by one, until none can go.
func minimal(steps []step, differs func([]step) bool) []step {
	for size := max(len(steps)/2, 1); ; {
		dropped := false
		for from := 0; from < len(steps); {
			less := slices.Delete(slices.Clone(steps), from, min(from+size, len(steps)))
			if differs(less) {
				steps, dropped = less, true
			} else {
				from += size
			}
		}
		if !dropped && size == 1 {
			return steps
		}
		size = max(size/2, 1)
	}
}

// explain shrinks a failing trace and says which hidden step it takes, and what it changes.
func explain(x *template, seed uint64, steps []step, open func() *world) string {
	differs := func(s []step) bool { return x.parts(open, seed, s, nil) }
	if !differs(steps) {
		return "the low steps alone do not show it"
	}
	steps = minimal(steps, differs)
	var b strings.Builder
	for _, st := range steps {
		who := "low"
		if st.hidden {
			who = "hidden"
		}
		fmt.Fprintf(&b, "  %3d %-6s %s\n", st.at, who, st.name)
	}
	return fmt.Sprintf("it takes no more than:\n%s%s", &b, x.worlds(open, seed, steps).told())
}
