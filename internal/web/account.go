package web

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"

	"github.com/boombuler/barcode/qr"

	"cutout/internal/casework"
	"cutout/internal/officer"
	"cutout/internal/web/templates"
)

// accountPage is the reader's own ways to sign in, and his sessions.
type accountPage struct {
	Acts     []templates.Act
	Account  casework.Account
	Keys     bool
	Browsers bool // the unit takes passkeys
	Form     *form
	NewName  templates.Field
}

func (s *Server) account(w http.ResponseWriter, r *http.Request) error {
	f, err := s.readForm(r)
	if err != nil {
		return err
	}
	return s.showAccount(w, r, f)
}

func (s *Server) showAccount(w http.ResponseWriter, r *http.Request, f *form) error {
	v := see(r)
	a, err := s.desk.Account(r.Context(), v.Officer)
	if err != nil {
		return err
	}
	b := accountPage{Account: a, Keys: s.desk.Unlocked(v.Officer), Browsers: s.desk.Passkeys(), Form: f, NewName: need(f.field("text", "name", "account.passkey_name", "account.passkey_name_help"))}
	if holds(a.Frame, "administrator") {
		b.Acts = append(b.Acts, templates.Act{Href: "/officers", Word: v.Words.T("doors.title"), Quiet: true})
	}
	return s.show(w, r, f.Status, "account", v.Words.T("account.title"), a.Frame, b)
}

// prfOf is the secret an authenticator gave, if it gave one.
func prfOf(r *http.Request) []byte {
	b, err := base64.RawURLEncoding.DecodeString(r.PostFormValue("prf"))
	if err != nil {
		return nil
	}
	return b
}

// question sends a question to a script.
func question(w http.ResponseWriter, b []byte, err error) error {
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(b)
	return nil
}

func (s *Server) askPasskey(w http.ResponseWriter, _ *http.Request) error {
	if !s.desk.Passkeys() {
		return errMissing
	}
	b, err := s.desk.AskPasskey()
	return question(w, b, err)
}

func (s *Server) signInByPasskey(w http.ResponseWriter, r *http.Request) error {
	if !s.desk.Passkeys() {
		return errMissing
	}
	if err := r.ParseForm(); err != nil {
		return errForm(err)
	}
	in, err := s.desk.EnterByPasskey(r.Context(), porch, []byte(r.PostFormValue("answer")), prfOf(r))
	return s.enter(w, r, in, err)
}

func (s *Server) askNewPasskey(w http.ResponseWriter, r *http.Request) error {
	if !s.desk.Passkeys() {
		return errMissing
	}
	b, err := s.desk.AskNewPasskey(r.Context(), see(r).Officer)
	return question(w, b, err)
}

func (s *Server) addPasskey(w http.ResponseWriter, r *http.Request) error {
	f, err := s.readForm(r)
	if err != nil {
		return err
	}
	err = s.desk.AddPasskey(r.Context(), see(r).Officer, f.Get("name"), []byte(f.Get("answer")), prfOf(r))
	if err == nil {
		return s.done(w, r, "/account", "flash.passkey")
	}
	if err := f.take(err); err != nil {
		return err
	}
	return s.showAccount(w, r, f)
}

// then goes back to a page after an act that has no page of its own.
func (s *Server) then(w http.ResponseWriter, r *http.Request, to, message string, err error) error {
	if err != nil {
		return err
	}
	return s.done(w, r, to, message)
}

func (s *Server) removePasskey(w http.ResponseWriter, r *http.Request) error {
	return s.then(w, r, "/account", "flash.passkey_removed", s.desk.RemovePasskey(r.Context(), see(r).Officer, r.PathValue("ref")))
}

// codesPage sets up an authenticator, or shows recovery codes the one time they are shown.
type codesPage struct {
	Form     *form
	Seed     string
	Size     int
	Path     string // of the picture, an SVG path of one unit for each module
	Code     templates.Field
	Recovery []string
}

// quiet is the white edge a picture needs to be read, in modules.
const quiet = 4

// picture draws an address as a QR code.
func picture(address string) (path string, size int, err error) {
	c, err := qr.Encode(address, qr.M, qr.Auto)
	if err != nil {
		return "", 0, err
	}
	n := c.Bounds().Dx()
	var b strings.Builder
	for y := range n {
		for x := range n {
			if red, _, _, _ := c.At(x, y).RGBA(); red == 0 {
				fmt.Fprintf(&b, "M%d %dh1v1h-1z", x+quiet, y+quiet)
			}
		}
	}
	return b.String(), n + 2*quiet, nil
}

func (s *Server) codes(w http.ResponseWriter, r *http.Request) error {
	v, ctx := see(r), r.Context()
	f, err := s.readForm(r)
	if err != nil {
		return err
	}
	if f.posted {
		recovery, err := s.desk.AddCodes(ctx, v.Officer, f.Get("seed"), f.Get("code"))
		if err == nil {
			return s.showRecovery(w, r, recovery)
		}
		if err := f.take(err); err != nil {
			return err
		}
	}
	// After a wrong code a new secret is drawn: the old one may have stood on a screen for as long as anybody liked.
	seed, address, err := s.desk.NewCoder(v.Officer)
	if err != nil {
		return err
	}
	b := codesPage{Form: f, Seed: seed, Code: short(need(f.field("text", "code", "account.code", "account.code_help")))}
	b.Code.Value, b.Code.Complete = "", "one-time-code"
	if b.Path, b.Size, err = picture(address); err != nil {
		return s.incident("picture", err)
	}
	frame, err := s.desk.Around(ctx, v.Officer)
	if err != nil {
		return err
	}
	return s.show(w, r, f.Status, "codes", v.Words.T("account.codes"), frame, b)
}

func (s *Server) showRecovery(w http.ResponseWriter, r *http.Request, codes []string) error {
	v := see(r)
	frame, err := s.desk.Around(r.Context(), v.Officer)
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, "codes", v.Words.T("account.recovery"), frame, codesPage{Recovery: codes})
}

func (s *Server) renewRecovery(w http.ResponseWriter, r *http.Request) error {
	codes, err := s.desk.RenewRecovery(r.Context(), see(r).Officer)
	if err != nil {
		return err
	}
	return s.showRecovery(w, r, codes)
}

func (s *Server) removeCodes(w http.ResponseWriter, r *http.Request) error {
	return s.then(w, r, "/account", "flash.codes_removed", s.desk.RemoveCodes(r.Context(), see(r).Officer))
}

func (s *Server) endSession(w http.ResponseWriter, r *http.Request) error {
	return s.then(w, r, "/account", "flash.session_ended", s.desk.EndSession(r.Context(), see(r).Officer, r.PathValue("ref")))
}

func (s *Server) endOthers(w http.ResponseWriter, r *http.Request) error {
	return s.then(w, r, "/account", "flash.sessions_ended", s.desk.EndOtherSessions(r.Context(), see(r).Officer))
}

// doorsPage is how every officer signs in, for the administrator.
type doorsPage struct {
	Doors    []casework.Door
	Provider bool
}

func (s *Server) doors(w http.ResponseWriter, r *http.Request) error {
	v := see(r)
	ds, frame, err := s.desk.Doors(r.Context(), v.Officer)
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, "officers", v.Words.T("doors.title"), frame, doorsPage{ds, s.desk.Provider()})
}

func (s *Server) bind(w http.ResponseWriter, r *http.Request) error {
	v, ctx := see(r), r.Context()
	var who officer.ID
	if err := idOf(r, "id", &who); err != nil {
		return err
	}
	f, err := s.readForm(r)
	if err != nil {
		return err
	}
	if f.sent() {
		var d casework.BindDraft
		f.into(&d)
		err := s.desk.BindOfficer(ctx, v.Officer, who, d)
		if err == nil {
			return s.done(w, r, "/officers", "flash.bound")
		}
		if err := f.take(err); err != nil {
			return err
		}
	}
	ds, frame, err := s.desk.Doors(ctx, v.Officer)
	if err != nil {
		return err
	}
	name := ""
	for _, d := range ds {
		if d.ID == who {
			name = d.Name
		}
	}
	if name == "" {
		return errMissing
	}
	ltr := func(t templates.Field) templates.Field { t.Dir = "ltr"; return need(t) }
	b := formPage{Title: v.Words.T("doors.bind"), Sub: name, Lead: v.Words.T("doors.bind_lead"), Form: f, Word: v.Words.T("doors.bind_do"), Cancel: "/officers",
		Sections: []section{{Fields: []templates.Field{ltr(f.field("text", "issuer", "doors.issuer", "doors.issuer_help")), ltr(f.field("text", "subject", "doors.subject", "doors.subject_help"))}}}}
	return s.showForm(w, r, frame, b)
}

// onOfficer is an administrator's act on an officer's ways to sign in.
func (s *Server) onOfficer(w http.ResponseWriter, r *http.Request, message string, act func(officer.ID) error) error {
	var who officer.ID
	if err := idOf(r, "id", &who); err != nil {
		return err
	}
	return s.then(w, r, "/officers", message, act(who))
}

func (s *Server) unbind(w http.ResponseWriter, r *http.Request) error {
	return s.onOfficer(w, r, "flash.unbound", func(who officer.ID) error { return s.desk.UnbindOfficer(r.Context(), see(r).Officer, who) })
}

func (s *Server) endSessionsOf(w http.ResponseWriter, r *http.Request) error {
	return s.onOfficer(w, r, "flash.officer_out", func(who officer.ID) error { return s.desk.EndSessionsOf(r.Context(), see(r).Officer, who) })
}

func (s *Server) forgetFactors(w http.ResponseWriter, r *http.Request) error {
	return s.onOfficer(w, r, "flash.factors", func(who officer.ID) error { return s.desk.ForgetFactors(r.Context(), see(r).Officer, who) })
}
