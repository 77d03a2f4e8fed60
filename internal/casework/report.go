package casework

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"cutout/internal/compartment"
	"cutout/internal/contact"
	"cutout/internal/day"
	"cutout/internal/fault"
	"cutout/internal/officer"
	"cutout/internal/report"
	"cutout/internal/requirement"
	"cutout/internal/source"
	"cutout/internal/store"
	"cutout/internal/textindex"
)

var (
	actFile    = act{"report.file", one(officer.Handler, officer.CoHandler, officer.IntakeOfficer)}
	actReport  = act{"report.look", inside}
	actReports = act{"report.list", inside}
	actRegrade = act{"report.regrade", one(officer.Analyst, officer.Validator)}
	actOutcome = act{"report.outcome", one(officer.Analyst, officer.Validator, officer.CollectionManager)}
	actLink    = act{"report.link", one(officer.Analyst, officer.Validator)}
)

// ReportDraft is a report and how closely it is held.
type ReportDraft struct {
	report.Draft `yaml:",inline"`
	Level        string `json:"level" yaml:"level"` // code of a level; blank is the pack's level for reports
	Close        string `json:"close" yaml:"close"` // yes: only for those who hold the source's own compartment too
}

// prepared is a report read and ready to be written: all that needs no record was done before the transaction.
type prepared struct {
	draft  ReportDraft
	value  report.Report
	level  compartment.Level
	close  bool
	terms  []string
	spoken spoken
}

var indexers = sync.Pool{New: func() any { return new(textindex.Indexer) }}

// indexTerms are the words a record is found by.
func indexTerms(texts ...string) []string {
	x := indexers.Get().(*textindex.Indexer)
	defer indexers.Put(x)
	terms, _ := x.Terms(strings.Join(texts, "\n"))
	return slices.Clone(terms)
}

// reportTexts are the words of a report that people search and that must not name its source.
func reportTexts(r report.Report) []string {
	out := []string{r.Title, r.Summary, r.Series, r.SourceContext, r.Comments}
	for _, i := range r.Items {
		out = append(out, i.Text, i.Gist, i.Place, i.Area)
		if c := i.Claim; c != nil {
			out = append(out, c.Subject, c.Predicate, c.Value, c.Topic)
		}
	}
	return out
}

func (d *Desk) prepare(ctx context.Context, o officer.Officer, n ReportDraft) (*prepared, error) {
	p := &prepared{draft: n}
	var f fault.Faults
	p.value, f = report.New(n.Draft, report.Unit{Languages: d.unit.Languages, Scheme: string(d.pack.DefaultScheme)}, d.vocabulary(), d.store.Today(), d.randomOf(o))
	p.level = d.level(&f, n.Level, reportLevel(d.pack))
	p.close = n.Close == "yes" || n.Close == "true" || n.Close == "on"
	if err := invalid(f); err != nil {
		return nil, err
	}
	texts := reportTexts(p.value)
	p.terms = indexTerms(texts...)
	if p.value.Source.IsZero() && p.value.Contact.IsZero() {
		return p, nil
	}
	key, err := d.nameKey(ctx, o)
	if err != nil {
		return nil, err
	}
	p.spoken, err = speak(key, texts...)
	return p, err
}

// termsOf are the terms of the report as it is written: what the act added to the draft (how the source is described, items
// that keep their words) is found like the rest, and made anew the index is the same.
func (p *prepared) termsOf(r report.Report) []string {
	if texts := reportTexts(r); !slices.Equal(texts, reportTexts(p.value)) {
		return indexTerms(texts...)
	}
	return p.terms
}

// FileReport files what a source said. With a contact, the contact must be one the officer can see, its source must be
// his to handle, and an authority must have covered the day of the contact. A letter or a walk-in has no contact and is
// filed by an intake officer; what comes in before any authority is accepted and counted (T12).
func (d *Desk) FileReport(ctx context.Context, o officer.Officer, n ReportDraft) (report.ID, error) {
	p, err := d.prepare(ctx, o, n)
	if err != nil {
		return report.ID{}, err
	}
	var made report.ID
	err = d.do(ctx, o, actFile, kindReport, "", func(w *work) error {
		made, err = w.file(p)
		w.Entry().Object = made.String()
		return err
	})
	return made, err
}

func (w *work) file(p *prepared) (report.ID, error) {
	r := p.value
	label := compartment.Label{Level: p.level, Originator: w.Scope().Org()}
	if !r.Contact.IsZero() {
		c, err := read[contact.ID, contact.Contact](w, kindContact, r.Contact)
		if err != nil {
			return report.ID{}, err
		}
		if r.Source.IsZero() {
			r.Source = c.Value.Source
		}
		if r.Source != c.Value.Source {
			return report.ID{}, fieldFault("source", "report.other-source")
		}
	}
	if r.Source.IsZero() && r.Discipline == "HUMINT" && !w.holds(one(officer.IntakeOfficer)) {
		return report.ID{}, fieldFault("source", "field.required")
	}
	if !r.Source.IsZero() {
		s, err := exists[source.ID, source.Source](w, kindSource, "source", r.Source)
		if err != nil {
			return report.ID{}, err
		}
		if err := w.mayReport(r, s); err != nil {
			return report.ID{}, err
		}
		if r.Desk.IsZero() {
			r.Desk = s.Value.Desk
		}
		if r.SourceContext == "" {
			r.SourceContext = s.Value.Description
		}
		if p.close {
			label.Compartments = append(label.Compartments, s.Value.Own)
		}
		words, err := w.named(p.spoken, append(slices.Clone(r.BuiltFrom), r.Source)...)
		if err != nil {
			return report.ID{}, err
		}
		if len(words) > 0 {
			return report.ID{}, fieldFault("items", "report.names-source", "Words", strings.Join(words, ", "))
		}
	}
	if err := w.reaches("desk", r.Desk); err != nil {
		return report.ID{}, err
	}
	if !r.Desk.IsZero() {
		label.Compartments = append(label.Compartments, r.Desk)
	}
	if len(label.Compartments) == 0 {
		return report.ID{}, fieldFault("desk", "field.required")
	}
	for i, q := range r.Requirements {
		if _, err := exists[requirement.ID, requirement.Requirement](w, kindRequirement, "requirements."+strconv.Itoa(i+1), q); err != nil {
			return report.ID{}, err
		}
	}
	if err := w.reportRefs(r); err != nil {
		return report.ID{}, err
	}
	made := fresh[report.ID](w)
	if err := w.MarkDue("report"); err != nil {
		return report.ID{}, err
	}
	e := store.Entering{Kind: kindReport, ID: made.Raw(), Label: label, Body: r, Marks: reportMarks(w, r), Terms: p.termsOf(r)}
	for _, s := range append(slices.Clone(r.BuiltFrom), r.Source, r.SubSource) {
		if !s.IsZero() {
			e.Cites = append(e.Cites, s.Raw()) // a notice on a source reaches what was reported from him
		}
	}
	return made, w.Insert(e)
}

// mayReport asks whether the officer may file for the source: the intake, or its handler, under an authority in force where
// the category of the source needs one.
func (w *work) mayReport(r report.Report, s SourceRecord) error {
	if r.Contact.IsZero() && w.holds(one(officer.IntakeOfficer)) {
		return nil
	}
	if err := w.need(s.ID, officer.Handler, officer.CoHandler); err != nil {
		return err
	}
	at := w.Now()
	if !r.Contact.IsZero() {
		at = w.momentOf(r)
	}
	return w.needAuthority(s, at)
}

// momentOf is when the contact of a report took place, as well as it is known: the last moment of the day of receipt.
func (w *work) momentOf(r report.Report) time.Time {
	c, err := read[contact.ID, contact.Contact](w, kindContact, r.Contact)
	on := r.Received.Last
	if err == nil && c.Value.Record != nil && !c.Value.Record.When.IsZero() {
		on = c.Value.Record.When.Last
	}
	if on >= w.Today() {
		return w.Now()
	}
	return on.Add(1).Time().Add(-time.Second)
}

func reportMarks(w *work, r report.Report) []store.Mark {
	var m []store.Mark
	if !r.Source.IsZero() {
		m = append(m, store.Ref("source", r.Source.Raw()))
	}
	if !r.Contact.IsZero() {
		m = append(m, store.Ref("contact", r.Contact.Raw()))
	}
	if r.Series != "" {
		m = append(m, w.Word("series", r.Series))
	}
	for _, q := range r.Requirements {
		m = append(m, store.Ref("requirement", q.Raw()))
	}
	for _, it := range r.Items {
		m = append(m, store.Ref("item", it.ID.Raw()))
		if c := it.Claim; c != nil {
			if c.Topic != "" {
				m = append(m, w.Word("topic", c.Topic))
			}
			for _, s := range c.Supports {
				m = append(m, store.Ref("supports", s.Raw()))
			}
			for _, s := range c.Contradicts {
				m = append(m, store.Ref("contradicts", s.Raw()))
			}
		}
	}
	return m
}

// reportOf finds the report that holds an item.
func (w *work) reportOf(it report.ItemID) (ReportRecord, error) {
	rs, _, err := list[report.ID, report.Report](w, store.Query{Kind: kindReport, Marks: []store.Mark{store.Ref("item", it.Raw())}, Limit: 1})
	if err != nil {
		return ReportRecord{}, err
	}
	if len(rs) == 0 {
		return ReportRecord{}, store.ErrNotFound
	}
	return rs[0], nil
}

// RecordOutcome adds what later proved true of an item. The item and its grade stay as they were.
func (d *Desk) RecordOutcome(ctx context.Context, o officer.Officer, n report.OutcomeDraft) (report.OutcomeID, error) {
	v, f := report.NewOutcome(n, d.vocabulary(), d.store.Today())
	if err := invalid(f); err != nil {
		return report.OutcomeID{}, err
	}
	var made report.OutcomeID
	err := d.do(ctx, o, actOutcome, kindOutcome, "", func(w *work) error {
		r, err := w.itemIn("item", v.Item)
		if err != nil {
			return err
		}
		made = fresh[report.OutcomeID](w)
		w.Entry().Object = made.String()
		if err := w.MarkDue("report"); err != nil {
			return err
		}
		return w.Insert(store.Entering{Kind: kindOutcome, ID: made.Raw(), Label: r.Label, Body: v,
			Marks: []store.Mark{store.Ref("item", v.Item.Raw()), store.Ref("report", r.ID.Raw())}})
	})
	return made, err
}

// Regrade adds a later grade of an item; the first stays.
func (d *Desk) Regrade(ctx context.Context, o officer.Officer, n report.RegradeDraft) error {
	v, f := report.NewRegrade(n, report.Unit{Languages: d.unit.Languages, Scheme: string(d.pack.DefaultScheme)}, d.vocabulary())
	if err := invalid(f); err != nil {
		return err
	}
	return d.do(ctx, o, actRegrade, kindReport, "", func(w *work) error {
		r, err := w.itemIn("item", v.Item)
		if err != nil {
			return err
		}
		w.Entry().Object = r.ID.String()
		if err := w.MarkDue("report"); err != nil {
			return err
		}
		return w.Insert(store.Entering{Kind: kindRegrade, ID: fresh[store.ID](w), Label: r.Label, Body: v,
			Marks: []store.Mark{store.Ref("item", v.Item.Raw()), store.Ref("report", r.ID.Raw())}})
	})
}

// Link is a relation between two items seen after they were filed: one supports or contradicts the other.
type Link struct {
	From        report.ItemID `json:"from"`
	To          report.ItemID `json:"to"`
	Contradicts bool          `json:"contradicts,omitempty"`
	Withdrawn   day.Day       `json:"withdrawn"` // day.Never while it stands
}

// LinkItems records that one item supports, or contradicts, another.
func (d *Desk) LinkItems(ctx context.Context, o officer.Officer, from, to report.ItemID, contradicts bool) error {
	return d.do(ctx, o, actLink, kindReport, "", func(w *work) error {
		a, err := w.itemIn("from", from)
		if err != nil {
			return err
		}
		b, err := w.itemIn("to", to)
		if err != nil {
			return err
		}
		w.Entry().Object = a.ID.String()
		if err := w.MarkDue("report"); err != nil {
			return err
		}
		return w.Insert(store.Entering{Kind: kindLink, ID: fresh[store.ID](w), Label: compartment.Join(a.Label, b.Label),
			Body:  Link{from, to, contradicts, day.Never},
			Marks: []store.Mark{store.Ref("item", from.Raw()), store.Ref("item", to.Raw())}})
	})
}

// itemIn finds the report of an item named in a draft; hidden and missing are the same fault.
func (w *work) itemIn(field string, it report.ItemID) (ReportRecord, error) {
	r, err := w.reportOf(it)
	if KindOf(shown(err)) == NotFound {
		return r, fieldFault(field, "reference.unknown")
	}
	return r, err
}
