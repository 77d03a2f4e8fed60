package casework

import (
	"context"

	"cutout/internal/dissemination"
	"cutout/internal/officer"
	"cutout/internal/report"
	"cutout/internal/store"
)

const kindUse = "use"

var actUse = act{"report.use", one(officer.Analyst, officer.ReleaseOfficer, officer.CollectionManager, officer.Validator, officer.IntakeOfficer)}

// RecordUse writes down that a report was passed on or cited outside this system, as far as the unit learned of it. It
// sends nothing; a use of something under notice is recorded all the same, and the watch raises it.
func (d *Desk) RecordUse(ctx context.Context, o officer.Officer, n dissemination.UseDraft) (dissemination.UseID, error) {
	u, f := dissemination.NewUse(n, d.vocabulary(), d.store.Today())
	if err := invalid(f); err != nil {
		return dissemination.UseID{}, err
	}
	var made dissemination.UseID
	err := d.do(ctx, o, actUse, kindUse, "", func(w *work) error {
		r, err := exists[report.ID, report.Report](w, kindReport, "report", u.Report)
		if err != nil {
			return err
		}
		made = fresh[dissemination.UseID](w)
		w.Entry().Object = made.String()
		if err := w.MarkDue("release"); err != nil {
			return err
		}
		return w.Insert(store.Entering{Kind: kindUse, ID: made.Raw(), Label: r.Label, Body: u, Marks: useMarks(w, u)})
	})
	return made, err
}
