package casework

import (
	"context"
	"time"

	"cutout/internal/custody"
	"cutout/internal/officer"
	"cutout/internal/source"
	"cutout/internal/store"
)

// OpeningLine is a request in a list.
type OpeningLine struct {
	ID         custody.RequestID
	Source     source.ID
	CodeName   string
	Purpose    string
	Requester  officer.ID
	Names      map[officer.ID]string
	Approved   []officer.ID
	Made       time.Time
	Expires    time.Time
	State      custody.State
	Reason     string
	Mine       bool
	MayApprove bool
	Hash       [32]byte        // what an approval stands for: two people can compare it by telephone
	Request    custody.Request // every word of it, without the approvals, for who computes it himself
}

// OpeningsPage is one page of the requests an officer made or was asked to approve.
type OpeningsPage struct {
	Frame
	Openings []OpeningLine
	Next     string
}

// Openings lists the requests the officer made or was asked to approve, newest first.
func (d *Desk) Openings(ctx context.Context, o officer.Officer, limit int, cursor string) (p OpeningsPage, err error) {
	err = d.look(ctx, o, actOpenings, kindOpening, "", func(w *work) error {
		p = OpeningsPage{}
		rs, next, err := list[custody.RequestID, custody.Request](w, store.Query{Kind: kindOpening, Limit: limit, Cursor: cursor})
		if err != nil {
			return err
		}
		p.Next = next
		for _, r := range rs {
			l, err := w.openingLine(r)
			if err != nil {
				return err
			}
			p.Openings = append(p.Openings, l)
		}
		return w.frame(&p.Frame)
	})
	return p, err
}

// mayApprove reports whether the officer was asked for a yes that he has not given.
func (w *work) mayApprove(q custody.Request) bool {
	me := w.Officer().ID
	return q.Requester != me && q.State(w.Now()) == custody.Waiting && !q.ApprovedBy(me) && w.holds(approverDuties)
}

func (w *work) openingLine(r OpeningRecord) (OpeningLine, error) {
	q, me := r.Value, w.Officer().ID
	l := OpeningLine{ID: r.ID, Source: q.Source, CodeName: q.CodeName, Purpose: q.Purpose, Requester: q.Requester, Made: q.Made, Expires: q.Expires, State: q.State(w.Now()),
		Reason: q.Reason, Mine: q.Requester == me, Hash: q.Hash(r.ID), Names: map[officer.ID]string{}}
	l.Request = q
	l.Request.Approvals = nil
	for _, a := range q.Approvals {
		l.Approved = append(l.Approved, a.Approver)
	}
	l.MayApprove = w.mayApprove(q)
	for _, o := range append([]officer.ID{q.Requester, q.EndedBy}, l.Approved...) {
		if o.IsZero() {
			continue
		}
		a, err := w.Account(o)
		if err != nil {
			return l, err
		}
		l.Names[o] = a.Name
	}
	return l, nil
}

// OpeningPage is one request.
type OpeningPage struct {
	Frame
	OpeningLine
}

// Opening shows one request to whoever made it or was asked to approve it.
func (d *Desk) Opening(ctx context.Context, o officer.Officer, of custody.RequestID) (p OpeningPage, err error) {
	err = d.look(ctx, o, actOpening, kindOpening, of.String(), func(w *work) error {
		p = OpeningPage{}
		r, err := read[custody.RequestID, custody.Request](w, kindOpening, of)
		if err != nil {
			return err
		}
		if p.OpeningLine, err = w.openingLine(r); err != nil {
			return err
		}
		return w.frame(&p.Frame)
	})
	return p, err
}
