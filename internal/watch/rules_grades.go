package watch

import (
	"cmp"
	"slices"

	"cutout/internal/day"
	"cutout/internal/officer"
)

// Grades and hypotheses: does a mark say more than is known, and was another explanation kept?
var gradeRules = []Rule{
	{ID: "reliability-unjudged", Group: "grades", Severity: Quality, Told: []officer.Duty{officer.Analyst}, DueDays: 0, Act: "grade-claims", Version: 1, run: reliabilityUnjudged},
	{ID: "axes-diverge", Group: "grades", Severity: Quality, Told: []officer.Duty{officer.Analyst, officer.ReleaseOfficer}, DueDays: NoDue, Act: "show-both-marks", Version: 1, run: axesDiverge},
	{ID: "single-hypothesis", Group: "grades", Severity: Integrity, Told: []officer.Duty{officer.Validator, officer.Analyst}, DueDays: 7, Act: "record-rival", Version: 1, run: singleHypothesis},
	{ID: "refuted-claim-scope", Group: "grades", Severity: Integrity, Told: []officer.Duty{officer.Analyst, officer.Validator}, DueDays: 14, Act: "assess-scope", Version: 1, run: refutedClaimScope},
	{ID: "confirmed-sibling-review", Group: "grades", Severity: Integrity, Told: []officer.Duty{officer.Analyst, officer.Customer}, DueDays: 14, Act: "review-siblings", Version: 1, run: confirmedSiblingReview},
	{ID: "accuracy-splits-by-basis", Group: "grades", Severity: Quality, Told: []officer.Duty{officer.Analyst, officer.Handler}, DueDays: NoDue, Act: "show-scorecard", Version: 1, run: accuracySplitsByBasis},
	{ID: "cheap-truths", Group: "grades", Severity: Integrity, Told: []officer.Duty{officer.Validator}, DueDays: 14, Act: "check-dear-claim", Version: 1, run: cheapTruths},
	{ID: "topic-base-rate", Group: "grades", Severity: Quality, Told: []officer.Duty{officer.Analyst, officer.IntakeOfficer}, DueDays: NoDue, Act: "show-prior", Version: 1, run: topicBaseRate},
	{ID: "discriminator-met", Group: "grades", Severity: Integrity, Told: []officer.Duty{officer.Analyst, officer.CollectionManager}, DueDays: 1, Act: "assign-and-read", Version: 1, run: discriminatorMet},
}

func reliabilityUnjudged(s *sweep) {
	for i, source := range s.sources {
		if source.Identity != "unknown" || source.Subject || len(s.reportsBy[i]) == 0 {
			continue
		}
		first := s.reports[s.reportsBy[i][0]]
		for _, r := range s.reportsBy[i] {
			if s.reports[r].Seen < first.Seen {
				first = s.reports[r]
			}
		}
		// Two decided claims are the least that can be called a record.
		var decided []day.Day
		for _, c := range s.claimsBy[i] {
			if d := s.decidedOn(c); d != day.Never {
				decided = append(decided, d)
			}
		}
		until := day.Never
		if slices.Sort(decided); len(decided) >= 2 {
			until = decided[1]
		}
		if !source.Identified.IsZero() {
			until = min(until, source.Identified.Last)
		}
		s.add(cause{key: []string{source.ID}, from: max(first.Seen, source.Seen), until: until,
			params: []string{"source", source.ID, "report", first.ID}, subjects: []string{first.ID}})
	}
}

// gradeSpan is a grade and the days on which it was the claim's latest.
type gradeSpan struct {
	grade       *Grade
	from, until day.Day
}

func (ix *Index) gradeSpans() map[int][]gradeSpan {
	out := map[int][]gradeSpan{}
	grades := slices.Clone(ix.grades)
	slices.SortStableFunc(grades, func(a, b *Grade) int { return cmp.Compare(a.Seen, b.Seen) })
	for _, g := range grades {
		c, ok := ix.claimAt[g.Claim]
		if !ok {
			continue
		}
		at, spans := max(g.Seen, ix.claims[c].Seen), out[c]
		if n := len(spans); n > 0 {
			spans[n-1].until = at
		}
		out[c] = append(spans, gradeSpan{g, at, day.Never})
	}
	return out
}

func axesDiverge(s *sweep) {
	for c, spans := range s.gradeSpans() {
		if s.isSubject(s.claimSource[c]) {
			continue
		}
		for _, g := range spans {
			variant := ""
			switch src, content := g.grade.Source, g.grade.Content; {
			case src == "favorable" && (content == "doubtful" || content == "unconfirmed"):
				variant = "trusted"
			case src == "doubtful" && (content == "confirmed" || content == "probable"):
				variant = "doubted"
			default:
				continue
			}
			s.add(cause{key: []string{s.claims[c].ID}, from: g.from, until: g.until, variant: variant,
				params: []string{"claim", s.claims[c].ID}, subjects: append(s.claimTrail(c), g.grade.ID)})
		}
	}
}

// hypotheses gives the days on which distinct hypotheses with author and date were recorded about any of the ids, in
// order, and the assessments that gave them.
func (s *sweep) hypotheses(ids ...string) (days []day.Day, by []*Assessment) {
	var as []*Assessment
	for _, id := range ids {
		if id != "" {
			as = append(as, s.assessedBy[id]...)
		}
	}
	slices.SortFunc(as, func(a, b *Assessment) int {
		return cmp.Or(cmp.Compare(a.Seen, b.Seen), cmp.Compare(a.ID, b.ID))
	})
	words := map[string]bool{}
	for _, a := range slices.Compact(as) {
		if a.By == "" || a.When.IsZero() || len(a.Hypotheses) == 0 {
			continue
		}
		by = append(by, a)
		for _, h := range a.Hypotheses {
			if !words[h] {
				words[h] = true
				days = append(days, a.Seen)
			}
		}
	}
	return days, by
}

func (s *sweep) lackingRival(c cause, days []day.Day, by []*Assessment) {
	if len(days) >= 2 {
		c.until = min(c.until, days[1])
	}
	for _, a := range by {
		if a.Seen <= c.from {
			c.subjects = append(c.subjects, a.ID)
		}
	}
	n := 0
	for _, d := range days {
		if d <= c.from {
			n++
		}
	}
	c.params = append(c.params, "count", number(n))
	s.add(c)
}

func singleHypothesis(s *sweep) {
	for _, n := range s.notices {
		if n.Kind != "suspected-control" {
			continue
		}
		t := s.reached(n)
		for _, r := range t.reports {
			if src := s.reportBy[r]; len(t.sources) == 0 && src >= 0 && !s.isSubject(src) {
				t.sources = append(t.sources, src)
			}
		}
		if len(s.sourcesNamed(n.About)) == 0 && len(t.sources) == 0 {
			id := n.ID // the question has no source: an organization, an operation, somebody outside
			if known := s.known(n.About); len(known) > 0 {
				id = known[0]
			}
			days, by := s.hypotheses(n.About)
			s.lackingRival(cause{key: []string{id}, from: n.Seen, until: s.resolvedOn(n), variant: "question",
				params: []string{"question", id, "notice", n.ID}, subjects: []string{n.ID}}, days, by)
		}
		for _, src := range t.sources {
			id := s.sources[src].ID
			days, by := s.hypotheses(id)
			s.lackingRival(cause{key: []string{id}, from: max(n.Seen, s.sources[src].Seen), until: s.resolvedOn(n), variant: "control",
				params: []string{"question", id, "notice", n.ID}, subjects: []string{n.ID}}, days, by)
		}
	}
	rivals := map[string]day.Day{} // by claim: the first rival claim
	for _, c := range s.claims {
		for _, id := range c.Contradicts {
			if t, ok := s.claimAt[id]; ok && c.Hypothesis && s.claims[t].Hypothesis {
				on := max(c.Seen, s.claims[t].Seen)
				for _, q := range []string{c.ID, id} {
					if old, ok := rivals[q]; !ok || on < old {
						rivals[q] = on
					}
				}
			}
		}
	}
	for c, claim := range s.claims {
		if !claim.Hypothesis {
			continue
		}
		until := s.decidedOn(c)
		if on, ok := rivals[claim.ID]; ok {
			until = min(until, on)
		}
		days, by := s.hypotheses(claim.ID, claim.About)
		s.lackingRival(cause{key: []string{claim.ID}, from: claim.Seen, until: until, variant: "claim",
			params: []string{"question", claim.ID}, subjects: s.claimTrail(c)}, days, by)
	}
}

func topicBaseRate(s *sweep) {
	for r, rep := range s.reports {
		src := s.reportBy[r]
		if rep.Volume != "many" || src < 0 || s.isSubject(src) || s.sources[src].Identity != "collective" {
			continue
		}
		id := s.sources[src].ID
		many := max(rep.Seen, rep.Counted)
		told := day.Never // first day a topic is known; until then the source stands alone
		for _, c := range s.claimsOf[r] {
			claim := s.claims[c]
			if claim.Topic == "" {
				continue
			}
			told = min(told, max(many, claim.Seen))
			s.add(cause{key: []string{id, claim.Topic}, from: max(many, claim.Seen), until: day.Never,
				params: []string{"source", id, "topic", claim.Topic, "report", rep.ID}, subjects: s.claimTrail(c)})
		}
		s.add(cause{key: []string{id}, from: many, until: told, variant: "untold",
			params: []string{"source", id, "report", rep.ID}, subjects: []string{rep.ID}})
	}
}

func discriminatorMet(s *sweep) {
	for c, claim := range s.claims {
		r := s.claimReport[c]
		if claim.Discriminator != "met" || r < 0 || s.isSubject(s.claimSource[c]) {
			continue
		}
		until := day.Never
		if rep := s.reports[r]; !rep.Assigned.IsZero() && !rep.Read.IsZero() {
			until = max(rep.Assigned.Last, rep.Read.Last)
		}
		s.add(cause{key: []string{claim.ID}, from: claim.Seen, until: until,
			params: []string{"claim", claim.ID, "report", claim.Report}, subjects: s.claimTrail(c)})
	}
}
