package watch

import (
	"cmp"
	"slices"

	"cutout/internal/day"
)

// force is a notice in force on a report or source, and the stretch of days: from when both it and what it reaches are
// seen, until an assessment resolves it.
type force struct {
	notice      *Notice
	from, until day.Day
}

// touch is what one notice reaches.
type touch struct {
	sources []int // those it is on, without their descendants
	reports []int // all of them: its own and those of its sources and their descendants
}

// notice in force kinds, section 2 of the catalog.
func inForceKind(kind string) bool {
	switch kind {
	case "fabrication-notice", "recantation", "recall", "suspected-control":
		return true
	}
	return false
}

// notice is a notice of a kind that can be in force, with what it reaches.
type notice struct {
	*Notice
	touch
	until day.Day
}

// reached works out what a notice is on. What it is about decides; related reports and claims are reached too, related
// sources only where it is about none of these (an introducer, an organization).
func (ix *Index) reached(n *Notice) touch {
	sources, reports := map[int]bool{}, map[int]bool{}
	take := func(id string, withSources bool) bool {
		if r, ok := ix.reportAt[id]; ok && id != "" {
			reports[r] = true
			return true
		}
		if c, ok := ix.claimAt[id]; ok && id != "" {
			if r := ix.claimReport[c]; r >= 0 {
				reports[r] = true
			}
			return true
		}
		if !withSources {
			return false
		}
		ss := ix.sourcesNamed(id)
		for _, s := range ss {
			if !ix.sources[s].Subject {
				sources[s] = true
			}
		}
		return len(ss) > 0
	}
	direct := take(n.About, true)
	for _, id := range n.Relates {
		take(id, !direct)
	}
	var t touch
	for s := range sources {
		t.sources = append(t.sources, s)
		for _, below := range ix.tree[ix.root[s]] {
			if ix.descends(below, s) {
				for _, r := range slices.Concat(ix.reportsBy[below], ix.reportsVia[below]) {
					reports[r] = true
				}
			}
		}
	}
	for r := range reports {
		if n.Kind == "suspected-control" && !n.ControlFrom.IsZero() && ix.reports[r].When.Last < n.ControlFrom.First {
			continue
		}
		t.reports = append(t.reports, r)
	}
	slices.Sort(t.sources)
	slices.Sort(t.reports)
	return t
}

func (ix *Index) joinNotices() {
	ix.onReport, ix.onSource = map[int][]force{}, map[int][]force{}
	for _, n := range ix.notices {
		if !inForceKind(n.Kind) {
			continue
		}
		x := notice{n, ix.reached(n), ix.resolvedOn(n)}
		ix.force = append(ix.force, x)
		for _, r := range x.reports {
			ix.onReport[r] = append(ix.onReport[r], force{n, max(n.Seen, ix.reports[r].Seen), x.until})
		}
		for _, s := range x.sources {
			for _, below := range ix.tree[ix.root[s]] {
				if ix.descends(below, s) {
					ix.onSource[below] = append(ix.onSource[below], force{n, max(n.Seen, ix.sources[below].Seen), x.until})
				}
			}
		}
	}
}

// under reports whether any of the notices is in force on the day.
func under(fs []force, on day.Day) bool {
	for _, f := range fs {
		if f.from <= on && on < f.until {
			return true
		}
	}
	return false
}

// carriers are the origins a report rests on: its source and those it was built from. A report with no source of its own
// rests on whoever sent it, by a name that no source has.
func (ix *Index) carriers(report int) (sources []int, other string) {
	r := ix.reports[report]
	if s := ix.reportBy[report]; s >= 0 {
		sources = append(sources, s)
	}
	for _, id := range r.BuiltFrom {
		if s, ok := ix.sourceAt[id]; ok && !slices.Contains(sources, s) {
			sources = append(sources, s)
		}
	}
	if len(sources) == 0 {
		other = "report:" + r.ID
		if r.Originator != "" {
			other = "originator:" + r.Originator
		}
	}
	return sources, other
}

// independent counts the independent origins of reports on a day, after leaving out what is under notice and merging
// shared origins. Reports count from the day they stand with.
func (ix *Index) independent(reports []dated, on day.Day, enough int) int {
	got, others := map[int32]bool{}, map[string]bool{}
	for _, r := range reports {
		if r.from > on || under(ix.onReport[r.at], on) {
			continue
		}
		ss, other := ix.carriers(r.at)
		if other != "" {
			others[other] = true
		}
		for _, s := range ss {
			if ix.sources[s].Seen <= on && !under(ix.onSource[s], on) {
				got[ix.origin.top(int32(s), on)] = true
			}
		}
		if len(got)+len(others) >= enough {
			break
		}
	}
	return len(got) + len(others)
}

// turns are the days on which the independence of reports can change: they arrive, a notice comes or goes, two sources
// turn out to share an origin.
func (ix *Index) turns(reports []dated) []change {
	days := map[day.Day]bool{}
	all := map[int]bool{}
	for _, r := range reports {
		days[r.from] = true
		for _, f := range ix.onReport[r.at] {
			days[f.from], days[f.until] = true, true
		}
		ss, _ := ix.carriers(r.at)
		for _, s := range ss {
			all[s] = true
		}
	}
	for s := range all {
		days[ix.sources[s].Seen] = true
		for _, f := range ix.onSource[s] {
			days[f.from], days[f.until] = true, true
		}
		for n := int32(s); ix.origin.since[n] != day.Never; n = ix.origin.up[n] {
			days[ix.origin.since[n]] = true
		}
	}
	out := make([]change, 0, len(days))
	for d := range days {
		out = append(out, change{at: d})
	}
	slices.SortFunc(out, func(a, b change) int { return cmp.Compare(a.at, b.at) })
	return out
}
