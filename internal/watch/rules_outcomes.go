package watch

import (
	"cmp"
	"maps"
	"slices"

	"cutout/internal/day"
)

// familyOf names the family of siblings a claim belongs to, so that one reckoning serves all of them.
func (ix *Index) familyOf(claim int) int {
	if s := ix.claimSource[claim]; s >= 0 && ix.sources[s].Identity != "collective" {
		return s
	}
	return -1 - ix.claimReport[claim]
}

func refutedClaimScope(s *sweep) {
	families := map[int]*openness{}
	for c, vs := range s.verdicts {
		src := s.claimSource[c]
		if s.isSubject(src) || s.claimReport[c] < 0 {
			continue
		}
		claim := s.claims[c]
		for _, v := range vs {
			if v.result != "false" {
				continue
			}
			ids := []string{claim.ID, claim.Report}
			if src >= 0 {
				ids = append(ids, s.sources[src].ID)
			}
			until := min(v.until, s.assessedAfter(v.from, nil, ids...))
			if until <= v.from {
				continue
			}
			params := []string{"claim", claim.ID, "outcome_day", v.from.String()}
			about := append(s.claimTrail(c), v.outcome)
			family := s.familyOf(c)
			if families[family] == nil {
				families[family] = s.openness(s.siblings(c))
			}
			if open := families[family].openUntil(rank(claim.Basis)+1, v.from); open > v.from {
				s.add(cause{key: []string{claim.ID}, from: v.from, until: min(until, open), variant: "siblings",
					params: params, subjects: about, evidence: s.stronger(c, v.from)})
			}
			if claim.Importance == "high" && src >= 0 && s.root[src] != src {
				root := s.sources[s.root[src]].ID
				s.add(cause{key: []string{claim.ID}, from: v.from, until: until, variant: "tree",
					params: append(params, "source", s.sources[src].ID, "root", root), subjects: append(about, root)})
			}
		}
	}
}

// shown bounds a list of further records in a finding: enough to start work, not a second register.
const shown = 20

// stronger lists the first siblings of stronger basis that were open on the day.
func (ix *Index) stronger(claim int, on day.Day) (ids []string) {
	for _, t := range ix.siblings(claim) {
		o := ix.claims[t]
		if rank(o.Basis) > rank(ix.claims[claim].Basis) && o.Seen <= on && ix.decidedOn(t) > on {
			if ids = append(ids, o.ID); len(ids) == shown {
				break
			}
		}
	}
	return ids
}

func confirmedSiblingReview(s *sweep) {
	for i, source := range s.sources {
		if source.Subject || source.Identity == "collective" || len(s.claimsBy[i]) < 3 {
			continue
		}
		type right struct {
			claim int
			verdict
		}
		var rights []right
		for _, c := range s.claimsBy[i] {
			for _, v := range s.verdicts[c] {
				if v.result == "true" && firstHand(s.claims[c].Basis) && v.from < v.until {
					rights = append(rights, right{c, v})
				}
			}
		}
		if len(rights) < 2 {
			continue
		}
		slices.SortFunc(rights, func(a, b right) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.claim, b.claim)) })
		family := s.openness(s.claimsBy[i])
		for k := 1; k < len(rights); k++ {
			now, before, partner := rights[k], Always, -1
			for _, o := range rights[:k] {
				if o.claim == now.claim || o.until <= now.from {
					continue
				}
				if partner < 0 {
					partner = o.claim
				}
				if before = max(before, o.until); before == day.Never {
					break
				}
			}
			open := family.openUntil(0, now.from)
			if partner < 0 || open <= now.from {
				continue
			}
			until := min(open, before, now.until, s.assessedAfter(now.from, nil, source.ID))
			s.add(cause{key: []string{source.ID}, from: now.from, until: until,
				params:   []string{"source", source.ID, "first", s.claims[partner].ID, "second", s.claims[now.claim].ID},
				subjects: append(s.claimTrail(partner), s.claimTrail(now.claim)...)})
		}
	}
}

func accuracySplitsByBasis(s *sweep) {
	split := s.threshold("basis_split")
	for i, source := range s.sources {
		if source.Subject {
			continue
		}
		var right, decided [2]float64 // first-hand, other
		on := map[int]bool{}
		var steps []change
		for _, c := range s.claimsBy[i] {
			kind := 1
			if firstHand(s.claims[c].Basis) {
				kind = 0
			}
			for _, v := range s.verdicts[c] {
				worth := map[string]float64{"true": 1, "partly": 0.5}[v.result]
				steps = append(steps,
					change{v.from, func() { right[kind] += worth; decided[kind]++; on[c] = true }},
					change{v.until, func() { right[kind] -= worth; decided[kind]--; delete(on, c) }})
			}
		}
		if len(steps) < 8 { // two stretches of each kind, each with a beginning and an end
			continue
		}
		// Verdicts that end and begin on one day leave the claim on.
		s.timeline(steps, func(day.Day) bool {
			if decided[0] < 2 || decided[1] < 2 {
				return false
			}
			d := right[0]/decided[0] - right[1]/decided[1]
			return d >= split || -d >= split
		}, func(day.Day) cause {
			x := cause{key: []string{source.ID}, params: []string{"source", source.ID,
				"first_hand", fraction(right[0] / decided[0]), "first_hand_decided", number(int(decided[0])),
				"other", fraction(right[1] / decided[1]), "other_decided", number(int(decided[1]))}}
			for _, c := range slices.Sorted(maps.Keys(on)) {
				x.subjects = append(x.subjects, s.claimTrail(c)...)
			}
			return x
		}, s.add)
	}
}

func cheapTruths(s *sweep) {
	for root, tree := range s.tree {
		if s.isSubject(root) || s.sources[root].Identity == "collective" {
			continue
		}
		truths, dear := map[int]bool{}, map[int]bool{}
		useful := 0
		var steps []change
		for _, i := range tree {
			for _, c := range s.claimsBy[i] {
				claim := s.claims[c]
				cheap := claim.Importance == "low" || late(claim)
				for _, v := range s.verdicts[c] {
					if v.result != "true" {
						continue
					}
					if cheap {
						steps = append(steps, change{v.from, func() { truths[c] = true }}, change{v.until, func() { delete(truths, c) }})
					} else {
						steps = append(steps, change{v.from, func() { useful++ }}, change{v.until, func() { useful-- }})
					}
				}
				if claim.Importance == "high" && claim.Verifiable == "no" {
					until := s.decidedOn(c)
					if !claim.Checked.IsZero() {
						until = min(until, max(claim.Checked.Last, claim.Seen))
					}
					if until > claim.Seen {
						steps = append(steps, change{claim.Seen, func() { dear[c] = true }}, change{until, func() { delete(dear, c) }})
					}
				}
			}
		}
		id := s.sources[root].ID
		s.timeline(steps, func(day.Day) bool { return useful == 0 && len(truths) >= 2 && len(dear) >= 2 }, func(day.Day) cause {
			x := cause{key: []string{id}, params: []string{"source", id, "truths", number(len(truths)), "dear", number(len(dear))}}
			for _, c := range append(slices.Sorted(maps.Keys(truths)), slices.Sorted(maps.Keys(dear))...) {
				x.subjects = append(x.subjects, s.claimTrail(c)...)
			}
			return x
		}, s.add)
	}
}
