package watch

import (
	"cmp"
	"slices"

	"cutout/internal/day"
)

// exposure is one cause for which a source's reports must be read again.
type exposure struct {
	kind     string // suspected-control, compromise, known, lost
	from     day.Day
	until    day.Day
	earliest day.Day // from which day his reports may be tainted
	subjects []string
}

// goBetween is the role of somebody through whom a source is reached.
func goBetween(role string) bool {
	switch role {
	case "cutout", "courier", "access-agent", "support":
		return true
	}
	return false
}

// exposures gathers, by source, every visible cause for a review of control, earliest first.
func (s *sweep) exposures() map[int][]exposure {
	out := map[int][]exposure{}
	between := map[string][]*Role{} // by person
	for _, r := range s.roles {
		if goBetween(r.Role) && r.Person != "" {
			between[r.Person] = append(between[r.Person], r)
		}
	}
	carried := map[string][]int{} // by party that carries a source's channel
	for i, source := range s.sources {
		if s.party[source.Channel] != nil {
			carried[source.Channel] = append(carried[source.Channel], i)
		}
	}
	// Whom an id exposes, and from when: the sources it names, and those for whom a named person goes between.
	exposes := func(id string, each func(source int, from day.Day, via []string)) {
		for _, src := range s.sourcesNamed(id) {
			each(src, s.sources[src].Seen, nil)
		}
		for _, src := range carried[id] {
			each(src, s.sources[src].Seen, s.known(id))
		}
		for _, r := range between[id] {
			if src, ok := s.sourceAt[r.Source]; ok {
				each(src, max(r.Seen, s.sources[src].Seen), append([]string{r.ID}, s.known(id)...))
			}
		}
	}
	for _, n := range s.notices {
		if n.Kind != "suspected-control" && n.Kind != "compromise" {
			continue
		}
		earliest := n.When.First
		switch {
		case !n.ControlFrom.IsZero():
			earliest = n.ControlFrom.First
		case n.Kind == "suspected-control" || n.When.IsZero():
			earliest = Always
		}
		for _, id := range append([]string{n.About}, n.Relates...) {
			exposes(id, func(src int, from day.Day, via []string) {
				out[src] = append(out[src], exposure{n.Kind, max(n.Seen, from), s.resolvedOn(n), earliest, append([]string{n.ID}, via...)})
			})
		}
	}
	for _, k := range s.knows {
		// What one source knows of another is a question for the network, not for control: in a gang it would fire on everybody.
		if !s.hostile(k.Knower) || slices.ContainsFunc(s.sourcesOf[k.Knower], func(i int) bool { return !s.sources[i].Subject }) {
			continue
		}
		earliest := k.When.First
		if k.When.IsZero() {
			earliest = Always
		}
		exposes(k.Subject, func(src int, from day.Day, via []string) {
			out[src] = append(out[src], exposure{"known", max(k.Seen, from), day.Never, earliest, append(s.known(k.ID, k.Knower), via...)})
		})
	}
	for i, source := range s.sources {
		for _, e := range source.Lifecycle {
			if e.Kind == "lost" {
				out[i] = append(out[i], exposure{"lost", max(e.Seen, source.Seen), day.Never, Always, nil})
			}
		}
	}
	for i, xs := range out {
		slices.SortStableFunc(xs, func(a, b exposure) int { return cmp.Compare(a.from, b.from) })
		// A loss says nothing of when it began: the earliest other cause known by then does, else all is in question.
		for j := range xs {
			if xs[j].kind != "lost" {
				continue
			}
			earliest := day.Never
			for _, o := range xs {
				if o.kind != "lost" && o.from <= xs[j].from {
					earliest = min(earliest, o.earliest)
				}
			}
			if earliest != day.Never {
				xs[j].earliest = earliest
			}
		}
		out[i] = xs
	}
	return out
}

func controlDateReview(s *sweep) {
	handlers := map[[2]string]bool{}
	for _, r := range s.roles {
		if r.Role == "handler" {
			handlers[[2]string{r.Person, r.Source}] = true
		}
	}
	for i, xs := range s.exposures() {
		source := s.sources[i]
		if source.Subject {
			continue
		}
		independent := func(a *Assessment) bool { return !handlers[[2]string{a.By, source.ID}] }
		for _, x := range xs {
			until := min(x.until, s.assessedAfter(x.from, independent, source.ID))
			for _, below := range s.tree[s.root[i]] {
				if !s.descends(below, i) {
					continue
				}
				for _, r := range slices.Concat(s.reportsBy[below], s.reportsVia[below]) {
					rep := s.reports[r]
					if !rep.When.IsZero() && rep.When.Last < x.earliest {
						continue
					}
					params := []string{"source", source.ID, "cause_day", x.from.String(), "earliest", ""}
					if x.earliest != Always {
						params[len(params)-1] = x.earliest.String()
					}
					s.add(cause{key: []string{source.ID}, kind: x.kind, from: max(x.from, rep.Seen), until: until, variant: x.kind,
						params: params, subjects: append(slices.Clone(x.subjects), rep.ID)})
				}
			}
		}
	}
}
