package api

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"cutout/internal/casework"
	"cutout/internal/officer"
)

// How long a session lasts at all; without use it ends when the officer's keys close.
const (
	wholeShift = 12 * time.Hour
	// lengthenAfter is how old the last use may be before it is written down again: not every request is a write.
	lengthenAfter = time.Minute
)

// session is what the store keeps, sealed, under the hash of a token.
type session struct {
	Officer officer.ID `json:"officer"`
	Name    string     `json:"name"`
	Began   time.Time  `json:"began"`
	Used    time.Time  `json:"used"`
}

// SessionDraft is a sign-in as sent.
type SessionDraft struct {
	Name       string `json:"name"`
	Passphrase string `json:"passphrase"`
}

// Session is a sign-in as answered. Token is shown once, here.
type Session struct {
	Token   string    `json:"token,omitempty" doc:"send it as Authorization: Bearer …"`
	Officer string    `json:"officer"`
	Name    string    `json:"name"`
	Expires time.Time `json:"expires" doc:"unless it is used before; every use moves it on by fifteen minutes"`
	Ends    time.Time `json:"ends" doc:"however much it is used"`
}

// stored is the key of an API session: it shares no name with the sessions of other porches, so that neither's token
// opens anything with the other.
func stored(token string) string { return "api:" + token }

func (s *server) signIn(c *call, n SessionDraft) (Session, error) {
	pass := []byte(n.Passphrase)
	defer clear(pass)
	o, err := s.desk.SignIn(c.ctx, n.Name, pass)
	if err != nil {
		return Session{}, err
	}
	raw := make([]byte, 32)
	rand.Read(raw)
	token := base64.RawURLEncoding.EncodeToString(raw)
	now := s.desk.Now()
	v := session{Officer: o.ID, Name: o.Name, Began: now, Used: now}
	if err := s.keep(c, token, v); err != nil {
		return Session{}, err
	}
	out := s.shown(v)
	out.Token = token
	return out, nil
}

func (s *server) expires(v session) time.Time {
	e, ends := v.Used.Add(s.desk.IdleLock()), v.Began.Add(wholeShift)
	if ends.Before(e) {
		return ends
	}
	return e
}

func (s *server) shown(v session) Session {
	return Session{Officer: v.Officer.String(), Name: v.Name, Expires: s.expires(v).UTC(), Ends: v.Began.Add(wholeShift).UTC()}
}

func (s *server) keep(c *call, token string, v session) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return s.desk.Sessions().CommitCtx(c.ctx, stored(token), b, s.expires(v))
}

// signedIn finds out who asks. A session that ended while the request was under way is not brought back by it.
func (c *call) signedIn() error {
	token, ok := bearer(c.r)
	if !ok {
		return errSignedOut
	}
	v, ok, err := c.session(token)
	if err != nil || !ok {
		return signedOut(err)
	}
	now := c.desk.Now()
	if now.Sub(v.Used) >= lengthenAfter {
		c.sessions.Lock()
		defer c.sessions.Unlock()
		if v, ok, err = c.session(token); err != nil || !ok {
			return signedOut(err)
		}
		v.Used = now
		if err := c.keep(c, token, v); err != nil {
			return err
		}
	}
	// Keys closed by a sign-out, a new passphrase or a restart end every session of the officer, on every porch.
	if !c.desk.Present(v.Officer) {
		return errSignedOut
	}
	c.officer, c.token, c.began = officer.Officer{ID: v.Officer, Name: v.Name}, token, v
	return nil
}

func signedOut(err error) error {
	if err != nil {
		return err
	}
	return errSignedOut
}

func (c *call) session(token string) (session, bool, error) {
	var v session
	b, ok, err := c.desk.Sessions().FindCtx(c.ctx, stored(token))
	if err != nil || !ok {
		return v, false, err
	}
	if err := json.Unmarshal(b, &v); err != nil || v.Officer.IsZero() {
		return v, false, nil
	}
	return v, true, nil
}

// bearer reads the token: one header, one scheme, 256 bits.
func bearer(r *http.Request) (string, bool) {
	h := r.Header["Authorization"]
	if len(h) != 1 {
		return "", false
	}
	scheme, token, ok := strings.Cut(h[0], " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return "", false
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	return token, err == nil && len(b) == 32
}

// signOut ends the session and closes the officer's keys, wherever else he is signed in.
func (s *server) signOut(c *call) error {
	s.sessions.Lock()
	defer s.sessions.Unlock()
	s.desk.Lock(c.officer.ID)
	return s.desk.Sessions().DeleteCtx(c.ctx, stored(c.token))
}

// PassphraseDraft is a change of passphrase as sent.
type PassphraseDraft struct {
	Old string `json:"old"`
	New string `json:"new"`
}

func (s *server) changePassphrase(c *call, n PassphraseDraft) error {
	was, will := []byte(n.Old), []byte(n.New)
	defer clear(was)
	defer clear(will)
	err := s.desk.ChangePassphrase(c.ctx, c.officer, was, will)
	if e, ok := err.(*casework.Error); ok && e.Code == "refused.sign-in" {
		return &casework.Error{Kind: casework.Refused, Code: "api.passphrase"} // a wrong old one does not end the session
	}
	if err == nil {
		s.desk.Lock(c.officer.ID) // a right one ends all of them, this one too
	}
	return err
}
