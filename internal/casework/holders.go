package casework

import (
	"context"
	"fmt"
	"slices"
	"time"

	"cutout/internal/compartment"
	"cutout/internal/custody"
	"cutout/internal/day"
	"cutout/internal/officer"
	"cutout/internal/profile"
	"cutout/internal/store"
	"cutout/internal/vault"
)

// keyHolders is who opens identities together and who restores them, as named last. Everybody whose work seals an identity
// reads it; it says nothing of any source.
type keyHolders struct {
	Approvers []custody.Holder `json:"approvers,omitempty"`
	Since     time.Time        `json:"since,omitzero"` // of the approvers
	Trustees  []custody.Holder `json:"trustees,omitempty"`
	Need      int              `json:"need,omitempty"`
	Recovery  []byte           `json:"recovery,omitempty"`
	Shares    []custody.Share  `json:"shares,omitempty"`
	Set       []byte           `json:"set,omitempty"` // what the shares are sealed for
	Split     time.Time        `json:"split,omitzero"`

	record store.Record
}

// recovery is the public recovery key, if there is one.
func (k keyHolders) recovery() (vault.PublicKey, bool) {
	p, err := vault.ParsePublicKey(k.Recovery)
	return p, err == nil
}

// holdersLabel is open: that certain officers hold keys is no secret between those who may ask, and the door decides that.
var holdersLabel = compartment.Label{}

// holders reads the key holders; a unit that has named none has the zero value.
func (w *work) holders() (keyHolders, error) {
	rs, _, err := w.Find(store.Query{Kind: kindHolders, Limit: 1})
	if err != nil || len(rs) == 0 {
		return keyHolders{}, err
	}
	var k keyHolders
	err = rs[0].Decode(&k)
	k.record = rs[0]
	return k, err
}

func (w *work) putHolders(k keyHolders) error {
	e := store.Entering{Kind: kindHolders, Label: holdersLabel, Body: k}
	if k.record.Version == 0 {
		e.ID = fresh[store.ID](w)
		return w.Insert(e)
	}
	return w.Revise(k.record, e)
}

// standing are the holders whose accounts are open and who still have the keys they were named with.
func (w *work) standing(hs []custody.Holder) ([]custody.Holder, error) {
	var out []custody.Holder
	for _, h := range hs {
		a, err := w.Account(h.Officer)
		if err != nil {
			return nil, err
		}
		k, err := w.keyID(h.Officer)
		if err != nil {
			return nil, err
		}
		if !a.Rights.Closed && k == vault.KeyID(h.Key) {
			out = append(out, h)
		}
	}
	return out, nil
}

// together is to whom every identity is sealed beside the officers at its source: each pair of the approvers who stand,
// and the recovery key.
func (w *work) together() (vault.Readers, error) {
	var to vault.Readers
	k, err := w.holders()
	if err != nil {
		return to, err
	}
	if rec, ok := k.recovery(); ok {
		to.Each = append(to.Each, rec)
	}
	hs, err := w.standing(k.Approvers)
	if err != nil {
		return to, err
	}
	var keys []vault.PublicKey
	for _, h := range hs {
		p, err := w.public(h.Officer)
		if err != nil {
			return to, err
		}
		keys = append(keys, p)
	}
	to.Pairs = vault.EveryPair(keys...)
	return to, nil
}

// Holder is a key holder as a look shows him.
type Holder struct {
	Officer officer.ID
	Name    string
	Stands  bool      // his account is open and his keys are those he was named with
	Proved  time.Time // when he last proved that he can open his share; zero for never, and for approvers
}

// HoldersPage is who opens identities together, and who restores them.
type HoldersPage struct {
	Frame
	Approvers []Holder
	Since     time.Time
	Trustees  []Holder
	Need      int // of the trustees
	Split     time.Time
	Ready     int // trustees who stand and proved their share since the split
}

var actHolders = act{"custody.holders", append(one(officer.Administrator, officer.Inspector, officer.Trustee), inside...)}

// KeyHolders shows who opens identities together and who restores them.
func (d *Desk) KeyHolders(ctx context.Context, o officer.Officer) (p HoldersPage, err error) {
	err = d.look(ctx, o, actHolders, "", "", func(w *work) error {
		p = HoldersPage{}
		k, err := w.holders()
		if err != nil {
			return err
		}
		p.Since, p.Need, p.Split = k.Since, k.Need, k.Split
		if p.Approvers, err = w.shownHolders(k.Approvers); err != nil {
			return err
		}
		if p.Trustees, err = w.shownHolders(k.Trustees); err != nil {
			return err
		}
		for i, h := range p.Trustees {
			j := slices.IndexFunc(k.Shares, func(s custody.Share) bool { return s.Trustee == h.Officer })
			if j >= 0 {
				p.Trustees[i].Proved = k.Shares[j].Proved
			}
			if h.Stands && j >= 0 && !k.Shares[j].Proved.IsZero() {
				p.Ready++
			}
		}
		return w.frame(&p.Frame)
	})
	return p, err
}

func (w *work) shownHolders(hs []custody.Holder) ([]Holder, error) {
	standing, err := w.standing(hs)
	if err != nil {
		return nil, err
	}
	var out []Holder
	for _, h := range hs {
		a, err := w.Account(h.Officer)
		if err != nil {
			return nil, err
		}
		out = append(out, Holder{Officer: h.Officer, Name: a.Name, Stands: slices.ContainsFunc(standing, func(s custody.Holder) bool { return s.Officer == h.Officer })})
	}
	return out, nil
}

// meeting opens a compartment for one matter that certain officers decide, and lets them hold it until a day: nobody else
// learns that there is anything to decide.
func (w *work) meeting(until time.Time, who ...officer.ID) (compartment.ID, error) {
	c := fresh[compartment.ID](w)
	who = slices.Compact(slices.SortedFunc(slices.Values(who), func(a, b officer.ID) int { return slices.Compare(a[:], b[:]) }))
	if err := w.AddCompartment(store.Compartment{ID: c, Kind: "custody"}); err != nil {
		return c, err
	}
	kept, err := w.d.limit("custody-kept")
	if err != nil {
		return c, err
	}
	end := kept.EndDay(day.Of(until))
	for _, o := range who {
		if err := w.hand(o, c, end); err != nil {
			return c, err
		}
	}
	return c, nil
}

// limit is a period that the pack sets.
func (d *Desk) limit(code string) (profile.Clock, error) {
	l, ok := d.pack.Limit(code)
	if !ok {
		return profile.Clock{}, fmt.Errorf("casework: the pack sets no limit %q", code)
	}
	return l.Clock, nil
}
