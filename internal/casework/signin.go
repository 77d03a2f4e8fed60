package casework

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"cutout/internal/fault"
	"cutout/internal/leak"
	"cutout/internal/officer"
	"cutout/internal/store"
	"cutout/internal/textindex"
	"cutout/internal/vault"
)

// The lengths of passphrases and account names, in bytes.
const (
	minPassphrase = 12
	maxPassphrase = 1024
	maxName       = 64
)

func checkPassphrase(f *fault.Faults, p []byte) {
	if len(p) < minPassphrase || len(p) > maxPassphrase {
		f.Add("passphrase", "passphrase.length", "Least", strconv.Itoa(minPassphrase), "Most", strconv.Itoa(maxPassphrase))
	}
}

func checkAccountName(f *fault.Faults, field, s string) {
	if strings.TrimSpace(s) == "" {
		f.Add(field, "field.required")
		return
	}
	if len(s) > maxName || s != strings.ToLower(s) || s != canonical(s) || strings.ContainsAny(s, " \t\"'<>&@:/\\") {
		f.Add(field, "officer.name")
	}
	*f = append(*f, textindex.CheckIdentifier(field, s)...)
}

// hashing bounds how many passphrases are stretched at once: each takes its memory, and a hundred at once would take the
// machine.
var hashing = make(chan struct{}, 2)

// errSignIn is the one answer to an unknown name, a closed account and a wrong passphrase.
var errSignIn = &Error{Kind: Refused, Code: "refused.sign-in"}

// Proof is what somebody shows at a sign-in by passphrase. Code is one of his authenticator, or a recovery code; only
// those who set one up are asked for it.
type Proof struct {
	Name       string
	Passphrase []byte // overwritten by its use
	Code       string
}

// The acts of coming in. Their entries name the officer whose account it is; those of names that do not exist name nobody.
var (
	signInEntry  = store.Entry{Act: "session.sign-in", Kind: "officer"}
	presentEntry = store.Entry{Act: "session.present", Kind: "officer"}
)

// SignIn is SignInWith without a code.
func (d *Desk) SignIn(ctx context.Context, name string, passphrase []byte) (officer.Officer, error) {
	return d.SignInWith(ctx, Proof{Name: name, Passphrase: passphrase})
}

// SignInWith checks a proof and opens the officer's keys at the seat of this program, until he is locked or idle. Porches
// call Enter. Unknown names take as long and answer the same as wrong passphrases, wrong codes and closed accounts; every
// attempt is on the log.
func (d *Desk) SignInWith(ctx context.Context, p Proof) (officer.Officer, error) {
	a, keys, err := d.byPassphrase(ctx, p, signInEntry)
	if err != nil {
		return officer.Officer{}, err
	}
	o := officer.Officer{ID: a.ID, Name: a.Name}
	d.sit(o, keys, true)
	return o, d.greet(ctx, a, o)
}

// greet does what somebody with open keys does for his colleagues at every sign-in.
func (d *Desk) greet(ctx context.Context, a store.Account, o officer.Officer) error {
	d.mark(ctx)
	if !entitled(a, d.store.Today()) || !d.Unlocked(o) {
		return nil
	}
	// A colleague who came since waits for somebody who holds the name key. That it is not sealed to this officer yet
	// is no reason to keep him out.
	if _, err := d.openNameKey(ctx, o, false); KindOf(err) == Internal && err != nil {
		return err
	}
	return nil
}

// stranger finds the account of a name, in whichever form it was typed.
func (d *Desk) stranger(ctx context.Context, name string) (store.Account, error) {
	a, err := d.store.Stranger(ctx, canonical(name))
	if plain := strings.ToLower(strings.TrimSpace(name)); plain != canonical(name) {
		// An account made before names had one form. Both are looked up for every such name, so that it takes as long.
		if b, err := d.store.Stranger(ctx, plain); err == nil {
			return b, nil
		}
	}
	return a, err
}

// byPassphrase is the one check of passphrase and code, for sign-ins and for proofs of presence.
func (d *Desk) byPassphrase(ctx context.Context, p Proof, e store.Entry) (store.Account, *unlocked, error) {
	none := store.Account{}
	if !d.limiter.allow(canonical(p.Name), d.store.Now()) {
		clear(p.Passphrase)
		return none, nil, &Error{Kind: Refused, Code: "refused.too-many"}
	}
	a, err := d.stranger(ctx, p.Name)
	known := err == nil
	if err != nil && !errors.Is(err, store.ErrOfficer) {
		return none, nil, d.report(e.Act, shown(err))
	}
	s := secret{Private: d.decoy}
	if known {
		if s, err = readSecret(a.Secret); err != nil {
			return none, nil, d.report(e.Act, shown(err))
		}
	}
	again := bytes.Clone(p.Passphrase)
	defer clear(again)
	hashing <- struct{}{}
	k, err := vault.OpenPrivate(s.Private, p.Passphrase)
	opened := err == nil && known
	var dearer []byte
	if _, cost, err := vault.SealedUnder(s.Private); opened && err == nil && cheaper(cost, d.cfg.Cost) {
		if dearer, err = vault.SealPrivate(k, again, d.cfg.Cost); err != nil {
			dearer = nil // as before, until the next sign-in
		}
	}
	<-hashing
	o := officer.Officer{ID: a.ID, Name: a.Name}
	if leak.On("signin_name") && !known {
		k.Clear()
		return none, nil, refused("account")
	}
	e.Pack = d.packVersion()
	if known {
		e.Object = o.ID.String()
	}
	ok, err := d.store.Tried(ctx, o, e, func(b []byte) ([]byte, bool, error) {
		if !opened {
			return nil, false, nil
		}
		now, err := readSecret(b)
		if err != nil {
			return nil, false, err
		}
		if !bytes.Equal(now.Private, s.Private) {
			return nil, false, nil // the passphrase was changed meanwhile
		}
		ok, changed := true, false
		if now.Codes != nil {
			ok, changed = now.Codes.take(p.Code, d.store.Now()), true
		}
		if ok && dearer != nil {
			now.Private, changed = dearer, true
		}
		if ok && len(now.Signing) == 0 { // an account from before keys could sign
			v, err := k.VerifyKey()
			if err != nil {
				return nil, false, err
			}
			now.Signing, changed = v[:], true
		}
		if !changed {
			return nil, ok, nil
		}
		b, err = json.Marshal(now)
		return b, ok, err
	})
	if err != nil || !ok {
		k.Clear()
		if err != nil {
			return none, nil, d.report(e.Act, shown(err))
		}
		return none, nil, errSignIn
	}
	d.limiter.forget(canonical(p.Name))
	return a, &unlocked{private: k}, nil
}

// Prove shows again that it is the officer who sits there, by passphrase, and opens his keys at his seat.
func (d *Desk) Prove(ctx context.Context, o officer.Officer, passphrase []byte, code string) error {
	a, keys, err := d.byPassphrase(ctx, Proof{o.Name, passphrase, code}, presentEntry)
	if err != nil {
		return err
	}
	if a.ID != o.ID {
		keys.clear()
		return errSignIn
	}
	d.sit(o, keys, true)
	return d.greet(ctx, a, o)
}

// AsksCode reports whether a sign-in under the name needs a code. It is for a program that holds the unit's key, to ask
// its user for one: a porch never tells it to a stranger.
func (d *Desk) AsksCode(ctx context.Context, name string) bool {
	a, err := d.stranger(ctx, name)
	if err != nil {
		return false
	}
	s, err := readSecret(a.Secret)
	return err == nil && s.Codes != nil
}

// ChangePassphrase seals the officer's key under a new passphrase and ends his sign-ins elsewhere. The passphrases are
// stretched before the transaction: the writer all acts share must not wait for them.
func (d *Desk) ChangePassphrase(ctx context.Context, o officer.Officer, old, fresh []byte) error {
	var f fault.Faults
	checkPassphrase(&f, fresh)
	if err := invalid(f); err != nil {
		return err
	}
	if !d.limiter.allow(canonical(o.Name), d.store.Now()) {
		return &Error{Kind: Refused, Code: "refused.too-many"}
	}
	a, err := d.store.Named(ctx, o.ID)
	if err != nil {
		return d.report(actPassphrase.word, shown(err))
	}
	s, err := readSecret(a.Secret)
	if err != nil {
		return d.report(actPassphrase.word, shown(err))
	}
	hashing <- struct{}{}
	k, err := vault.OpenPrivate(s.Private, old)
	var sealed []byte
	if err == nil {
		sealed, err = vault.SealPrivate(k, fresh, d.cfg.Cost)
		k.Clear()
	}
	<-hashing
	opened := err == nil
	err = d.do(ctx, o, actPassphrase, "officer", o.ID.String(), func(w *work) error {
		if !opened {
			return errSignIn
		}
		if err := w.change(o.ID, func(now *secret) error {
			if !bytes.Equal(now.Private, s.Private) {
				return store.ErrConflict
			}
			now.Private = sealed
			return nil
		}); err != nil {
			return err
		}
		return w.EndAdmissions(o.ID, o.Seat)
	})
	if err == nil {
		d.limiter.forget(canonical(o.Name))
		d.riseOthers(o)
	}
	return err
}

// change rewrites an account's secret inside a transaction, from what it is there.
func (w *work) change(o officer.ID, fn func(*secret) error) error {
	a, err := w.Account(o)
	if err != nil {
		return err
	}
	s, err := readSecret(a.Secret)
	if err != nil {
		return err
	}
	if err := fn(&s); err != nil {
		return err
	}
	b, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return w.SetSecret(o, b)
}

var actPassphrase = act{"officer.passphrase", anyone}

// keyID names an officer's public key. It changes only when a lost key is replaced, which forgets it here.
func (w *work) keyID(o officer.ID) (vault.KeyID, error) {
	if v, ok := w.d.keyIDs.Load(o); ok {
		return v.(vault.KeyID), nil
	}
	k, err := w.public(o)
	if err != nil {
		return vault.KeyID{}, err
	}
	w.d.keyIDs.Store(o, k.ID())
	return k.ID(), nil
}

// public reads the public key of an officer's account.
func (w *work) public(o officer.ID) (vault.PublicKey, error) {
	k, _, err := w.keysOf(o)
	return k, err
}

// keysOf reads the public keys of an officer's account: what is sealed to, and what his signatures are checked with.
func (w *work) keysOf(o officer.ID) (vault.PublicKey, vault.VerifyKey, error) {
	var v vault.VerifyKey
	a, err := w.Account(o)
	if err != nil {
		return vault.PublicKey{}, v, err
	}
	var s secret
	if err := json.Unmarshal(a.Secret, &s); err != nil {
		return vault.PublicKey{}, v, err
	}
	copy(v[:], s.Signing)
	k, err := vault.ParsePublicKey(s.Public)
	return k, v, err
}
