package casework

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"time"

	"cutout/internal/officer"
	"cutout/internal/store"
)

// wholeShift is the end of any session, however much it is used. lengthenAfter is how old the last use may be before it
// is written down again: not every request is a write.
const (
	wholeShift    = 12 * time.Hour
	lengthenAfter = time.Minute
)

// How somebody signed in.
const (
	ByPassphrase = "passphrase"
	ByPasskey    = "passkey"
	ByProvider   = "provider"
)

// Session is one signed-in session at a porch. Being signed in and having one's keys open are two things: Keys says
// whether they are open at its seat, in this process.
type Session struct {
	Officer          officer.Officer // with his seat
	Token            string          // at Enter only
	Porch, How       string
	Began, Used      time.Time
	Ends             time.Time
	Idle, Keys, Mine bool // Mine: in a list, the one that asks
}

// Ref names a session to its owner. It opens nothing.
func (s Session) Ref() string { return hex.EncodeToString(s.Officer.Seat[:]) }

// Expires is when it ends unless it is used before.
func (s Session) Expires() time.Time {
	if e := s.Used.Add(idleLock); e.Before(s.Ends) {
		return e
	}
	return s.Ends
}

// Enter signs in at a porch by passphrase, and code where one is asked.
func (d *Desk) Enter(ctx context.Context, porch string, p Proof) (Session, error) {
	a, keys, err := d.byPassphrase(ctx, p, signInEntry)
	if err != nil {
		return Session{}, err
	}
	return d.admit(ctx, porch, ByPassphrase, a, keys)
}

// admit begins a session for somebody whose proof was taken. The token is shown once; the store keeps its hash.
func (d *Desk) admit(ctx context.Context, porch, how string, a store.Account, keys *unlocked) (Session, error) {
	raw := make([]byte, 32)
	rand.Read(raw)
	now := d.store.Now()
	token := base64.RawURLEncoding.EncodeToString(raw)
	m, err := d.store.Admit(ctx, token, store.Admission{Officer: officer.Officer{ID: a.ID, Name: a.Name}, Porch: porch, How: how, Began: now, Used: now, Ends: now.Add(wholeShift)})
	if err != nil {
		keys.clear()
		if errors.Is(err, store.ErrOfficer) {
			return Session{}, errSignIn
		}
		return Session{}, d.report(signInEntry.Act, shown(err))
	}
	v := sessionOf(m)
	v.Token = token
	// A provider says who somebody is, and not that it is he who sits there now.
	d.sit(v.Officer, keys, how != ByProvider)
	return v, d.greet(ctx, a, v.Officer)
}

func sessionOf(a store.Admission) Session {
	o := a.Officer
	o.Seat = officer.Seat(a.Ref)
	return Session{Officer: o, Porch: a.Porch, How: a.How, Began: a.Began, Used: a.Used, Ends: a.Ends}
}

// Session finds the session of a token at a porch and notes that it is used. False when it was ended, has ended, or its
// account is closed; the store is asked every time, so that what another process ended is ended. One that was idle too
// long says so and whose it was, and does not come back.
func (d *Desk) Session(ctx context.Context, porch, token string) (Session, bool, error) {
	if token == "" {
		return Session{}, false, nil
	}
	a, err := d.store.Admitted(ctx, porch, token)
	if errors.Is(err, store.ErrOfficer) {
		return Session{}, false, nil
	}
	if err != nil {
		return Session{}, false, d.report("session.find", shown(err))
	}
	v, now := sessionOf(a), d.store.Now()
	d.seats.mu.Lock()
	if s := d.seats.m[seatOf(v.Officer)]; s != nil && s.used.After(v.Used) {
		v.Used = s.used
	}
	d.seats.mu.Unlock()
	if now.Sub(v.Used) >= idleLock {
		d.rise(seatOf(v.Officer))
		v.Idle = true
		return v, true, nil
	}
	if now.Sub(a.Used) >= lengthenAfter {
		if err := d.store.Lengthen(ctx, porch, token, now); err != nil {
			return Session{}, false, d.report("session.find", shown(err))
		}
	}
	v.Used = now
	d.sit(v.Officer, nil, false)
	v.Keys = d.Unlocked(v.Officer)
	return v, true, nil
}

// Leave ends a session and closes the keys open at its seat.
func (d *Desk) Leave(ctx context.Context, porch, token string) error {
	if a, err := d.store.Admitted(ctx, porch, token); err == nil {
		d.rise(seatOf(sessionOf(a).Officer))
	}
	return d.report("session.end", shown(d.store.Dismiss(ctx, porch, token)))
}

var (
	actSignIns   = act{"session.list", anyone}
	actEndOne    = act{"session.end", anyone}
	actEndOthers = act{"session.end-others", anyone}
	actEndAll    = act{"officer.end-sessions", one(officer.Administrator)}
)

// SessionsOf lists the officer's own sessions, the last used first, at most two hundred.
func (d *Desk) SessionsOf(ctx context.Context, o officer.Officer) (out []Session, err error) {
	err = d.look(ctx, o, actSignIns, "officer", o.ID.String(), func(w *work) error {
		out, err = w.sessions()
		return err
	})
	return out, err
}

func (w *work) sessions() ([]Session, error) {
	o := w.Officer()
	as, err := w.Admissions(o.ID)
	var out []Session
	for _, a := range as {
		v := sessionOf(a)
		if w.Now().Sub(v.Used) >= idleLock {
			continue // ended, and not swept yet
		}
		v.Officer.Name, v.Mine = o.Name, officer.Seat(a.Ref) == o.Seat
		out = append(out, v)
	}
	return out, err
}

// EndSession ends one of the officer's own sessions. Another officer's does not exist.
func (d *Desk) EndSession(ctx context.Context, o officer.Officer, ref string) error {
	var seat officer.Seat
	n, err := hex.Decode(seat[:], []byte(ref[:min(len(ref), 2*len(seat))]))
	known := err == nil && n == len(seat) && len(ref) == 2*len(seat)
	err = d.do(ctx, o, actEndOne, "officer", o.ID.String(), func(w *work) error {
		if !known {
			return store.ErrNotFound
		}
		ok, err := w.EndAdmission(o.ID, seat)
		if err == nil && !ok {
			err = store.ErrNotFound
		}
		return err
	})
	if err == nil {
		d.rise(seatID{o.ID, seat})
	}
	return err
}

// EndOtherSessions ends all of the officer's sessions but the one he sits at.
func (d *Desk) EndOtherSessions(ctx context.Context, o officer.Officer) error {
	err := d.do(ctx, o, actEndOthers, "officer", o.ID.String(), func(w *work) error { return w.EndAdmissions(o.ID, o.Seat) })
	if err == nil {
		d.riseOthers(o)
	}
	return err
}

// EndSessionsOf ends every session of an officer, by the administrator.
func (d *Desk) EndSessionsOf(ctx context.Context, o officer.Officer, who officer.ID) error {
	err := d.do(ctx, o, actEndAll, "officer", who.String(), func(w *work) error {
		if _, err := w.Account(who); err != nil {
			return err
		}
		return w.EndAdmissions(who, officer.Seat{})
	})
	if err == nil {
		d.Lock(who)
	}
	return err
}
