package casework

import (
	"context"
	"slices"

	"cutout/internal/custody"
	"cutout/internal/officer"
	"cutout/internal/source"
	"cutout/internal/store"
)

// ProposalLine is a proposal in a list, with how far it has come.
type ProposalLine struct {
	ProposalRecord
	State     custody.State
	Need, Got int
	Names     map[officer.ID]string // of the officers it speaks of
	Mine      bool                  // the reader proposed it
	MayDecide bool                  // and has not yet
}

// ProposalsPage is one page of the proposals the officer takes part in.
type ProposalsPage struct {
	Frame
	Proposals []ProposalLine
	Next      string
}

// Proposals lists what the officer proposed or may decide, newest first.
func (d *Desk) Proposals(ctx context.Context, o officer.Officer, limit int, cursor string) (p ProposalsPage, err error) {
	err = d.look(ctx, o, actProposals, kindProposal, "", func(w *work) error {
		p = ProposalsPage{}
		rs, next, err := list[custody.ProposalID, custody.Proposal](w, store.Query{Kind: kindProposal, Limit: limit, Cursor: cursor})
		if err != nil {
			return err
		}
		p.Next = next
		for _, r := range rs {
			l, err := w.proposalLine(r)
			if err != nil {
				return err
			}
			p.Proposals = append(p.Proposals, l)
		}
		return w.frame(&p.Frame)
	})
	return p, err
}

// mayDecide reports whether the officer is one of those who decide and has not decided.
func (w *work) mayDecide(p custody.Proposal, who []officer.ID, need int) bool {
	me := w.Officer().ID
	return p.State(w.Now(), need) == custody.Waiting && slices.Contains(who, me) && !p.ConfirmedBy(me)
}

func (w *work) proposalLine(r ProposalRecord) (ProposalLine, error) {
	who, need, err := w.deciders(r.Value)
	if err != nil {
		return ProposalLine{}, err
	}
	me := w.Officer().ID
	l := ProposalLine{ProposalRecord: r, Need: need, Mine: r.Value.By == me, Names: map[officer.ID]string{}}
	l.Got = len(r.Value.Given)
	if r.Value.What != custody.Recover {
		if l.Got, err = w.valid(r.Value, r.ID); err != nil {
			return l, err
		}
	}
	l.State = r.Value.State(w.Now(), need)
	l.MayDecide = w.mayDecide(r.Value, who, need)
	as, err := w.Accounts()
	if err != nil {
		return l, err
	}
	for _, a := range as {
		if a.ID == r.Value.By || a.ID == r.Value.Officer || r.Value.Holds(a.ID) || r.Value.ConfirmedBy(a.ID) {
			l.Names[a.ID] = a.Name
		}
	}
	return l, nil
}

// ProposalPage is one proposal.
type ProposalPage struct {
	Frame
	ProposalLine
	CodeName string // of the source it concerns, when the reader may see it
}

// Proposal shows one proposal.
func (d *Desk) Proposal(ctx context.Context, o officer.Officer, of custody.ProposalID) (p ProposalPage, err error) {
	err = d.look(ctx, o, actProposal, kindProposal, of.String(), func(w *work) error {
		p = ProposalPage{}
		r, err := read[custody.ProposalID, custody.Proposal](w, kindProposal, of)
		if err != nil {
			return err
		}
		if p.ProposalLine, err = w.proposalLine(r); err != nil {
			return err
		}
		if s, ok, err := maybe[source.ID, source.Source](w, kindSource, r.Value.Source); err != nil {
			return err
		} else if ok {
			p.CodeName = s.Value.CodeName
		}
		return w.frame(&p.Frame)
	})
	return p, err
}
