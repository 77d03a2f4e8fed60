package casework

import (
	"context"
	"errors"
	"slices"

	"cutout/internal/custody"
	"cutout/internal/day"
	"cutout/internal/officer"
	"cutout/internal/source"
	"cutout/internal/store"
	"cutout/internal/vault"
)

var (
	actProveShare = act{"custody.prove-share", one(officer.Trustee)}
	actGiveShare  = act{"custody.give-share", one(officer.Trustee)}
	actRecover    = act{"custody.recover", one(officer.Registrar)}
	actDestroy    = act{"identity.destroy", one(officer.Registrar)}
)

// share opens the officer's own share of the recovery key.
func (w *work) share(k keyHolders, key vault.PrivateKey) (vault.RecoveryShare, int, error) {
	i := slices.IndexFunc(k.Shares, func(s custody.Share) bool { return s.Trustee == w.Officer().ID })
	if i < 0 {
		return vault.RecoveryShare{}, 0, refused("no-share")
	}
	s, err := vault.OpenShare(k.Shares[i].Sealed, k.Recovery, key)
	if err != nil || !s.Holds(k.Shares[i].Check) {
		return s, i, refused("share-lost")
	}
	return s, i, nil
}

// ProveShare is a trustee's part of a drill: his program opens his share and compares it with what was given out. Nothing
// is put together and no share leaves him, so that a drill costs no new key. As many such proofs as trustees are needed show
// that the unit can still restore.
func (d *Desk) ProveShare(ctx context.Context, o officer.Officer) error {
	if err := d.fresh(o, FreshFor); err != nil {
		return err
	}
	key, err := d.key(o)
	if err != nil {
		return err
	}
	return d.do(ctx, o, actProveShare, "", "", func(w *work) error {
		k, err := w.holders()
		if err != nil {
			return err
		}
		s, i, err := w.share(k, key)
		if err != nil {
			return err
		}
		s.Clear()
		k.Shares = slices.Clone(k.Shares)
		k.Shares[i].Proved = w.Now()
		return w.putHolders(k)
	})
}

// GiveShare is a trustee's yes to a recovery: his share, sealed to the key of who proposed it, for this proposal only.
func (d *Desk) GiveShare(ctx context.Context, o officer.Officer, of custody.ProposalID) error {
	if err := d.fresh(o, FreshFor); err != nil {
		return err
	}
	key, err := d.key(o)
	if err != nil {
		return err
	}
	return d.do(ctx, o, actGiveShare, kindProposal, of.String(), func(w *work) error {
		r, _, err := w.waiting(of)
		if err != nil {
			return err
		}
		p := r.Value
		if p.What != custody.Recover {
			return refused("confirm-instead")
		}
		k, err := w.holders()
		if err != nil {
			return err
		}
		if !slices.Equal(k.Recovery, p.Recovery) {
			return refused("holders-changed")
		}
		s, _, err := w.share(k, key)
		if err != nil {
			return err
		}
		defer s.Clear()
		to, err := w.public(p.By)
		if err != nil {
			return err
		}
		if to.ID() != vault.KeyID(p.Key) {
			return refused("holders-changed")
		}
		hash := p.Hash(of)
		g := custody.Given{Trustee: o.ID, At: w.Now()}
		if g.Sealed, err = s.SealTo(to, hash[:]); err != nil {
			return err
		}
		if g.Signature, err = key.Sign(custody.ForConfirmation, g.Hash(hash)); err != nil {
			return err
		}
		p.Given = append(p.Given, g)
		return w.Revise(r.record, store.Entering{Kind: kindProposal, Label: r.Label, Body: p, Marks: proposalMarks(w, p)})
	})
}

// Recovered says what a recovery restored.
type Recovered struct {
	Resealed int // identities sealed anew to those for whom they should open
	Failed   int // identities the recovery key did not open: sealed before it was made
	Adopted  int // sources that no open account held any more, now held by who recovered
}

// Recover puts the recovery key together from the trustees' shares and seals anew every identity the officer sees, and
// those of sources that nobody holds any more, which he holds from then on. The key is let go at the end; since it was
// whole for a while, new trustees should be named soon.
func (d *Desk) Recover(ctx context.Context, o officer.Officer, of custody.ProposalID) (out Recovered, err error) {
	if err := d.fresh(o, FreshFor); err != nil {
		return out, err
	}
	key, err := d.key(o)
	if err != nil {
		return out, err
	}
	err = d.do(ctx, o, actRecover, kindProposal, of.String(), func(w *work) error {
		out = Recovered{}
		r, err := read[custody.ProposalID, custody.Proposal](w, kindProposal, of)
		if err != nil {
			return err
		}
		p := r.Value
		switch st := p.State(w.Now(), p.Need); {
		case p.What != custody.Recover || p.By != o.ID:
			return refused("not-requester")
		case st == custody.Waiting:
			return refused("not-approved")
		case st != custody.Approved:
			return refused("not-waiting")
		}
		whole, err := joined(p, of, key)
		if err != nil {
			return err
		}
		defer whole.Clear()
		if out.Adopted, err = w.adopt(); err != nil {
			return err
		}
		sources, err := all[source.ID, source.Source](w, store.Query{Kind: kindSource})
		if err != nil {
			return err
		}
		for _, s := range sources {
			switch err := w.reseal(s.ID, whole); codeIn(err) {
			case "":
				if err != nil {
					return err
				}
				out.Resealed++
			case "refused.not-sealed-to-you":
				out.Failed++
			case "refused.no-identity", "refused.identity-destroyed":
			default:
				return err
			}
		}
		p.Ended, p.Effective = custody.Done, w.Now()
		return w.Revise(r.record, store.Entering{Kind: kindProposal, Label: r.Label, Body: p, Marks: proposalMarks(w, p)})
	})
	return out, err
}

func codeIn(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// joined puts the recovery key together from the shares that were given, and compares it with the one they were cut from.
func joined(p custody.Proposal, of custody.ProposalID, key vault.PrivateKey) (vault.PrivateKey, error) {
	hash := p.Hash(of)
	var shares []vault.RecoveryShare
	defer func() {
		for _, s := range shares {
			s.Clear()
		}
	}()
	for _, g := range p.Given {
		s, err := vault.OpenShare(g.Sealed, hash[:], key)
		if err != nil {
			return vault.PrivateKey{}, refused("share-lost")
		}
		shares = append(shares, s)
	}
	want, err := vault.ParsePublicKey(p.Recovery)
	if err != nil {
		return vault.PrivateKey{}, err
	}
	whole, err := vault.JoinShares(shares...)
	if err != nil {
		return whole, err
	}
	if whole.Public().ID() != want.ID() {
		whole.Clear()
		return vault.PrivateKey{}, refused("share-lost")
	}
	return whole, nil
}

// adopt gives the officer the compartments of sources that no open account holds any more.
func (w *work) adopt() (int, error) {
	cs, err := w.Compartments(true)
	if err != nil {
		return 0, err
	}
	as, err := w.Accounts()
	if err != nil {
		return 0, err
	}
	held := map[[16]byte]bool{}
	for _, a := range as {
		if a.Rights.Closed {
			continue
		}
		for _, h := range a.Rights.Holdings {
			if h.From <= w.Today() && w.Today() < h.Until {
				held[h.Compartment.Raw()] = true
			}
		}
	}
	n := 0
	for _, c := range cs {
		if c.Kind == "source" && !held[c.ID.Raw()] {
			if err := w.hand(w.Officer().ID, c.ID, day.Never); err != nil {
				return n, err
			}
			n++
		}
	}
	return n, nil
}
