package casework

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"cutout/internal/compartment"
	"cutout/internal/day"
	"cutout/internal/dissemination"
	"cutout/internal/fault"
	"cutout/internal/officer"
	"cutout/internal/store"
)

// ProductDraft is a product and who may read it.
type ProductDraft struct {
	dissemination.ProductDraft `yaml:",inline"`
	Level                      string   `json:"level" yaml:"level"`
	Readers                    []string `json:"readers" yaml:"readers"` // officer ids
}

// WriteProduct registers somebody's assessment that cites releases, reports or other products. Citing registers the
// product with the units it cites: a recall reaches its author over any number of hops. Nothing recalled or under notice
// may be cited.
func (d *Desk) WriteProduct(ctx context.Context, o officer.Officer, n ProductDraft) (dissemination.ProductID, error) {
	if n.Author == "" {
		n.Author = o.ID.String()
	}
	v, f := dissemination.NewProduct(n.ProductDraft, d.vocabulary(), d.store.Today())
	level := d.level(&f, n.Level, reportLevel(d.pack))
	readers := []officer.ID{o.ID}
	for i, s := range n.Readers {
		who, err := parseID[officer.ID](s)
		if err != nil {
			f.Add("readers."+strconv.Itoa(i+1), "field.id", "Given", "")
			continue
		}
		if !slices.Contains(readers, who) {
			readers = append(readers, who)
		}
	}
	if err := invalid(f); err != nil {
		return dissemination.ProductID{}, err
	}
	var made dissemination.ProductID
	err := d.do(ctx, o, actProduct, kindProduct, "", func(w *work) error {
		e, err := w.productEntry(v, level)
		if err != nil {
			return err
		}
		own := fresh[compartment.ID](w)
		if err := w.AddCompartment(store.Compartment{ID: own, Kind: "product"}); err != nil {
			return err
		}
		for i, who := range readers {
			a, err := w.Account(who)
			if err != nil || a.Rights.Closed {
				return fieldFault("readers."+strconv.Itoa(i), "reference.unknown")
			}
			if err := w.hand(who, own, day.Never); err != nil {
				return err
			}
		}
		made = fresh[dissemination.ProductID](w)
		w.Entry().Object = made.String()
		e.ID = made.Raw()
		e.Label.Compartments = []compartment.ID{own}
		if err := w.MarkDue("release"); err != nil {
			return err
		}
		return w.Insert(e)
	})
	return made, err
}

func (w *work) productEntry(v dissemination.Product, level compartment.Level) (store.Entering, error) {
	e := store.Entering{Kind: kindProduct, Label: compartment.Label{Level: level, Originator: w.Scope().Org()}, Body: v, Terms: indexTerms(v.Title, v.Text, v.Topic)}
	var f fault.Faults
	for i, c := range v.Cites {
		field := "cites." + strconv.Itoa(i+1)
		r, found, err := w.subjectOf(field, c)
		var invalidRef *Error
		if errors.As(err, &invalidRef) {
			f = append(f, invalidRef.Faults...)
			continue
		}
		if err != nil {
			return e, err
		}
		if !found {
			f.Add(field, "field.id", "Given", "")
			continue
		}
		e.Label.Level = max(e.Label.Level, r.Label.Level)
		e.Cites = append(e.Cites, r.ID)
		e.Marks = append(e.Marks, store.Ref("cites", r.ID))
		marks, err := w.recallsOf(r.ID)
		if err != nil {
			return e, err
		}
		if len(marks) > 0 {
			f.Add(field, "product.under-notice", "Ref", refOf(r.Kind, r.ID), "Since", marks[0].Value.On.String())
		}
	}
	return e, invalid(f)
}
