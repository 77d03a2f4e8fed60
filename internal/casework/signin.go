package casework

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"sync"
	"time"

	"cutout/internal/fault"
	"cutout/internal/leak"
	"cutout/internal/officer"
	"cutout/internal/store"
	"cutout/internal/textindex"
	"cutout/internal/vault"
)

// secret is what the store keeps of an officer's passphrase: his private key sealed under it. Opening the key is the
// check of the passphrase, so that no second hash of it is kept.
type secret struct {
	Public  []byte `json:"public"`
	Private []byte `json:"private"`
}

// unlocked is what a signed-in officer's presence opens, held in memory only.
type unlocked struct {
	private vault.PrivateKey
	nameKey vault.Secret
	hasName bool
	used    time.Time
}

func (u *unlocked) clear() {
	u.private.Clear()
	u.nameKey.Clear()
}

// The lengths of passphrases and account names, in bytes.
const (
	minPassphrase = 12
	maxPassphrase = 1024
	maxName       = 64
)

// idleLock is how long an officer's keys stay open without use.
const idleLock = 15 * time.Minute

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
	if len(s) > maxName || s != strings.ToLower(s) || strings.ContainsAny(s, " \t\"'<>&@:/\\") {
		f.Add(field, "officer.name")
	}
	*f = append(*f, textindex.CheckIdentifier(field, s)...)
}

func newSecret(passphrase []byte, cost vault.Cost) ([]byte, error) {
	k, err := vault.NewPrivateKey()
	if err != nil {
		return nil, err
	}
	defer k.Clear()
	sealed, err := vault.SealPrivate(k, passphrase, cost)
	if err != nil {
		return nil, err
	}
	return json.Marshal(secret{k.Public().Bytes(), sealed})
}

// hashing bounds how many passphrases are stretched at once: each takes its memory, and a hundred at once would take the
// machine.
var hashing = make(chan struct{}, 2)

// decoy is a secret that no passphrase opens, stretched for names that do not exist so that they answer as slowly.
var decoy struct {
	sync.Mutex
	cost   vault.Cost
	sealed []byte
}

func decoySecret(cost vault.Cost) []byte {
	decoy.Lock()
	defer decoy.Unlock()
	if decoy.sealed == nil || decoy.cost != cost {
		b, err := newSecret([]byte("a passphrase that nobody is given"), cost)
		if err == nil {
			decoy.sealed, decoy.cost = b, cost
		}
	}
	return decoy.sealed
}

// errSignIn is the one answer to an unknown name, a closed account and a wrong passphrase.
var errSignIn = &Error{Kind: Refused, Code: "refused.sign-in"}

// SignIn checks a passphrase and opens the officer's keys until he signs out or stays idle. Unknown names take as long
// and answer the same as wrong passphrases. Attempts on an existing account are on the log.
func (d *Desk) SignIn(ctx context.Context, name string, passphrase []byte) (officer.Officer, error) {
	if !d.limiter.allow(strings.ToLower(strings.TrimSpace(name)), d.store.Now()) {
		return officer.Officer{}, &Error{Kind: Refused, Code: "refused.too-many"}
	}
	a, err := d.store.Stranger(ctx, strings.ToLower(strings.TrimSpace(name)))
	known := err == nil
	if err != nil && !errors.Is(err, store.ErrOfficer) {
		return officer.Officer{}, d.report("session.sign-in", shown(err))
	}
	body := a.Secret
	if !known {
		body = decoySecret(d.cfg.Cost)
	}
	var s secret
	if err := json.Unmarshal(body, &s); err != nil {
		return officer.Officer{}, d.report("session.sign-in", shown(err))
	}
	hashing <- struct{}{}
	k, err := vault.OpenPrivate(s.Private, passphrase)
	<-hashing
	o := officer.Officer{ID: a.ID, Name: a.Name}
	if leak.On("signin_name") && !known {
		return o, refused("account")
	}
	if err != nil || !known {
		k.Clear()
		if known {
			// The attempt is the account's business: it is logged as refused, and its owner sees it at his next sign-in.
			e := store.Entry{Act: "session.sign-in", Kind: "officer", Object: o.ID.String(), Pack: d.packVersion()}
			if err := d.store.Write(ctx, o, e, func(*store.Tx) error { return errSignIn }); err != nil && KindOf(err) != Refused {
				return officer.Officer{}, d.report("session.sign-in", shown(err))
			}
		}
		return officer.Officer{}, errSignIn
	}
	err = d.store.Write(ctx, o, store.Entry{Act: "session.sign-in", Kind: "officer", Object: o.ID.String(), Pack: d.packVersion()}, func(*store.Tx) error { return nil })
	if err != nil {
		k.Clear()
		if errors.Is(err, store.ErrOfficer) {
			return officer.Officer{}, errSignIn
		}
		return officer.Officer{}, d.report("session.sign-in", shown(err))
	}
	d.limiter.forget(strings.ToLower(strings.TrimSpace(name)))
	d.mu.Lock()
	if old := d.open[o.ID]; old != nil {
		old.clear()
	}
	d.open[o.ID] = &unlocked{private: k, used: d.store.Now()}
	d.mu.Unlock()
	if entitled(a, d.store.Today()) {
		// A colleague who came since waits for somebody who holds the name key. That it is not sealed to this officer yet
		// is no reason to keep him out.
		if _, err := d.openNameKey(ctx, o, false); KindOf(err) == Internal && err != nil {
			return o, err
		}
	}
	return o, nil
}

// Lock closes an officer's keys: at sign-out, when his account ends, or when he asks.
func (d *Desk) Lock(o officer.ID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if u := d.open[o]; u != nil {
		u.clear()
		delete(d.open, o)
	}
}

// key lends the officer's private key, or refuses when he has been away too long.
func (d *Desk) key(o officer.ID) (vault.PrivateKey, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	u := d.open[o]
	now := d.store.Now()
	if u == nil || now.Sub(u.used) > idleLock {
		if u != nil {
			u.clear()
			delete(d.open, o)
		}
		return vault.PrivateKey{}, refused("locked")
	}
	u.used = now
	return u.private, nil
}

// Unlocked reports whether the officer's keys are open.
func (d *Desk) Unlocked(o officer.ID) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.open[o] != nil
}

// ChangePassphrase seals the officer's key under a new passphrase. The passphrases are stretched before the transaction:
// the writer all acts share must not wait for them.
func (d *Desk) ChangePassphrase(ctx context.Context, o officer.Officer, old, fresh []byte) error {
	var f fault.Faults
	checkPassphrase(&f, fresh)
	if err := invalid(f); err != nil {
		return err
	}
	a, err := d.store.Stranger(ctx, o.Name)
	if err != nil {
		return d.report(actPassphrase.word, shown(err))
	}
	var s secret
	if err := json.Unmarshal(a.Secret, &s); err != nil {
		return d.report(actPassphrase.word, shown(err))
	}
	hashing <- struct{}{}
	k, err := vault.OpenPrivate(s.Private, old)
	if err == nil {
		s.Private, err = vault.SealPrivate(k, fresh, d.cfg.Cost)
		k.Clear()
	}
	<-hashing
	opened := err == nil
	body, err := json.Marshal(s)
	if err != nil {
		return d.report(actPassphrase.word, shown(err))
	}
	return d.do(ctx, o, actPassphrase, "officer", o.ID.String(), func(w *work) error {
		if !opened {
			return errSignIn
		}
		return w.SetSecret(o.ID, body)
	})
}

var actPassphrase = act{"officer.passphrase", anyone}

// keyID names an officer's public key. An account keeps its key for life, so it is read once.
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
	a, err := w.Account(o)
	if err != nil {
		return vault.PublicKey{}, err
	}
	var s secret
	if err := json.Unmarshal(a.Secret, &s); err != nil {
		return vault.PublicKey{}, err
	}
	return vault.ParsePublicKey(s.Public)
}

// limiter counts failed sign-ins per account name, whoever and wherever they come from.
type limiter struct {
	mu sync.Mutex
	m  map[string]attempts
}

type attempts struct {
	n     int
	since time.Time
}

// Failed attempts an account name may have in a window before it has to wait.
const (
	maxAttempts   = 10
	attemptWindow = 10 * time.Minute
	maxTracked    = 10_000
)

func (l *limiter) allow(name string, now time.Time) bool {
	if leak.On("limiter_shared") {
		name = ""
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.m == nil || len(l.m) > maxTracked {
		l.m = map[string]attempts{}
	}
	a := l.m[name]
	if now.Sub(a.since) > attemptWindow {
		a = attempts{since: now}
	}
	a.n++
	l.m[name] = a
	return a.n <= maxAttempts
}

func (l *limiter) forget(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.m, name)
}
