package exercise

import (
	"context"
	"fmt"

	"cutout/internal/casework"
	"cutout/internal/custody"
	"cutout/internal/officer"
	"cutout/internal/source"
)

// storyCustody is who opens identities two together, who restores them, and the requests that wait today.
type storyCustody struct {
	Approvers, Trustees storyHolders
	Drills              []storyAct
	Openings            []storyOpening
}

// storyHolders names officers by account, and who confirms.
type storyHolders struct {
	storyAct `yaml:",inline"`
	Officers []string `yaml:"officers"`
	Need     int      `yaml:"need"`
	Confirm  []string `yaml:"confirm"`
	Reason   string   `yaml:"reason"`
}

// storyOpening is a request to open an identity, with the approvers who said yes already.
type storyOpening struct {
	Who     string   `yaml:"who"`
	Source  string   `yaml:"source"`
	Purpose string   `yaml:"purpose"`
	Approve []string `yaml:"approve"`
}

// shown signs an officer in as if he had just been asked who he is.
func (p *play) shown(ctx context.Context, name string) (officer.Officer, error) {
	o, err := p.who(name)
	if err != nil {
		return o, err
	}
	delete(p.seen, name)
	return o, p.present(ctx, o)
}

func (p *play) custody() {
	c := p.story.Custody
	for _, h := range []struct {
		storyHolders
		propose func(context.Context, officer.Officer, casework.HoldersDraft) (custody.ProposalID, error)
	}{{c.Approvers, func(ctx context.Context, o officer.Officer, n casework.HoldersDraft) (custody.ProposalID, error) {
		return p.ProposeApprovers(ctx, o, n)
	}}, {c.Trustees, func(ctx context.Context, o officer.Officer, n casework.HoldersDraft) (custody.ProposalID, error) {
		return p.ProposeTrustees(ctx, o, n)
	}}} {
		if len(h.Officers) == 0 {
			continue
		}
		p.add(rankUnit, h.storyAct, "key holders", func(ctx context.Context, _ officer.Officer) error {
			n := casework.HoldersDraft{Need: h.Need, Reason: h.Reason}
			for _, name := range h.Officers {
				x, err := p.who(name)
				if err != nil {
					return err
				}
				n.Officers = append(n.Officers, x.ID.String())
			}
			o, err := p.shown(ctx, h.By)
			if err != nil {
				return err
			}
			made, err := h.propose(ctx, o, n)
			for i := 0; err == nil && i < len(h.Confirm); i++ {
				if o, err = p.shown(ctx, h.Confirm[i]); err == nil {
					err = p.Confirm(ctx, o, made)
				}
			}
			return err
		})
	}
	for _, a := range c.Drills {
		p.add(rankUnit, a, "drill", func(ctx context.Context, _ officer.Officer) error {
			o, err := p.shown(ctx, a.By)
			if err != nil {
				return err
			}
			return p.ProveShare(ctx, o)
		})
	}
}

// openings are asked for when the story has come to today: a request stands for hours.
func (p *play) openings(ctx context.Context) error {
	for _, x := range p.story.Custody.Openings {
		of, err := of[source.ID](p, x.Source)
		if err != nil {
			return err
		}
		o, err := p.shown(ctx, x.Who)
		if err != nil {
			return err
		}
		made, err := p.RequestOpening(ctx, o, casework.OpeningDraft{Source: of.String(), Purpose: x.Purpose})
		if err != nil {
			return fmt.Errorf("exercise: request of %s: %w", x.Who, err)
		}
		for _, name := range x.Approve {
			if o, err = p.shown(ctx, name); err == nil {
				err = p.ApproveOpening(ctx, o, made)
			}
			if err != nil {
				return fmt.Errorf("exercise: approval of %s: %w", name, err)
			}
		}
	}
	return nil
}
