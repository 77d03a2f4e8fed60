package web

import (
	"crypto/rand"
	"net/http"

	"cutout/internal/casework"
)

// askProvider sends a browser to the provider. A cookie of its own, which a redirect from the provider brings back
// (SameSite=Lax), ties the answer to this browser; the session's cookie stays strict.
func (s *Server) askProvider(w http.ResponseWriter, r *http.Request) error {
	if !s.desk.Provider() {
		return errMissing
	}
	browser := rand.Text()
	to, err := s.desk.AskProvider(r.Context(), browser)
	if err != nil {
		return err
	}
	http.SetCookie(w, s.flowCookie(browser, 600))
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

func (s *Server) flowCookie(value string, seconds int) *http.Cookie {
	return &http.Cookie{Name: s.cookieName("cutout-provider"), Value: value, Path: "/", MaxAge: seconds, HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode}
}

// signInByProvider takes the provider's answer. It does not redirect: a redirect would still count as coming from the
// provider, and the session's strict cookie would not be sent. The page goes on by itself.
func (s *Server) signInByProvider(w http.ResponseWriter, r *http.Request) error {
	if !s.desk.Provider() {
		return errMissing
	}
	q := r.URL.Query()
	in := casework.Answer{State: q.Get("state"), Code: q.Get("code"), Issuer: q.Get("iss")}
	if c, err := r.Cookie(s.cookieName("cutout-provider")); err == nil {
		in.Browser = c.Value
	}
	http.SetCookie(w, s.flowCookie("", -1))
	session, err := s.desk.EnterByProvider(r.Context(), porch, in)
	if casework.KindOf(err) == casework.Refused && err != nil {
		return s.notIn(w, r, "/", err)
	}
	if err != nil {
		return err
	}
	if err := s.take(r, session); err != nil {
		return err
	}
	return s.aloneAt(w, r, http.StatusOK, "signedin", "signin.title", "/", "/")
}
