package api

import (
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"cutout/internal/casework"
)

// porch is what sessions of the API are called: their tokens are none of another porch's.
const porch = "api"

// SessionDraft is a sign-in as sent.
type SessionDraft struct {
	Name       string `json:"name"`
	Passphrase string `json:"passphrase"`
	Code       string `json:"code" doc:"of the authenticator, or a recovery code; only for who set one up"`
}

// Session is a sign-in as answered. Token is shown once, here.
type Session struct {
	Token   string    `json:"token,omitempty" doc:"send it as Authorization: Bearer …"`
	Ref     string    `json:"ref" doc:"names the session in the list; it opens nothing"`
	Officer string    `json:"officer"`
	Name    string    `json:"name"`
	Porch   string    `json:"porch"`
	How     string    `json:"how"`
	Began   time.Time `json:"began"`
	Expires time.Time `json:"expires" doc:"unless it is used before; every use moves it on by fifteen minutes"`
	Ends    time.Time `json:"ends" doc:"however much it is used"`
	Keys    bool      `json:"keys" doc:"sealed acts can be done"`
	This    bool      `json:"this" doc:"in a list, the session that asks"`
}

func (s *server) signIn(c *call, n SessionDraft) (Session, error) {
	pass := []byte(n.Passphrase)
	defer clear(pass)
	in, err := s.desk.Enter(c.ctx, porch, casework.Proof{Name: n.Name, Passphrase: pass, Code: n.Code})
	if err != nil {
		return Session{}, err
	}
	out := s.shown(in)
	out.Token = in.Token
	return out, nil
}

func (s *server) shown(v casework.Session) Session {
	return Session{Ref: v.Ref(), Officer: v.Officer.ID.String(), Name: v.Officer.Name, Porch: v.Porch, How: v.How, Began: v.Began.UTC(), Expires: v.Expires().UTC(),
		Ends: v.Ends.UTC(), Keys: s.desk.Unlocked(v.Officer), This: v.Mine}
}

// signedIn finds out who asks.
func (c *call) signedIn() error {
	token, ok := bearer(c.r)
	if !ok {
		return errSignedOut
	}
	v, ok, err := c.desk.Session(c.ctx, porch, token)
	if err != nil {
		return err
	}
	if !ok || v.Idle {
		return errSignedOut
	}
	c.officer, c.token, c.began = v.Officer, token, v
	return nil
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

// signOut ends the session and closes the keys it opened.
func (s *server) signOut(c *call) error { return s.desk.Leave(c.ctx, porch, c.token) }

// PresenceDraft shows again who it is.
type PresenceDraft struct {
	Passphrase string `json:"passphrase"`
	Code       string `json:"code"`
}

// prove opens the officer's keys in this session. A wrong passphrase does not end it.
func (s *server) prove(c *call, n PresenceDraft) error {
	pass := []byte(n.Passphrase)
	defer clear(pass)
	return notHere(s.desk.Prove(c.ctx, c.officer, pass, n.Code))
}

func notHere(err error) error {
	if e, ok := err.(*casework.Error); ok && e.Code == "refused.sign-in" {
		return &casework.Error{Kind: casework.Refused, Code: "api.passphrase"}
	}
	return err
}

func (s *server) sessionsOf(c *call) (Page[Session], error) {
	p := Page[Session]{Items: []Session{}}
	vs, err := s.desk.SessionsOf(c.ctx, c.officer)
	for _, v := range vs {
		p.Items = append(p.Items, s.shown(v))
	}
	return p, err
}

// PassphraseDraft is a change of passphrase as sent.
type PassphraseDraft struct {
	Old string `json:"old"`
	New string `json:"new"`
}

// changePassphrase ends every session of the officer, this one too.
func (s *server) changePassphrase(c *call, n PassphraseDraft) error {
	was, will := []byte(n.Old), []byte(n.New)
	defer clear(was)
	defer clear(will)
	if err := s.desk.ChangePassphrase(c.ctx, c.officer, was, will); err != nil {
		return notHere(err)
	}
	return s.desk.Leave(c.ctx, porch, c.token)
}
