package watch

import (
	"maps"
	"slices"

	"cutout/internal/day"
	"cutout/internal/officer"
)

// Notices and recall: what is known against a source or a report, does it reach those who use them?
var noticeRules = []Rule{
	{ID: "notice-without-recall", Group: "notices", Severity: Integrity, Told: []officer.Duty{officer.ReleaseOfficer}, DueDays: 2, Act: "recall-reports", Version: 1, run: noticeWithoutRecall},
	{ID: "recall-unacknowledged", Group: "notices", Severity: Integrity, Told: []officer.Duty{officer.ReleaseOfficer, officer.Inspector}, DueDays: 3, Act: "chase-acknowledgment", Version: 1, run: recallUnacknowledged},
	{ID: "recalled-cited", Group: "notices", Severity: Integrity, Told: []officer.Duty{officer.ReleaseOfficer}, DueDays: 0, Act: "withdraw-release", Version: 1, Blocks: true, run: recalledCited},
	{ID: "doubt-unanswered", Group: "notices", Severity: Integrity, Told: []officer.Duty{officer.Controller, officer.ReleaseOfficer}, DueDays: 2, Act: "answer-doubt-above", Version: 1, run: doubtUnanswered},
	{ID: "control-date-review", Group: "notices", Severity: Integrity, Told: []officer.Duty{officer.Validator, officer.Customer}, DueDays: 7, Act: "assess-control", Version: 1, run: controlDateReview},
	{ID: "adverse-unseen", Group: "notices", Severity: Life, Told: []officer.Duty{officer.AuthorizingOfficer, officer.Controller}, DueDays: 0, Act: "read-before-act", Version: 1, Blocks: true, run: adverseUnseen},
	{ID: "credit-without-report", Group: "notices", Severity: Integrity, Told: []officer.Duty{officer.Controller, officer.Inspector}, DueDays: 30, Act: "link-or-strike-credit", Version: 1, run: creditWithoutReport},
}

func noticeWithoutRecall(s *sweep) {
	recalled, kept := map[int]day.Day{}, map[[2]string]day.Day{}
	for _, n := range s.force {
		if n.Kind == "recall" {
			for _, r := range n.reports {
				if old, ok := recalled[r]; !ok || n.Seen < old {
					recalled[r] = n.Seen
				}
			}
		}
	}
	for _, k := range s.keeps {
		key := [2]string{k.Notice, k.Report}
		if old, ok := kept[key]; !ok || k.Seen < old {
			kept[key] = k.Seen
		}
	}
	for _, n := range s.force {
		if n.Kind != "fabrication-notice" && n.Kind != "recantation" {
			continue
		}
		for _, r := range n.reports {
			rep, until := s.reports[r], n.until
			if rep.Seen > n.Seen {
				continue
			}
			if d, ok := recalled[r]; ok {
				until = min(until, d)
			}
			if d, ok := kept[[2]string{n.ID, rep.ID}]; ok {
				until = min(until, d)
			}
			x := cause{key: []string{n.ID}, from: n.Seen, until: until,
				params: []string{"notice", n.ID, "report", rep.ID, "report_day", rep.Seen.String()}, subjects: []string{rep.ID}}
			if src := s.reportBy[r]; src >= 0 {
				x.subjects = append(x.subjects, s.sources[src].ID)
			}
			s.add(x)
		}
	}
}

// receipts gives, for each notice and each hand, the day it was acknowledged.
func (ix *Index) receiptDays() map[[2]string]day.Day {
	out := map[[2]string]day.Day{}
	for _, r := range ix.receipts {
		key := [2]string{r.Notice, r.By}
		if old, ok := out[key]; !ok || r.Seen < old {
			out[key] = r.Seen
		}
	}
	return out
}

// readOn is the day a hand acknowledged a notice; day.Never if not.
func readOn(days map[[2]string]day.Day, notice, by string) day.Day {
	out := day.Never
	for _, n := range []string{notice, ""} {
		if d, ok := days[[2]string{n, by}]; ok {
			out = min(out, d)
		}
	}
	return out
}

func recallUnacknowledged(s *sweep) {
	days := s.receiptDays()
	for _, n := range s.force {
		for _, r := range n.reports {
			rep := s.reports[r].ID
			down := reach(s.lineage.down, rep)
			sent := map[*Dissemination]day.Day{}
			for _, id := range slices.Sorted(maps.Keys(down)) {
				for _, d := range slices.Concat(s.lineage.sends[id], s.lineage.sentIn[id]) {
					if old, ok := sent[d]; !ok || down[id] < old {
						sent[d] = down[id]
					}
				}
			}
			for d, known := range sent {
				if d.Seen > n.Seen || d.ReceiptUnknown {
					continue
				}
				until := min(n.until, readOn(days, n.ID, d.ID))
				s.add(cause{key: []string{n.ID}, from: max(n.Seen, known, s.reports[r].Seen), until: until,
					params: []string{"notice", n.ID, "report", rep, "release", d.ID}, subjects: []string{d.ID, rep}})
			}
		}
	}
}

func recalledCited(s *sweep) {
	if len(s.force) == 0 {
		return
	}
	for _, d := range s.disseminations {
		begun := d.When.First
		if d.When.IsZero() {
			begun = d.Seen
		}
		for _, hit := range s.citedOn(d.Report, d.Seen, begun, d.Carries) {
			until := s.resolvedOn(hit.notice)
			if !d.Withdrawn.IsZero() {
				until = min(until, d.Withdrawn.Last)
			}
			x := cause{key: []string{d.ID}, from: max(d.Seen, hit.Since), until: until,
				params:   []string{"release", d.ID, "report", hit.Report, "notice", hit.Notice, "notice_day", hit.notice.Seen.String()},
				subjects: []string{hit.Notice, hit.Report}}
			if src := s.reportBy[s.reportAt[hit.Report]]; src >= 0 {
				x.subjects = append(x.subjects, s.sources[src].ID)
			}
			s.add(x)
		}
	}
}

func doubtUnanswered(s *sweep) {
	wait := int(s.threshold("doubt_days"))
	for _, n := range s.notices {
		if n.Kind != "doubt" && n.Kind != "contradiction" && n.Kind != "dissent" {
			continue
		}
		until := s.resolvedOn(n)
		if n.Response == "followed" {
			answered := n.Seen
			if !n.Responded.IsZero() {
				answered = max(n.Seen, n.Responded.Last)
			}
			until = min(until, answered)
		}
		start := n.Seen
		if !n.When.IsZero() {
			start = n.When.First
		}
		plain := max(n.Seen, start.Add(wait))
		base := cause{until: until, from: plain, variant: "waiting",
			params: []string{"notice", n.ID, "notice_day", start.String(), "days", number(wait)}, subjects: []string{n.ID}}
		if c, ok := s.claimAt[n.About]; ok {
			if s.isSubject(s.claimSource[c]) {
				continue
			}
			base.key = []string{n.About}
			base.subjects = append(base.subjects, s.claimTrail(c)...)
			if src := s.claimSource[c]; src >= 0 && s.holds(n.Issuer, s.sources[src]) {
				base.key, base.from, base.variant = append(base.key, n.ID), n.Seen, "holder"
			}
			s.add(base)
			continue
		}
		named := s.sourcesNamed(n.About)
		if len(named) == 0 {
			for _, id := range n.Relates {
				named = append(named, s.sourcesNamed(id)...)
			}
			slices.Sort(named)
			named = slices.Compact(named)
		}
		for _, src := range named {
			source := s.sources[src]
			if source.Subject {
				continue
			}
			x := base
			x.key = []string{source.ID}
			x.params = append(slices.Clone(base.params), "source", source.ID)
			x.subjects = append(slices.Clone(base.subjects), s.known(n.About)...)
			if s.holds(n.Issuer, source) {
				x.key, x.from, x.variant = []string{source.ID, n.ID}, n.Seen, "holder"
			}
			x.from = max(x.from, source.Seen)
			s.add(x)
		}
		if len(named) == 0 {
			if r, ok := s.reportAt[n.About]; ok {
				x := base
				x.key = []string{s.reports[r].ID}
				s.add(x)
			}
		}
	}
}

// holds reports whether a party, or his organization, holds the source.
func (ix *Index) holds(issuer string, s *Source) bool {
	if issuer == "" || s.Holder == "" {
		return false
	}
	p := ix.party[issuer]
	return issuer == s.Holder || (p != nil && p.Org == s.Holder)
}

func creditWithoutReport(s *sweep) {
	line := map[[2]string]bool{} // handling line: person and source
	for _, r := range s.roles {
		if r.Role == "handler" || r.Role == "controller" {
			line[[2]string{r.Person, r.Source}] = true
		}
	}
	for _, c := range s.credits {
		src, ok := s.sourceAt[c.Source]
		if ok && s.isSubject(src) {
			continue
		}
		x := cause{key: []string{c.ID}, from: c.Seen, until: day.Never, params: []string{"credit", c.ID}}
		if ok {
			x.subjects = append(x.subjects, c.Source)
			x.params = append(x.params, "source", c.Source)
			x.from = max(x.from, s.sources[src].Seen)
		}
		switch r, given := s.reportAt[c.Report]; {
		case c.Report == "" && !c.ReportUnknown:
			x.variant = "no-report"
		case given && ok && s.reportBy[r] >= 0 && s.root[s.reportBy[r]] != s.root[src]:
			x.variant = "other-source"
			x.subjects = append(x.subjects, c.Report, s.sources[s.reportBy[r]].ID)
			x.params = append(x.params, "report", c.Report)
			x.from = max(x.from, s.reports[r].Seen)
		case c.Assessor == "" && !c.AssessorUnknown:
			x.variant = "no-assessor"
		case c.Assessor != "" && line[[2]string{c.Assessor, c.Source}]:
			x.variant = "own-line"
			x.subjects = append(x.subjects, s.known(c.Assessor)...)
		default:
			continue
		}
		s.add(x)
	}
}
