package casework

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"slices"
	"strings"

	"cutout/internal/compartment"
	"cutout/internal/day"
	"cutout/internal/identity"
	"cutout/internal/leak"
	"cutout/internal/officer"
	"cutout/internal/source"
	"cutout/internal/store"
	"cutout/internal/textindex"
	"cutout/internal/vault"
)

// place is where the identity of a source belongs; it is bound to the envelope.
func place(of source.ID) vault.Place {
	return vault.Place{Table: kindIdentity, Record: of.String(), Field: "person", Epoch: keyEpoch}
}

// sealIdentity seals a person to the officer who registers him.
func (w *work) sealIdentity(of source.ID, label compartment.Label, p identity.Person) error {
	mine, err := w.public(w.Officer().ID)
	if err != nil {
		return err
	}
	plain, err := p.Encode()
	if err != nil {
		return err
	}
	defer clear(plain)
	env, err := vault.Seal(plain, place(of), vault.Readers{Each: []vault.PublicKey{mine}})
	if err != nil {
		return err
	}
	return w.Insert(store.Entering{Kind: kindIdentity, ID: fresh[store.ID](w), Label: label, Body: env,
		Marks: []store.Mark{store.Ref("source", of.Raw())}})
}

// keepTokens keeps, apart from the envelope, keyed tokens of a source's names and of his code name, under a key that only
// officers' own keys open: reports and releases are checked against them.
func (w *work) keepTokens(of source.ID, codeName string, label compartment.Label, p identity.Person, nameKey vault.Secret) error {
	marks := []store.Mark{store.Ref("name-token-of", of.Raw())}
	var names []string
	if !p.IsZero() {
		who, err := p.Disclose() // its names only, and only as keyed tokens
		if err != nil {
			return err
		}
		names = who.All()
		defer who.Wipe()
	}
	err := nameKey.Use(func(key []byte) error {
		token := tokens(key)
		for _, t := range tokensOf(names) {
			marks = append(marks, store.Mark{Name: "name-token", Value: token(t)})
		}
		// The words of a code name are common; side by side they are his.
		for _, pair := range pairsOf(textindex.AppendTerms(nil, codeName)) {
			marks = append(marks, store.Mark{Name: "name-token", Value: token(pair)})
		}
		return nil
	})
	if err != nil {
		return err
	}
	return w.Insert(store.Entering{Kind: kindNameTokens, ID: fresh[store.ID](w), Label: label, Body: struct{}{}, Marks: marks})
}

// pairsOf are the words that stand side by side.
func pairsOf(ws []textindex.Term) []string {
	var out []string
	for i := 1; i < len(ws); i++ {
		out = append(out, ws[i-1].Plain+" "+ws[i].Plain)
	}
	return out
}

// particles are parts of names that name nobody.
var particles = []string{"al", "el", "bin", "ibn", "ben", "bint", "abu", "abd", "umm", "van", "von", "de", "der", "den", "la", "le", "di", "da",
	"ال", "بن", "ابن", "بنت", "ابو", "ام", "عبد"}

// tokensOf are the forms under which a text can name a person: each word of a name of three letters or more, as written
// and as search would find it.
func tokensOf(texts []string) []string {
	var out []string
	for _, t := range texts {
		for _, w := range textindex.AppendTerms(nil, t) {
			out = append(out, formsOf(w)...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func formsOf(w textindex.Term) []string {
	if len([]rune(w.Plain)) < 3 || slices.Contains(particles, w.Plain) {
		return nil
	}
	out := []string{w.Plain}
	for _, form := range []string{w.Light, w.Extended} {
		if len([]rune(form)) >= 3 && !slices.Contains(out, form) && !slices.Contains(particles, form) {
			out = append(out, form)
		}
	}
	return out
}

// tokens makes the keyed token of one form of a word after another.
func tokens(key []byte) func(form string) store.ID {
	m := hmac.New(sha256.New, key)
	var sum [sha256.Size]byte
	said := []byte("name\x00")
	return func(form string) store.ID {
		m.Reset()
		said = append(said[:len("name\x00")], form...)
		m.Write(said)
		return store.ID(m.Sum(sum[:0])[:16])
	}
}

// spoken is a text prepared for the check against names: its words, each with the tokens it would have as a part of a name.
type spoken []saidWord

type saidWord struct {
	token store.ID
	word  string
}

// speak prepares texts with the unit's name key. It needs no record and runs outside any transaction.
func speak(key vault.Secret, texts ...string) (spoken, error) {
	size := 0
	for _, t := range texts {
		size += len(t)
	}
	out := make(spoken, 0, size/3) // about three tokens a word, pairs of words among them
	done := make(map[string]bool, size/4)
	err := key.Use(func(k []byte) error {
		token := tokens(k)
		for _, t := range texts {
			words := textindex.AppendTerms(nil, t)
			for _, pair := range pairsOf(words) {
				if !done[pair] {
					done[pair] = true
					out = append(out, saidWord{token(pair), pair})
				}
			}
			for _, word := range words {
				if done[word.Plain] {
					continue
				}
				done[word.Plain] = true
				for _, form := range formsOf(word) {
					out = append(out, saidWord{token(form), word.Plain})
				}
			}
		}
		return nil
	})
	return out, err
}

// named finds the words that name one of the sources, whichever labels they carry, in order. It answers about the
// officer's own words only.
func (w *work) named(s spoken, of ...source.ID) ([]string, error) {
	ids := make([]store.ID, len(of))
	for i, v := range of {
		ids[i] = v.Raw()
	}
	names, err := w.Marked("name-token", ids...)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, x := range s {
		if names[x.token] {
			out = append(out, x.word)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// nameKeyLabel is the label of the envelope that holds the unit's name key: everybody reads the envelope, and only
// officers it is sealed to open it.
var nameKeyLabel = compartment.Label{}

// nameKeyDuties are the duties whose work needs the name key: those who register people and those who release text.
var nameKeyDuties = one(officer.Registrar, officer.IntakeOfficer, officer.Handler, officer.CoHandler, officer.Controller, officer.ReleaseOfficer)

var actNameKey = act{"name-key.open", nameKeyDuties}

// nameKey lends the unit's name key.
func (d *Desk) nameKey(ctx context.Context, o officer.Officer) (vault.Secret, error) {
	if _, err := d.key(o.ID); err != nil {
		return vault.Secret{}, err
	}
	d.mu.Lock()
	u := d.open[o.ID]
	if u != nil && u.hasName {
		s := u.nameKey
		d.mu.Unlock()
		return s, nil
	}
	d.mu.Unlock()
	return d.openNameKey(ctx, o, true)
}

// openNameKey opens the unit's name key with the officer's own key, and seals it to colleagues who came since: at every
// sign-in of somebody who holds it, and when he assigns one. The first officer whose work needs it makes it.
func (d *Desk) openNameKey(ctx context.Context, o officer.Officer, first bool) (vault.Secret, error) {
	key, err := d.key(o.ID)
	if err != nil {
		return vault.Secret{}, err
	}
	at := vault.Place{Table: kindNameKey, Record: d.unit.LogName, Field: "key", Epoch: keyEpoch}
	var opened vault.Secret
	err = d.do(ctx, o, actNameKey, kindNameKey, "", func(w *work) error {
		rs, _, err := w.Find(store.Query{Kind: kindNameKey, Limit: 1})
		if err != nil {
			return err
		}
		as, err := w.Accounts()
		if err != nil {
			return err
		}
		as = slices.DeleteFunc(as, func(a store.Account) bool { return !entitled(a, w.Today()) })
		if len(rs) == 0 {
			if !first {
				return refused("name-key")
			}
			var readers []vault.PublicKey
			for _, a := range as {
				k, err := w.public(a.ID)
				if err != nil {
					return err
				}
				readers = append(readers, k)
			}
			fresh := make([]byte, 32)
			rand.Read(fresh)
			env, err := vault.Seal(fresh, at, vault.Readers{Each: readers})
			if err != nil {
				return err
			}
			opened = vault.NewSecret(fresh)
			return w.Insert(store.Entering{Kind: kindNameKey, ID: freshID(w), Label: nameKeyLabel, Body: env})
		}
		env := rs[0].Body
		if opened, err = vault.Open(env, at, key); err != nil {
			if errors.Is(err, vault.ErrClosed) {
				return refused("name-key")
			}
			return err
		}
		have, err := vault.Recipients(env)
		if err != nil {
			return err
		}
		before := env
		for _, a := range as {
			k, err := w.keyID(a.ID)
			if err != nil {
				return err
			}
			if slices.Contains(have.Each, k) {
				continue
			}
			pub, err := w.public(a.ID)
			if err != nil {
				return err
			}
			if env, err = vault.AddRecipient(env, at, key, pub); err != nil {
				return err
			}
		}
		if bytes.Equal(before, env) {
			return nil
		}
		return w.Revise(rs[0], store.Entering{Kind: kindNameKey, Label: nameKeyLabel, Body: env})
	})
	if err != nil {
		return vault.Secret{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if u := d.open[o.ID]; u != nil {
		u.nameKey, u.hasName = opened, true
	}
	return opened, nil
}

func freshID(w *work) store.ID { return fresh[store.ID](w) }

// entitled reports whether an officer's duties need the name key.
func entitled(a store.Account, on day.Day) bool {
	if a.Rights.Closed {
		return false
	}
	for _, g := range a.Rights.Grants {
		if g.On(on) && slices.Contains(nameKeyDuties, g.Duty) {
			return true
		}
	}
	return false
}

// envelope reads the sealed identity of a source; ok is false when there is none.
func (w *work) envelope(of source.ID) (store.Record, bool, error) {
	rs, _, err := w.Find(store.Query{Kind: kindIdentity, Marks: []store.Mark{store.Ref("source", of.Raw())}, Limit: 1})
	if err != nil || len(rs) == 0 {
		return store.Record{}, false, err
	}
	return rs[0], true, nil
}

// shareIdentity seals the identity to one more officer, by one who can open it. Who cannot, leaves it as it is: the new
// officer sees that it waits for somebody who can.
func (w *work) shareIdentity(of source.ID, to officer.ID, by vault.PrivateKey) error {
	r, ok, err := w.envelope(of)
	if err != nil || !ok {
		return err
	}
	pub, err := w.public(to)
	if err != nil {
		return err
	}
	have, err := vault.Recipients(r.Body)
	if err != nil || slices.Contains(have.Each, pub.ID()) || !slices.Contains(have.Each, by.Public().ID()) {
		return err
	}
	env, err := vault.AddRecipient(r.Body, place(of), by, pub)
	if err != nil {
		return err
	}
	return w.Revise(r, store.Entering{Kind: kindIdentity, Label: r.Label, Body: env, Marks: []store.Mark{store.Ref("source", of.Raw())}})
}

// Seal says who can open an identity, without opening it.
type Seal struct {
	Exists  bool
	Openers []string // account names of officers it is sealed to
	Mine    bool
}

func (w *work) seal(of source.ID) (Seal, error) {
	r, ok, err := w.envelope(of)
	if err != nil || !ok {
		return Seal{}, err
	}
	have, err := vault.Recipients(r.Body)
	if err != nil {
		return Seal{}, err
	}
	s := Seal{Exists: true}
	as, err := w.Accounts()
	if err != nil {
		return Seal{}, err
	}
	for _, a := range as {
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

// OpenIdentity opens a source's identity for an officer it is sealed to. The look and its reason are on the log before
// anything is disclosed: when the log cannot be written, nothing opens.
func (d *Desk) OpenIdentity(ctx context.Context, o officer.Officer, of source.ID, reason string) (identity.Person, error) {
	if strings.TrimSpace(reason) == "" {
		return identity.Person{}, fieldFault("reason", "field.required")
	}
	key, err := d.key(o.ID)
	if err != nil {
		return identity.Person{}, err
	}
	var p identity.Person
	err = d.look(ctx, o, actOpenID, kindSource, of.String(), func(w *work) error {
		if _, err := read[source.ID, source.Source](w, kindSource, of); err != nil {
			return err
		}
		w.Entry().Detail = []byte(reason)
		r, ok, err := w.envelope(of)
		if err != nil {
			return err
		}
		if !ok {
			return refused("no-identity")
		}
		s, err := vault.Open(r.Body, place(of), key)
		if errors.Is(err, vault.ErrClosed) {
			return refused("not-sealed-to-you")
		}
		if err != nil {
			return err
		}
		defer s.Clear()
		return s.Use(func(b []byte) error {
			var err error
			p, err = identity.Decode(b)
			return err
		})
	})
	if err != nil {
		return identity.Person{}, err
	}
	return p, nil
}
