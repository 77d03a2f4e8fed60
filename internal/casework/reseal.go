package casework

import (
	"context"
	"errors"
	"slices"

	"cutout/internal/custody"
	"cutout/internal/officer"
	"cutout/internal/source"
	"cutout/internal/store"
	"cutout/internal/vault"
)

var (
	actReseal  = act{"identity.reseal", append(one(officer.Registrar), line...)}
	actSealing = act{"identity.sealing", append(one(officer.Registrar), line...)}
)

// Sealing says, of one source, for whom the identity opens and for whom it should: what a change of officers left to do.
type Sealing struct {
	Source   source.ID
	CodeName string
	Missing  []string // account names of officers at the source it is not sealed to, and of approvers who do not open it
	Surplus  []string // and of officers it opens for who have no business with it any more
	Strange  int      // keys it opens for that are no officer's now: lost, replaced, of a former recovery
	Recovery bool     // it is not sealed to the recovery key in force
	Alone    bool     // one person's key is all there is: when he loses it, the identity is lost
	Mine     bool     // the reader can open it, and so seal it anew
}

// Due reports whether the identity should be sealed anew.
func (s Sealing) Due() bool {
	return len(s.Missing)+len(s.Surplus)+s.Strange > 0 || s.Recovery
}

// rightful is for whom an identity should open: each officer who runs the source, of those who hold the source's own
// compartment the registrars and whom it opens for already, every pair of approvers, and the recovery key.
func (w *work) rightful(s SourceRecord, have vault.Listing) (vault.Readers, map[vault.KeyID]string, error) {
	names := map[vault.KeyID]string{}
	to, err := w.together()
	if err != nil {
		return to, nil, err
	}
	as, err := w.Accounts()
	if err != nil {
		return to, nil, err
	}
	for _, a := range as {
		k, err := w.keyID(a.ID)
		if err != nil {
			return to, nil, err
		}
		names[k] = a.Name
		if a.Rights.Closed {
			continue
		}
		at := slices.ContainsFunc(a.Rights.Grants, func(g officer.Grant) bool {
			return g.On(w.Today()) && g.Source == s.ID.Raw() && slices.Contains(line, g.Duty)
		})
		held := slices.ContainsFunc(a.Rights.Holdings, func(h store.Holding) bool {
			return h.Compartment == s.Value.Own && h.From <= w.Today() && w.Today() < h.Until
		})
		if at || held && (slices.Contains(have.Each, k) || slices.Contains(lineOf(a, w.Today()).Duties, officer.Registrar)) {
			p, err := w.public(a.ID)
			if err != nil {
				return to, nil, err
			}
			to.Each = append(to.Each, p)
		}
	}
	return to, names, nil
}

// sealing compares for whom an identity opens with for whom it should.
func (w *work) sealing(s SourceRecord, env []byte) (Sealing, vault.Readers, error) {
	out := Sealing{Source: s.ID, CodeName: s.Value.CodeName}
	have, err := vault.Recipients(env)
	if err != nil {
		return out, vault.Readers{}, err
	}
	to, names, err := w.rightful(s, have)
	if err != nil {
		return out, to, err
	}
	k, err := w.holders()
	if err != nil {
		return out, to, err
	}
	rec, hasRecovery := k.recovery()
	var should []vault.KeyID
	for _, p := range to.Each {
		should = append(should, p.ID())
		if slices.Contains(have.Each, p.ID()) {
			continue
		}
		if hasRecovery && p.ID() == rec.ID() {
			out.Recovery = true
		} else {
			out.Missing = append(out.Missing, names[p.ID()])
		}
	}
	add := func(k vault.KeyID) {
		if n := names[k]; n == "" {
			out.Strange++
		} else if !slices.Contains(out.Surplus, n) {
			out.Surplus = append(out.Surplus, n)
		}
	}
	for _, k := range have.Each {
		if !slices.Contains(should, k) {
			add(k)
		}
	}
	opens, shall := approversIn(have), []vault.KeyID(nil)
	for _, p := range to.Pairs {
		for _, k := range []vault.KeyID{p.A.ID(), p.B.ID()} {
			if !slices.Contains(shall, k) {
				shall = append(shall, k)
				if !slices.Contains(opens, k) && !slices.Contains(out.Missing, names[k]) {
					out.Missing = append(out.Missing, names[k])
				}
			}
		}
	}
	for _, k := range opens {
		if !slices.Contains(shall, k) {
			add(k)
		}
	}
	mine, err := w.keyID(w.Officer().ID)
	out.Mine = slices.Contains(have.Each, mine)
	out.Alone = len(have.Each) <= 1 && len(have.Pairs) == 0
	return out, to, err
}

// SealingPage is what there is to seal anew among the sources an officer sees.
type SealingPage struct {
	Frame
	Due  []Sealing
	Next string
}

// Sealings lists the sources whose identity should be sealed anew, or hangs on one person's key, one page of the sources
// the officer sees at a time.
func (d *Desk) Sealings(ctx context.Context, o officer.Officer, limit int, cursor string) (p SealingPage, err error) {
	err = d.look(ctx, o, actSealing, kindSource, "", func(w *work) error {
		p = SealingPage{}
		rs, next, err := list[source.ID, source.Source](w, store.Query{Kind: kindSource, Limit: limit, Cursor: cursor})
		if err != nil {
			return err
		}
		p.Next = next
		for _, s := range rs {
			l, err := w.due(s)
			if err != nil {
				return err
			}
			if l != nil {
				p.Due = append(p.Due, *l)
			}
		}
		return w.frame(&p.Frame)
	})
	return p, err
}

// due is what there is to seal anew of a source's identity, or that it hangs on one person's key; nil when nothing is, or
// when the officer has no duty that seals.
func (w *work) due(s SourceRecord) (*Sealing, error) {
	if policy && !w.holds(actSealing.duties) {
		return nil, nil
	}
	_, sealed, ok, err := w.identityOf(s.ID)
	if err != nil || !ok {
		return nil, err
	}
	env, err := w.d.envelopeIn(sealed, s.ID)
	if err != nil {
		return nil, destroyedIsNone(err)
	}
	l, _, err := w.sealing(s, env)
	if err != nil || !l.Due() && !l.Alone {
		return nil, err
	}
	return &l, nil
}

// Reseal is rotation: it seals a source's identity under a new data key, in a new key epoch, to exactly those for whom it
// should open, by an officer who can open it. Who is no longer among them opens the old envelope if he has kept a copy of
// it, and nothing else; the record keeps none.
func (d *Desk) Reseal(ctx context.Context, o officer.Officer, of source.ID) error {
	key, err := d.key(o)
	if err != nil {
		return err
	}
	return d.do(ctx, o, actReseal, kindSource, of.String(), func(w *work) error { return w.reseal(of, key) })
}

func (w *work) reseal(of source.ID, by vault.PrivateKey) error {
	s, err := read[source.ID, source.Source](w, kindSource, of)
	if err != nil {
		return err
	}
	r, sealed, ok, err := w.identityOf(of)
	if err != nil {
		return err
	}
	if !ok {
		return refused("no-identity")
	}
	env, err := w.d.envelopeIn(sealed, of)
	if err != nil {
		return err
	}
	_, to, err := w.sealing(s, env)
	if err != nil {
		return err
	}
	fresh, err := vault.Rekey(env, place(of, sealed.Epoch), by, place(of, sealed.Epoch+1), to)
	if errors.Is(err, vault.ErrClosed) {
		return refused("not-sealed-to-you")
	}
	if err != nil {
		return err
	}
	next := custody.Sealed{Epoch: sealed.Epoch + 1, Bytes: fresh}
	if !vault.KeyName(sealed.Key).IsZero() {
		if next, err = w.d.lockIn(fresh, sealed.Key, of, sealed.Epoch+1); err != nil {
			return err
		}
	}
	return w.putIdentity(r, of, next)
}
