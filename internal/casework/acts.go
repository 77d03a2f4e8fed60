package casework

import (
	"context"
	"errors"
	"slices"

	"cutout/internal/id"
	"cutout/internal/officer"
	"cutout/internal/source"
	"cutout/internal/store"
)

// act is one verb of the door: its word in the log, and the duties of which an officer needs one to try it at all.
// Whether he is the one assigned to the source at hand is asked inside, where the source is.
type act struct {
	word   string
	duties []officer.Duty
}

// anyone is every officer with an account: what he sees is decided by his Scope alone.
var anyone = officer.Duties()

// inside are the duties of those who work with raw records, as against customers, inspectors and administrators.
var inside = []officer.Duty{officer.Handler, officer.CoHandler, officer.Controller, officer.AuthorizingOfficer, officer.Registrar,
	officer.CollectionManager, officer.Analyst, officer.ReleaseOfficer, officer.Validator, officer.IntakeOfficer}

// line are the duties of the people who run a source.
var line = []officer.Duty{officer.Handler, officer.CoHandler, officer.Controller}

func one(ds ...officer.Duty) []officer.Duty { return ds }

// work is a transaction in the hands of a verb.
type work struct {
	*store.Tx
	d *Desk
}

// holds reports whether the officer holds one of the duties today, for the unit or for any source.
func (w *work) holds(duties []officer.Duty) bool {
	for _, g := range w.Rights().Grants {
		if g.On(w.Today()) && slices.Contains(duties, g.Duty) {
			return true
		}
	}
	return false
}

// assigned reports whether the officer holds one of the duties for this source today.
func (w *work) assigned(s source.ID, duties ...officer.Duty) bool {
	for _, g := range w.Rights().Grants {
		if g.On(w.Today()) && g.Source == s.Raw() && slices.Contains(duties, g.Duty) {
			return true
		}
	}
	return false
}

// need refuses unless the officer is assigned to the source. The source has been seen already, so refusing tells nothing.
func (w *work) need(s source.ID, duties ...officer.Duty) error {
	if policy && !w.assigned(s, duties...) {
		return refused("assigned", "Duty", string(duties[0]))
	}
	return nil
}

// apart refuses an officer who holds, for this source, a duty that the one he acts in must check.
func (w *work) apart(s source.ID, acting officer.Duty) error {
	for _, g := range w.Rights().Grants {
		if policy && g.On(w.Today()) && g.Source == s.Raw() && officer.Conflict(g.Duty, acting) {
			return refused("conflict", "Duty", string(g.Duty), "Acting", string(acting))
		}
	}
	return nil
}

// permit is the first question of every verb. It depends on the verb and the officer's duties alone, never on a record.
func (w *work) permit(a act) error {
	if policy && !w.holds(a.duties) {
		return refused("duty", "Act", a.word)
	}
	return nil
}

// do runs an act: permission, work and log entry in one transaction.
func (d *Desk) do(ctx context.Context, o officer.Officer, a act, kind, object string, fn func(*work) error) error {
	e := store.Entry{Act: a.word, Kind: kind, Object: object, Pack: d.packVersion()}
	err := d.store.Write(ctx, o, e, func(tx *store.Tx) error {
		w := &work{tx, d}
		if err := w.permit(a); err != nil {
			return err
		}
		return shownInside(fn(w))
	})
	err = d.report(a.word, shown(err))
	if err == nil {
		d.stirWatch()
	}
	return err
}

// look runs a look: what fn reads is shown only once the look is on the log.
func (d *Desk) look(ctx context.Context, o officer.Officer, a act, kind, object string, fn func(*work) error) error {
	e := store.Entry{Act: a.word, Kind: kind, Object: object, Pack: d.packVersion()}
	err := d.store.Read(ctx, o, e, func(tx *store.Tx) error {
		w := &work{tx, d}
		if err := w.permit(a); err != nil {
			return err
		}
		return shownInside(fn(w))
	})
	return d.report(a.word, shown(err))
}

// shownInside keeps errors the engine must see (a serialization failure asks for another run) and maps the rest, so that
// the log gets the outcome the officer gets.
func shownInside(err error) error {
	var e *Error
	if err == nil || errors.As(err, &e) {
		return err
	}
	if m := shown(err); KindOf(m) != Internal {
		return m
	}
	return err
}

// report writes an internal failure to the operator's log under an incident number; the officer is told the number only.
func (d *Desk) report(word string, err error) error {
	var e *Error
	if !errors.As(err, &e) || e.Kind != Internal {
		return err
	}
	if errors.Is(e.cause, context.Canceled) || errors.Is(e.cause, context.DeadlineExceeded) {
		return err
	}
	n := id.New[incident](nil).Ref()
	d.logs.Error("incident", append([]any{"number", n, "act", word}, Explained(e.cause)...)...)
	return &Error{Kind: Internal, Code: e.Code, Params: map[string]string{"Incident": n}, cause: e.cause}
}

type incident struct{}

// Prefix names incidents of the program "inc_…" and "X-…".
func (incident) Prefix() (string, string) { return "inc", "X" }
