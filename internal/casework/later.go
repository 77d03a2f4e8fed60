package casework

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"cutout/internal/assessment"
	"cutout/internal/contact"
	"cutout/internal/day"
	"cutout/internal/dissemination"
	"cutout/internal/fault"
	"cutout/internal/network"
	"cutout/internal/officer"
	"cutout/internal/report"
	"cutout/internal/source"
	"cutout/internal/store"
)

// The acts by which a record is completed when more becomes known: what was written stays readable as it was, in the
// version before.
var (
	actReviseParty     = act{"party.revise", inside}
	actReviseRole      = act{"source.role-revise", append(one(officer.Registrar, officer.AuthorizingOfficer), line...)}
	actCompleteContact = act{"contact.complete", one(officer.Handler, officer.CoHandler, officer.IntakeOfficer)}
	actCompleteReport  = act{"report.complete", one(officer.Handler, officer.CoHandler, officer.IntakeOfficer)}
	actCompleteUse     = act{"report.use-complete", actUse.duties}
	actRelateNotice    = act{"notice.complete", inside}
	actWeighLater      = act{"assessment.complete", actAssess.duties}
)

// ReviseParty writes a new version of a party: what it is a part of or a rival of, another spelling. It stays on its list.
func (d *Desk) ReviseParty(ctx context.Context, o officer.Officer, of network.ID, n network.PartyDraft) error {
	p, f := network.NewParty(n, d.vocabulary())
	if err := invalid(f); err != nil {
		return err
	}
	return d.do(ctx, o, actReviseParty, kindParty, of.String(), func(w *work) error {
		old, err := read[network.ID, network.Party](w, kindParty, of)
		if err != nil {
			return err
		}
		if err := w.parties("member_of", p.MemberOf...); err != nil {
			return err
		}
		if err := w.parties("rival_of", p.RivalOf...); err != nil {
			return err
		}
		if err := w.MarkDue("party"); err != nil {
			return err
		}
		return w.Revise(old.record, store.Entering{Kind: kindParty, Label: old.Label, Body: p, Terms: indexTerms(append([]string{p.Name}, p.NameVariants...)...)})
	})
}

// ReviseRole writes a new version of a role period, such as its end. Person, source and role stay.
func (d *Desk) ReviseRole(ctx context.Context, o officer.Officer, of source.RoleID, n source.RoleDraft) error {
	p, f := source.NewRole(n, d.vocabulary())
	if err := invalid(f); err != nil {
		return err
	}
	return d.do(ctx, o, actReviseRole, kindRole, of.String(), func(w *work) error {
		old, err := read[source.RoleID, source.RolePeriod](w, kindRole, of)
		if err != nil {
			return err
		}
		p := p
		p.Source, p.Person, p.Role = old.Value.Source, old.Value.Person, old.Value.Role
		if err := w.MarkDue("source " + p.Source.String()); err != nil {
			return err
		}
		return w.Revise(old.record, store.Entering{Kind: kindRole, Label: old.Label, Body: p, Marks: roleMarks(p)})
	})
}

// CompleteContact writes a new version of a contact that took place: an approach that was answered, a series that ended.
// Source, type and plan stay.
func (d *Desk) CompleteContact(ctx context.Context, o officer.Officer, of contact.ID, n contact.Draft) error {
	n.Plan = nil
	c, f := contact.New(n, d.vocabulary(), d.store.Today())
	if err := invalid(f); err != nil {
		return err
	}
	return d.do(ctx, o, actCompleteContact, kindContact, of.String(), func(w *work) error {
		old, err := read[contact.ID, contact.Contact](w, kindContact, of)
		if err != nil {
			return err
		}
		if old.Value.Record == nil || c.Record == nil {
			return refused("contact.not-held")
		}
		if err := w.mayRecord(old.Value.Source); err != nil {
			return err
		}
		c := c
		c.Source, c.Desk, c.Type, c.Plan, c.Missed = old.Value.Source, old.Value.Desk, old.Value.Type, old.Value.Plan, nil
		if err := w.MarkDue("source " + c.Source.String()); err != nil {
			return err
		}
		return w.Revise(old.record, store.Entering{Kind: kindContact, Label: old.Label, Body: c, Marks: contactMarks(c)})
	})
}

// CompleteReport writes a new version of a report: items that came in after it, how many reports the record stands for,
// what an item was checked against. An item filed before keeps its words, its basis and its grade, and none may be left
// out; an item that is new counts from today. Item ids in the draft tell which is which.
func (d *Desk) CompleteReport(ctx context.Context, o officer.Officer, of report.ID, n ReportDraft) error {
	p, err := d.prepare(ctx, o, n)
	if err != nil {
		return err
	}
	return d.do(ctx, o, actCompleteReport, kindReport, of.String(), func(w *work) error {
		old, err := read[report.ID, report.Report](w, kindReport, of)
		if err != nil {
			return err
		}
		was := old.Value
		r := p.value
		r.Items = slices.Clone(r.Items)
		r.Source, r.Contact, r.Desk, r.SourceContext, r.Requirements = was.Source, was.Contact, was.Desk, was.SourceContext, was.Requirements
		if !r.Source.IsZero() {
			s, err := exists[source.ID, source.Source](w, kindSource, "source", r.Source)
			if err != nil {
				return err
			}
			if err := w.mayReport(r, s); err != nil {
				return err
			}
		}
		if err := w.keepItems(was, &r); err != nil {
			return err
		}
		if err := w.reportRefs(r); err != nil {
			return err
		}
		words, err := w.named(p.spoken, append(slices.Clone(r.BuiltFrom), r.Source)...)
		if err != nil {
			return err
		}
		if len(words) > 0 {
			return fieldFault("items", "report.names-source", "Words", strings.Join(words, ", "))
		}
		if err := w.MarkDue("report"); err != nil {
			return err
		}
		return w.Revise(old.record, store.Entering{Kind: kindReport, Label: old.Label, Body: r, Marks: reportMarks(w, r), Terms: p.termsOf(r)})
	})
}

// keepItems holds a later version to what was filed.
func (w *work) keepItems(was report.Report, r *report.Report) error {
	var f fault.Faults
	for _, o := range was.Items {
		if !r.Has(o.ID) {
			f.Add("items", "report.item-left-out", "Number", strconv.Itoa(o.Number))
		}
	}
	for i := range r.Items {
		it := &r.Items[i]
		at := slices.IndexFunc(was.Items, func(o report.Item) bool { return o.ID == it.ID })
		if at < 0 {
			it.Added = day.On(w.Today())
			continue
		}
		o := was.Items[at]
		it.Text, it.Lang, it.Gist, it.Basis, it.Grade, it.GradeText, it.Added = o.Text, o.Lang, o.Gist, o.Basis, o.Grade, o.GradeText, o.Added
	}
	return invalid(f)
}

// reportRefs checks the items that a report's claims name.
func (w *work) reportRefs(r report.Report) error {
	for i, it := range r.Items {
		if it.Claim == nil {
			continue
		}
		for _, other := range slices.Concat(it.Claim.Supports, it.Claim.Contradicts) {
			if r.Has(other) {
				continue
			}
			if _, err := w.reportOf(other); err != nil {
				return fieldFault("items."+strconv.Itoa(i+1)+".claim.supports", "reference.unknown")
			}
		}
	}
	return nil
}

// CompleteUse writes a new version of a use: that it was acknowledged, that it ended. The report stays.
func (d *Desk) CompleteUse(ctx context.Context, o officer.Officer, of dissemination.UseID, n dissemination.UseDraft) error {
	u, f := dissemination.NewUse(n, d.vocabulary(), d.store.Today())
	if err := invalid(f); err != nil {
		return err
	}
	return d.do(ctx, o, actCompleteUse, kindUse, of.String(), func(w *work) error {
		old, err := read[dissemination.UseID, dissemination.Use](w, kindUse, of)
		if err != nil {
			return err
		}
		u := u
		u.Report = old.Value.Report
		if err := w.MarkDue("release"); err != nil {
			return err
		}
		return w.Revise(old.record, store.Entering{Kind: kindUse, Label: old.Label, Body: u, Marks: useMarks(w, u)})
	})
}

func useMarks(w *work, u dissemination.Use) []store.Mark {
	marks := []store.Mark{store.Ref("report", u.Report.Raw())}
	if u.Product != "" {
		marks = append(marks, w.Word("product", u.Product))
	}
	return marks
}

// RelateNotice adds records a notice relates to, learned of after it was issued.
func (d *Desk) RelateNotice(ctx context.Context, o officer.Officer, of dissemination.NoticeID, more ...string) error {
	return d.do(ctx, o, actRelateNotice, kindNotice, of.String(), func(w *work) error {
		old, err := read[dissemination.NoticeID, dissemination.Notice](w, kindNotice, of)
		if err != nil {
			return err
		}
		v := old.Value
		v.RelatesTo = slices.Clone(v.RelatesTo)
		for _, s := range more {
			if _, found, err := w.subjectOf("relates_to", s); err != nil {
				return err
			} else if !found {
				return fieldFault("relates_to", "reference.unknown")
			}
			if !slices.Contains(v.RelatesTo, s) {
				v.RelatesTo = append(v.RelatesTo, s)
			}
		}
		marks := []store.Mark{w.Word("notice-kind", string(v.Kind))}
		if s, found, err := w.subjectOf("about", v.About); err != nil {
			return err
		} else if found {
			marks = append(marks, store.Ref("about", s.ID))
		}
		if raw, ok := rawID(v.About); ok {
			marks = append(marks, store.Ref("about", raw))
		}
		for _, r := range v.RelatesTo {
			if raw, ok := rawID(r); ok {
				marks = append(marks, store.Ref("relates", raw))
			}
		}
		if err := w.MarkDue("notice"); err != nil {
			return err
		}
		return w.Revise(old.record, store.Entering{Kind: kindNotice, Label: old.Label, Body: v, Marks: marks, Terms: indexTerms(v.Text, v.KindText)})
	})
}

// WeighLater adds records to what an assessment took into account, when they reach the file after it. View, author, date
// and hypotheses stay: an assessment is never changed.
func (d *Desk) WeighLater(ctx context.Context, o officer.Officer, of assessment.ID, more ...string) error {
	return d.do(ctx, o, actWeighLater, kindAssessment, of.String(), func(w *work) error {
		old, err := read[assessment.ID, assessment.Assessment](w, kindAssessment, of)
		if err != nil {
			return err
		}
		v := old.Value
		v.Weighs = slices.Clone(v.Weighs)
		for _, s := range more {
			if _, found, err := w.subjectOf("weighs", s); err != nil {
				return err
			} else if !found {
				return fieldFault("weighs", "reference.unknown")
			}
			if !slices.Contains(v.Weighs, s) {
				v.Weighs = append(v.Weighs, s)
			}
		}
		var marks []store.Mark
		if s, found, err := w.subjectOf("about", v.About); err != nil {
			return err
		} else if found {
			marks = append(marks, store.Ref("about", s.ID))
		}
		if err := w.MarkDue("notice"); err != nil {
			return err
		}
		return w.Revise(old.record, store.Entering{Kind: kindAssessment, Label: old.Label, Body: v, Marks: marks, Terms: indexTerms(v.View)})
	})
}
