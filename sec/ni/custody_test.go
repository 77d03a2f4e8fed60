package ni

import (
	"context"

	"cutout/internal/casework"
	"cutout/internal/custody"
	"cutout/internal/id"
	"cutout/internal/officer"
	"cutout/internal/source"
)

// custodyActs are what the low officer tries at openings and proposals where a draft is taken; the rest is driven by ids.
func custodyActs(add func(string, string, func(context.Context, *casework.Desk, officer.Officer) (any, error)), of map[string][]string) {
	for _, s := range of["src"] {
		x, _ := id.Raw(s)
		add("RequestOpening", s, func(c context.Context, d *casework.Desk, o officer.Officer) (any, error) {
			_, err := d.RequestOpening(c, o, casework.OpeningDraft{Source: s, Purpose: "a purpose"})
			return nil, err
		})
		add("Approved", s, func(c context.Context, d *casework.Desk, o officer.Officer) (any, error) {
			return nil, d.Approved(c, o, custody.RequestID(x), custody.Approval{})
		})
		// An envelope that was sealed anew is another in each world by chance alone: what can be compared is where it
		// belongs and how long it is.
		add("SealedIdentity", s, func(c context.Context, d *casework.Desk, o officer.Officer) (any, error) {
			v, err := d.SealedIdentity(c, o, source.ID(x), "a reason")
			return []any{v.Source, v.Place, len(v.Envelope), len(v.Halves)}, err
		})
		n := casework.HoldersDraft{Officers: []string{s}, Reason: "a reason"}
		add("ProposeApprovers", s, func(c context.Context, d *casework.Desk, o officer.Officer) (any, error) {
			_, err := d.ProposeApprovers(c, o, n)
			return nil, err
		})
		add("ProposeTrustees", s, func(c context.Context, d *casework.Desk, o officer.Officer) (any, error) {
			_, err := d.ProposeTrustees(c, o, n)
			return nil, err
		})
	}
}
