package casework

import (
	"context"
	"crypto/hmac"
	"errors"
	"strings"
	"sync"
	"time"

	"cutout/internal/fault"
	"cutout/internal/officer"
	"cutout/internal/provider"
	"cutout/internal/store"
	"cutout/internal/textindex"
)

// flows are attempts to sign in by the provider, by their state. Each comes back once, to the browser that began it.
type flows struct {
	mu sync.Mutex
	m  map[string]flow
}

type flow struct {
	provider.Flow
	browser string
	until   time.Time
}

const (
	flowTime  = 10 * time.Minute
	mostFlows = 4096
)

// Provider reports whether officers may sign in by a provider of identities.
func (d *Desk) Provider() bool { return d.cfg.Provider != nil }

// AskProvider gives the address a browser is sent to. browser is a secret of that browser alone, which EnterByProvider
// must get again: an answer brought by another browser is somebody else's.
func (d *Desk) AskProvider(ctx context.Context, browser string) (string, error) {
	if !d.Provider() {
		return "", notFound
	}
	to, f, err := d.cfg.Provider.Begin(ctx)
	if err != nil {
		d.logs.Warn("provider", "error", err.Error())
		return "", refused("provider")
	}
	now := d.store.Now()
	d.flows.mu.Lock()
	defer d.flows.mu.Unlock()
	if d.flows.m == nil {
		d.flows.m = map[string]flow{}
	}
	for k, v := range d.flows.m {
		if now.After(v.until) || len(d.flows.m) >= mostFlows {
			delete(d.flows.m, k)
		}
	}
	d.flows.m[f.State] = flow{f, browser, now.Add(flowTime)}
	return to, nil
}

// Answer is what a browser brings back from the provider.
type Answer struct{ Browser, State, Code, Issuer string }

// EnterByProvider signs in at a porch by the provider's answer: the account an administrator bound to that issuer and
// subject, and none else. Mail addresses and names are not looked at. A subject that is not bound, a token that is not
// believed and a closed account are one answer; each is on the log. Keys stay closed.
func (d *Desk) EnterByProvider(ctx context.Context, porch string, in Answer) (Session, error) {
	if !d.Provider() {
		return Session{}, notFound
	}
	now := d.store.Now()
	d.flows.mu.Lock()
	f, ok := d.flows.m[in.State]
	delete(d.flows.m, in.State)
	d.flows.mu.Unlock()
	var a store.Account
	why := errors.New("no such attempt")
	if ok && !now.After(f.until) && in.Browser != "" && hmac.Equal([]byte(f.browser), []byte(in.Browser)) && in.Code != "" && (in.Issuer == "" || in.Issuer == d.cfg.Provider.Issuer()) {
		var who provider.Subject
		if who, why = d.cfg.Provider.Finish(ctx, f.Flow, in.Code); why == nil {
			if a, why = d.store.Bound(ctx, who.Issuer, who.ID); why != nil && !errors.Is(why, store.ErrOfficer) {
				return Session{}, d.report(signInEntry.Act, shown(why))
			}
		}
	}
	if why != nil {
		d.logs.Warn("provider", "error", why.Error()) // for the operator; what the provider sent is not in it
	}
	e := signInEntry
	e.Pack = d.packVersion()
	o := officer.Officer{ID: a.ID, Name: a.Name}
	if !o.ID.IsZero() {
		e.Object = o.ID.String()
	}
	let, err := d.store.Tried(ctx, o, e, func([]byte) ([]byte, bool, error) { return nil, true, nil })
	if err != nil {
		return Session{}, d.report(e.Act, shown(err))
	}
	if !let {
		return Session{}, errSignIn
	}
	return d.admit(ctx, porch, ByProvider, a, nil)
}

var (
	actBind   = act{"officer.bind", one(officer.Administrator)}
	actUnbind = act{"officer.unbind", one(officer.Administrator)}
	actForget = act{"officer.forget-factors", one(officer.Administrator)}
	actDoors  = act{"officer.doors", one(officer.Administrator)}
)

// BindDraft is whom a provider's subject signs in as.
type BindDraft struct {
	Issuer  string `json:"issuer" yaml:"issuer"`
	Subject string `json:"subject" yaml:"subject"`
}

// BindOfficer lets a subject of a provider sign in as an officer. A subject is bound to one account at most.
func (d *Desk) BindOfficer(ctx context.Context, o officer.Officer, who officer.ID, b BindDraft) error {
	var f fault.Faults
	for _, x := range []struct{ field, value string }{{"issuer", b.Issuer}, {"subject", b.Subject}} {
		if strings.TrimSpace(x.value) == "" {
			f.Add(x.field, "field.required")
		}
		f = append(f, textindex.CheckIdentifier(x.field, x.value)...)
	}
	if d.Provider() && b.Issuer != "" && b.Issuer != d.cfg.Provider.Issuer() {
		f.Add("issuer", "bind.issuer", "Issuer", d.cfg.Provider.Issuer())
	}
	if err := invalid(f); err != nil {
		return err
	}
	if err := d.fresh(o, FreshFor); err != nil {
		return err
	}
	return d.do(ctx, o, actBind, "officer", who.String(), func(w *work) error {
		if _, err := w.Account(who); err != nil {
			return err
		}
		err := w.Bind(store.Binding{Officer: who, Issuer: b.Issuer, Subject: b.Subject})
		if errors.Is(err, store.ErrConflict) {
			return fieldFault("subject", "bind.taken")
		}
		return err
	})
}

// UnbindOfficer takes every binding of an officer away and ends his sessions.
func (d *Desk) UnbindOfficer(ctx context.Context, o officer.Officer, who officer.ID) error {
	if err := d.fresh(o, FreshFor); err != nil {
		return err
	}
	return d.endingAll(ctx, o, actUnbind, who, func(w *work) error {
		_, err := w.Unbind(who)
		return err
	})
}

// ForgetFactors takes an officer's passkeys, codes and recovery codes away, when he has lost them, and ends his sessions.
// His passphrase, which nobody else knows, is then all he signs in with.
func (d *Desk) ForgetFactors(ctx context.Context, o officer.Officer, who officer.ID) error {
	if err := d.fresh(o, FreshFor); err != nil {
		return err
	}
	return d.endingAll(ctx, o, actForget, who, func(w *work) error {
		return w.change(who, func(s *secret) error { s.Passkeys, s.Codes = nil, nil; return nil })
	})
}

// endingAll is an administrator's act on an officer's ways to sign in that ends his sessions.
func (d *Desk) endingAll(ctx context.Context, o officer.Officer, a act, who officer.ID, fn func(*work) error) error {
	err := d.do(ctx, o, a, "officer", who.String(), func(w *work) error {
		if _, err := w.Account(who); err != nil {
			return err
		}
		if err := fn(w); err != nil {
			return err
		}
		return w.EndAdmissions(who, officer.Seat{})
	})
	if err == nil {
		d.Lock(who)
	}
	return err
}

// Door is how an officer signs in, as the administrator sees it: enough to help him, nothing to sign in with.
type Door struct {
	ID       officer.ID
	Name     string
	Closed   bool
	Bindings []BindDraft
	Passkeys int
	Codes    bool
	Sessions int
}

// Doors lists every account with its ways to sign in.
func (d *Desk) Doors(ctx context.Context, o officer.Officer) (out []Door, f Frame, err error) {
	err = d.look(ctx, o, actDoors, "officer", "", func(w *work) error {
		out, f = nil, Frame{}
		as, err := w.Accounts()
		if err != nil {
			return err
		}
		bs, err := w.Bindings()
		if err != nil {
			return err
		}
		for _, a := range as {
			whole, err := w.Account(a.ID)
			if err != nil {
				return err
			}
			s, err := readSecret(whole.Secret)
			if err != nil {
				return err
			}
			open, err := w.Admissions(a.ID)
			if err != nil {
				return err
			}
			l := Door{ID: a.ID, Name: a.Name, Closed: a.Rights.Closed, Passkeys: len(s.Passkeys), Codes: s.Codes != nil, Sessions: len(open)}
			for _, b := range bs {
				if b.Officer == a.ID {
					l.Bindings = append(l.Bindings, BindDraft{b.Issuer, b.Subject})
				}
			}
			out = append(out, l)
		}
		return w.frame(&f)
	})
	return out, f, err
}
