package watch

import (
	"cmp"
	"maps"
	"slices"

	"cutout/internal/day"
)

// lineage is who cites whom: releases and products upward to the reports they rest on, and back. Every step counts from
// the day it was recorded.
type lineage struct {
	up, down map[string][]hop
	sends    map[string][]*Dissemination // by the id sent
	sentIn   map[string][]*Dissemination // by product
}

type hop struct {
	to string
	at day.Day
}

func newLineage(ds []*Dissemination, cs []*Citation) lineage {
	l := lineage{map[string][]hop{}, map[string][]hop{}, map[string][]*Dissemination{}, map[string][]*Dissemination{}}
	link := func(from, to string, at day.Day) {
		if from != "" && to != "" && from != to {
			l.up[from] = append(l.up[from], hop{to, at})
			l.down[to] = append(l.down[to], hop{from, at})
		}
	}
	for _, d := range ds {
		link(d.ID, d.Report, d.Seen)
		link(d.Product, d.Report, d.Seen)
		if d.Report != "" {
			l.sends[d.Report] = append(l.sends[d.Report], d)
		}
		if d.Product != "" {
			l.sentIn[d.Product] = append(l.sentIn[d.Product], d)
		}
	}
	for _, c := range cs {
		link(c.From, c.To, c.Seen)
	}
	return l
}

// reach is everything reachable from an id over the given hops, itself included, each with the first day on which the
// whole way to it was recorded.
func reach(hops map[string][]hop, from string) map[string]day.Day {
	got := map[string]day.Day{from: Always}
	for queue := []string{from}; len(queue) > 0; {
		at := queue[0]
		queue = queue[1:]
		for _, h := range hops[at] {
			on := max(got[at], h.at)
			if old, ok := got[h.to]; !ok || on < old {
				got[h.to] = on
				queue = append(queue, h.to)
			}
		}
	}
	return got
}

// reportsUnder are the reports an id rests on, any number of hops up, by place, each with the first day the way counts.
func (ix *Index) reportsUnder(id string) []dated {
	if len(ix.lineage.up[id]) == 0 {
		if r, ok := ix.reportAt[id]; ok {
			return []dated{{r, ix.reports[r].Seen}}
		}
		return nil
	}
	var out []dated
	got := reach(ix.lineage.up, id)
	for _, to := range slices.Sorted(maps.Keys(got)) {
		if r, ok := ix.reportAt[to]; ok {
			out = append(out, dated{r, max(got[to], ix.reports[r].Seen)})
		}
	}
	return out
}

// dated is a record by its place, with the day from which it matters.
type dated struct {
	at   int
	from day.Day
}

// Cited is one reason why something may not be cited today: a notice in force, and the report it touches.
type Cited struct {
	Notice, Report string
	Since          day.Day // first day on which the notice was in force and the way to the report recorded

	notice *Notice
}

// RecalledCited answers whether a report, release or product may be sent or cited on the day of the Index: it may when
// the answer is empty. Notices reach it over any number of hops. A notice whose label the new release will carry is named in
// carries and does not count. Casework refuses the act with this answer; the rule "recalled-cited" raises it.
func (ix *Index) RecalledCited(cited string, carries ...string) []Cited {
	return ix.citedOn(cited, ix.day, ix.day, carries)
}

// citedOn is RecalledCited for a release that counts from one day and was begun on another.
func (ix *Index) citedOn(cited string, counts, begun day.Day, carries []string) []Cited {
	if len(ix.force) == 0 {
		return nil
	}
	var out []Cited
	for _, r := range ix.reportsUnder(cited) {
		for _, f := range ix.onReport[r.at] {
			n := f.notice
			after := f.from < counts || (f.from == counts && begun >= counts)
			if after && f.until > counts && !slices.Contains(carries, n.ID) {
				out = append(out, Cited{n.ID, ix.reports[r.at].ID, max(f.from, r.from), n})
			}
		}
	}
	slices.SortFunc(out, func(a, b Cited) int {
		return cmp.Or(cmp.Compare(a.Notice, b.Notice), cmp.Compare(a.Report, b.Report))
	})
	return slices.Compact(out)
}
