package casework

import (
	"context"
	"errors"
	"time"

	"cutout/internal/authority"
	"cutout/internal/day"
	"cutout/internal/fault"
	"cutout/internal/officer"
	"cutout/internal/source"
	"cutout/internal/store"
)

var (
	actAuthorize = act{"authority.grant", one(officer.AuthorizingOfficer)}
	actReview    = act{"authority.review", one(officer.AuthorizingOfficer, officer.Controller)}
	actCancel    = act{"authority.cancel", one(officer.AuthorizingOfficer)}
	actAuthority = act{"authority.look", inside}
)

// Grant decides an application for the use of a source: it is granted, or refused with the reason, and kept either way.
// Who decides may not run the source; whether he also directs the inquiry is shown in the register.
func (d *Desk) Grant(ctx context.Context, o officer.Officer, n authority.Draft) (authority.ID, error) {
	of, err := parseID[source.ID](n.Source)
	if err != nil {
		return authority.ID{}, fieldFault("source", "field.id", "Given", "")
	}
	var made authority.ID
	err = d.do(ctx, o, actAuthorize, kindSource, of.String(), func(w *work) error {
		s, err := exists[source.ID, source.Source](w, kindSource, "source", of)
		if err != nil {
			return err
		}
		if err := w.apart(of, officer.AuthorizingOfficer); err != nil {
			return err
		}
		a, f := authority.New(n, d.vocabulary(), s.Value, o.ID, w.Now())
		if err := invalid(f); err != nil {
			return err
		}
		made = fresh[authority.ID](w)
		w.Entry().Kind, w.Entry().Object = kindAuthority, made.String()
		if err := w.MarkDue("source " + of.String()); err != nil {
			return err
		}
		if err := w.Insert(store.Entering{Kind: kindAuthority, ID: made.Raw(), Label: s.Label, Body: a,
			Marks: []store.Mark{store.Ref("source", of.Raw())}}); err != nil {
			return err
		}
		if a.Refused || (s.Value.State != source.Candidate && s.Value.State != source.Proposed) {
			return nil
		}
		s.Value.State = source.Authorized
		return w.Revise(s.record, store.Entering{Kind: kindSource, Label: s.Label, Body: s.Value, Marks: sourceMarks(w, s.Value)})
	})
	return made, err
}

// Review records a review of an authority; without one by its day the authority no longer covers anything.
func (d *Desk) Review(ctx context.Context, o officer.Officer, of authority.ID, n authority.ReviewDraft) error {
	return d.changeAuthority(ctx, o, actReview, of, func(w *work, a *AuthorityRecord, s SourceRecord) fault.Faults {
		latest := day.Never
		lim, ok := d.vocabulary().AuthorityLimits(a.Value.Kind, a.Value.Oral, s.Value.AgeBandOn(w.Today()), s.Value.Overlays, w.Now())
		if ok {
			latest = lim.ReviewBy
		}
		v, f := a.Value.NewReview(n, d.vocabulary(), o.ID, w.Today(), latest)
		a.Value.Reviews = append(a.Value.Reviews, v)
		return f
	})
}

// Cancel ends an authority before its time, with the note and the debrief the rules ask for.
func (d *Desk) Cancel(ctx context.Context, o officer.Officer, of authority.ID, n authority.CancelDraft) error {
	return d.changeAuthority(ctx, o, actCancel, of, func(w *work, a *AuthorityRecord, _ SourceRecord) fault.Faults {
		c, f := a.Value.NewCancellation(n, d.vocabulary(), o.ID, w.Now())
		a.Value.Cancelled = &c
		return f
	})
}

func (d *Desk) changeAuthority(ctx context.Context, o officer.Officer, what act, of authority.ID, change func(*work, *AuthorityRecord, SourceRecord) fault.Faults) error {
	return d.do(ctx, o, what, kindAuthority, of.String(), func(w *work) error {
		a, err := read[authority.ID, authority.Authority](w, kindAuthority, of)
		if err != nil {
			return err
		}
		s, err := read[source.ID, source.Source](w, kindSource, a.Value.Source)
		if err != nil {
			return err
		}
		if err := w.apart(a.Value.Source, officer.AuthorizingOfficer); err != nil && what.word != actReview.word {
			return err
		}
		if err := invalid(change(w, &a, s)); err != nil {
			return err
		}
		if err := w.MarkDue("source " + a.Value.Source.String()); err != nil {
			return err
		}
		return w.Revise(a.record, store.Entering{Kind: kindAuthority, Label: a.Label, Body: a.Value,
			Marks: []store.Mark{store.Ref("source", a.Value.Source.Raw())}})
	})
}

// Authority shows one authority.
func (d *Desk) Authority(ctx context.Context, o officer.Officer, of authority.ID) (p AuthorityPage, err error) {
	err = d.look(ctx, o, actAuthority, kindAuthority, of.String(), func(w *work) error {
		if p.Authority, err = read[authority.ID, authority.Authority](w, kindAuthority, of); err != nil {
			return err
		}
		if p.Source, err = read[source.ID, source.Source](w, kindSource, p.Authority.Value.Source); err != nil {
			return err
		}
		return w.frame(&p.Frame)
	})
	return p, err
}

// AuthorityPage is an authority with its source.
type AuthorityPage struct {
	Frame
	Authority AuthorityRecord
	Source    SourceRecord
}

// authorities reads every authority of a source, newest first.
func (w *work) authorities(of source.ID) ([]AuthorityRecord, error) {
	return all[authority.ID, authority.Authority](w, store.Query{Kind: kindAuthority, Marks: []store.Mark{store.Ref("source", of.Raw())}})
}

// covered asks whether some authority covers the use of the source at a moment, and refuses with the best reason when
// none does: the newest authority's.
func (w *work) covered(of source.ID, at time.Time) error {
	as, err := w.authorities(of)
	if err != nil {
		return err
	}
	if len(as) == 0 {
		return refused("authority.none")
	}
	var first error
	for _, a := range as {
		err := a.Value.Covers(at)
		if err == nil {
			return nil
		}
		if first == nil {
			first = err
		}
	}
	return uncovered(first)
}

// uncovered words why an authority does not cover a moment.
func uncovered(err error) error {
	var lapsed authority.ErrLapsed
	var cancelled authority.ErrCancelled
	var early authority.ErrNotYet
	var overdue authority.ErrReviewOverdue
	switch {
	case errors.As(err, &lapsed):
		return refused("authority.lapsed", "Since", clockText(lapsed.Since))
	case errors.As(err, &cancelled):
		return refused("authority.cancelled", "On", clockText(cancelled.On))
	case errors.As(err, &early):
		return refused("authority.not-yet", "From", clockText(early.From))
	case errors.As(err, &overdue):
		return refused("authority.review-overdue", "Since", overdue.Since.String())
	case errors.As(err, new(authority.ErrUnsigned)):
		return refused("authority.unsigned")
	}
	return refused("authority.refused")
}

// inForce is the authority that covers now, if one does.
func inForce(as []AuthorityRecord, at time.Time) (AuthorityRecord, bool) {
	for _, a := range as {
		if a.Value.Covers(at) == nil {
			return a, true
		}
	}
	return AuthorityRecord{}, false
}
