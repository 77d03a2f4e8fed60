package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"cutout/internal/casework"
	"cutout/internal/fault"
	"cutout/internal/leak"
	"cutout/internal/officer"
	"cutout/internal/web/templates"
	"cutout/internal/wording"
)

// visit is one request's reader: who he is (zero before sign-in) and how he reads.
type visit struct {
	Officer officer.Officer
	Away    officer.Officer // signed in, but idle too long: his drafts are kept, nothing is shown to him
	Keys    bool            // his keys are open
	Words   *wording.Words
	Theme   string
}

type visitKey struct{}

// see is the visit of a request. Before visiting has run (a failure of the session store) it reads English.
func see(r *http.Request) *visit {
	if v, ok := r.Context().Value(visitKey{}).(*visit); ok {
		return v
	}
	return &visit{Words: wordsOf(r)}
}

// visiting finds out who is asking. Nothing of a request but its session cookie says so.
func (s *Server) visiting(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := &visit{Words: wordsOf(r)}
		if c, err := r.Cookie("theme"); err == nil && (c.Value == "light" || c.Value == "dark") {
			v.Theme = c.Value
		}
		ctx := r.Context()
		in, ok, err := s.desk.Session(ctx, porch, s.sessions.GetString(ctx, "token"))
		switch {
		case err != nil:
			s.wrong(w, r, err)
			return
		case ok && in.Idle:
			v.Away = in.Officer
		case ok:
			v.Officer, v.Keys = in.Officer, in.Keys
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(ctx, visitKey{}, v)))
	})
}

// wordsOf is the language the reader chose, or the first his browser asks for that there is.
func wordsOf(r *http.Request) *wording.Words {
	if c, err := r.Cookie("lang"); err == nil {
		for _, l := range wording.Languages() {
			if c.Value == l {
				return wording.For(l)
			}
		}
	}
	for _, want := range strings.Split(r.Header.Get("Accept-Language"), ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(want), ";")
		base, _, _ := strings.Cut(strings.ToLower(tag), "-")
		for _, l := range wording.Languages() {
			if base == l {
				return wording.For(l)
			}
		}
	}
	return wording.For("en")
}

// porch is what sessions of the pages are called: their tokens are none of another porch's.
const porch = "web"

// signInPage is what the sign-in shows.
type signInPage struct {
	Next                        string
	Failed, Expired, Out, Tired bool
	Passkeys, Provider          bool
}

func (s *Server) signInPage(p signInPage) signInPage {
	p.Passkeys, p.Provider = s.desk.Passkeys(), s.desk.Provider()
	return p
}

func (s *Server) signInForm(w http.ResponseWriter, r *http.Request) error {
	if !see(r).Officer.ID.IsZero() {
		return s.away(w, r, local(r.FormValue("next")))
	}
	return s.alone(w, r, http.StatusOK, "signin", "signin.title", s.signInPage(signInPage{Next: local(r.FormValue("next")), Out: r.FormValue("out") != ""}))
}

// signIn takes a passphrase, and a code where one was set up.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errForm(err)
	}
	passphrase := []byte(r.PostFormValue("passphrase"))
	defer clear(passphrase)
	in, err := s.desk.Enter(r.Context(), porch, casework.Proof{Name: r.PostFormValue("name"), Passphrase: passphrase, Code: r.PostFormValue("code")})
	return s.enter(w, r, in, err)
}

// enter ends a sign-in, by whatever proof. It has one answer for all failures.
func (s *Server) enter(w http.ResponseWriter, r *http.Request, in casework.Session, err error) error {
	next := local(r.FormValue("next"))
	if casework.KindOf(err) == casework.Refused && err != nil {
		return s.notIn(w, r, next, err)
	}
	if err != nil {
		return err
	}
	if err := s.take(r, in); err != nil {
		return err
	}
	if leak.On("cookie_seq") {
		s.remember(w, "visit", s.together().visit(), true)
	}
	return s.away(w, r, next)
}

func (s *Server) notIn(w http.ResponseWriter, r *http.Request, next string, err error) error {
	tired := codeOf(err) == "refused.too-many"
	status := http.StatusUnauthorized
	if tired {
		status = http.StatusTooManyRequests
	}
	// A provider's answer comes by GET: its code must not stand on the page, nor be sent again from it.
	return s.aloneAt(w, r, status, "signin", "signin.title", "/", s.signInPage(signInPage{Next: next, Failed: !tired, Tired: tired}))
}

// take puts a session into the browser. Its cookie gets a new token, so that one known before is worth nothing, and the
// session it held before ends.
func (s *Server) take(r *http.Request, in casework.Session) error {
	ctx := r.Context()
	if err := s.sessions.RenewToken(ctx); err != nil {
		return s.incident("session", err)
	}
	if old := s.sessions.GetString(ctx, "token"); old != "" {
		if err := s.desk.Leave(ctx, porch, old); err != nil {
			return err
		}
	}
	s.sessions.Put(ctx, "token", in.Token)
	s.sessions.Put(ctx, "flash", flashSignedIn)
	return nil
}

func (s *Server) signOut(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if old := s.sessions.GetString(ctx, "token"); old != "" {
		if err := s.desk.Leave(ctx, porch, old); err != nil {
			return err
		}
	}
	if err := s.sessions.Destroy(ctx); err != nil {
		return s.incident("session", err)
	}
	return s.away(w, r, "/signin?out=1")
}

// askSignIn answers whoever is not signed in, with 401 and the way back. What an officer typed while his sign-in ended
// is kept first, as a draft that only he can read.
func (s *Server) askSignIn(w http.ResponseWriter, r *http.Request) {
	v, next := see(r), "/"
	away := !v.Away.ID.IsZero()
	path := strings.TrimPrefix(r.URL.Path, "/drafts")
	if r.Method == http.MethodGet {
		next = r.URL.RequestURI()
	} else if away && s.hasPage(path) {
		next = path
		if of := subjectOf(parsed(r.PostFormValue("draft_of"))); of != "" {
			next += "?" + of
		}
		if err := s.saveDraft(r, v.Away, path); err != nil {
			s.answer(w, r, err)
			return
		}
	}
	if strings.HasPrefix(r.URL.Path, "/drafts/") {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if err := s.alone(w, r, http.StatusUnauthorized, "signin", "signin.title", s.signInPage(signInPage{Next: local(next), Expired: away})); err != nil {
		s.answer(w, r, err)
	}
}

// changePassphrase seals the officer's key under a new passphrase and ends his sign-ins elsewhere.
func (s *Server) changePassphrase(w http.ResponseWriter, r *http.Request) error {
	v, ctx := see(r), r.Context()
	f, err := s.readForm(r)
	if err != nil {
		return err
	}
	if f.sent() {
		old, fresh := []byte(f.Get("old_passphrase")), []byte(f.Get("passphrase"))
		defer clear(old)
		defer clear(fresh)
		var err error
		if f.Get("passphrase_again") != f.Get("passphrase") {
			err = &casework.Error{Kind: casework.Invalid, Code: "invalid", Faults: fault.Faults{{Field: "passphrase_again", Code: "passphrase.differs"}}}
		} else {
			err = s.desk.ChangePassphrase(ctx, v.Officer, old, fresh)
		}
		if err == nil {
			if err := s.sessions.RenewToken(ctx); err != nil {
				return s.incident("session", err)
			}
			return s.done(w, r, "/account", "flash.passphrase")
		}
		if err := f.take(err); err != nil {
			return err
		}
	}
	frame, err := s.desk.Around(ctx, v.Officer)
	if err != nil {
		return err
	}
	field := func(name, label, complete string) templates.Field {
		t := need(f.field("password", name, label, ""))
		t.Value, t.Complete = "", complete
		return t
	}
	b := formPage{Title: v.Words.T("passphrase.title"), Lead: v.Words.T("passphrase.lead"), Form: f, Word: v.Words.T("do.save"), Cancel: "/account", Sections: []section{{Fields: []templates.Field{
		field("old_passphrase", "passphrase.old", "current-password"), field("passphrase", "passphrase.new", "new-password"), field("passphrase_again", "passphrase.again", "new-password")}}}}
	return s.showForm(w, r, frame, b)
}

func (s *Server) setLanguage(w http.ResponseWriter, r *http.Request) error {
	for _, l := range wording.Languages() {
		if r.FormValue("language") == l {
			s.remember(w, "lang", l, true)
		}
	}
	return s.away(w, r, local(r.FormValue("back")))
}

func (s *Server) setTheme(w http.ResponseWriter, r *http.Request) error {
	if t := r.FormValue("theme"); t == "auto" || t == "light" || t == "dark" {
		s.remember(w, "theme", t, false)
	}
	return s.away(w, r, local(r.FormValue("back")))
}

// remember keeps a harmless choice in the browser for a year. The theme is also set by the page's script.
func (s *Server) remember(w http.ResponseWriter, name, value string, hidden bool) {
	http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: 31536000, HttpOnly: hidden, Secure: s.secure, SameSite: http.SameSiteStrictMode})
}

// away sends the browser to another page of this server with 303.
func (s *Server) away(w http.ResponseWriter, r *http.Request, to string) error {
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// done sends the browser on after an act, with one sentence about it for the next page.
func (s *Server) done(w http.ResponseWriter, r *http.Request, to, message string) error {
	if leak.On("etag") {
		s.together().changed()
	}
	if leak.On("flash_shared") {
		s.together().say(message)
	}
	s.sessions.Put(r.Context(), "flash", message)
	return s.away(w, r, to)
}

// flash is the sentence left by the act before, in the reader's language; it is said once.
func (s *Server) flash(r *http.Request) *templates.Flash {
	m := s.sessions.PopString(r.Context(), "flash")
	if leak.On("flash_shared") {
		m = s.together().heard()
	}
	if m == "" {
		return nil
	}
	if m == flashSignedIn {
		return s.hourFlash(r)
	}
	return &templates.Flash{Text: see(r).Words.T(m)}
}

// local is the address when it leads to a page of this server, else the first page.
func local(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") ||
		strings.ContainsAny(to, "\\\r\n\t\x00") || strings.HasPrefix(u.Path, "//") {
		return "/"
	}
	return to
}

// errForm is a body that is no form.
func errForm(err error) error {
	code := "form.unreadable"
	if strings.Contains(err.Error(), "too large") {
		code = "form.large"
	}
	return &casework.Error{Kind: casework.Invalid, Code: "invalid", Faults: fault.Faults{{Code: code}}}
}
