package main

import (
	"encoding/hex"
	"encoding/json"

	"cutout/internal/casework"
	"cutout/internal/custody"
	"cutout/internal/officer"
	"cutout/internal/source"
)

type custodyGroup struct {
	Holders          custodyHolders    `cmd:""`
	Approvers        custodyApprovers  `cmd:""`
	Trustees         custodyTrustees   `cmd:""`
	ReplaceKey       custodyReplaceKey `cmd:""`
	Recover          custodyRecover    `cmd:""`
	Destroy          custodyDestroy    `cmd:""`
	List             custodyList       `cmd:""`
	Show             custodyShow       `cmd:""`
	Confirm          custodyConfirm    `cmd:""`
	GiveShare        custodyGiveShare  `cmd:""`
	ProveShare       custodyProveShare `cmd:""`
	Withdraw         custodyWithdraw   `cmd:""`
	Sealing          custodySealing    `cmd:""`
	Reseal           custodyReseal     `cmd:""`
	CheckCertificate custodyCheck      `cmd:""`
}

type custodyHolders struct{}

func (c *custodyHolders) Run(s *session) error {
	return s.as(func(d *casework.Desk, o officer.Officer) error {
		p, err := d.KeyHolders(s.ctx, o)
		if err != nil {
			return err
		}
		rows := func(hs []casework.Holder, proved bool) (out []row) {
			for _, h := range hs {
				r := row{only("officer", h.Officer.String()), text("name", h.Name), s.yes("stands", h.Stands)}
				if proved {
					r = append(r, s.moment("proved", h.Proved))
				}
				out = append(out, r)
			}
			return out
		}
		return s.show(row{s.moment("named", p.Since), s.moment("split", p.Split), s.number("need", p.Need), s.number("ready", p.Ready)}, nil, part{"approvers", rows(p.Approvers, false)}, part{"trustees", rows(p.Trustees, true)})
	})
}

type custodyApprovers struct {
	fromFile
	Officers []string `arg:"" optional:"" ref:"officer" draft:"officers"`
	Reason   string   `placeholder:"TEXT" draft:"reason"`
}

func (c *custodyApprovers) Run(s *session) error {
	return act(s, c.File, c, func(d *casework.Desk, o officer.Officer, n casework.HoldersDraft) (named, error) {
		return d.ProposeApprovers(s.ctx, o, n)
	})
}

type custodyTrustees struct {
	fromFile
	Officers []string `arg:"" optional:"" ref:"officer" draft:"officers"`
	Need     int      `placeholder:"N" draft:"need"`
	Reason   string   `placeholder:"TEXT" draft:"reason"`
}

func (c *custodyTrustees) Run(s *session) error {
	return act(s, c.File, c, func(d *casework.Desk, o officer.Officer, n casework.HoldersDraft) (named, error) {
		return d.ProposeTrustees(s.ctx, o, n)
	})
}

type custodyReplaceKey struct {
	Who               string `arg:"" ref:"officer"`
	Reason            string `required:"" placeholder:"TEXT"`
	NewPassphraseFile string `placeholder:"FILE"`
}

func (c *custodyReplaceKey) Run(s *session) error {
	name := c.Who
	return look(s, c, &c.Who, func(d *casework.Desk, o officer.Officer, who officer.ID) error {
		p, err := s.fresh(c.NewPassphraseFile, name)
		if err != nil {
			return err
		}
		defer clear(p)
		made, err := d.ProposeKey(s.ctx, o, who, c.Reason, p)
		if err != nil {
			return err
		}
		return s.made(made)
	})
}

// custodyRecover asks the trustees, and with a proposal recovers with the shares they gave.
type custodyRecover struct {
	Proposal string `arg:"" optional:"" ref:"proposal"`
	Reason   string `placeholder:"TEXT"`
}

func (c *custodyRecover) Run(s *session) error {
	if (c.Proposal == "") == (c.Reason == "") {
		return usage("cli.proposal-or-reason")
	}
	return s.as(func(d *casework.Desk, o officer.Officer) error {
		if c.Proposal == "" {
			made, err := d.ProposeRecovery(s.ctx, o, c.Reason)
			if err != nil {
				return err
			}
			return s.made(made)
		}
		if err := s.resolve(d, o, c); err != nil {
			return err
		}
		of, err := parse[custody.ProposalID](c.Proposal)
		if err != nil {
			return err
		}
		got, err := d.Recover(s.ctx, o, of)
		if err != nil {
			return err
		}
		return s.show(row{s.number("resealed", got.Resealed), s.number("not_opened", got.Failed), s.number("adopted", got.Adopted)}, nil)
	})
}

// custodyDestroy proposes to destroy an identity, and with a confirmed proposal destroys it and prints the certificate.
type custodyDestroy struct {
	Source   string `arg:"" optional:"" ref:"source"`
	Reason   string `placeholder:"TEXT"`
	Proposal string `placeholder:"PROPOSAL" ref:"proposal"`
}

func (c *custodyDestroy) Run(s *session) error {
	if (c.Proposal == "") != (c.Source != "" && c.Reason != "") {
		return usage("cli.destroy-what")
	}
	return s.as(func(d *casework.Desk, o officer.Officer) error {
		if err := s.resolve(d, o, c); err != nil {
			return err
		}
		if c.Proposal == "" {
			of, err := parse[source.ID](c.Source)
			if err != nil {
				return err
			}
			made, err := d.ProposeDestruction(s.ctx, o, of, c.Reason)
			if err != nil {
				return err
			}
			return s.made(made)
		}
		of, err := parse[custody.ProposalID](c.Proposal)
		if err != nil {
			return err
		}
		signed, err := d.DestroyIdentity(s.ctx, o, of)
		if err != nil {
			return err
		}
		return s.certificate(signed)
	})
}

type custodyList struct{ paging }

func (c *custodyList) Run(s *session) error {
	return s.as(func(d *casework.Desk, o officer.Officer) error {
		p, err := d.Proposals(s.ctx, o, c.Limit, c.After)
		if err != nil {
			return err
		}
		var out []row
		for _, l := range p.Proposals {
			out = append(out, s.proposalRow(l))
		}
		s.more(p.Next)
		return s.rows([]string{"id", "ref", "what", "proposed_by", "reason", "expires", "state", "got", "needed", "may_decide", "compare"}, out)
	})
}

func (s *session) proposalRow(l casework.ProposalLine) row {
	return row{only("id", l.ID.String()), text("ref", l.ID.Ref()), s.word("what", string(l.Value.What), "proposal"), text("proposed_by", l.Names[l.Value.By]), text("reason", l.Value.Reason),
		s.moment("expires", l.Value.Expires), s.word("state", string(l.State), "custody-state"), s.number("got", l.Got), s.number("needed", l.Need), s.yes("may_decide", l.MayDecide),
		text("compare", custody.Short(l.Value.Hash(l.ID)))}
}

// custodyShow shows a proposal with what is signed; with --certificate, the certificate of a destruction alone.
type custodyShow struct {
	Proposal    string `arg:"" ref:"proposal"`
	Certificate bool
}

func (c *custodyShow) Run(s *session) error {
	return look(s, c, &c.Proposal, func(d *casework.Desk, o officer.Officer, of custody.ProposalID) error {
		p, err := d.Proposal(s.ctx, o, of)
		if err != nil {
			return err
		}
		if c.Certificate {
			var signed casework.SignedCertificate
			if json.Unmarshal(p.Value.Certificate, &signed) != nil {
				return missing()
			}
			return s.certificate(signed)
		}
		hash := p.Value.Hash(of)
		var said, holders []row
		for _, x := range p.Value.Confirmations {
			said = append(said, row{text("name", p.Names[x.Officer]), s.moment("time", x.At)})
		}
		for _, x := range p.Value.Given {
			said = append(said, row{text("name", p.Names[x.Trustee]), s.moment("time", x.At)})
		}
		for _, h := range p.Value.Holders {
			holders = append(holders, row{text("name", p.Names[h.Officer]), text("key", hex.EncodeToString(h.Key[:]))})
		}
		return s.show(append(s.proposalRow(p.ProposalLine), s.moment("made", p.Value.Made), text("code_name", p.CodeName), text("about", p.Names[p.Value.Officer]), s.number("need", p.Value.Need),
			text("signed", hex.EncodeToString(hash[:]))), nil, part{"holders", holders}, part{"said", said})
	})
}

// onProposal runs an act on one proposal.
func (s *session) onProposal(flags any, given *string, do func(*casework.Desk, officer.Officer, custody.ProposalID) error) error {
	return look(s, flags, given, func(d *casework.Desk, o officer.Officer, of custody.ProposalID) error {
		if err := do(d, o, of); err != nil {
			return err
		}
		return s.made(nil)
	})
}

type custodyConfirm struct {
	Proposal string `arg:"" ref:"proposal"`
}

func (c *custodyConfirm) Run(s *session) error {
	return s.onProposal(c, &c.Proposal, func(d *casework.Desk, o officer.Officer, of custody.ProposalID) error { return d.Confirm(s.ctx, o, of) })
}

type custodyGiveShare struct {
	Proposal string `arg:"" ref:"proposal"`
}

func (c *custodyGiveShare) Run(s *session) error {
	return s.onProposal(c, &c.Proposal, func(d *casework.Desk, o officer.Officer, of custody.ProposalID) error {
		return d.GiveShare(s.ctx, o, of)
	})
}

type custodyWithdraw struct {
	Proposal string `arg:"" ref:"proposal"`
}

func (c *custodyWithdraw) Run(s *session) error {
	return s.onProposal(c, &c.Proposal, func(d *casework.Desk, o officer.Officer, of custody.ProposalID) error {
		return d.EndProposal(s.ctx, o, of)
	})
}

type custodyProveShare struct{}

func (c *custodyProveShare) Run(s *session) error {
	return s.as(func(d *casework.Desk, o officer.Officer) error {
		if err := d.ProveShare(s.ctx, o); err != nil {
			return err
		}
		return s.made(nil)
	})
}

type custodySealing struct{ paging }

func (c *custodySealing) Run(s *session) error {
	return s.as(func(d *casework.Desk, o officer.Officer) error {
		p, err := d.Sealings(s.ctx, o, c.Limit, c.After)
		if err != nil {
			return err
		}
		var out []row
		for _, l := range p.Due {
			out = append(out, row{only("source", l.Source.String()), text("code_name", l.CodeName), list("missing", l.Missing), list("surplus", l.Surplus), s.number("strange", l.Strange),
				s.yes("not_to_recovery", l.Recovery), s.yes("alone", l.Alone), s.yes("mine", l.Mine)})
		}
		s.more(p.Next)
		return s.rows([]string{"source", "code_name", "missing", "surplus", "strange", "not_to_recovery", "alone", "mine"}, out)
	})
}

type custodyReseal struct {
	Source string `arg:"" ref:"source"`
}

func (c *custodyReseal) Run(s *session) error {
	return look(s, c, &c.Source, func(d *casework.Desk, o officer.Officer, of source.ID) error {
		if err := d.Reseal(s.ctx, o, of); err != nil {
			return err
		}
		return s.made(nil)
	})
}
