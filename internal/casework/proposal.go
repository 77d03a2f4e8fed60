package casework

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"cutout/internal/compartment"
	"cutout/internal/custody"
	"cutout/internal/draft"
	"cutout/internal/fault"
	"cutout/internal/officer"
	"cutout/internal/source"
	"cutout/internal/store"
	"cutout/internal/vault"
)

// ProposalRecord is a proposal as looks return it.
type ProposalRecord = Stored[custody.ProposalID, custody.Proposal]

// approverDuties are the duties of whom one may name an approver. Those who run the machine, check the log, hold shares or
// only read what is released are never among them.
var approverDuties = one(officer.Registrar, officer.AuthorizingOfficer, officer.Controller, officer.Validator)

var (
	actProposeApprovers = act{"custody.propose-approvers", one(officer.Registrar, officer.AuthorizingOfficer)}
	actProposeTrustees  = act{"custody.propose-trustees", one(officer.Registrar, officer.AuthorizingOfficer)}
	actProposeKey       = act{"custody.propose-key", one(officer.Administrator)}
	actProposeRecovery  = act{"custody.propose-recovery", one(officer.Registrar)}
	actProposeEnd       = act{"custody.propose-destruction", one(officer.Registrar)}
	actConfirmProposal  = act{"custody.confirm", append(one(officer.Trustee), approverDuties...)}
	actEndProposal      = act{"custody.end", append(one(officer.Trustee, officer.Administrator), approverDuties...)}
	actProposals        = act{"custody.list", append(one(officer.Trustee, officer.Administrator), approverDuties...)}
	actProposal         = act{"custody.look", append(one(officer.Trustee, officer.Administrator), approverDuties...)}
)

// How many approvers a unit may name, and of how many trustees. Sealing costs a wrap for each approver.
const (
	leastApprovers = 3 // one of them may ask, and cannot approve himself
	mostApprovers  = 12
)

// HoldersDraft names officers as approvers or trustees, by id. Need is how many trustees restore; 0 is three.
type HoldersDraft struct {
	Officers []string `json:"officers" yaml:"officers"`
	Need     int      `json:"need" yaml:"need"`
	Reason   string   `json:"reason" yaml:"reason"`
}

// toHold reads and checks the officers of a draft and gives each with the keys he holds now.
func (w *work) toHold(n HoldersDraft, duties []officer.Duty) ([]custody.Holder, fault.Faults) {
	var f fault.Faults
	var out []custody.Holder
	for i, s := range n.Officers {
		field := "officers." + strconv.Itoa(i+1)
		who, err := parseID[officer.ID](s)
		if err != nil {
			f.Add(field, "field.id", "Given", "")
			continue
		}
		a, err := w.Account(who)
		if err != nil || a.Rights.Closed {
			f.Add(field, "reference.unknown")
			continue
		}
		l := lineOf(a, w.Today())
		fit := slices.ContainsFunc(a.Rights.Grants, func(g officer.Grant) bool { return g.On(w.Today()) && slices.Contains(duties, g.Duty) })
		apart := slices.ContainsFunc(l.Duties, func(d officer.Duty) bool {
			return d == officer.Administrator || d == officer.Inspector || d == officer.Customer || d == officer.Trustee && !slices.Contains(duties, officer.Trustee)
		})
		if !fit || apart {
			f.Add(field, "custody.duty", "Name", a.Name)
			continue
		}
		if slices.ContainsFunc(out, func(h custody.Holder) bool { return h.Officer == who }) {
			f.Add(field, "field.twice")
			continue
		}
		k, v, err := w.keysOf(who)
		if err != nil || v == (vault.VerifyKey{}) {
			f.Add(field, "custody.never-signed-in", "Name", a.Name)
			continue
		}
		out = append(out, custody.Holder{Officer: who, Key: k.ID(), Verify: v})
	}
	return out, f
}

// ProposeApprovers names who opens identities, two together. The first time an authorizing officer confirms what a
// registrar proposes, or the other way round; from then on two of the approvers in force do.
func (d *Desk) ProposeApprovers(ctx context.Context, o officer.Officer, n HoldersDraft) (custody.ProposalID, error) {
	return d.propose(ctx, o, actProposeApprovers, custody.NameApprovers, n.Reason, func(w *work, p *custody.Proposal) (fault.Faults, error) {
		hs, f := w.toHold(n, approverDuties)
		if len(f) == 0 && (len(hs) < leastApprovers || len(hs) > mostApprovers) {
			f.Add("officers", "custody.approvers-count", "Least", strconv.Itoa(leastApprovers), "Most", strconv.Itoa(mostApprovers))
		}
		p.Holders = hs
		return f, nil
	})
}

// ProposeTrustees makes a new recovery key, cuts it into a share for each trustee and forgets it. Confirmed like approvers.
func (d *Desk) ProposeTrustees(ctx context.Context, o officer.Officer, n HoldersDraft) (custody.ProposalID, error) {
	if n.Need == 0 {
		n.Need = 3
	}
	return d.propose(ctx, o, actProposeTrustees, custody.NameTrustees, n.Reason, func(w *work, p *custody.Proposal) (fault.Faults, error) {
		hs, f := w.toHold(n, one(officer.Trustee))
		if len(f) == 0 && (n.Need < 2 || n.Need > len(hs) || len(hs) > vault.MostTrustees) {
			f.Add("need", "custody.need", "Most", strconv.Itoa(len(hs)))
		}
		if len(f) > 0 {
			return f, nil
		}
		p.Holders, p.Need = hs, n.Need
		return nil, w.split(p)
	})
}

// split draws a recovery key, seals a share of it to each trustee, and lets the key go.
func (w *work) split(p *custody.Proposal) error {
	k, err := vault.NewPrivateKey()
	if err != nil {
		return err
	}
	defer k.Clear()
	shares, err := vault.SplitKey(k, len(p.Holders), p.Need)
	if err != nil {
		return err
	}
	p.Recovery = k.Public().Bytes()
	for i, h := range p.Holders {
		defer shares[i].Clear()
		pub, err := w.public(h.Officer)
		if err != nil {
			return err
		}
		sealed, err := shares[i].SealTo(pub, p.Recovery)
		if err != nil {
			return err
		}
		check, err := shares[i].Check()
		if err != nil {
			return err
		}
		p.Shares = append(p.Shares, custody.Share{Trustee: h.Officer, Sealed: sealed, Check: check})
	}
	return nil
}

// ProposeKey replaces the key of an officer who lost his passphrase by a new one, under a passphrase he is told. It takes
// effect when an approver has confirmed; nothing that was sealed to the old key opens with the new one until a colleague
// who can open it seals it anew.
func (d *Desk) ProposeKey(ctx context.Context, o officer.Officer, who officer.ID, reason string, passphrase []byte) (custody.ProposalID, error) {
	var f fault.Faults
	checkPassphrase(&f, passphrase)
	if err := invalid(f); err != nil {
		return custody.ProposalID{}, err
	}
	body, err := newSecret(passphrase, d.cfg.Cost)
	if err != nil {
		return custody.ProposalID{}, d.report(actProposeKey.word, shown(err))
	}
	return d.propose(ctx, o, actProposeKey, custody.ReplaceKey, reason, func(w *work, p *custody.Proposal) (fault.Faults, error) {
		var f fault.Faults
		a, err := w.Account(who)
		if errors.Is(err, store.ErrNotFound) || err == nil && a.Rights.Closed {
			f.Add("officer", "reference.unknown")
			return f, nil
		}
		if who == o.ID {
			f.Add("officer", "custody.own-key")
		}
		p.Officer, p.Secret = who, body
		return f, err
	})
}

// ProposeRecovery asks the trustees to put the recovery key together, on the proposer's key.
func (d *Desk) ProposeRecovery(ctx context.Context, o officer.Officer, reason string) (custody.ProposalID, error) {
	return d.propose(ctx, o, actProposeRecovery, custody.Recover, reason, func(w *work, p *custody.Proposal) (fault.Faults, error) {
		k, err := w.holders()
		if err != nil {
			return nil, err
		}
		if _, ok := k.recovery(); !ok {
			return nil, refused("no-trustees")
		}
		p.Need, p.Recovery = k.Need, k.Recovery
		return nil, nil
	})
}

// ProposeDestruction asks to destroy a source's identity for good.
func (d *Desk) ProposeDestruction(ctx context.Context, o officer.Officer, of source.ID, reason string) (custody.ProposalID, error) {
	return d.propose(ctx, o, actProposeEnd, custody.Destroy, reason, func(w *work, p *custody.Proposal) (fault.Faults, error) {
		if _, err := exists[source.ID, source.Source](w, kindSource, "source", of); err != nil {
			return nil, err
		}
		_, s, ok, err := w.identityOf(of)
		if err != nil {
			return nil, err
		}
		if _, gone := w.d.envelopeIn(s, of); !ok || gone != nil {
			return nil, refused("no-identity")
		}
		p.Source, p.SourceKey = of, s.Key
		return nil, nil
	})
}

// propose writes a proposal, in a compartment of those who can decide it.
func (d *Desk) propose(ctx context.Context, o officer.Officer, a act, what custody.What, reason string, fill func(*work, *custody.Proposal) (fault.Faults, error)) (custody.ProposalID, error) {
	r := draft.New(d.vocabulary())
	r.Need("reason", reason)
	reason = r.Text("reason", reason, draft.NoteLimit)
	if err := invalid(r.Faults); err != nil {
		return custody.ProposalID{}, err
	}
	if err := d.fresh(o, FreshFor); err != nil {
		return custody.ProposalID{}, err
	}
	key, err := d.key(o)
	if err != nil {
		return custody.ProposalID{}, err
	}
	within, err := d.limit("custody-proposal")
	if err != nil {
		return custody.ProposalID{}, d.report(a.word, shown(err))
	}
	var made custody.ProposalID
	err = d.do(ctx, o, a, kindProposal, "", func(w *work) error {
		p := custody.Proposal{Unit: d.unit.LogName, What: what, By: o.ID, Key: key.Public().ID(), Made: w.Now(), Expires: within.End(w.Now()), Reason: reason}
		f, err := fill(w, &p)
		if err == nil {
			err = invalid(f)
		}
		if err != nil {
			return err
		}
		made = fresh[custody.ProposalID](w)
		w.Entry().Object = made.String()
		deciders, _, err := w.deciders(p)
		if err != nil {
			return err
		}
		// Who proposes and may decide has said yes by proposing.
		if slices.Contains(deciders, o.ID) && what != custody.Recover {
			if err := w.say(&p, made, key); err != nil {
				return err
			}
		}
		c, err := w.meeting(p.Expires, append(deciders, o.ID)...)
		if err != nil {
			return err
		}
		label := compartment.Label{Compartments: []compartment.ID{c}, Originator: w.Scope().Org()}
		return w.Insert(store.Entering{Kind: kindProposal, ID: made.Raw(), Label: label, Body: p, Marks: proposalMarks(w, p)})
	})
	return made, err
}

func proposalMarks(w *work, p custody.Proposal) []store.Mark {
	m := []store.Mark{w.Word("what", string(p.What)), store.Ref("officer", p.By.Raw())}
	if !p.Source.IsZero() {
		m = append(m, store.Ref("source", p.Source.Raw()))
	}
	return m
}

// deciders are the officers who may say yes to a proposal, and how many of them must.
//
// While approvers are in force they decide, so that no account an administrator opens can make itself one. Before the
// first are named a registrar and an authorizing officer decide together. When approvers were named but too few of them
// stand, only the trustees can name new ones: closing accounts is no way around.
func (w *work) deciders(p custody.Proposal) ([]officer.ID, int, error) {
	k, err := w.holders()
	if err != nil {
		return nil, 0, err
	}
	if p.What == custody.Recover {
		hs, err := w.standing(k.Trustees)
		return officersOf(hs), k.Need, err
	}
	approvers, err := w.standing(k.Approvers)
	if err != nil {
		return nil, 0, err
	}
	need := 1
	if p.What == custody.NameApprovers || p.What == custody.NameTrustees {
		need = custody.Needed
	}
	ids := slices.DeleteFunc(officersOf(approvers), func(o officer.ID) bool { return o == p.Officer || need == 1 && o == p.By })
	if len(k.Approvers) > 0 && len(ids) >= need {
		return ids, need, nil
	}
	if len(k.Approvers) > 0 {
		hs, err := w.standing(k.Trustees)
		return officersOf(hs), max(k.Need, 2), err
	}
	as, err := w.Accounts()
	var out []officer.ID
	for _, a := range as {
		duties := lineOf(a, w.Today()).Duties
		if !a.Rights.Closed && a.ID != p.By && a.ID != p.Officer && (slices.Contains(duties, officer.Registrar) || slices.Contains(duties, officer.AuthorizingOfficer)) {
			out = append(out, a.ID)
		}
	}
	return out, 1, err
}

func officersOf(hs []custody.Holder) []officer.ID {
	var out []officer.ID
	for _, h := range hs {
		out = append(out, h.Officer)
	}
	return out
}

// say adds the officer's signed yes.
func (w *work) say(p *custody.Proposal, of custody.ProposalID, key vault.PrivateKey) error {
	c := custody.Confirmation{Officer: w.Officer().ID, Key: key.Public().ID(), At: w.Now()}
	var err error
	if c.Signature, err = key.Sign(custody.ForConfirmation, c.Hash(p.Hash(of))); err != nil {
		return err
	}
	p.Confirmations = append(p.Confirmations, c)
	return nil
}

// Confirm is one officer's yes to exactly this proposal. With the last yes it needs it takes effect, when it is one that
// can take effect by itself.
func (d *Desk) Confirm(ctx context.Context, o officer.Officer, of custody.ProposalID) error {
	if err := d.fresh(o, FreshFor); err != nil {
		return err
	}
	key, err := d.key(o)
	if err != nil {
		return err
	}
	var replaced officer.ID
	err = d.do(ctx, o, actConfirmProposal, kindProposal, of.String(), func(w *work) error {
		s, need, err := w.waiting(of)
		if err != nil {
			return err
		}
		p := s.Value
		if p.What == custody.Recover {
			return refused("give-share")
		}
		if err := w.say(&p, of, key); err != nil {
			return err
		}
		n, err := w.valid(p, of)
		if err != nil {
			return err
		}
		if n >= need && p.What != custody.Destroy {
			if err := w.effect(&p, of); err != nil {
				return err
			}
			replaced = p.Officer
		}
		return w.Revise(s.record, store.Entering{Kind: kindProposal, Label: s.Label, Body: p, Marks: proposalMarks(w, p)})
	})
	if err == nil && !replaced.IsZero() {
		d.keyIDs.Delete(replaced)
		d.Lock(replaced)
	}
	return err
}

// waiting reads a proposal that the officer may decide and has not decided.
func (w *work) waiting(of custody.ProposalID) (ProposalRecord, int, error) {
	s, err := read[custody.ProposalID, custody.Proposal](w, kindProposal, of)
	if err != nil {
		return s, 0, err
	}
	who, need, err := w.deciders(s.Value)
	if err != nil {
		return s, 0, err
	}
	me := w.Officer().ID
	switch {
	case !slices.Contains(who, me):
		return s, 0, refused("not-decider")
	case s.Value.ConfirmedBy(me):
		return s, 0, refused("said-already")
	case s.Value.State(w.Now(), need) != custody.Waiting:
		return s, 0, refused("not-waiting")
	}
	return s, need, nil
}

// valid counts the officers who may decide now and whose signature stands under exactly this proposal.
func (w *work) valid(p custody.Proposal, of custody.ProposalID) (int, error) {
	who, _, err := w.deciders(p)
	if err != nil {
		return 0, err
	}
	n := 0
	var seen []officer.ID
	for _, c := range p.Confirmations {
		k, v, err := w.keysOf(c.Officer)
		if err != nil {
			return 0, err
		}
		if slices.Contains(who, c.Officer) && !slices.Contains(seen, c.Officer) && k.ID() == c.Key && v.Verify(custody.ForConfirmation, c.Hash(p.Hash(of)), c.Signature) {
			seen = append(seen, c.Officer)
			n++
		}
	}
	return n, nil
}

// effect does what was confirmed.
func (w *work) effect(p *custody.Proposal, of custody.ProposalID) error {
	p.Ended, p.Effective = custody.Done, w.Now()
	switch p.What {
	case custody.ReplaceKey:
		if err := w.SetSecret(p.Officer, p.Secret); err != nil {
			return err
		}
		return w.EndAdmissions(p.Officer, officer.Seat{}) // passkeys and codes went with the old key, and so do his sessions
	case custody.NameApprovers, custody.NameTrustees:
		// Keys may have changed since the proposal was made: nobody is named with a key that is no longer his.
		hs, err := w.standing(p.Holders)
		if err != nil {
			return err
		}
		if len(hs) != len(p.Holders) {
			return refused("holders-changed")
		}
		k, err := w.holders()
		if err != nil {
			return err
		}
		if p.What == custody.NameApprovers {
			k.Approvers, k.Since = p.Holders, w.Now()
		} else {
			k.Trustees, k.Need, k.Recovery, k.Shares, k.Set, k.Split = p.Holders, p.Need, p.Recovery, p.Shares, of.Bytes(), w.Now()
		}
		return w.putHolders(k)
	}
	return nil
}

// EndProposal withdraws one's own proposal or refuses another's; whoever may decide it may refuse it alone.
func (d *Desk) EndProposal(ctx context.Context, o officer.Officer, of custody.ProposalID) error {
	return d.do(ctx, o, actEndProposal, kindProposal, of.String(), func(w *work) error {
		s, err := read[custody.ProposalID, custody.Proposal](w, kindProposal, of)
		if err != nil {
			return err
		}
		p := s.Value
		who, need, err := w.deciders(p)
		if err != nil {
			return err
		}
		switch st := p.State(w.Now(), need); {
		case st != custody.Waiting && st != custody.Approved || !p.Begun.IsZero():
			return refused("not-waiting")
		case p.By == o.ID:
			p.Ended = custody.Withdrawn
		case slices.Contains(who, o.ID):
			p.Ended = custody.Refused
		default:
			return refused("not-decider")
		}
		p.EndedBy = o.ID
		return w.Revise(s.record, store.Entering{Kind: kindProposal, Label: s.Label, Body: p, Marks: proposalMarks(w, p)})
	})
}
