package casework

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"cutout/internal/officer"
	"cutout/internal/store"
	"cutout/internal/textindex"
	"cutout/internal/vault"
)

// passkey is one authenticator an officer signs in with. Sealed is his private key under the secret it gives; a passkey
// that gives none signs in, and sealed acts ask for the passphrase.
type passkey struct {
	Name   string              `json:"name"`
	Added  time.Time           `json:"added"`
	Used   time.Time           `json:"used,omitzero"`
	Cred   webauthn.Credential `json:"credential"`
	Sealed []byte              `json:"sealed,omitempty"`
}

// The limits of passkeys and of ceremonies under way.
const (
	mostPasskeys   = 20
	maxPasskeyName = 64
	ceremonyTime   = 5 * time.Minute
	mostCeremonies = 4096
)

// ceremonies are the questions put to authenticators, by their challenge. Each is answered once, in the process that
// put it.
type ceremonies struct {
	mu sync.Mutex
	m  map[string]ceremony
}

type ceremony struct {
	data  webauthn.SessionData
	who   officer.Officer // of an enrolment
	until time.Time
}

func (c *ceremonies) put(now time.Time, data webauthn.SessionData, who officer.Officer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.m == nil {
		c.m = map[string]ceremony{}
	}
	for k, v := range c.m {
		if now.After(v.until) {
			delete(c.m, k)
		}
	}
	for k := range c.m { // strangers may ask: whoever asks most is likeliest to lose his own question
		if len(c.m) < mostCeremonies {
			break
		}
		delete(c.m, k)
	}
	c.m[data.Challenge] = ceremony{data, who, now.Add(ceremonyTime)}
}

func (c *ceremonies) take(now time.Time, challenge string) (ceremony, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	v, ok := c.m[challenge]
	delete(c.m, challenge)
	return v, ok && !now.After(v.until)
}

// Passkeys reports whether the unit takes passkeys: it was told the address browsers reach it at.
func (d *Desk) Passkeys() bool { return d.cfg.Origin != "" }

// CheckOrigin says whether browsers can make passkeys for an address: https, or this machine by its name.
func CheckOrigin(origin string) error {
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" ||
		u.Scheme != "https" && !(u.Scheme == "http" && u.Hostname() == "localhost") {
		return fmt.Errorf("casework: %q is no address for passkeys: https://NAME, or http://localhost", origin)
	}
	return protocol.ValidateRPID(u.Hostname())
}

func (d *Desk) party() (*webauthn.WebAuthn, error) {
	if !d.Passkeys() {
		return nil, refused("no-passkeys")
	}
	u, err := url.Parse(d.cfg.Origin)
	if err != nil {
		return nil, err
	}
	yes := true
	// Names of the unit stay out of what an authenticator, or whoever keeps its copies, is told.
	return webauthn.New(&webauthn.Config{RPID: u.Hostname(), RPDisplayName: u.Hostname(), RPOrigins: []string{u.Scheme + "://" + u.Host}, AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: &yes, UserVerification: protocol.VerificationRequired}})
}

// prfSalt is what authenticators make their secret from. It is one for the unit: before a sign-in nobody knows whose it is.
func (d *Desk) prfSalt() []byte {
	h := sha256.Sum256([]byte("cutout passkey\x00" + d.unit.LogName))
	return h[:]
}

func (d *Desk) prf() webauthn.ExtensionOption {
	return webauthn.WithExtensionPRF(protocol.PRFValues{First: d.prfSalt()})
}

// holder is an officer as the passkey library wants him.
type holder struct {
	o    officer.Officer
	keys []passkey
}

func (h holder) WebAuthnID() []byte          { return h.o.ID.Bytes() }
func (h holder) WebAuthnName() string        { return h.o.Name }
func (h holder) WebAuthnDisplayName() string { return h.o.Name }
func (h holder) WebAuthnCredentials() (out []webauthn.Credential) {
	for _, k := range h.keys {
		out = append(out, k.Cred)
	}
	return out
}

func keyUse(o officer.ID, credential []byte) []byte {
	return slices.Concat([]byte("passkey\x00"), o.Bytes(), credential)
}

// AskPasskey puts a question to any passkey: what a browser hands to its authenticator, as JSON.
func (d *Desk) AskPasskey() ([]byte, error) {
	rp, err := d.party()
	if err != nil {
		return nil, d.report("passkey.ask", shown(err))
	}
	q, data, err := rp.BeginDiscoverableLogin(webauthn.WithAssertionExtensions(d.prf()))
	if err != nil {
		return nil, d.report("passkey.ask", shown(err))
	}
	d.asked.put(d.store.Now(), *data, officer.Officer{})
	return json.Marshal(q)
}

// EnterByPasskey signs in at a porch by a passkey's answer. prf is the secret it gave, if any; it is overwritten.
func (d *Desk) EnterByPasskey(ctx context.Context, porch string, answer, prf []byte) (Session, error) {
	a, keys, err := d.byPasskey(ctx, answer, prf, signInEntry, officer.Officer{})
	if err != nil {
		return Session{}, err
	}
	return d.admit(ctx, porch, ByPasskey, a, keys)
}

// ProveByPasskey shows by a passkey of the officer's own that it is he who sits there. With a passkey that gives a
// secret his keys open too; one that gives it for the first time is made to open them from now on, if they are open.
func (d *Desk) ProveByPasskey(ctx context.Context, o officer.Officer, answer, prf []byte) error {
	a, keys, err := d.byPasskey(ctx, answer, prf, presentEntry, o)
	if err != nil {
		return err
	}
	d.sit(o, keys, true)
	return d.greet(ctx, a, o)
}

// byPasskey is the one check of a passkey's answer. With own, only that officer's passkeys count.
func (d *Desk) byPasskey(ctx context.Context, answer, prf []byte, e store.Entry, own officer.Officer) (store.Account, *unlocked, error) {
	defer clear(prf)
	none := store.Account{}
	rp, err := d.party()
	if err != nil {
		return none, nil, d.report(e.Act, shown(err))
	}
	e.Pack = d.packVersion()
	var a store.Account
	var put ceremony
	good := false
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err == nil {
		put, good = d.asked.take(d.store.Now(), parsed.Response.CollectedClientData.Challenge)
		good = good && put.who.ID.IsZero()
		if id := parsed.Response.UserHandle; len(id) == len(officer.ID{}) {
			a, err = d.store.Named(ctx, officer.ID(id))
			if err != nil && !errors.Is(err, store.ErrOfficer) {
				return none, nil, d.report(e.Act, shown(err))
			}
		}
	}
	good = good && !a.ID.IsZero() && (own.ID.IsZero() || own.ID == a.ID)
	o := officer.Officer{ID: a.ID, Name: a.Name}
	if !o.ID.IsZero() {
		e.Object = o.ID.String()
	}
	mine, mineErr := d.key(own)
	var sealed, public []byte
	ok, err := d.store.Tried(ctx, o, e, func(b []byte) ([]byte, bool, error) {
		sealed = nil
		s, err := readSecret(b)
		if err != nil || !good {
			return nil, false, err
		}
		_, cred, err := rp.ValidatePasskeyLogin(func(_, _ []byte) (webauthn.User, error) { return holder{o, s.Passkeys}, nil }, put.data, parsed)
		if err != nil || cred.Authenticator.CloneWarning {
			return nil, false, nil
		}
		i := slices.IndexFunc(s.Passkeys, func(k passkey) bool { return bytes.Equal(k.Cred.ID, cred.ID) })
		if i < 0 {
			return nil, false, nil
		}
		k := &s.Passkeys[i]
		k.Cred, k.Used = *cred, d.store.Now()
		if k.Sealed == nil && len(prf) > 0 && mineErr == nil {
			if k.Sealed, err = vault.SealPrivateUnder(mine, bytes.Clone(prf), keyUse(o.ID, cred.ID)); err != nil {
				k.Sealed = nil // no secret of the right size: it signs in all the same
			}
		}
		sealed, public = k.Sealed, s.Public
		b, err = json.Marshal(s)
		return b, true, err
	})
	if err != nil {
		return none, nil, d.report(e.Act, shown(err))
	}
	if !ok {
		return none, nil, errSignIn
	}
	if sealed == nil || len(prf) == 0 {
		return a, nil, nil
	}
	k, err := vault.OpenPrivateUnder(sealed, prf, keyUse(o.ID, parsed.RawID))
	if err != nil {
		return a, nil, nil // it is he; his passphrase opens the keys
	}
	if !bytes.Equal(k.Public().Bytes(), public) {
		k.Clear()
		return a, nil, nil // a key he has no more
	}
	return a, &unlocked{private: k}, nil
}

var (
	actPasskey     = act{"passkey.add", anyone}
	actDropPasskey = act{"passkey.remove", anyone}
)

// AskNewPasskey puts the question that makes a passkey for the officer himself.
func (d *Desk) AskNewPasskey(ctx context.Context, o officer.Officer) ([]byte, error) {
	rp, err := d.party()
	if err != nil {
		return nil, d.report(actPasskey.word, shown(err))
	}
	if err := d.fresh(o, FreshFor); err != nil {
		return nil, err
	}
	a, err := d.store.Named(ctx, o.ID)
	if err != nil {
		return nil, d.report(actPasskey.word, shown(err))
	}
	s, err := readSecret(a.Secret)
	if err != nil {
		return nil, d.report(actPasskey.word, shown(err))
	}
	h := holder{officer.Officer{ID: a.ID, Name: a.Name}, s.Passkeys}
	q, data, err := rp.BeginRegistration(h, webauthn.WithExclusions(webauthn.Credentials(h.WebAuthnCredentials()).CredentialDescriptors()), webauthn.WithExtensions(d.prf()))
	if err != nil {
		return nil, d.report(actPasskey.word, shown(err))
	}
	d.asked.put(d.store.Now(), *data, o)
	return json.Marshal(q)
}

// AddPasskey keeps the passkey that answered AskNewPasskey, under a name of the officer's own. With the secret it gave,
// and his keys open, it opens them from now on.
func (d *Desk) AddPasskey(ctx context.Context, o officer.Officer, name string, answer, prf []byte) error {
	defer clear(prf)
	rp, err := d.party()
	if err != nil {
		return d.report(actPasskey.word, shown(err))
	}
	if err := d.fresh(o, FreshFor); err != nil {
		return err
	}
	name = strings.TrimSpace(name)
	f := textindex.CheckIdentifier("name", name)
	if name == "" {
		f.Add("name", "field.required")
	} else if len(name) > maxPasskeyName {
		f.Add("name", "text.long", "Limit", fmt.Sprint(maxPasskeyName), "Given", fmt.Sprint(len(name)))
	}
	var cred *webauthn.Credential
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err == nil {
		put, ok := d.asked.take(d.store.Now(), parsed.Response.CollectedClientData.Challenge)
		if err = errors.New("asked of nobody"); ok && put.who == o {
			cred, err = rp.CreateCredential(holder{o: o}, put.data, parsed)
		}
	}
	if err != nil {
		f.Add("answer", "passkey.answer")
	}
	if err := invalid(f); err != nil {
		return err
	}
	cred.Attestation = webauthn.CredentialAttestation{} // of what it is made is nobody's business here
	var sealed []byte
	if k, err := d.key(o); err == nil && len(prf) > 0 {
		if sealed, err = vault.SealPrivateUnder(k, prf, keyUse(o.ID, cred.ID)); err != nil {
			return fieldFault("answer", "passkey.answer")
		}
	}
	return d.do(ctx, o, actPasskey, "officer", o.ID.String(), func(w *work) error {
		return w.change(o.ID, func(s *secret) error {
			if len(s.Passkeys) >= mostPasskeys {
				return fieldFault("name", "passkey.many", "Most", fmt.Sprint(mostPasskeys))
			}
			for _, k := range s.Passkeys {
				if bytes.Equal(k.Cred.ID, cred.ID) {
					return fieldFault("answer", "passkey.answer")
				}
			}
			s.Passkeys = append(s.Passkeys, passkey{Name: name, Added: w.Now(), Cred: *cred, Sealed: sealed})
			return nil
		})
	})
}

// RemovePasskey takes one of the officer's own passkeys away. Another officer's does not exist.
func (d *Desk) RemovePasskey(ctx context.Context, o officer.Officer, ref string) error {
	if err := d.fresh(o, FreshFor); err != nil {
		return err
	}
	return d.do(ctx, o, actDropPasskey, "officer", o.ID.String(), func(w *work) error {
		return w.change(o.ID, func(s *secret) error {
			n := len(s.Passkeys)
			s.Passkeys = slices.DeleteFunc(s.Passkeys, func(k passkey) bool { return k.ref() == ref })
			if len(s.Passkeys) == n {
				return store.ErrNotFound
			}
			return nil
		})
	})
}

// ref names a passkey to its owner.
func (k passkey) ref() string {
	h := sha256.Sum256(k.Cred.ID)
	return fmt.Sprintf("%x", h[:8])
}
