package casework

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"net/url"
	"strings"
	"time"

	"cutout/internal/officer"
)

var (
	actAccount  = act{"account.look", anyone}
	actCodes    = act{"code.add", anyone}
	actNoCodes  = act{"code.remove", anyone}
	actRecovery = act{"code.recovery", anyone}
)

// PasskeyLine is one of the officer's passkeys as he knows it.
type PasskeyLine struct {
	Ref, Name   string
	Added, Used time.Time
	Opens       bool // it opens his keys
}

// Account is an officer's ways to sign in, as he sees them.
type Account struct {
	Frame
	Passkeys []PasskeyLine
	Codes    bool // a code is asked at sign-in by passphrase
	Recovery int  // recovery codes left
	Sessions []Session
}

// Account shows the officer his own ways to sign in and his sessions. Nobody else's can be asked for.
func (d *Desk) Account(ctx context.Context, o officer.Officer) (out Account, err error) {
	err = d.look(ctx, o, actAccount, "officer", o.ID.String(), func(w *work) error {
		out = Account{}
		a, err := w.Account(o.ID)
		if err != nil {
			return err
		}
		s, err := readSecret(a.Secret)
		if err != nil {
			return err
		}
		for _, k := range s.Passkeys {
			out.Passkeys = append(out.Passkeys, PasskeyLine{k.ref(), k.Name, k.Added, k.Used, k.Sealed != nil})
		}
		if s.Codes != nil {
			out.Codes, out.Recovery = true, len(s.Codes.Recovery)
		}
		if out.Sessions, err = w.sessions(); err != nil {
			return err
		}
		return w.frame(&out.Frame)
	})
	return out, err
}

// NewCoder is an authenticator being set up: its secret, and the address an authenticator reads from a picture. Nothing
// is kept of it until AddCodes proves that the authenticator has it.
func (d *Desk) NewCoder(o officer.Officer) (seed, address string, err error) {
	if err := d.fresh(o, FreshFor); err != nil {
		return "", "", err
	}
	raw := make([]byte, 20)
	rand.Read(raw)
	seed = base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw)
	// The account's name stands on the authenticator's screen; the unit's does not.
	u := url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + o.Name, RawQuery: url.Values{"secret": {seed}}.Encode()}
	return seed, u.String(), nil
}

// AddCodes asks for a code at every sign-in by passphrase from now on. It takes a code as proof that the authenticator
// works, and gives ten recovery codes, which are shown this once.
func (d *Desk) AddCodes(ctx context.Context, o officer.Officer, seed, code string) (recovery []string, err error) {
	if err := d.fresh(o, FreshFor); err != nil {
		return nil, err
	}
	raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ToUpper(strings.TrimSpace(seed)))
	c := coder{Seed: strings.ToUpper(strings.TrimSpace(seed))}
	if err != nil || len(raw) < 20 || len(raw) > 64 || !c.clockCode(code, d.store.Now()) {
		return nil, fieldFault("code", "code.wrong")
	}
	recovery, c.Recovery = newRecovery()
	err = d.do(ctx, o, actCodes, "officer", o.ID.String(), func(w *work) error {
		return w.change(o.ID, func(s *secret) error { s.Codes = &c; return nil })
	})
	if err != nil {
		return nil, err
	}
	return recovery, nil
}

// RemoveCodes lets the officer sign in by passphrase without a code again.
func (d *Desk) RemoveCodes(ctx context.Context, o officer.Officer) error {
	if err := d.fresh(o, FreshFor); err != nil {
		return err
	}
	return d.do(ctx, o, actNoCodes, "officer", o.ID.String(), func(w *work) error {
		return w.change(o.ID, func(s *secret) error { s.Codes = nil; return nil })
	})
}

// RenewRecovery gives ten new recovery codes; the old ones are worth nothing any more.
func (d *Desk) RenewRecovery(ctx context.Context, o officer.Officer) (recovery []string, err error) {
	if err := d.fresh(o, FreshFor); err != nil {
		return nil, err
	}
	recovery, hashes := newRecovery()
	err = d.do(ctx, o, actRecovery, "officer", o.ID.String(), func(w *work) error {
		return w.change(o.ID, func(s *secret) error {
			if s.Codes == nil {
				return refused("no-codes")
			}
			s.Codes.Recovery = hashes
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	return recovery, nil
}

// recoveryCodes is how many are given at once.
const recoveryCodes = 10

// newRecovery draws recovery codes of eighty bits, in letters and digits that are not taken for each other.
func newRecovery() (codes []string, hashes [][]byte) {
	alphabet := base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)
	for range recoveryCodes {
		raw := make([]byte, 10)
		rand.Read(raw)
		s := alphabet.EncodeToString(raw)
		s = s[:4] + "-" + s[4:8] + "-" + s[8:12] + "-" + s[12:]
		codes, hashes = append(codes, s), append(hashes, recoveryHash(s))
	}
	return codes, hashes
}
