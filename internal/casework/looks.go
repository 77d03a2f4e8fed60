package casework

import (
	"context"
	"slices"
	"time"

	"cutout/internal/assessment"
	"cutout/internal/authority"
	"cutout/internal/contact"
	"cutout/internal/dissemination"
	"cutout/internal/leak"
	"cutout/internal/officer"
	"cutout/internal/report"
	"cutout/internal/requirement"
	"cutout/internal/source"
	"cutout/internal/store"
)

// SourcePage is a source's file as the officer may see it.
type SourcePage struct {
	Frame
	Source      SourceRecord
	Seal        Seal
	Authorities []AuthorityRecord
	InForce     *AuthorityRecord
	Roles       []RoleRecord
	People      map[string]string // names of officers and parties in roles, by id
	Life        []Stored[store.ID, source.LifeEvent]
	Contacts    []ContactRecord
	Reports     []ReportRecord
	Tasks       []TaskRecord
	Notices     []NoticeRecord
	Assessments []AssessmentRecord
	Record      Scorecard
	Mine        []officer.Duty // the duties the officer holds for this source
}

// Scorecard is what became of a source's items, by basis of knowledge. It counts only what the officer may see.
type Scorecard struct {
	Items, Decided int
	ByBasis        []BasisScore
	Grades         []GradePoint
}

// BasisScore is how items of one basis fared.
type BasisScore struct {
	Basis                      report.Basis
	Items, True, False, Partly int
}

// GradePoint is a grade given on a day, for the history.
type GradePoint struct {
	On    time.Time
	Grade string
	Item  report.ItemID
	Mark  report.Grade // the same with its scheme
}

// Source shows a source's file.
func (d *Desk) Source(ctx context.Context, o officer.Officer, of source.ID, asKnown time.Time) (p SourcePage, err error) {
	err = d.look(ctx, o, actSource, kindSource, of.String(), func(w *work) error {
		w.AsKnownOn(asKnown)
		p = SourcePage{}
		p.AsKnown = asKnown
		if p.Source, err = read[source.ID, source.Source](w, kindSource, of); err != nil {
			return err
		}
		mark := []store.Mark{store.Ref("source", of.Raw())}
		about := []store.Mark{store.Ref("about", of.Raw())}
		if p.Authorities, err = w.authorities(of); err != nil {
			return err
		}
		at := w.Now()
		if !asKnown.IsZero() {
			at = asKnown
		}
		if a, ok := inForce(p.Authorities, at); ok {
			p.InForce = &a
		}
		if p.Roles, err = all[source.RoleID, source.RolePeriod](w, store.Query{Kind: kindRole, Marks: mark}); err != nil {
			return err
		}
		var people []string
		for _, r := range p.Roles {
			people = append(people, r.Value.Person, r.Value.ApprovedBy)
		}
		if p.People, err = w.namesOf(people); err != nil {
			return err
		}
		if p.Life, _, err = list[store.ID, source.LifeEvent](w, store.Query{Kind: kindLife, Marks: mark}); err != nil {
			return err
		}
		if p.Contacts, _, err = list[contact.ID, contact.Contact](w, store.Query{Kind: kindContact, Marks: mark}); err != nil {
			return err
		}
		if p.Reports, _, err = list[report.ID, report.Report](w, store.Query{Kind: kindReport, Marks: mark}); err != nil {
			return err
		}
		if p.Tasks, _, err = list[requirement.TaskID, requirement.Task](w, store.Query{Kind: kindTask, Marks: mark}); err != nil {
			return err
		}
		if p.Notices, _, err = list[dissemination.NoticeID, dissemination.Notice](w, store.Query{Kind: kindNotice, Marks: about}); err != nil {
			return err
		}
		if p.Assessments, _, err = list[assessment.ID, assessment.Assessment](w, store.Query{Kind: kindAssessment, Marks: about}); err != nil {
			return err
		}
		if p.Record, err = w.scorecard(of); err != nil {
			return err
		}
		if p.Seal, err = w.seal(of); err != nil {
			return err
		}
		if p.Seal.Due, err = w.due(p.Source); err != nil {
			return err
		}
		for _, g := range w.Rights().Grants {
			if g.Source == of.Raw() && g.On(w.Today()) {
				p.Mine = append(p.Mine, g.Duty)
			}
		}
		return w.frame(&p.Frame)
	})
	return p, err
}

// scorecard counts the outcomes of a source's items.
func (w *work) scorecard(of source.ID) (Scorecard, error) {
	var s Scorecard
	reports, err := all[report.ID, report.Report](w, store.Query{Kind: kindReport, Marks: []store.Mark{store.Ref("source", of.Raw())}, Oldest: true})
	if err != nil {
		return s, err
	}
	ids := make([]report.ID, len(reports))
	for i, r := range reports {
		ids[i] = r.ID
	}
	outs, err := lists[report.OutcomeID, report.Outcome](w, kindOutcome, "report", ids...)
	if err != nil {
		return s, err
	}
	by := map[report.Basis]*BasisScore{}
	for _, r := range reports {
		last := map[report.ItemID]report.Result{}
		for _, v := range slices.Backward(outs[r.ID]) { // oldest first: the last word counts
			last[v.Value.Item] = v.Value.Result
		}
		for _, it := range r.Value.Items {
			s.Items++
			b := by[it.Basis]
			if b == nil {
				b = &BasisScore{Basis: it.Basis}
				by[it.Basis] = b
			}
			b.Items++
			switch last[it.ID] {
			case report.True:
				b.True++
			case report.False:
				b.False++
			case report.Partly:
				b.Partly++
			}
			if last[it.ID].Decided() {
				s.Decided++
			}
			if it.Grade != nil {
				s.Grades = append(s.Grades, GradePoint{r.Created(), it.Grade.String(), it.ID, *it.Grade})
			}
		}
	}
	for _, b := range []report.Basis{report.Direct, report.Participant, report.Document, report.SubSource, report.Hearsay, report.Inference, report.Unknown} {
		if by[b] != nil {
			s.ByBasis = append(s.ByBasis, *by[b])
		}
	}
	return s, nil
}

// SourcesPage is one page of the register.
type SourcesPage struct {
	Frame
	Sources []SourceLine
	Next    string
}

// SourceLine is one line of the register.
type SourceLine struct {
	SourceRecord
	InForce *AuthorityRecord
	Handler string
}

// Sources lists sources, newest first.
func (d *Desk) Sources(ctx context.Context, o officer.Officer, cursor string, limit int) (p SourcesPage, err error) {
	err = d.look(ctx, o, actSources, kindSource, "", func(w *work) error {
		p = SourcesPage{}
		rs, next, err := list[source.ID, source.Source](w, store.Query{Kind: kindSource, Cursor: cursor, Limit: limit})
		if err != nil {
			return err
		}
		p.Next = next
		ids := make([]source.ID, len(rs))
		for i, r := range rs {
			ids[i] = r.ID
		}
		as, err := lists[authority.ID, authority.Authority](w, kindAuthority, "source", ids...)
		if err != nil {
			return err
		}
		roles, err := lists[source.RoleID, source.RolePeriod](w, kindRole, "source", ids...)
		if err != nil {
			return err
		}
		handlers := map[source.ID]string{}
		var people []string
		for of, rs := range roles {
			for _, x := range rs {
				if x.Value.Role == source.HandlerRole && x.Value.On(w.Today()) {
					handlers[of] = x.Value.Person
					people = append(people, x.Value.Person)
				}
			}
		}
		names, err := w.namesOf(people)
		if err != nil {
			return err
		}
		for _, r := range rs {
			l := SourceLine{SourceRecord: r, Handler: names[handlers[r.ID]]}
			if a, ok := inForce(as[r.ID], w.Now()); ok {
				l.InForce = &a
			}
			p.Sources = append(p.Sources, l)
		}
		return w.frame(&p.Frame)
	})
	return p, err
}

// ReportPage is a report with everything that came to it later.
type ReportPage struct {
	Frame
	Report   ReportRecord
	Source   *SourceRecord // nil when the officer may not see it
	Origin   string        // equal for reports of one origin; a mark of this reader's own where he may not see the source
	Outcomes map[report.ItemID][]OutcomeRecord
	Regrades map[report.ItemID][]Stored[store.ID, report.Regrade]
	Related  map[report.ItemID][]RelatedItem
	Recalls  []RecallRecord
	Releases []ReleaseFile
	Needs    []RequirementRecord
	Versions int64
}

// RelatedItem is another item that supports or contradicts one of this report.
type RelatedItem struct {
	Report      report.ID
	Item        report.Item
	Contradicts bool
	SameOrigin  bool // both go back to one source, as far as the officer may see: they are one voice
}

// Report shows one report.
func (d *Desk) Report(ctx context.Context, o officer.Officer, of report.ID, asKnown time.Time) (p ReportPage, err error) {
	err = d.look(ctx, o, actReport, kindReport, of.String(), func(w *work) error {
		w.AsKnownOn(asKnown)
		p = ReportPage{Outcomes: map[report.ItemID][]OutcomeRecord{}, Regrades: map[report.ItemID][]Stored[store.ID, report.Regrade]{}, Related: map[report.ItemID][]RelatedItem{}}
		p.AsKnown = asKnown
		if p.Report, err = read[report.ID, report.Report](w, kindReport, of); err != nil {
			return err
		}
		mark := []store.Mark{store.Ref("report", of.Raw())}
		outs, err := all[report.OutcomeID, report.Outcome](w, store.Query{Kind: kindOutcome, Marks: mark, Oldest: true})
		if err != nil {
			return err
		}
		for _, v := range outs {
			p.Outcomes[v.Value.Item] = append(p.Outcomes[v.Value.Item], v)
		}
		grades, err := all[store.ID, report.Regrade](w, store.Query{Kind: kindRegrade, Marks: mark, Oldest: true})
		if err != nil {
			return err
		}
		for _, v := range grades {
			p.Regrades[v.Value.Item] = append(p.Regrades[v.Value.Item], v)
		}
		if err := w.related(&p); err != nil {
			return err
		}
		if p.Recalls, err = w.recallsOf(of.Raw()); err != nil {
			return err
		}
		if p.Releases, _, err = list[dissemination.ID, releaseFile](w, store.Query{Kind: kindRelease, Marks: []store.Mark{store.Ref("cites", of.Raw())}}); err != nil {
			return err
		}
		for _, q := range p.Report.Value.Requirements {
			r, ok, err := maybe[requirement.ID, requirement.Requirement](w, kindRequirement, q)
			if err != nil {
				return err
			}
			if ok {
				p.Needs = append(p.Needs, r)
			}
		}
		p.Versions = p.Report.Version
		one := []ReportRecord{p.Report}
		seen, origins, err := w.veilAll(one)
		if err != nil {
			return err
		}
		if s, ok := seen[p.Report.Value.Source]; ok {
			p.Source = &s
		}
		p.Report, p.Origin = one[0], origins[of]
		return w.frame(&p.Frame)
	})
	return p, err
}

// related finds the items that bear on those of a report: named by them, naming them, or linked later.
func (w *work) related(p *ReportPage) error {
	type tie struct {
		mine, other report.ItemID
		contradicts bool
	}
	var ties []tie
	var mine, others []report.ItemID
	for _, it := range p.Report.Value.Items {
		mine = append(mine, it.ID)
		if c := it.Claim; c != nil {
			for _, x := range c.Supports {
				ties = append(ties, tie{it.ID, x, false})
			}
			for _, x := range c.Contradicts {
				ties = append(ties, tie{it.ID, x, true})
			}
		}
	}
	for _, rel := range []struct {
		name        string
		contradicts bool
	}{{"supports", false}, {"contradicts", true}} {
		all, err := lists[report.ID, report.Report](w, kindReport, rel.name, mine...)
		if err != nil {
			return err
		}
		for _, it := range mine {
			for _, r := range all[it] {
				for _, other := range r.Value.Items {
					if c := other.Claim; c != nil && (!rel.contradicts && slices.Contains(c.Supports, it) || rel.contradicts && slices.Contains(c.Contradicts, it)) {
						ties = append(ties, tie{it, other.ID, rel.contradicts})
					}
				}
			}
		}
	}
	links, err := lists[store.ID, Link](w, kindLink, "item", mine...)
	if err != nil {
		return err
	}
	for _, it := range mine {
		for _, l := range links[it] {
			other := l.Value.To
			if other == it {
				other = l.Value.From
			}
			ties = append(ties, tie{it, other, l.Value.Contradicts})
		}
	}
	for _, x := range ties {
		others = append(others, x.other)
	}
	held, err := w.holding(others...)
	if err != nil {
		return err
	}
	for _, x := range ties {
		r, ok := held[x.other]
		if !ok {
			if leak.On("degree") {
				p.Related[x.mine] = append(p.Related[x.mine], RelatedItem{Contradicts: x.contradicts})
			}
			continue
		}
		for _, it := range r.Value.Items {
			if it.ID == x.other {
				same := !r.Value.Source.IsZero() && r.Value.Source == p.Report.Value.Source
				p.Related[x.mine] = append(p.Related[x.mine], RelatedItem{r.ID, it, x.contradicts, same})
			}
		}
	}
	return nil
}

// ReportsPage is one page of reports.
type ReportsPage struct {
	Frame
	Reports []ReportRecord
	Sources map[source.ID]SourceRecord
	Origins map[report.ID]string
	Next    string
}

// Reports lists reports, newest first, of one source or of all.
func (d *Desk) Reports(ctx context.Context, o officer.Officer, of source.ID, cursor string, limit int) (p ReportsPage, err error) {
	err = d.look(ctx, o, actReports, kindReport, "", func(w *work) error {
		p = ReportsPage{}
		q := store.Query{Kind: kindReport, Cursor: cursor, Limit: limit}
		if !of.IsZero() {
			q.Marks = []store.Mark{store.Ref("source", of.Raw())}
		}
		if p.Reports, p.Next, err = list[report.ID, report.Report](w, q); err != nil {
			return err
		}
		if p.Sources, p.Origins, err = w.veilAll(p.Reports); err != nil {
			return err
		}
		return w.frame(&p.Frame)
	})
	return p, err
}
