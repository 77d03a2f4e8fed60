package dissemination

import (
	"cutout/internal/day"
	"cutout/internal/draft"
	"cutout/internal/fault"
	"cutout/internal/id"
	"cutout/internal/report"
	"cutout/internal/source"
)

type use struct{}

// Prefix names uses "use_…" and "U-…".
func (use) Prefix() (string, string) { return "use", "U" }

// UseID names a use.
type UseID = id.Of[use]

// Use is a report passed on or cited outside this system, as far as the unit learned of it: a partner's dissemination,
// a speech, a paper found later. It records what happened; nothing is sent by it and nothing can be refused.
type Use struct {
	Report      report.ID   `json:"report"`
	To          string      `json:"to"` // reader in words, or a party id
	On          day.Period  `json:"on"`
	Product     string      `json:"product,omitempty"` // one word for one product
	Form        string      `json:"form,omitempty"`
	Confidence  Confidence  `json:"confidence,omitempty"`
	Restated    []Restated  `json:"restated,omitempty"`
	Disposition Disposition `json:"disposition,omitempty"`
	// ReceiptAsked says that the record tells whether it was acknowledged; Acknowledged is then the answer, zero for no.
	ReceiptAsked bool       `json:"receipt_asked,omitempty"`
	Acknowledged day.Period `json:"acknowledged,omitzero"`
}

// UseDraft is a use as given.
type UseDraft struct {
	Report       string          `json:"report" yaml:"report"`
	To           string          `json:"to" yaml:"to"`
	On           string          `json:"on" yaml:"on"`
	Product      string          `json:"product" yaml:"product"`
	Form         string          `json:"form" yaml:"form"`
	Confidence   string          `json:"confidence" yaml:"confidence"`
	Restated     []RestatedDraft `json:"restated" yaml:"restated"`
	Disposition  string          `json:"disposition" yaml:"disposition"`
	ReceiptAsked string          `json:"receipt_asked" yaml:"receipt_asked"`
	Acknowledged string          `json:"acknowledged" yaml:"acknowledged"`
}

// NewUse reads a use learned of by today. A blank date is today.
func NewUse(d UseDraft, words source.Vocabulary, today day.Day) (Use, fault.Faults) {
	r := draft.New(words)
	r.Need("report", d.Report)
	r.Need("to", d.To)
	u := Use{To: r.Identifier("to", d.To), On: r.Past("on", d.On, today), Product: r.Identifier("product", d.Product), Form: r.Identifier("form", d.Form),
		Confidence:   confidence(r, d.Confidence),
		Disposition:  draft.One(r, "disposition", d.Disposition, Disposition("kept"), "not-kept", "destroyed"),
		ReceiptAsked: r.Flag("receipt_asked", d.ReceiptAsked), Acknowledged: r.Past("acknowledged", d.Acknowledged, today)}
	draft.Into(r, "report", d.Report, &u.Report)
	if u.On.IsZero() && d.On == "" {
		u.On = day.On(today)
	}
	if r.Few("restated", len(d.Restated)) {
		for i, v := range d.Restated {
			f := draft.At("restated", i) + "."
			r.Need(f+"item", v.Item)
			var x Restated
			draft.Into(r, f+"item", v.Item, &x.Item)
			x.Basis = basis(r, f+"basis", v.Basis)
			u.Restated = append(u.Restated, x)
		}
	}
	return u, r.Faults
}
