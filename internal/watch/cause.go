package watch

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"cutout/internal/day"
)

// cause is one thing that made a rule fire, and the stretch of days on which it held. Causes of one key whose stretches
// touch are one finding.
type cause struct {
	key         []string // parts of the key: ids, a topic, a product
	kind        string   // a last part that is only a code and no subject
	from, until day.Day  // holds from <= day < until
	variant     string   // which sentence
	params      []string // names and values in turn
	subjects    []string // besides the key
	evidence    []string
	public      *Public
}

// sweep is one rule at work.
type sweep struct {
	*Index
	rule      *Rule
	given     Thresholds
	defaulted map[string]bool
	causes    []cause
}

// threshold is the pack's value or the default, and notes which.
func (s *sweep) threshold(name string) float64 {
	if v, ok := s.given.given(name); ok {
		return v
	}
	if s.defaulted == nil {
		s.defaulted = map[string]bool{}
	}
	s.defaulted[name] = true
	return Defaults()[name]
}

// add notes a cause; one that begins after the day of the sweep, or never holds, is dropped.
func (s *sweep) add(c cause) {
	if c.from <= s.day && c.from < c.until {
		s.causes = append(s.causes, c)
	}
}

// findings merges the causes of each key and keeps what holds on the day.
func (s *sweep) findings() []Finding {
	slices.SortFunc(s.causes, func(a, b cause) int {
		return cmp.Or(slices.Compare(a.key, b.key), cmp.Compare(a.kind, b.kind), cmp.Compare(a.from, b.from), cmp.Compare(a.variant, b.variant),
			slices.Compare(a.subjects, b.subjects), slices.Compare(a.params, b.params), cmp.Compare(a.until, b.until))
	})
	var out []Finding
	for i := 0; i < len(s.causes); {
		j := i + 1
		for j < len(s.causes) && s.causes[j].kind == s.causes[i].kind && slices.Equal(s.causes[j].key, s.causes[i].key) {
			j++
		}
		if f, ok := s.finding(s.causes[i:j]); ok {
			out = append(out, f)
		}
		i = j
	}
	return out
}

// finding is the last episode of one key's causes, if it still runs.
func (s *sweep) finding(cs []cause) (Finding, bool) {
	begin, end := 0, cs[0].until
	for i, c := range cs {
		if c.from > end {
			begin, end = i, c.until
		}
		end = max(end, c.until)
	}
	if end <= s.day {
		return Finding{}, false
	}
	first, r := cs[begin], s.rule
	f := Finding{
		Rule: r.ID, Version: r.Version, Key: strings.Join(first.key, "+"), Severity: r.Severity,
		Raised: first.from, Due: day.Never, Told: r.Told, Act: r.Act, Public: first.public,
		Subjects: slices.Clone(first.key), Defaulted: slices.Sorted(maps.Keys(s.defaulted)),
	}
	if first.kind != "" {
		f.Key += "+" + first.kind
	}
	if r.DueDays != NoDue {
		f.Due = f.Raised.Add(r.DueDays)
	}
	have := map[string]bool{"": true}
	for _, id := range first.key {
		have[id] = true
	}
	extend := func(to *[]string, ids []string) {
		for _, id := range ids {
			if !have[id] {
				have[id] = true
				*to = append(*to, id)
			}
		}
	}
	for _, c := range cs[begin:] {
		if c.from == f.Raised {
			extend(&f.Subjects, c.subjects)
		}
	}
	for _, c := range cs[begin:] {
		if c.from > f.Raised {
			extend(&f.Added, c.subjects)
		}
	}
	for _, c := range cs[begin:] {
		extend(&f.Evidence, c.evidence)
	}
	f.Reason = Reason{Code: "finding." + r.ID + ".reason", Params: map[string]string{"raised": f.Raised.String()}}
	if first.variant != "" {
		f.Reason.Code += "." + first.variant
	}
	for i := 0; i+1 < len(first.params); i += 2 {
		f.Reason.Params[first.params[i]] = first.params[i+1]
	}
	f.Labels = s.labelsOf(f.Subjects, f.Added, f.Evidence)
	return f, true
}

func (ix *Index) labelsOf(lists ...[]string) []LabelRef {
	var out []LabelRef
	for _, ids := range lists {
		for _, id := range ids {
			if l, ok := ix.labels[id]; ok {
				out = append(out, l)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// known keeps the ids that name a record of the View, so that plain words never reach a finding.
func (ix *Index) known(ids ...string) []string {
	return slices.DeleteFunc(ids, func(id string) bool { _, ok := ix.labels[id]; return !ok })
}

// claimTrail is a claim with its report and source, as every finding that names a claim must give them.
func (ix *Index) claimTrail(claim int) []string {
	out := []string{ix.claims[claim].ID}
	if r := ix.claimReport[claim]; r >= 0 {
		out = append(out, ix.reports[r].ID)
	}
	if s := ix.claimSource[claim]; s >= 0 {
		out = append(out, ix.sources[s].ID)
	}
	return out
}

// change is one dated step of a state; timeline replays steps.
type change struct {
	at day.Day
	do func()
}

// timeline replays the steps in order and calls holds once after the steps of each day; it gives the stretches in which
// the state satisfied the rule. began is called on the first day of each stretch, while the state is that day's.
func (ix *Index) timeline(steps []change, holds func(day.Day) bool, began func(from day.Day) cause, add func(cause)) {
	slices.SortStableFunc(steps, func(a, b change) int { return cmp.Compare(a.at, b.at) })
	var running *cause
	for i := 0; i < len(steps); {
		at := steps[i].at
		for ; i < len(steps) && steps[i].at == at; i++ {
			if steps[i].do != nil {
				steps[i].do()
			}
		}
		if at > ix.day {
			break
		}
		switch ok := holds(at); {
		case ok && running == nil:
			c := began(at)
			c.from, c.until = at, day.Never
			running = &c
		case !ok && running != nil:
			running.until = at
			add(*running)
			running = nil
		}
	}
	if running != nil {
		add(*running)
	}
}

func number(n int) string { return strconv.Itoa(n) }

// fraction writes a share with two decimals, the same in every place.
func fraction(x float64) string { return strconv.FormatFloat(x, 'f', 2, 64) }
