package casework

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"cutout/internal/compartment"
	"cutout/internal/custody"
	"cutout/internal/identity"
	"cutout/internal/leak"
	"cutout/internal/officer"
	"cutout/internal/source"
	"cutout/internal/store"
	"cutout/internal/vault"
)

// An identity lies in two locks. The inner is an envelope that opens for people only: each officer at the source, any two
// approvers together, and the recovery key that lies in trustees' shares. The outer is the source's own key in the ring,
// which the records and their backups do not hold: whoever destroys it ends every copy of the envelope.

// openRing opens the ring of the sources' keys.
func openRing(cfg Config) (*vault.Ring, error) {
	switch {
	case cfg.Path == store.InMemory && cfg.DSN == "":
		return vault.MemoryRing(cfg.Key)
	case cfg.Ring != "":
		return vault.OpenRing(cfg.Ring, cfg.Key)
	case cfg.DSN != "":
		return nil, errors.New("casework: a unit on PostgreSQL needs a directory for its sources' keys (Config.Ring)")
	}
	return vault.OpenRing(filepath.Join(filepath.Dir(cfg.Path), "keys", "sources"), cfg.Key)
}

// place is where the identity of a source belongs in a key epoch; it is bound to both locks.
func place(of source.ID, epoch uint32) vault.Place {
	return vault.Place{Table: kindIdentity, Record: of.String(), Field: "person", Epoch: epoch}
}

// readSealed reads an identity as it stands in the record. Before the sources had keys of their own, the envelope alone
// stood there.
func readSealed(r store.Record) (custody.Sealed, error) {
	if len(r.Body) > 0 && r.Body[0] != '{' {
		return custody.Sealed{Epoch: keyEpoch, Bytes: r.Body}, nil
	}
	var s custody.Sealed
	if err := json.Unmarshal(r.Body, &s); err != nil {
		return s, fmt.Errorf("casework: a sealed identity: %w", err)
	}
	return s, nil
}

// envelopeIn takes the outer lock off.
func (d *Desk) envelopeIn(s custody.Sealed, of source.ID) ([]byte, error) {
	if vault.KeyName(s.Key).IsZero() {
		return s.Bytes, nil
	}
	env, err := d.ring.Open(s.Key, place(of, s.Epoch), s.Bytes)
	if errors.Is(err, vault.ErrDestroyed) {
		return nil, refused("identity-destroyed")
	}
	return env, err
}

// lockIn puts the outer lock on.
func (d *Desk) lockIn(env []byte, key vault.KeyName, of source.ID, epoch uint32) (custody.Sealed, error) {
	b, err := d.ring.Seal(key, place(of, epoch), env)
	return custody.Sealed{Key: key, Epoch: epoch, Bytes: b}, err
}

// identityOf reads the sealed identity of a source; ok is false when there is none.
func (w *work) identityOf(of source.ID) (r store.Record, s custody.Sealed, ok bool, err error) {
	rs, _, err := w.Find(store.Query{Kind: kindIdentity, Marks: []store.Mark{store.Ref("source", of.Raw())}, Limit: 1})
	if err != nil || len(rs) == 0 {
		return store.Record{}, s, false, err
	}
	s, err = readSealed(rs[0])
	return rs[0], s, err == nil, err
}

// sealIdentity seals a person to the officer who registers him, to every pair of approvers and to the recovery key, under
// a new key of the ring.
func (w *work) sealIdentity(of source.ID, label compartment.Label, p identity.Person, key vault.KeyName) error {
	mine, err := w.public(w.Officer().ID)
	if err != nil {
		return err
	}
	to, err := w.together()
	if err != nil {
		return err
	}
	to.Each = append(to.Each, mine)
	plain, err := p.Encode()
	if err != nil {
		return err
	}
	defer clear(plain)
	env, err := vault.Seal(plain, place(of, keyEpoch), to)
	if err != nil {
		return err
	}
	s, err := w.d.lockIn(env, key, of, keyEpoch)
	if err != nil {
		return err
	}
	return w.Insert(store.Entering{Kind: kindIdentity, ID: fresh[store.ID](w), Label: label, Body: s, Marks: identityMarks(of)})
}

func identityMarks(of source.ID) []store.Mark { return []store.Mark{store.Ref("source", of.Raw())} }

// putIdentity replaces the sealed identity of a source and keeps nothing of the one before: whoever was shut out must not
// find an older lock.
func (w *work) putIdentity(r store.Record, of source.ID, s custody.Sealed) error {
	return w.Supersede(r, store.Entering{Kind: kindIdentity, Label: r.Label, Body: s, Marks: identityMarks(of)})
}

// shareIdentity seals the identity to one more officer, by one who can open it. Who cannot, leaves it as it is: the new
// officer sees that it waits for somebody who can.
func (w *work) shareIdentity(of source.ID, to officer.ID, by vault.PrivateKey) error {
	r, s, ok, err := w.identityOf(of)
	if err != nil || !ok {
		return err
	}
	pub, err := w.public(to)
	if err != nil {
		return err
	}
	env, err := w.d.envelopeIn(s, of)
	if err != nil {
		return destroyedIsNone(err)
	}
	have, err := vault.Recipients(env)
	if err != nil || slices.Contains(have.Each, pub.ID()) || !slices.Contains(have.Each, by.Public().ID()) {
		return err
	}
	if env, err = vault.AddRecipient(env, place(of, s.Epoch), by, pub); err != nil {
		return err
	}
	if vault.KeyName(s.Key).IsZero() {
		s.Bytes = env
	} else if s, err = w.d.lockIn(env, s.Key, of, s.Epoch); err != nil {
		return err
	}
	return w.putIdentity(r, of, s)
}

// destroyedIsNone takes a destroyed identity for none: what would be done with it has no object any more.
func destroyedIsNone(err error) error {
	var e *Error
	if errors.As(err, &e) && e.Code == "refused.identity-destroyed" {
		return nil
	}
	return err
}

// Seal says who can open an identity, without opening it.
type Seal struct {
	Exists    bool
	Destroyed bool
	Openers   []string // account names of officers it is sealed to
	Mine      bool
	Together  int      // approvers any two of whom open it
	Recovery  bool     // trustees can restore it
	Asked     []string // account names of the approvers who would be asked when the reader asks
	Due       *Sealing // what is to be sealed anew, for those who may; nil when nothing is
}

func (w *work) seal(of source.ID) (Seal, error) {
	_, sealed, ok, err := w.identityOf(of)
	if err != nil || !ok {
		return Seal{}, err
	}
	s := Seal{Exists: true}
	env, err := w.d.envelopeIn(sealed, of)
	if err != nil {
		s.Destroyed = true
		return s, destroyedIsNone(err)
	}
	have, err := vault.Recipients(env)
	if err != nil {
		return Seal{}, err
	}
	s.Together = len(approversIn(have))
	k, err := w.holders()
	if err != nil {
		return Seal{}, err
	}
	if rec, ok := k.recovery(); ok {
		s.Recovery = slices.Contains(have.Each, rec.ID())
	}
	asked, err := w.asked(env, w.Officer().ID)
	if err != nil {
		return Seal{}, err
	}
	as, err := w.Accounts()
	if err != nil {
		return Seal{}, err
	}
	for _, a := range as {
		if slices.Contains(asked, a.ID) {
			s.Asked = append(s.Asked, a.Name)
		}
		k, err := w.keyID(a.ID)
		if err != nil {
			return Seal{}, err
		}
		if slices.Contains(have.Each, k) || leak.On("seal_openers") {
			s.Openers = append(s.Openers, a.Name)
			s.Mine = s.Mine || a.ID == w.Officer().ID
		}
	}
	return s, nil
}

// approversIn are the approvers an envelope opens for, two together.
func approversIn(l vault.Listing) []vault.KeyID {
	var out []vault.KeyID
	for _, p := range l.Pairs {
		for _, k := range p {
			if !slices.Contains(out, k) {
				out = append(out, k)
			}
		}
	}
	return out
}

var actOpenID = act{"identity.open", append(one(officer.Registrar), line...)}

// OpenIdentity opens a source's identity for an officer it is sealed to. The look and its reason are on the log before
// anything is disclosed: when the log cannot be written, nothing opens.
func (d *Desk) OpenIdentity(ctx context.Context, o officer.Officer, of source.ID, reason string) (identity.Person, error) {
	if strings.TrimSpace(reason) == "" {
		return identity.Person{}, fieldFault("reason", "field.required")
	}
	key, err := d.key(o)
	if err == nil {
		err = d.fresh(o, FreshFor)
	}
	if err != nil {
		return identity.Person{}, err
	}
	s, err := d.SealedIdentity(ctx, o, of, reason)
	if err != nil {
		return identity.Person{}, err
	}
	return s.Open(key)
}

// SealedCopy is an identity on its way to the officer who opens it with his own key, on his own machine if he likes.
type SealedCopy struct {
	Source   source.ID   `json:"source"`
	Place    vault.Place `json:"place"`
	Envelope []byte      `json:"envelope"`
	// Halves are what two approvers gave for this request; empty when the envelope is sealed to the officer himself.
	Request []byte   `json:"request,omitempty"` // hash of the request they approved
	Halves  [][]byte `json:"halves,omitempty"`
}

// Open opens the copy with the officer's key.
func (c SealedCopy) Open(key vault.PrivateKey) (identity.Person, error) {
	var s vault.Secret
	var err error
	if len(c.Halves) == 0 {
		s, err = vault.Open(c.Envelope, c.Place, key)
	} else {
		s, err = c.combine(key)
	}
	if errors.Is(err, vault.ErrClosed) {
		return identity.Person{}, refused("not-sealed-to-you")
	}
	if err != nil {
		return identity.Person{}, shown(err)
	}
	defer s.Clear()
	var p identity.Person
	err = s.Use(func(b []byte) (err error) {
		p, err = identity.Decode(b)
		return err
	})
	if err != nil {
		return identity.Person{}, shown(err)
	}
	return p, nil
}

func (c SealedCopy) combine(key vault.PrivateKey) (vault.Secret, error) {
	if len(c.Halves) != custody.Needed {
		return vault.Secret{}, vault.ErrClosed
	}
	var halves [custody.Needed]vault.Half
	for i, b := range c.Halves {
		h, err := vault.OpenHalf(b, c.Request, key)
		if err != nil {
			return vault.Secret{}, err
		}
		defer h.Clear()
		halves[i] = h
	}
	return vault.Combine(c.Envelope, c.Place, halves[0], halves[1])
}

// SealedIdentity hands an officer the envelope that is sealed to him. That and his reason are on the log before it is
// handed out, and from then on count as an opening: what he does with it on his own machine nobody sees.
func (d *Desk) SealedIdentity(ctx context.Context, o officer.Officer, of source.ID, reason string) (out SealedCopy, err error) {
	if strings.TrimSpace(reason) == "" {
		return out, fieldFault("reason", "field.required")
	}
	err = d.look(ctx, o, actOpenID, kindSource, of.String(), func(w *work) error {
		out = SealedCopy{}
		if _, err := read[source.ID, source.Source](w, kindSource, of); err != nil {
			return err
		}
		w.Entry().Detail = []byte(reason)
		_, s, ok, err := w.identityOf(of)
		if err != nil {
			return err
		}
		if !ok {
			return refused("no-identity")
		}
		env, err := w.d.envelopeIn(s, of)
		if err != nil {
			return err
		}
		have, err := vault.Recipients(env)
		if err != nil {
			return err
		}
		mine, err := w.keyID(o.ID)
		if err != nil {
			return err
		}
		if policy && !slices.Contains(have.Each, mine) {
			return refused("not-sealed-to-you")
		}
		out = SealedCopy{Source: of, Place: place(of, s.Epoch), Envelope: env}
		return nil
	})
	if err != nil { // also when it was read and its entry could not be kept
		return SealedCopy{}, err
	}
	return out, nil
}
