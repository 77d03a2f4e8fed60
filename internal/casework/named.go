package casework

import (
	"context"
	"slices"
	"strings"

	"cutout/internal/leak"
	"cutout/internal/officer"
	"cutout/internal/store"
)

var actNamed = act{"officer.named", anyone}

// OfficerNamed finds the officer of an account name among those the asking officer may name in a draft: all accounts for
// those who keep them, else colleagues of a shared compartment, and for those who send releases the customers. Any other
// name is the fault "reference.unknown", whether or not somebody has it.
func (d *Desk) OfficerNamed(ctx context.Context, o officer.Officer, name string) (found officer.ID, err error) {
	name = strings.ToLower(strings.TrimSpace(name))
	err = d.look(ctx, o, actNamed, "officer", "", func(w *work) error {
		as, err := w.Accounts()
		if err != nil {
			return err
		}
		i := slices.IndexFunc(as, func(a store.Account) bool { return a.Name == name })
		if i < 0 {
			return fieldFault("officer", "reference.unknown")
		}
		a := as[i]
		may := a.ID == o.ID || w.holds(actOfficers.duties) || leak.On("named_all")
		if !may && w.holds(inside) {
			cs, err := w.colleagues()
			if err != nil {
				return err
			}
			may = slices.ContainsFunc(cs, func(l OfficerLine) bool { return l.ID == a.ID })
		}
		if !may && w.holds(actRecipients.duties) {
			may = !a.Rights.Closed && slices.Contains(lineOf(a, w.Today()).Duties, officer.Customer)
		}
		if !may {
			return fieldFault("officer", "reference.unknown")
		}
		found = a.ID
		return nil
	})
	return found, err
}
