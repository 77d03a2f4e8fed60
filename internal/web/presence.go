package web

import (
	"net/http"
	"net/url"
	"strings"

	"cutout/internal/casework"
)

// presentPage asks a signed-in officer to show again that it is he. What he was doing is carried along, to be done
// right after: nothing he typed is lost, and nothing of it is kept on the way.
type presentPage struct {
	Why, Next     string
	Path, Body    string // the act under way, when one was
	Failed, Tired bool
	Passkeys      bool
	Name          string // for a keeper of passphrases
}

// askPresence answers an act that needs a proof of presence.
func (s *Server) askPresence(w http.ResponseWriter, r *http.Request, e *casework.Error) error {
	if strings.HasSuffix(r.URL.Path, "/question") { // a script asks: it leads the officer to the page
		w.WriteHeader(http.StatusForbidden)
		return nil
	}
	p := presentPage{Why: because(see(r).Words, e), Next: "/"}
	if r.Method == http.MethodGet {
		p.Next = r.URL.RequestURI()
	} else {
		if err := r.ParseForm(); err != nil {
			return errForm(err)
		}
		kept := url.Values{}
		for k, vs := range r.PostForm {
			if !strings.Contains(k, "passphrase") {
				kept[k] = vs
			}
		}
		p.Path, p.Body = r.URL.Path, kept.Encode()
		if s.hasPage(r.URL.Path) {
			p.Next = r.URL.Path
		}
	}
	return s.presentForm(w, r, http.StatusForbidden, p)
}

func (s *Server) presence(w http.ResponseWriter, r *http.Request) error {
	return s.presentForm(w, r, http.StatusOK, presentPage{Next: local(r.FormValue("next")), Why: see(r).Words.T("refused.present-again")})
}

func (s *Server) presentForm(w http.ResponseWriter, r *http.Request, status int, p presentPage) error {
	v := see(r)
	frame, err := s.desk.Around(r.Context(), v.Officer)
	if err != nil {
		return err
	}
	p.Next, p.Name, p.Passkeys = local(p.Next), v.Officer.Name, s.desk.Passkeys()
	return s.show(w, r, status, "present", v.Words.T("present.title"), frame, p)
}

// prove takes the proof and goes on with what the officer was doing.
func (s *Server) prove(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errForm(err)
	}
	ctx, v := r.Context(), see(r)
	var err error
	if answer := r.PostFormValue("answer"); answer != "" {
		err = s.desk.ProveByPasskey(ctx, v.Officer, []byte(answer), prfOf(r))
	} else {
		passphrase := []byte(r.PostFormValue("passphrase"))
		defer clear(passphrase)
		err = s.desk.Prove(ctx, v.Officer, passphrase, r.PostFormValue("code"))
	}
	p := presentPage{Next: local(r.PostFormValue("next")), Path: r.PostFormValue("again_path"), Body: r.PostFormValue("again_body"), Why: v.Words.T("refused.present-again")}
	if casework.KindOf(err) == casework.Refused && err != nil {
		status := http.StatusForbidden
		if p.Tired = codeOf(err) == "refused.too-many"; p.Tired {
			status = http.StatusTooManyRequests
		}
		p.Failed = !p.Tired
		return s.presentForm(w, r, status, p)
	}
	if err != nil {
		return err
	}
	if p.Path == "" || local(p.Path) != p.Path {
		return s.away(w, r, p.Next)
	}
	// The act as it was sent, by the same officer at the same seat. Only acts of the table can be done again.
	act, err := http.NewRequestWithContext(ctx, http.MethodPost, p.Path, strings.NewReader(p.Body))
	if err != nil {
		return errMissing
	}
	act.Header = r.Header.Clone()
	act.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if _, pattern := s.again.Handler(act); pattern == "" {
		return errMissing
	}
	s.again.ServeHTTP(w, act)
	return nil
}
