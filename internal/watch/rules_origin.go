package watch

import (
	"cmp"
	"maps"
	"slices"

	"cutout/internal/day"
	"cutout/internal/officer"
)

// Origin and independence: is what looks like several voices one voice?
var originRules = []Rule{
	{ID: "false-corroboration", Group: "origin", Severity: Integrity, Told: []officer.Duty{officer.Analyst, officer.ReleaseOfficer}, DueDays: 2, Act: "withdraw-support", Version: 1, run: falseCorroboration},
	{ID: "same-origin-series", Group: "origin", Severity: Integrity, Told: []officer.Duty{officer.Analyst}, DueDays: 0, Act: "mark-not-independent", Version: 1, run: sameOriginSeries},
	{ID: "one-origin-share", Group: "origin", Severity: Integrity, Told: []officer.Duty{officer.Analyst, officer.CollectionManager}, DueDays: 14, Act: "seek-second-origin", Version: 1, run: oneOriginShare},
	{ID: "one-tree-support", Group: "origin", Severity: Integrity, Told: []officer.Duty{officer.Analyst, officer.ReleaseOfficer}, DueDays: 0, Act: "add-independent-support", Version: 1, run: oneTreeSupport},
	{ID: "subsources-one-channel", Group: "origin", Severity: Integrity, Told: []officer.Duty{officer.Validator}, DueDays: 30, Act: "meet-sub-source", Version: 1, run: subsourcesOneChannel},
	{ID: "agreement-too-good", Group: "origin", Severity: Integrity, Told: []officer.Duty{officer.Validator}, DueDays: 30, Act: "check-independently", Version: 1, run: agreementTooGood},
	{ID: "text-likeness", Group: "origin", Severity: Integrity, Told: []officer.Duty{officer.Validator}, DueDays: 7, Act: "explain-likeness", Version: 1, run: textLikeness},
	{ID: "confidence-unsupported", Group: "origin", Severity: Integrity, Told: []officer.Duty{officer.ReleaseOfficer}, DueDays: 0, Act: "lower-confidence", Version: 1, run: confidenceUnsupported},
}

func falseCorroboration(s *sweep) {
	for c, claim := range s.claims {
		src := s.claimSource[c]
		if len(claim.Supports) == 0 || src < 0 || s.isSubject(src) {
			continue
		}
		source := s.sources[src]
		for _, id := range claim.Supports {
			t, ok := s.claimAt[id]
			if !ok || s.claimReport[t] < 0 || s.claimReport[t] == s.claimReport[c] {
				continue
			}
			made := max(claim.Seen, s.claims[t].Seen)
			for _, f := range slices.Concat(s.onReport[s.claimReport[c]], s.onSource[src]) {
				s.add(cause{
					key: []string{source.ID}, from: max(made, f.from), until: f.until, variant: "notice",
					params:   []string{"source", source.ID, "claim", claim.ID, "supported", id, "notice", f.notice.ID, "notice_day", f.notice.Seen.String()},
					subjects: append([]string{f.notice.ID}, s.claimTrail(c)...),
					evidence: []string{id},
				})
			}
			other := s.claimSource[t]
			if other < 0 || s.isSubject(other) || (other == src && source.Identity == "collective") {
				continue
			}
			if since := s.origin.shared(src, other); since != day.Never {
				s.add(cause{
					key: []string{source.ID}, from: max(made, since), until: day.Never, variant: "origin",
					params:   []string{"source", source.ID, "claim", claim.ID, "supported", id, "other", s.sources[other].ID},
					subjects: append(s.claimTrail(c), s.claimTrail(t)...),
				})
			}
		}
	}
}

func sameOriginSeries(s *sweep) {
	for i, source := range s.sources {
		if source.Subject || source.Identity == "collective" {
			continue
		}
		first := map[string]*Report{}
		for _, r := range s.reportsBy[i] {
			rep := s.reports[r]
			if old := first[rep.Series]; rep.Series != "" && (old == nil || rep.Seen < old.Seen) {
				first[rep.Series] = rep
			}
		}
		if len(first) < 2 {
			continue
		}
		reps := slices.SortedFunc(maps.Values(first), func(a, b *Report) int {
			return cmp.Or(cmp.Compare(a.Seen, b.Seen), cmp.Compare(a.ID, b.ID))
		})
		for n := 1; n < len(reps); n++ {
			a, b := reps[0].ID, reps[n].ID
			params := []string{"first", a, "second", b}
			s.add(cause{
				key: []string{source.ID}, from: reps[n].Seen, until: day.Never,
				params: append(params, "source", source.ID), subjects: []string{a, b},
				public: &Public{
					Reason:   Reason{"finding.same-origin-series.public", map[string]string{"first": a, "second": b}},
					Subjects: []string{a, b}, Labels: s.labelsOf([]string{a, b}),
				},
			})
		}
	}
}

func oneOriginShare(s *sweep) {
	need, share := s.threshold("one_origin_reports"), s.threshold("one_origin_share")
	type step struct {
		at           day.Day
		report, root int
		count        int
	}
	topics := map[string][]step{}
	for r, rep := range s.reports {
		src, root := s.reportBy[r], -1
		if src >= 0 {
			if s.isSubject(src) || s.sources[src].Identity == "collective" {
				continue
			}
			root = s.root[src]
		}
		from := map[string]day.Day{}
		for _, c := range s.claimsOf[r] {
			// What a source says of himself is no topic of reporting.
			if claim := s.claims[c]; claim.Topic != "" && !claim.BonaFides {
				if old, ok := from[claim.Topic]; !ok || claim.Seen < old {
					from[claim.Topic] = claim.Seen
				}
			}
		}
		for topic, at := range from {
			topics[topic] = append(topics[topic], step{at, r, root, 1})
			if rep.Count > 1 {
				topics[topic] = append(topics[topic], step{max(at, rep.Counted), r, root, rep.Count - 1})
			}
		}
	}
	for _, topic := range slices.Sorted(maps.Keys(topics)) {
		steps := topics[topic]
		total, by := 0, map[int]int{}
		for _, t := range steps {
			if t.at <= s.day {
				total += t.count
				by[t.root] += t.count
			}
		}
		holds := func(n, total int) bool { return float64(n) >= need && float64(n) >= share*float64(total) }
		for root, n := range by {
			if root < 0 || !holds(n, total) {
				continue
			}
			slices.SortFunc(steps, func(a, b step) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.report, b.report)) })
			var mine []int
			mineN, all := 0, 0
			var run []change
			for _, t := range steps {
				run = append(run, change{t.at, func() {
					all += t.count
					if t.root == root {
						mineN += t.count
						mine = append(mine, t.report)
					}
				}})
			}
			id := s.sources[root].ID
			s.timeline(run, func(day.Day) bool { return holds(mineN, all) }, func(day.Day) cause {
				c := cause{key: []string{topic, id}, params: []string{"topic", topic, "source", id, "count", number(mineN), "total", number(all), "share", fraction(float64(mineN) / float64(all))}}
				for _, r := range mine {
					c.subjects = append(c.subjects, s.reports[r].ID)
				}
				return c
			}, s.add)
		}
	}
}

func subsourcesOneChannel(s *sweep) {
	for root, tree := range s.tree {
		if len(tree) < 2 || s.isSubject(root) {
			continue
		}
		lines := map[string][]int{}
		for _, i := range tree {
			sub := s.sources[i]
			unmet := sub.ServiceContact == "none" || sub.ServiceContact == "relayed"
			if i == root || sub.Subject || !unmet {
				continue
			}
			// Whoever was never met and has no channel of his own on record is heard through the one above him.
			channel := cmp.Or(sub.Channel, sub.Parent)
			lines[channel] = append(lines[channel], i)
		}
		for _, subs := range lines {
			var steps []change
			open := map[int]bool{}
			for _, i := range subs {
				steps = append(steps, change{s.sources[i].Seen, func() { open[i] = true }}, change{s.metOn[i], func() { delete(open, i) }})
			}
			id := s.sources[root].ID
			s.timeline(steps, func(day.Day) bool { return len(open) >= 2 }, func(day.Day) cause {
				c := cause{key: []string{id}, params: []string{"source", id, "count", number(len(open))}}
				for _, i := range slices.Sorted(maps.Keys(open)) {
					c.subjects = append(c.subjects, s.sources[i].ID)
				}
				return c
			}, s.add)
		}
	}
}

// line names the mouth a claim came through: the sub-source where one is given, else the source.
func (ix *Index) line(claim int) string {
	if id := ix.claims[claim].SubSource; id != "" {
		return id
	}
	if r := ix.claimReport[claim]; r >= 0 && ix.reports[r].SubSource != "" {
		return ix.reports[r].SubSource
	}
	if s := ix.claimSource[claim]; s >= 0 {
		return ix.sources[s].ID
	}
	return ix.claims[claim].Report
}

func agreementTooGood(s *sweep) {
	need, span := s.threshold("agree_lines"), s.threshold("agree_days")
	for root, tree := range s.tree {
		if s.isSubject(root) || s.sources[root].Identity == "collective" {
			continue
		}
		var claims []int
		lines := map[string]int{} // first claim of each line
		for _, i := range tree {
			for _, c := range s.claimsBy[i] {
				if !s.claims[c].When.IsZero() {
					claims = append(claims, c)
					lines[s.line(c)] = c
				}
			}
		}
		if float64(len(lines)) < need {
			continue
		}
		slices.SortFunc(claims, func(a, b int) int {
			return cmp.Or(cmp.Compare(s.claims[a].Seen, s.claims[b].Seen), cmp.Compare(a, b))
		})
		clear(lines)
		first, last, from := day.Never, Always, day.Never
		for i, c := range claims {
			claim := s.claims[c]
			if _, ok := lines[s.line(c)]; !ok {
				lines[s.line(c)] = c
			}
			first, last = min(first, claim.When.First), max(last, claim.When.First)
			endOfDay := i+1 == len(claims) || s.claims[claims[i+1]].Seen > claim.Seen
			if endOfDay && float64(len(lines)) >= need && float64(last)-float64(first) >= span {
				from = claim.Seen
				break
			}
		}
		if from == day.Never {
			continue
		}
		// A check made before the agreement could be noticed is not the check that answers it.
		until := day.Never
		for _, c := range claims {
			claim := s.claims[c]
			if d := max(claim.Checked.Last, claim.Seen); !claim.Checked.IsZero() && d >= from {
				until = min(until, d)
			}
			for _, id := range claim.Contradicts {
				if t, ok := s.claimAt[id]; ok && t != c && s.claimSource[t] >= 0 && s.root[s.claimSource[t]] == root {
					until = min(until, max(claim.Seen, s.claims[t].Seen))
				}
			}
		}
		id := s.sources[root].ID
		x := cause{key: []string{id}, from: from, until: until,
			params: []string{"source", id, "lines", number(len(lines)), "first", first.String(), "last", last.String()}}
		for _, l := range slices.Sorted(maps.Keys(lines)) {
			x.subjects = append(append(x.subjects, s.known(l)...), s.claimTrail(lines[l])...)
		}
		s.add(x)
	}
}
