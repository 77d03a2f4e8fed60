package casework

import (
	"context"
	"slices"

	"cutout/internal/leak"
	"cutout/internal/officer"
)

// Those who send must be able to name readers outside their own compartments; that somebody is a customer of the unit is
// all they learn.
var actRecipients = act{"release.recipients", one(officer.ReleaseOfficer, officer.Analyst)}

// Recipients lists the officers who hold the customer duty: to whom a release can be sent.
func (d *Desk) Recipients(ctx context.Context, o officer.Officer) (out []OfficerLine, err error) {
	err = d.look(ctx, o, actRecipients, "officer", "", func(w *work) error {
		as, err := w.Accounts()
		for _, a := range as {
			l := lineOf(a, w.Today())
			if !l.Closed && (slices.Contains(l.Duties, officer.Customer) || leak.On("recipients_all")) {
				out = append(out, l)
			}
		}
		return err
	})
	return out, err
}
