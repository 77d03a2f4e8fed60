package watch

import (
	"cmp"
	"slices"

	"cutout/internal/day"
)

// prop is something a claim leans on: what one report says through one mouth, or a source the report was put together from.
type prop struct {
	from   day.Day
	id     string
	origin string // the root's id, or a name no source has
	trail  []string
}

// props are the supports of a report's important claims, earliest first, each mouth of each report and each source once.
func (s *sweep) props(r int) []prop {
	rep := s.reports[r]
	first := map[string]prop{}
	take := func(p prop) {
		if old, ok := first[p.id]; !ok || p.from < old.from {
			first[p.id] = p
		}
	}
	high := day.Never
	for _, c := range s.claimsOf[r] {
		if s.claims[c].Importance != "high" {
			continue
		}
		high = min(high, s.claims[c].Seen)
		for _, b := range s.backedBy[c] {
			by := s.claimReport[b]
			if by < 0 || (by == r && s.line(b) == s.line(c)) {
				continue
			}
			p := prop{from: max(s.claims[b].Seen, s.claims[c].Seen), id: s.reports[by].ID + "/" + s.line(b), trail: append(s.claimTrail(c), s.claimTrail(b)...)}
			if src := s.claimSource[b]; src >= 0 {
				p.origin = s.sources[s.root[src]].ID
			} else {
				p.origin = "report:" + s.reports[by].ID
			}
			take(p)
		}
	}
	if high == day.Never {
		return nil
	}
	for _, id := range rep.BuiltFrom {
		if src, ok := s.sourceAt[id]; ok {
			take(prop{from: max(high, s.sources[src].Seen), id: id, origin: s.sources[s.root[src]].ID, trail: []string{id}})
		}
	}
	out := make([]prop, 0, len(first))
	for _, p := range first {
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b prop) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.id, b.id)) })
	return out
}

func oneTreeSupport(s *sweep) {
	for r, rep := range s.reports {
		if src := s.reportBy[r]; src >= 0 && (s.isSubject(src) || s.sources[src].Identity == "collective") {
			continue
		}
		props := s.props(r)
		from, until := day.Never, day.Never
		for i, p := range props {
			if p.origin != props[0].origin {
				until = p.from
				break
			}
			if i == 1 {
				from = p.from
			}
		}
		if from < until {
			x := cause{key: []string{rep.ID}, from: from, until: until, variant: "tree",
				params: []string{"report", rep.ID, "source", props[0].origin}}
			n := 0
			for _, p := range props {
				if p.from <= from {
					x.subjects = append(x.subjects, p.trail...)
					n++
				}
			}
			x.subjects = append(x.subjects, props[0].origin)
			x.params = append(x.params, "count", number(n))
			s.add(x)
		}
		s.circle(r)
	}
}

// circle finds supports of a report that cite a product built on it, while no support of another origin stands free.
func (s *sweep) circle(r int) {
	if len(s.lineage.down) == 0 {
		return
	}
	type loop struct{ by, of int } // the supporting and the supported claim
	var loops []loop
	var steps []change
	free, id := 0, s.reports[r].ID
	for _, c := range s.claimsOf[r] {
		for _, b := range s.backedBy[c] {
			by := s.claimReport[b]
			if by < 0 || by == r {
				continue
			}
			made, bound := max(s.claims[b].Seen, s.claims[c].Seen), day.Never
			if len(s.lineage.up[s.reports[by].ID]) > 0 {
				if on, ok := reach(s.lineage.up, s.reports[by].ID)[id]; ok {
					bound = max(made, on)
					steps = append(steps, change{bound, func() { loops = append(loops, loop{b, c}) }})
				}
			}
			if mine, theirs := s.claimSource[c], s.claimSource[b]; mine >= 0 && theirs >= 0 {
				bound = min(bound, s.origin.shared(mine, theirs))
			}
			if made < bound {
				steps = append(steps, change{made, func() { free++ }}, change{bound, func() { free-- }})
			}
		}
	}
	s.timeline(steps, func(day.Day) bool { return len(loops) > 0 && free == 0 }, func(day.Day) cause {
		first := loops[0]
		x := cause{key: []string{id}, variant: "circle",
			params: []string{"report", id, "support", s.reports[s.claimReport[first.by]].ID, "claim", s.claims[first.of].ID}}
		for _, l := range loops {
			x.subjects = append(append(x.subjects, s.claimTrail(l.of)...), s.claimTrail(l.by)...)
		}
		return x
	}, s.add)
}

func textLikeness(s *sweep) {
	for _, n := range s.notices {
		if n.Kind != "similarity" {
			continue
		}
		x := cause{key: []string{n.ID}, from: n.Seen, until: s.resolvedOn(n), variant: "notice",
			params: []string{"notice", n.ID}, subjects: s.known(append([]string{n.About}, n.Relates...)...)}
		for _, id := range append([]string{n.About}, n.Relates...) {
			for _, src := range s.sourcesNamed(id) {
				x.subjects = append(x.subjects, s.sources[src].ID)
				x.evidence = append(x.evidence, s.wholeTree(src)...)
			}
		}
		s.add(x)
	}
	bar := s.threshold("likeness")
	for _, l := range s.likenesses {
		a, okA := s.reportAt[l.A]
		b, okB := s.reportAt[l.B]
		if !okA || !okB || l.CommonText || l.Score < bar {
			continue
		}
		x, y := s.reportBy[a], s.reportBy[b]
		if x < 0 || y < 0 || x == y || s.isSubject(x) || s.isSubject(y) {
			continue
		}
		pair := []string{min(l.A, l.B), max(l.A, l.B)}
		until := day.Never
		if !l.Explained.IsZero() {
			until = l.Explained.Last
		}
		s.add(cause{key: pair, from: max(l.Seen, s.reports[a].Seen, s.reports[b].Seen), until: until, variant: "score",
			params:   []string{"first", pair[0], "second", pair[1], "score", fraction(l.Score), "bar", fraction(bar)},
			subjects: []string{s.sources[min(x, y)].ID, s.sources[max(x, y)].ID},
			evidence: append(s.wholeTree(x), s.wholeTree(y)...)})
	}
}

// wholeTree lists every source under the same root.
func (ix *Index) wholeTree(source int) (ids []string) {
	for _, i := range ix.tree[ix.root[source]] {
		ids = append(ids, ix.sources[i].ID)
	}
	return ids
}

func confidenceUnsupported(s *sweep) {
	need := s.threshold("independent_min")
	enough := int(need) + 1
	products := map[string][]*Dissemination{}
	high := map[string]bool{}
	for _, d := range s.disseminations {
		key := d.Product
		if key == "" {
			key = d.ID
		}
		products[key] = append(products[key], d)
		high[key] = high[key] || d.Confidence == "high"
	}
	for key, ds := range products {
		if !high[key] {
			continue
		}
		slices.SortStableFunc(ds, func(a, b *Dissemination) int { return cmp.Compare(a.Seen, b.Seen) })
		reports := s.reportsUnder(key)
		if len(reports) == 0 {
			continue
		}
		steps := s.turns(reports)
		said := ""
		for i := 0; i < len(ds); {
			// The latest word stands; of several on one day the highest does.
			at, word := ds[i].Seen, ""
			for ; i < len(ds) && ds[i].Seen == at; i++ {
				if c := ds[i].Confidence; c != "" && word != "high" {
					word = c
				}
			}
			if word != "" {
				steps = append(steps, change{at, func() { said = word }})
			}
		}
		n := 0
		s.timeline(steps, func(on day.Day) bool {
			known := slices.ContainsFunc(reports, func(r dated) bool { return r.from <= on })
			if said != "high" || !known {
				return false
			}
			n = s.independent(reports, on, enough)
			return float64(n) < need
		}, func(from day.Day) cause {
			x := cause{key: []string{key}, variant: "product", params: []string{"product", key, "origins", number(n), "needed", fraction0(need)}}
			for _, d := range ds {
				if d.Seen <= from {
					x.subjects = append(x.subjects, d.ID)
				}
			}
			for _, r := range reports {
				if r.from <= from {
					x.subjects = append(x.subjects, s.reports[r.at].ID)
					if src := s.reportBy[r.at]; src >= 0 {
						x.subjects = append(x.subjects, s.sources[src].ID)
					}
				}
			}
			return x
		}, s.add)
	}
	s.gradedConfirmed(need, enough)
}

// fraction0 writes a threshold that is nearly always whole without decimals.
func fraction0(x float64) string {
	if x == float64(int(x)) {
		return number(int(x))
	}
	return fraction(x)
}

// gradedConfirmed looks at claims marked confirmed: their own origin and one other must carry the word. A claim that was
// checked has the house's own eyes as another origin.
func (s *sweep) gradedConfirmed(need float64, enough int) {
	backs := map[int][]int{}
	for c := range s.claims {
		for _, b := range s.backedBy[c] {
			backs[b] = append(backs[b], c)
		}
	}
	for c, spans := range s.gradeSpans() {
		claim, r := s.claims[c], s.claimReport[c]
		if r < 0 || s.isSubject(s.claimSource[c]) || !slices.ContainsFunc(spans, func(g gradeSpan) bool { return g.grade.Content == "confirmed" }) {
			continue
		}
		reports := []dated{{r, claim.Seen}}
		for _, o := range slices.Concat(s.backedBy[c], backs[c]) {
			if q := s.claimReport[o]; q >= 0 {
				reports = append(reports, dated{q, max(s.claims[o].Seen, claim.Seen)})
			}
		}
		steps := s.turns(reports)
		var now *Grade
		for _, g := range spans {
			steps = append(steps, change{g.from, func() { now = g.grade }})
		}
		if !claim.Checked.IsZero() {
			steps = append(steps, change{at: max(claim.Checked.Last, claim.Seen)})
		}
		n := 0
		s.timeline(steps, func(on day.Day) bool {
			if now == nil || now.Content != "confirmed" {
				return false
			}
			n = s.independent(reports, on, enough)
			if !claim.Checked.IsZero() && on >= claim.Checked.Last {
				n++
			}
			return float64(n) < need
		}, func(from day.Day) cause {
			x := cause{key: []string{claim.ID}, variant: "grade", subjects: append(s.claimTrail(c), now.ID),
				params: []string{"claim", claim.ID, "origins", number(n), "needed", fraction0(need)}}
			for _, o := range reports[1:] {
				if o.from <= from {
					x.subjects = append(x.subjects, s.reports[o.at].ID)
				}
			}
			return x
		}, s.add)
	}
}
