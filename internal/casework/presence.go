package casework

import (
	"context"
	"slices"
	"time"

	"cutout/internal/officer"
)

// Present notes that a signed-in officer is at work and reports whether his keys are still open at his seat. After
// IdleLock without use they are closed.
func (d *Desk) Present(o officer.Officer) bool {
	_, err := d.key(o)
	return err == nil
}

// IdleLock is how long a session stays open without use.
func (d *Desk) IdleLock() time.Duration { return idleLock }

var actFrame = act{"page.look", anyone}

// Around is the frame of a page that shows no record: a form not yet filled, a page of choices.
func (d *Desk) Around(ctx context.Context, o officer.Officer) (f Frame, err error) {
	err = d.look(ctx, o, actFrame, "page", "", func(w *work) error {
		f = Frame{}
		return w.frame(&f)
	})
	return f, err
}

// duties are what the officer holds today, for the unit or for any source, in the order people read them.
func (w *work) duties() []officer.Duty {
	var out []officer.Duty
	for _, d := range officer.Duties() {
		if slices.ContainsFunc(w.Rights().Grants, func(g officer.Grant) bool { return g.Duty == d && g.On(w.Today()) }) {
			out = append(out, d)
		}
	}
	return out
}
