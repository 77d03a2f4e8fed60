package ni

import (
	"context"
	"math/rand/v2"

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

// keyholders are the approvers of the base world, none of them low: two of the hidden desk and two of another.
func (s *story) keyholders() []string {
	return []string{s.desks[1].name("h"), s.desks[1].name("a"), s.hidden().name("h"), s.hidden().name("a")}
}

// approvers names them: a registrar proposes and an authorizing officer confirms.
func (s *story) approvers() {
	w, names := s.w, s.keyholders()
	w.desk = s.desks[1].n
	of, err := w.d.ProposeApprovers(ctx, w.o(names[0]), s.holders("founding"))
	made(w, of, err)
	w.must(w.d.Confirm(ctx, w.o(names[1]), of))
}

func (s *story) holders(reason string) casework.HoldersDraft {
	n := casework.HoldersDraft{Reason: reason}
	for _, name := range s.keyholders() {
		n.Officers = append(n.Officers, s.w.o(name).ID.String())
	}
	return n
}

// asks is a request to open the identity of a source.
func (s *story) asks(by string, of source.ID) custody.RequestID {
	id, err := s.w.d.RequestOpening(ctx, s.w.o(by), casework.OpeningDraft{Source: of.String(), Purpose: "a court order of the day"})
	return made(s.w, id, err)
}

// underWay are hidden openings and proposals: asked, approved, refused and waiting, all around hidden sources or among
// those who hold keys.
var underWay = []step{
	act("openings asked, approved and refused", func(s *story, r *rand.Rand) {
		w, h := s.w, s.hidden()
		asked := s.asks(h.name("h"), h.sources[0])
		w.must(w.d.ApproveOpening(ctx, w.o(h.name("a")), asked))
		refused := s.asks(h.name("a"), h.sources[0])
		w.must(w.d.EndOpening(ctx, w.o(h.name("h")), refused, "no order was shown"))
	}),
	act("a bridge asks for a visible source's identity", func(s *story, r *rand.Rand) { s.asks("bridge", s.low().sources[0]) }),
	act("proposals among the approvers", func(s *story, r *rand.Rand) {
		w, h := s.w, s.hidden()
		of, err := w.d.ProposeDestruction(ctx, w.o(h.name("h")), h.sources[0], "he asked for it")
		made(w, of, err)
		next, err := w.d.ProposeApprovers(ctx, w.o(h.name("h")), s.holders("a new year"))
		made(w, next, err)
		other, err := w.d.ProposeApprovers(ctx, w.o(h.name("a")), s.holders("another year"))
		made(w, other, err)
		w.must(w.d.EndProposal(ctx, w.o(h.name("h")), other))
	}),
}
