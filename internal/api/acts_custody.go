package api

import (
	"net/http"

	"cutout/internal/casework"
	"cutout/internal/custody"
	"cutout/internal/officer"
	"cutout/internal/source"
)

// ReasonDraft is why something is done.
type ReasonDraft struct {
	Reason string `json:"reason"`
}

// KeyDraft proposes a new key for an officer who lost his passphrase.
type KeyDraft struct {
	Officer    string `json:"officer"`
	Reason     string `json:"reason"`
	Passphrase string `json:"passphrase" doc:"the one he will be told"`
}

// openingEntries open identities that are sealed to others, two approvers together. What leaves is sealed: the key that
// opens it stays on the officer's own machine.
func openingEntries() []entry {
	return []entry{
		asks("/sources/{source}/sealed-identity", "sealed-identity", "Hands you the sealed copy of an identity that is sealed to you; your own key opens it, on your machine", func(c *call, n ReasonDraft) (SealedCopy, error) {
			return sealedCopy(c.desk.SealedIdentity(c.ctx, c.officer, named[source.ID](c, "source"), n.Reason))
		}),
		steps(http.MethodPost, "/sources/{source}/resealing", "reseal", "Seals an identity anew, to exactly those for whom it should open", func(c *call) error {
			return c.desk.Reseal(c.ctx, c.officer, named[source.ID](c, "source"))
		}),
		lists("/sealings", "sealings", "Lists identities that should be sealed anew or hang on one person's key", func(c *call, cursor string, limit int) (p Page[Sealing], err error) {
			s, err := c.desk.Sealings(c.ctx, c.officer, limit, cursor)
			for _, l := range s.Due {
				p.Items = append(p.Items, sealing(l))
			}
			p.Next = s.Next
			return p, err
		}),
		lists("/openings", "openings", "Lists requests to open an identity that you made or are asked to approve, newest first", func(c *call, cursor string, limit int) (p Page[Opening], err error) {
			s, err := c.desk.Openings(c.ctx, c.officer, limit, cursor)
			for _, l := range s.Openings {
				p.Items = append(p.Items, opening(l))
			}
			p.Next = s.Next
			return p, err
		}),
		makes("/openings", "request-opening", "Asks the approvers to open an identity to you, once", func(c *call, n casework.OpeningDraft) (Made, error) {
			return made(c.desk.RequestOpening(c.ctx, c.officer, n))
		}),
		looks("/openings/{opening}", "opening", "Shows a request to open an identity", func(c *call) (Opening, error) {
			p, err := c.desk.Opening(c.ctx, c.officer, named[custody.RequestID](c, "opening"))
			if err != nil {
				return Opening{}, err
			}
			return opening(p.OpeningLine), nil
		}),
		looks("/openings/{opening}/asking", "asking", "Gives an approver what his own machine needs to compute his approval", func(c *call) (Asking, error) {
			a, err := c.desk.AskedOf(c.ctx, c.officer, named[custody.RequestID](c, "opening"))
			if err != nil {
				return Asking{}, err
			}
			return askingOf(a), nil
		}),
		steps(http.MethodPost, "/openings/{opening}/approval", "approve-opening", "Approves a request with your key as the server holds it while you are signed in", func(c *call) error {
			return c.desk.ApproveOpening(c.ctx, c.officer, named[custody.RequestID](c, "opening"))
		}),
		acts(http.MethodPut, "/openings/{opening}/approval", "approved-opening", "Takes an approval that your own machine computed and signed", func(c *call, n Approval) error {
			yes, err := n.Value()
			if err != nil {
				return err
			}
			return c.desk.Approved(c.ctx, c.officer, named[custody.RequestID](c, "opening"), yes)
		}),
		acts(http.MethodPost, "/openings/{opening}/end", "end-opening", "Withdraws your request, or refuses one you were asked to approve, with a reason", func(c *call, n ReasonDraft) error {
			return c.desk.EndOpening(c.ctx, c.officer, named[custody.RequestID](c, "opening"), n.Reason)
		}),
		entryOf(http.MethodPost, "/openings/{opening}/sealed-identity", "take-approved", "Hands you, once, the sealed copy of an identity that two approved; your own key opens it, on your machine", func(c *call) (SealedCopy, error) {
			return sealedCopy(c.desk.TakeApproved(c.ctx, c.officer, named[custody.RequestID](c, "opening")))
		}),
		asks("/known-persons", "known", "Asks whether a person is already registered anywhere in the unit: how sure, and whom to ask", func(c *call, n casework.PersonDraft) (Page[casework.KnownAs], error) {
			ks, err := c.desk.Known(c.ctx, c.officer, n)
			if ks == nil {
				ks = []casework.KnownAs{}
			}
			return Page[casework.KnownAs]{Items: ks}, err
		}),
		entryOf(http.MethodPost, "/key-file", "key-file", "Gives you your own key, sealed under your passphrase as the unit keeps it", func(c *call) (casework.KeyFile, error) {
			return c.desk.KeyFile(c.ctx, c.officer)
		}),
	}
}

// entryOf is an act without a body that answers with something.
func entryOf[O any](method, where, name, says string, run func(*call) (O, error)) entry {
	e := looks(where, name, says, run)
	e.Method = method
	return e
}

// custodyEntries decide who opens, who restores, and what is destroyed.
func custodyEntries() []entry {
	proposal := func(c *call) custody.ProposalID { return named[custody.ProposalID](c, "proposal") }
	return []entry{
		looks("/key-holders", "key-holders", "Shows who opens identities two together and who restores them", func(c *call) (KeyHolders, error) {
			p, err := c.desk.KeyHolders(c.ctx, c.officer)
			return keyHolders(p), err
		}),
		steps(http.MethodPost, "/key-holders/proof", "prove-share", "Proves that you can open your share of the recovery key", func(c *call) error {
			return c.desk.ProveShare(c.ctx, c.officer)
		}),
		lists("/proposals", "proposals", "Lists what you proposed or may decide, newest first", func(c *call, cursor string, limit int) (p Page[Proposal], err error) {
			s, err := c.desk.Proposals(c.ctx, c.officer, limit, cursor)
			for _, l := range s.Proposals {
				p.Items = append(p.Items, proposalOf(l, ""))
			}
			p.Next = s.Next
			return p, err
		}),
		looks("/proposals/{proposal}", "proposal", "Shows a proposal", func(c *call) (Proposal, error) {
			p, err := c.desk.Proposal(c.ctx, c.officer, proposal(c))
			if err != nil {
				return Proposal{}, err
			}
			return proposalOf(p.ProposalLine, p.CodeName), nil
		}),
		makes("/proposals/approvers", "propose-approvers", "Proposes who opens identities two together", func(c *call, n casework.HoldersDraft) (Made, error) {
			return made(c.desk.ProposeApprovers(c.ctx, c.officer, n))
		}),
		makes("/proposals/trustees", "propose-trustees", "Makes a recovery key, cuts it into shares for the trustees, and proposes them", func(c *call, n casework.HoldersDraft) (Made, error) {
			return made(c.desk.ProposeTrustees(c.ctx, c.officer, n))
		}),
		makes("/proposals/keys", "propose-key", "Proposes a new key for an officer who lost his passphrase", func(c *call, n KeyDraft) (Made, error) {
			pass := []byte(n.Passphrase)
			defer clear(pass)
			var who officer.ID
			if who.UnmarshalText([]byte(n.Officer)) != nil {
				who = officer.ID(nowhere)
			}
			return made(c.desk.ProposeKey(c.ctx, c.officer, who, n.Reason, pass))
		}),
		makes("/proposals/recoveries", "propose-recovery", "Asks the trustees to put the recovery key together", func(c *call, n ReasonDraft) (Made, error) {
			return made(c.desk.ProposeRecovery(c.ctx, c.officer, n.Reason))
		}),
		makes("/sources/{source}/destruction", "propose-destruction", "Proposes to destroy the identity of a source for good", func(c *call, n ReasonDraft) (Made, error) {
			return made(c.desk.ProposeDestruction(c.ctx, c.officer, named[source.ID](c, "source"), n.Reason))
		}),
		steps(http.MethodPost, "/proposals/{proposal}/confirmation", "confirm-proposal", "Says yes to exactly this proposal", func(c *call) error {
			return c.desk.Confirm(c.ctx, c.officer, proposal(c))
		}),
		steps(http.MethodPost, "/proposals/{proposal}/share", "give-share", "Gives your share of the recovery key to a recovery", func(c *call) error {
			return c.desk.GiveShare(c.ctx, c.officer, proposal(c))
		}),
		steps(http.MethodPost, "/proposals/{proposal}/end", "end-proposal", "Withdraws your proposal, or refuses one you may decide", func(c *call) error {
			return c.desk.EndProposal(c.ctx, c.officer, proposal(c))
		}),
		entryOf(http.MethodPost, "/proposals/{proposal}/recovery", "recover", "Recovers identities with the shares that were given", func(c *call) (Recovered, error) {
			r, err := c.desk.Recover(c.ctx, c.officer, proposal(c))
			return Recovered(r), err
		}),
		entryOf(http.MethodPost, "/proposals/{proposal}/destruction", "destroy-identity", "Destroys the identity and gives the signed certificate of it", func(c *call) (Certificate, error) {
			s, err := c.desk.DestroyIdentity(c.ctx, c.officer, proposal(c))
			return certificate(s), err
		}),
	}
}
