package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"cutout/internal/casework"
	"cutout/internal/wording"
)

// approvers lets the registrar propose three, at the pages, the authorizing officer confirm, and seals the source to them.
func (s *site) approvers() {
	s.t.Helper()
	form := url.Values{"reason": {"first naming"}, "officers": {s.officers["registrar"].ID.String()}}
	s.as("registrar").post("/custody/approvers", form).want(s.t, "too few", http.StatusUnprocessableEntity, `id="officers.fault"`, "first naming")
	form["officers"] = []string{s.officers["registrar"].ID.String(), s.officers["authorizing"].ID.String(), s.officers["controller"].ID.String()}
	at := s.as("registrar").post("/custody/approvers", form).want(s.t, "proposed", http.StatusSeeOther).header.Get("Location")
	s.as("registrar").get(at).want(s.t, "the proposal", http.StatusOK, "first naming", "To compare by telephone", at+"/end")
	s.as("authorizing").get("/").want(s.t, "it waits", http.StatusOK, "1 proposal about keys waits", `href="/custody"`)
	s.as("authorizing").get(at).want(s.t, "to confirm", http.StatusOK, at+"/confirm")
	s.as("authorizing").post(at+"/confirm", url.Values{}).want(s.t, "confirmed", http.StatusSeeOther)
	if a := s.as("authorizing").get("/"); strings.Contains(a.body, "waits for your decision") {
		s.t.Error("it still waits")
	}
	src := "/sources/" + s.source.String()
	s.as("registrar").get(src).want(s.t, "due", http.StatusOK, "It does not open for", src+"/reseal", "/custody/destruction?source=")
	s.as("registrar").get("/custody/sealing").want(s.t, "due", http.StatusOK, "KESTREL", src+"/reseal")
	s.as("registrar").post(src+"/reseal", url.Values{"back": {"sealing"}}).want(s.t, "sealed anew", http.StatusSeeOther)
	s.as("registrar").get("/custody/sealing").want(s.t, "nothing due", http.StatusOK, "Nothing is due")
}

// ask lets the analyst, assigned to the source, ask for the identity.
func (s *site) ask() string {
	s.t.Helper()
	return s.as("analyst").post("/openings/new", url.Values{"source": {s.source.String()}, "purpose": {"court order 7"}}).want(s.t, "asked", http.StatusSeeOther).header.Get("Location")
}

func (s *site) assign(who, duty string) {
	s.t.Helper()
	s.as("registrar").post("/sources/"+s.source.String()+"/assign", url.Values{"officer": {s.officers[who].ID.String()}, "duty": {duty}}).want(s.t, "assigned", http.StatusSeeOther)
}

// TestOpening: an analyst asks, one approver is not enough, two are, and the identity is shown once.
func TestOpening(t *testing.T) {
	s := newSite(t)
	s.assign("analyst", "analyst")
	ask := "/openings/new?source=" + s.source.String()
	s.as("analyst").get(ask).want(t, "nobody can approve", http.StatusOK, "Let a registrar name approvers")
	s.approvers()
	s.as("analyst").get("/sources/"+s.source.String()).want(t, "not his to open", http.StatusOK, "Any two of 3 approvers", `href="/openings/new?source=`)
	s.as("analyst").get(ask).want(t, "who will be asked", http.StatusOK, "authorizing", "controller", "The request stands until")
	s.as("analyst").post("/openings/new", url.Values{"source": {s.source.String()}}).want(t, "no purpose", http.StatusUnprocessableEntity, `id="purpose.fault"`)
	s.as("controller").post("/openings/new", url.Values{"source": {s.source.String()}, "purpose": {"is it Quackenbush"}}).want(t, "a purpose that names him", http.StatusUnprocessableEntity, `id="purpose.fault"`, "is it Quackenbush")
	s.as("analyst").get("/openings/new?source="+s.hidden.String()).want(t, "a hidden source", http.StatusNotFound)
	at := s.ask()
	s.as("analyst").get(at).want(t, "asked", http.StatusOK, "court order 7", "nobody yet", at+"/withdraw")
	s.as("analyst").post(at+"/approve", url.Values{}).want(t, "he approves himself", http.StatusForbidden)
	s.as("handler").get(at).want(t, "not his business", http.StatusNotFound)
	s.as("controller").get("/").want(t, "it waits", http.StatusOK, "1 request to open an identity waits", `href="/openings"`)
	s.as("controller").get("/openings").want(t, "the list", http.StatusOK, "waits for your decision", "KESTREL")
	short := s.as("controller").get(at).want(t, "to decide", http.StatusOK, at+"/approve").body
	if x, y := telephone(short), telephone(s.as("analyst").get(at).body); x == "" || x != y {
		t.Errorf("two people compare %q and %q", x, y)
	}
	s.as("controller").post(at+"/approve", url.Values{}).want(t, "one", http.StatusSeeOther)
	if a := s.as("analyst").post(at+"/open", url.Values{}).want(t, "one is not enough", http.StatusForbidden, "It waits for those who are still to decide"); strings.Contains(a.body, "Quackenbush") {
		t.Error("one approver is enough")
	}
	s.as("authorizing").post(at+"/approve", url.Values{}).want(t, "two", http.StatusSeeOther)
	s.as("analyst").get("/openings").want(t, "his to open", http.StatusOK, "you can open it, once")
	s.as("analyst").get(at).want(t, "the warning", http.StatusOK, "Whoever controls this server", at+"/open")
	s.as("controller").post(at+"/open", url.Values{}).want(t, "an approver opens it", http.StatusForbidden)
	a := s.as("analyst").post(at+"/open", url.Values{}).want(t, "opened", http.StatusOK, trueName, "زفيرين")
	if a.header.Get("Cache-Control") != "no-store" {
		t.Error("the opened identity may be kept")
	}
	for _, x := range []answered{s.as("analyst").post(at+"/open", url.Values{}), s.as("analyst").get(at), s.as("controller").get(at)} {
		if strings.Contains(x.body, "Quackenbush") {
			t.Error("it is shown twice")
		}
	}
	s.as("inspector").get("/oversight?act=identity.open-approved").want(t, "the log", http.StatusOK, "analyst", "opened an identity two others approved")

	at = s.ask()
	s.as("controller").post(at+"/refuse", url.Values{"reason": {""}}).want(t, "no reason", http.StatusUnprocessableEntity, `id="reason.fault"`)
	s.as("controller").post(at+"/refuse", url.Values{"reason": {"no order was shown"}}).want(t, "refused", http.StatusSeeOther)
	s.as("analyst").get(at).want(t, "refused", http.StatusOK, "no order was shown", "refused")
	at = s.ask()
	s.as("analyst").post(at+"/withdraw", url.Values{}).want(t, "withdrawn", http.StatusSeeOther)
	s.as("controller").post(at+"/approve", url.Values{}).want(t, "after a withdrawal", http.StatusForbidden)
}

// telephone is the short hash on a page.
func telephone(body string) string {
	_, rest, _ := strings.Cut(body, "To compare by telephone</dt><dd><code class=\"ltr wrap\">")
	s, _, _ := strings.Cut(rest, "<")
	return s
}

// TestCustodyPages goes through trustees, a lost key, a recovery and a destruction at the pages, in both languages.
func TestCustodyPages(t *testing.T) {
	s := newSite(t)
	var trustees []string
	for _, n := range []string{"t1", "t2", "t3"} {
		o := got(s.desk.AddOfficer(t.Context(), s.officers["root"], casework.OfficerDraft{Name: n, Clearance: "SECRET", Duties: []string{"trustee"}}, []byte(n+" passphrase")))(t)
		trustees = append(trustees, o.ID.String())
		s.officers[n] = o
		s.as(n).get("/custody").want(t, n, http.StatusOK, "No trustees are named")
	}
	s.approvers()
	form := url.Values{"officers": trustees, "need": {"٩"}, "reason": {"founding"}}
	s.as("registrar").post("/custody/trustees", form).want(t, "nine of three", http.StatusUnprocessableEntity, `id="need.fault"`)
	form.Set("need", "٢")
	at := s.as("registrar").post("/custody/trustees", form).want(t, "proposed", http.StatusSeeOther).header.Get("Location")
	s.as("authorizing").post(at+"/confirm", url.Values{}).want(t, "confirmed", http.StatusSeeOther)
	s.as("t1").get("/custody").want(t, "the holders", http.StatusOK, "2 of 3 trustees restore; 0 have proved", "/custody/prove-share")
	s.as("t1").post("/custody/prove-share", url.Values{}).want(t, "a drill", http.StatusSeeOther)
	s.as("registrar").get("/custody").want(t, "after the drill", http.StatusOK, "1 have proved")
	s.as("registrar").post("/sources/"+s.source.String()+"/reseal", url.Values{}).want(t, "to the recovery key", http.StatusSeeOther)

	// A lost key.
	key := url.Values{"officer": {s.officers["handler"].ID.String()}, "passphrase": {"another passphrase"}, "passphrase_again": {"another one"}, "reason": {"forgot it"}}
	if a := s.as("root").post("/custody/key", key).want(t, "typed differently", http.StatusUnprocessableEntity, `id="passphrase_again.fault"`); strings.Contains(a.body, "another passphrase") {
		t.Error("the passphrase comes back")
	}
	key.Set("passphrase_again", "another passphrase")
	lost := s.as("root").post("/custody/key", key).want(t, "a new key", http.StatusSeeOther).header.Get("Location")
	s.as("registrar").post(lost+"/confirm", url.Values{}).want(t, "an approver confirms", http.StatusSeeOther)
	s.as("registrar").get("/sources/"+s.source.String()).want(t, "due", http.StatusOK, "It does not open for handler", "keys that are nobody")

	rec := s.as("registrar").post("/custody/recovery", url.Values{"reason": {"a drill with all"}}).want(t, "a recovery", http.StatusSeeOther).header.Get("Location")
	s.as("t1").post(rec+"/confirm", url.Values{}).want(t, "a share is needed", http.StatusForbidden)
	s.as("t1").get(rec).want(t, "to give", http.StatusOK, rec+"/give-share")
	s.as("t1").post(rec+"/give-share", url.Values{}).want(t, "one share", http.StatusSeeOther)
	s.as("registrar").post(rec+"/recover", url.Values{}).want(t, "one is not enough", http.StatusForbidden)
	s.as("t3").post(rec+"/give-share", url.Values{}).want(t, "two shares", http.StatusSeeOther)
	s.as("registrar").get(rec).want(t, "ready", http.StatusOK, rec+"/recover", "2 of 2 needed")
	s.as("registrar").post(rec+"/recover", url.Values{}).want(t, "recovered", http.StatusOK, "Identities sealed anew: 1")

	end := s.as("registrar").post("/custody/destruction", url.Values{"source": {s.source.String()}, "reason": {"he asked"}}).want(t, "a destruction", http.StatusSeeOther).header.Get("Location")
	s.as("registrar").post(end+"/destroy", url.Values{}).want(t, "alone", http.StatusForbidden)
	s.as("registrar").get(end+"/certificate").want(t, "too early", http.StatusNotFound)
	s.as("controller").post(end+"/confirm", url.Values{}).want(t, "confirmed", http.StatusSeeOther)
	for _, lang := range wording.Languages() {
		for path, who := range map[string][]string{"/custody": {"registrar", "t1", "root", "inspector"}, "/custody/approvers": {"registrar", "authorizing"}, "/custody/trustees": {"registrar"}, "/custody/key": {"root"},
			"/custody/recovery": {"registrar"}, "/custody/destruction?source=" + s.source.String(): {"registrar"}, "/custody/sealing": {"controller"}, end: {"registrar", "controller"}, lost: {"root"}, rec: {"t1"},
			"/openings": {"analyst", "controller"}, "/known": {"registrar"}, "/key-file": {"analyst", "t1"}} {
			for _, w := range who {
				if a := s.as(w).in(lang).get(path).want(t, w+" "+lang+" "+path, http.StatusOK, `lang="`+lang+`"`); strings.Contains(a.body, "Quackenbush") || strings.Contains(a.body, "no value") {
					t.Errorf("%s %s", w, path)
				}
			}
		}
	}
	s.as("registrar").post(end+"/destroy", url.Values{}).want(t, "destroyed", http.StatusSeeOther)
	s.as("registrar").get(end).want(t, "the certificate", http.StatusOK, end+"/certificate", "What this does not reach")
	file := s.as("registrar").get(end+"/certificate").want(t, "the file", http.StatusOK)
	var signed casework.SignedCertificate
	must(t, json.Unmarshal([]byte(file.body), &signed))
	if c, err := casework.CheckCertificate(signed, s.desk.Unit().LogPublic); err != nil || c.Source != s.source || !strings.Contains(file.header.Get("Content-Disposition"), "attachment") {
		t.Errorf("the certificate: %+v %v", c, err)
	}
	s.as("registrar").get("/sources/"+s.source.String()).want(t, "the file without the person", http.StatusOK, "No identity is held")
}

// TestKnownPages asks from a page of its own and from the register form, which keeps what was typed.
func TestKnownPages(t *testing.T) {
	s := newSite(t)
	who := url.Values{"identity.names.0.full": {trueName}, "identity.born": {"1970"}}
	s.as("registrar").post("/known", who).want(t, "known", http.StatusOK, "Possibly registered already", "Ask controller")
	s.as("outsider").post("/known", who).want(t, "known to whoever asks", http.StatusOK, "Ask controller")
	s.as("registrar").in("ar").post("/known", url.Values{"identity.names.0.full": {"Somebody Else"}}).want(t, "nobody", http.StatusOK, "لا أحد")
	s.as("registrar").post("/known", url.Values{"identity.born": {"soon"}}).want(t, "no name", http.StatusUnprocessableEntity, `id="identity.born.fault"`)
	s.as("analyst").post("/known", who).want(t, "an analyst", http.StatusForbidden)
	form := url.Values{"description": {"a keeper of the lighthouse"}, "category": {"AGENT"}, "do": {"known"}}
	for k, v := range who {
		form[k] = v
	}
	a := s.as("registrar").post("/sources/new", form).want(t, "asked on the way", http.StatusOK, "Possibly registered already", "a keeper of the lighthouse", trueName)
	if strings.Contains(a.body, "KESTREL") || a.header.Get("Cache-Control") != "no-store" {
		t.Error("more is told than whom to ask")
	}
}

// TestKeyFilePage: the file is the officer's own sealed key, and nobody else's.
func TestKeyFilePage(t *testing.T) {
	s := newSite(t)
	a := s.as("handler").post("/key-file", url.Values{}).want(t, "the file", http.StatusOK)
	var f casework.KeyFile
	must(t, json.Unmarshal([]byte(a.body), &f))
	if f.Name != "handler" || f.Officer != s.officers["handler"].ID.String() || !strings.Contains(a.header.Get("Content-Disposition"), "attachment") {
		t.Errorf("%+v %v", f, a.header)
	}
}
