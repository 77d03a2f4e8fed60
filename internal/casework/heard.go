package casework

import (
	"context"
	"slices"
	"strings"

	"cutout/internal/contact"
	"cutout/internal/officer"
	"cutout/internal/report"
	"cutout/internal/source"
	"cutout/internal/store"
)

// heard prepares what an officer wrote for the check against names, when his own keys can open the name key. An officer
// whose duties never bring him near a name has none to give away, and his words are taken as they are.
func (d *Desk) heard(ctx context.Context, o officer.Officer, texts ...string) (spoken, error) {
	key, err := d.nameKey(ctx, o)
	if KindOf(err) == Refused {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return speak(key, texts...)
}

// unnamed refuses words that name one of the sources. The sources must have been shown to the officer already.
func (w *work) unnamed(field string, said spoken, of ...source.ID) error {
	if said == nil {
		return nil
	}
	words, err := w.named(said, slices.DeleteFunc(of, source.ID.IsZero)...)
	if err != nil || len(words) == 0 {
		return err
	}
	return fieldFault(field, "report.names-source", "Words", strings.Join(words, ", "))
}

// unnamedAbout refuses words that name the source a notice or an assessment is about, or the source of the report it is
// about.
func (w *work) unnamedAbout(field string, said spoken, about store.Record, found bool) error {
	if !found || said == nil {
		return nil
	}
	switch about.Kind {
	case kindSource:
		return w.unnamed(field, said, source.ID(about.ID))
	case kindReport:
		r, err := decoded[report.ID, report.Report](about)
		if err != nil {
			return err
		}
		return w.unnamed(field, said, r.Value.Source)
	}
	return nil
}

// contactTexts are the words of a plan or record, in which a true name must never stand. Place and means may be his own.
func contactTexts(c contact.Contact) []string {
	out := []string{c.TypeText}
	if p := c.Plan; p != nil {
		out = append(out, p.Place, p.Area, p.Safety, p.Cover, p.Fallback, p.Recontact, p.Channel, p.Signal, p.Changes, p.Waiver)
	}
	if r := c.Record; r != nil {
		out = append(out, r.Place, r.Area, r.Summary, r.Demands, r.Obtained, r.Welfare, r.SecurityText, r.NewRisks, r.NextContact, r.UnforeseenAct)
		for _, m := range r.Money {
			out = append(out, m.Note)
		}
		if i := r.Interview; i != nil {
			out = append(out, i.Unmet, i.OtherAccounts)
			for _, q := range i.Questions {
				out = append(out, q.Text, q.Answer)
			}
		}
	}
	if m := c.Missed; m != nil {
		out = append(out, m.Text)
	}
	return out
}
