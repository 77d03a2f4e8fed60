package casework

import (
	"slices"

	"cutout/internal/officer"
)

// everyApprover is a planted leak's idea of whom to ask: whoever has an approver's duty. Package leak keeps it out of
// every ordinary build.
func (w *work) everyApprover() (out []officer.ID) {
	as, _ := w.Accounts()
	for _, a := range as {
		if slices.ContainsFunc(lineOf(a, w.Today()).Duties, func(d officer.Duty) bool { return slices.Contains(approverDuties, d) }) {
			out = append(out, a.ID)
		}
	}
	return out
}
