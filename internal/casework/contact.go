package casework

import (
	"context"
	"time"

	"cutout/internal/contact"
	"cutout/internal/officer"
	"cutout/internal/report"
	"cutout/internal/source"
	"cutout/internal/store"
)

var (
	actPlan     = act{"contact.plan", one(officer.Handler, officer.CoHandler)}
	actRecord   = act{"contact.record", one(officer.Handler, officer.CoHandler, officer.IntakeOfficer)}
	actContact  = act{"contact.look", inside}
	actContacts = act{"contact.list", inside}
)

// PlanContact plans a contact under an authority in force on its day.
func (d *Desk) PlanContact(ctx context.Context, o officer.Officer, n contact.Draft) (contact.ID, error) {
	n.Record, n.Missed = nil, nil
	c, f := contact.New(n, d.vocabulary(), d.store.Today())
	if n.Plan == nil {
		f.Add("plan", "field.required")
	}
	if err := invalid(f); err != nil {
		return contact.ID{}, err
	}
	said, err := d.heard(ctx, o, contactTexts(c)...)
	if err != nil {
		return contact.ID{}, err
	}
	var made contact.ID
	err = d.do(ctx, o, actPlan, kindContact, "", func(w *work) error {
		s, err := exists[source.ID, source.Source](w, kindSource, "source", c.Source)
		if err != nil {
			return err
		}
		if err := w.need(s.ID, officer.Handler, officer.CoHandler); err != nil {
			return err
		}
		at := c.Plan.When.Last.Add(1).Time().Add(-1e9)
		if c.Plan.When.IsZero() || at.Before(w.Now()) {
			at = w.Now()
		}
		if err := w.needAuthority(s, w.Now()); err != nil {
			return err
		}
		if err := w.needAuthority(s, at); err != nil {
			return err
		}
		if err := w.unnamed("plan", said, s.ID); err != nil {
			return err
		}
		made = fresh[contact.ID](w)
		return w.putContact(made, c, s)
	})
	return made, err
}

// needAuthority asks for cover where the source's category needs it.
func (w *work) needAuthority(s SourceRecord, at time.Time) error {
	if c, ok := w.d.pack.Category(s.Value.Category); ok && c.Authority == "" {
		return nil
	}
	return w.covered(s.ID, at)
}

func (w *work) putContact(of contact.ID, c contact.Contact, s SourceRecord) error {
	w.Entry().Object = of.String()
	if err := w.MarkDue("source " + s.ID.String()); err != nil {
		return err
	}
	return w.Insert(store.Entering{Kind: kindContact, ID: of.Raw(), Label: s.Label, Body: c, Marks: contactMarks(c)})
}

func contactMarks(c contact.Contact) []store.Mark {
	var m []store.Mark
	if !c.Source.IsZero() {
		m = append(m, store.Ref("source", c.Source.Raw()))
	}
	if c.Record != nil {
		m = append(m, store.Mark{Name: "held"})
	}
	return m
}

// RecordContact writes down what happened: of a contact that was planned, or of one nobody planned.
func (d *Desk) RecordContact(ctx context.Context, o officer.Officer, of contact.ID, n contact.Draft) (contact.ID, error) {
	n.Plan = nil
	c, f := contact.New(n, d.vocabulary(), d.store.Today())
	if err := invalid(f); err != nil {
		return contact.ID{}, err
	}
	said, err := d.heard(ctx, o, contactTexts(c)...)
	if err != nil {
		return contact.ID{}, err
	}
	made := of
	err = d.do(ctx, o, actRecord, kindContact, of.String(), func(w *work) error {
		c := c
		if !of.IsZero() {
			old, err := read[contact.ID, contact.Contact](w, kindContact, of)
			if err != nil {
				return err
			}
			if old.Value.Record != nil || old.Value.Missed != nil {
				return refused("contact.recorded")
			}
			if err := w.mayRecord(old.Value.Source); err != nil {
				return err
			}
			c.Source, c.Plan = old.Value.Source, old.Value.Plan
			if err := w.unnamed("record", said, c.Source); err != nil {
				return err
			}
			if err := w.MarkDue("source " + c.Source.String()); err != nil {
				return err
			}
			return w.Revise(old.record, store.Entering{Kind: kindContact, Label: old.Label, Body: c, Marks: contactMarks(c)})
		}
		if c.Source.IsZero() {
			of, err := w.putSourceless(c, n.Desk)
			made = of
			return err
		}
		s, err := exists[source.ID, source.Source](w, kindSource, "source", c.Source)
		if err != nil {
			return err
		}
		if err := w.mayRecord(s.ID); err != nil {
			return err
		}
		if err := w.unnamed("record", said, s.ID); err != nil {
			return err
		}
		made = fresh[contact.ID](w)
		return w.putContact(made, c, s)
	})
	return made, err
}

// putSourceless writes down a contact with no source of the unit: a stranger at the door, a meeting with another service,
// a contact of the other side. The intake keeps these; they are held at a desk.
func (w *work) putSourceless(c contact.Contact, desk string) (contact.ID, error) {
	if !w.holds(one(officer.IntakeOfficer)) {
		return contact.ID{}, fieldFault("source", "field.required")
	}
	label, err := w.deskLabel("desk", desk)
	if err != nil {
		return contact.ID{}, err
	}
	c.Desk = label.Compartments[0]
	made := fresh[contact.ID](w)
	w.Entry().Object = made.String()
	if err := w.MarkDue("source"); err != nil {
		return contact.ID{}, err
	}
	return made, w.Insert(store.Entering{Kind: kindContact, ID: made.Raw(), Label: label, Body: c, Marks: contactMarks(c)})
}

// mayRecord: a contact that took place is written down whether or not an authority covered it; a record missing because
// the authority had lapsed would hide the failure it should show.
func (w *work) mayRecord(of source.ID) error {
	if w.holds(one(officer.IntakeOfficer)) {
		return nil
	}
	return w.need(of, officer.Handler, officer.CoHandler)
}

// ContactPage is a contact with its source and what was reported from it.
type ContactPage struct {
	Frame
	Contact ContactRecord
	Source  SourceRecord // zero for a contact without a source
	Reports []ReportRecord
	Handles bool // the officer handles this source
}

// Contact shows one contact.
func (d *Desk) Contact(ctx context.Context, o officer.Officer, of contact.ID) (p ContactPage, err error) {
	err = d.look(ctx, o, actContact, kindContact, of.String(), func(w *work) error {
		p = ContactPage{}
		if p.Contact, err = read[contact.ID, contact.Contact](w, kindContact, of); err != nil {
			return err
		}
		if of := p.Contact.Value.Source; !of.IsZero() {
			if p.Source, err = read[source.ID, source.Source](w, kindSource, of); err != nil {
				return err
			}
		}
		p.Handles = !p.Source.ID.IsZero() && w.assigned(p.Source.ID, officer.Handler, officer.CoHandler)
		if p.Reports, _, err = list[report.ID, report.Report](w, store.Query{Kind: kindReport, Marks: []store.Mark{store.Ref("contact", of.Raw())}}); err != nil {
			return err
		}
		return w.frame(&p.Frame)
	})
	return p, err
}

// ContactsPage is one page of contacts.
type ContactsPage struct {
	Frame
	Contacts []ContactRecord
	Sources  map[source.ID]SourceRecord
	Next     string
}

// Contacts lists contacts, newest first, of one source or of all.
func (d *Desk) Contacts(ctx context.Context, o officer.Officer, of source.ID, cursor string, limit int) (p ContactsPage, err error) {
	err = d.look(ctx, o, actContacts, kindContact, "", func(w *work) error {
		p = ContactsPage{}
		q := store.Query{Kind: kindContact, Cursor: cursor, Limit: limit}
		if !of.IsZero() {
			q.Marks = []store.Mark{store.Ref("source", of.Raw())}
		}
		if p.Contacts, p.Next, err = list[contact.ID, contact.Contact](w, q); err != nil {
			return err
		}
		var ids []source.ID
		for _, c := range p.Contacts {
			ids = append(ids, c.Value.Source)
		}
		if p.Sources, err = w.sources(ids...); err != nil {
			return err
		}
		return w.frame(&p.Frame)
	})
	return p, err
}
