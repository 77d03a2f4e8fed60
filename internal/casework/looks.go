package casework

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"cutout/internal/assessment"
	"cutout/internal/contact"
	"cutout/internal/dissemination"
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
	by := map[report.Basis]*BasisScore{}
	for _, r := range reports {
		outs, err := all[report.OutcomeID, report.Outcome](w, store.Query{Kind: kindOutcome, Marks: []store.Mark{store.Ref("report", r.ID.Raw())}, Oldest: true})
		if err != nil {
			return s, err
		}
		last := map[report.ItemID]report.Result{}
		for _, v := range outs {
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
		for _, r := range rs {
			l := SourceLine{SourceRecord: r}
			as, err := w.authorities(r.ID)
			if err != nil {
				return err
			}
			if a, ok := inForce(as, w.Now()); ok {
				l.InForce = &a
			}
			roles, err := all[source.RoleID, source.RolePeriod](w, store.Query{Kind: kindRole, Marks: []store.Mark{store.Ref("source", r.ID.Raw())}})
			if err != nil {
				return err
			}
			for _, x := range roles {
				if x.Value.Role == source.HandlerRole && x.Value.On(w.Today()) {
					names, err := w.namesOf([]string{x.Value.Person})
					if err != nil {
						return err
					}
					l.Handler = names[x.Value.Person]
				}
			}
			p.Sources = append(p.Sources, l)
		}
		return w.frame(&p.Frame)
	})
	return p, err
}

// namesOf gives the short names of records and officers by id, of those the officer may see. Others keep their reference
// out of the page altogether.
func (w *work) namesOf(ids []string) (map[string]string, error) {
	out := map[string]string{}
	var accounts []store.Account
	for _, s := range ids {
		if s == "" || out[s] != "" {
			continue
		}
		prefix, _, _ := strings.Cut(s, "_")
		if prefix == "off" {
			if accounts == nil {
				var err error
				if accounts, err = w.Accounts(); err != nil {
					return nil, err
				}
			}
			for _, a := range accounts {
				if a.ID.String() == s {
					out[s] = a.Name
				}
			}
			continue
		}
		r, found, err := w.subjectOf("id", s)
		if KindOf(err) == Invalid {
			continue
		}
		if err != nil {
			return nil, err
		}
		if !found {
			continue
		}
		switch r.Kind {
		case kindSource:
			v, err := decoded[source.ID, source.Source](r)
			if err != nil {
				return nil, err
			}
			out[s] = v.Value.CodeName
		case kindParty:
			v, err := decodedParty(r)
			if err != nil {
				return nil, err
			}
			out[s] = v
		case kindReport:
			out[s] = refOf(r.Kind, r.ID)
			if raw, ok := rawID(s); ok && raw != r.ID {
				v, err := decoded[report.ID, report.Report](r)
				if err != nil {
					return nil, err
				}
				for _, it := range v.Value.Items {
					if it.ID.Raw() == raw {
						out[s] = refOf(r.Kind, r.ID) + "." + itoa(it.Number)
					}
				}
			}
		default:
			out[s] = refOf(r.Kind, r.ID)
		}
	}
	return out, nil
}

// ReportPage is a report with everything that came to it later.
type ReportPage struct {
	Frame
	Report   ReportRecord
	Source   *SourceRecord // nil when the officer may not see it
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
		if s, ok, err := maybe[source.ID, source.Source](w, kindSource, p.Report.Value.Source); err != nil {
			return err
		} else if ok {
			p.Source = &s
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
		return w.frame(&p.Frame)
	})
	return p, err
}

// related finds the items that bear on those of a report: named by them, naming them, or linked later.
func (w *work) related(p *ReportPage) error {
	add := func(mine, other report.ItemID, contradicts bool) error {
		r, err := w.reportOf(other)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		for _, it := range r.Value.Items {
			if it.ID == other {
				same := !r.Value.Source.IsZero() && r.Value.Source == p.Report.Value.Source
				p.Related[mine] = append(p.Related[mine], RelatedItem{r.ID, it, contradicts, same})
			}
		}
		return nil
	}
	for _, it := range p.Report.Value.Items {
		if c := it.Claim; c != nil {
			for _, x := range c.Supports {
				if err := add(it.ID, x, false); err != nil {
					return err
				}
			}
			for _, x := range c.Contradicts {
				if err := add(it.ID, x, true); err != nil {
					return err
				}
			}
		}
		for _, rel := range []struct {
			name        string
			contradicts bool
		}{{"supports", false}, {"contradicts", true}} {
			rs, err := all[report.ID, report.Report](w, store.Query{Kind: kindReport, Marks: []store.Mark{store.Ref(rel.name, it.ID.Raw())}})
			if err != nil {
				return err
			}
			for _, r := range rs {
				for _, other := range r.Value.Items {
					if other.Claim != nil && (!rel.contradicts && slices.Contains(other.Claim.Supports, it.ID) || rel.contradicts && slices.Contains(other.Claim.Contradicts, it.ID)) {
						if err := add(it.ID, other.ID, rel.contradicts); err != nil {
							return err
						}
					}
				}
			}
		}
		links, err := all[store.ID, Link](w, store.Query{Kind: kindLink, Marks: []store.Mark{store.Ref("item", it.ID.Raw())}})
		if err != nil {
			return err
		}
		for _, l := range links {
			other := l.Value.To
			if other == it.ID {
				other = l.Value.From
			}
			if err := add(it.ID, other, l.Value.Contradicts); err != nil {
				return err
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
		var ids []source.ID
		for _, r := range p.Reports {
			ids = append(ids, r.Value.Source)
		}
		if p.Sources, err = w.sources(ids...); err != nil {
			return err
		}
		return w.frame(&p.Frame)
	})
	return p, err
}

func itoa(n int) string { return strconv.Itoa(n) }
