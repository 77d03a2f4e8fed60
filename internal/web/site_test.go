package web

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"cutout/internal/authority"
	"cutout/internal/casework"
	"cutout/internal/compartment"
	"cutout/internal/contact"
	"cutout/internal/identity"
	"cutout/internal/network"
	"cutout/internal/officer"
	"cutout/internal/report"
	"cutout/internal/requirement"
	"cutout/internal/source"
	"cutout/internal/vault"
)

// site is a small unit at work behind a real server: a desk at the port with one running source, and a second desk whose
// source nobody of the first may see. Every name in it is invented.
type site struct {
	t        *testing.T
	desk     *casework.Desk
	url      string
	late     atomic.Int64 // seconds the unit's clock is ahead
	officers map[string]officer.Officer
	readers  map[string]*reader

	port        compartment.ID
	source      source.ID // seen by handler, controller, authorizing and registrar
	hidden      source.ID // seen by the other handler and the registrar of the other desk only
	authority   authority.ID
	held        contact.ID // with a record and a report
	planned     contact.ID
	requirement requirement.ID
	task        requirement.TaskID
	report      report.ID
	party       network.ID
}

// trueName is the name of the site's source: no page may ever show it but the opened seal.
const trueName = "Zephyrine Quackenbush"

func newSite(t *testing.T) *site {
	t.Helper()
	key, _, err := vault.OpenStoreKey(filepath.Join(t.TempDir(), "store.key"))
	must(t, err)
	s := &site{t: t, officers: map[string]officer.Officer{}, readers: map[string]*reader{}}
	ctx := t.Context()
	clock := func() time.Time { return time.Now().Add(time.Duration(s.late.Load()) * time.Second) }
	d, admin, err := casework.Begin(ctx, casework.Config{Path: filepath.Join(t.TempDir(), "records.db"), Key: key, QuietWatch: true, Clock: clock},
		casework.UnitDraft{Name: "Unit North", Administrator: "root"}, []byte("root passphrase"))
	must(t, err)
	t.Cleanup(func() { _ = d.Close() })
	s.desk = d
	s.port = got(d.OpenCompartment(ctx, admin, "Port desk"))(t)
	other := got(d.OpenCompartment(ctx, admin, "Hill desk"))(t)
	for _, o := range []struct {
		name  string
		desk  compartment.ID
		duty  string
		level string
	}{{"registrar", s.port, "registrar", "SECRET"}, {"handler", s.port, "handler", "SECRET"}, {"controller", s.port, "controller", "SECRET"}, {"authorizing", s.port, "authorizing", "SECRET"},
		{"manager", s.port, "collection-manager", "SECRET"}, {"analyst", s.port, "analyst", "SECRET"}, {"release", s.port, "release", "SECRET"}, {"release2", s.port, "release", "SECRET"},
		{"customer", compartment.ID{}, "customer", "SECRET"}, {"inspector", compartment.ID{}, "inspector", "SECRET"}, {"outsider", other, "registrar", "SECRET"}} {
		v, err := d.AddOfficer(ctx, admin, casework.OfficerDraft{Name: o.name, Clearance: o.level, Duties: []string{o.duty}}, []byte(o.name+" passphrase"))
		must(t, err)
		if !o.desk.IsZero() {
			must(t, d.HandCompartment(ctx, admin, v.ID, o.desk, ""))
		}
		s.officers[o.name] = v
	}
	s.officers["root"] = admin
	s.fill(ctx, other)
	server := httptest.NewServer(New(d, Options{}))
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// fill puts the port desk's work into the record.
func (s *site) fill(ctx context.Context, other compartment.ID) {
	t, d := s.t, s.desk
	for _, name := range []string{"registrar", "handler", "authorizing", "outsider"} {
		got(d.SignIn(ctx, name, []byte(name+" passphrase")))(t)
	}
	who := func(name string) officer.Officer { return s.officers[name] }
	s.source = got(d.RegisterSource(ctx, who("registrar"), casework.SourceDraft{CodeName: "KESTREL",
		Draft: source.Draft{Category: "AGENT", Desk: s.port.String(), State: "proposed", IdentityKind: "known", ServiceContact: "direct", LawfulOrigin: "walked in",
			Access: []source.AccessDraft{{Topic: "gate 4", Kind: "direct", Verified: "verified"}}, Description: "Port worker"},
		Identity: &identity.Draft{Names: []identity.NameDraft{{Full: trueName}, {Full: "زفيرين كواكنبوش"}}}}))(t)
	s.hidden = got(d.RegisterSource(ctx, who("outsider"), casework.SourceDraft{CodeName: "HERON",
		Draft: source.Draft{Category: "AGENT", Desk: other.String(), State: "proposed", LawfulOrigin: "a letter"}}))(t)
	for name, duty := range map[string]string{"handler": "handler", "controller": "controller", "authorizing": "authorizing"} {
		must(t, d.Assign(ctx, who("registrar"), casework.AssignDraft{Source: s.source.String(), Officer: who(name).ID.String(), Duty: duty}))
	}
	s.authority = got(d.Grant(ctx, who("authorizing"), authority.Draft{Source: s.source.String(), Kind: "chis-written", Ground: "crime", Necessity: "No other way in.",
		Proportionality: "One source, one gate.", Purpose: "Smuggling at the port", Operation: "WEIGHBRIDGE", Conduct: "Watch gate 4 from his own work.", Topics: []string{"gate 4"},
		Collateral: "Other workers, not recorded.", Confidential: "None expected.", Risk: "Few people stand there at night.", TargetRelation: "none"}))(t)
	s.requirement = got(d.StateRequirement(ctx, who("manager"), casework.RequirementDraft{Desk: s.port.String(),
		Draft: requirement.Draft{Kind: "PIR", Number: "PIR 1", Text: "What leaves gate 4 unweighed?", Topic: "gate 4", Priority: "1"}}))(t)
	s.task = got(d.GiveTask(ctx, who("handler"), requirement.TaskDraft{Requirement: s.requirement.String(), Source: s.source.String(), Type: "observe", Topic: "gate 4", Text: "Count what is waved through."}))(t)
	s.party = got(d.AddParty(ctx, who("handler"), casework.PartyDraft{Desk: s.port.String(), PartyDraft: network.PartyDraft{Kind: "person", Name: "The night clerk"}}))(t)
	today := d.Now().UTC().Format(time.DateOnly)
	s.held = got(d.RecordContact(ctx, who("handler"), contact.ID{}, contact.Draft{Source: s.source.String(), Type: "meeting",
		Record: &contact.RecordDraft{When: today, Place: "café", Participants: []string{who("handler").ID.String()}, Summary: "He told of two containers.", Welfare: "Tired, in order.", Security: "none"}}))(t)
	s.planned = got(d.PlanContact(ctx, who("handler"), contact.Draft{Source: s.source.String(), Type: "meeting",
		Plan: &contact.PlanDraft{When: d.Now().AddDate(0, 0, 7).UTC().Format(time.DateOnly), Place: "park", Safety: "Two ways out.", Fallback: "The week after.", Participants: []string{who("handler").ID.String()}}}))(t)
	s.report = got(d.FileReport(ctx, who("handler"), casework.ReportDraft{Draft: report.Draft{Contact: s.held.String(), Source: s.source.String(), Requirements: []string{s.requirement.String()}, Title: "Gate 4",
		Items: []report.ItemDraft{{Text: "غادرت حاويتان البوابة ٤ دون وزن", Lang: "ar", Basis: "direct", Scheme: "admiralty", Grade: "C3"},
			{Text: "The clerk is paid for it.", Lang: "en", Basis: "hearsay", Scheme: "admiralty", Grade: "C4"}}}}))(t)
	must(t, d.Settle(ctx))
}

// as is one officer at his browser, signed in.
func (s *site) as(name string) *reader {
	s.t.Helper()
	if r := s.readers[name]; r != nil {
		return r
	}
	r := s.stranger()
	a := r.post("/signin", url.Values{"name": {name}, "passphrase": {name + " passphrase"}, "next": {"/"}})
	if a.status != http.StatusSeeOther {
		s.t.Fatalf("%s cannot sign in: %d %s", name, a.status, a.body)
	}
	s.readers[name] = r
	return r
}

// stranger is a browser in which nobody has signed in.
func (s *site) stranger() *reader {
	jar, err := cookiejar.New(nil)
	must(s.t, err)
	return &reader{t: s.t, url: s.url, c: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// reader is a browser.
type reader struct {
	t    *testing.T
	url  string
	c    *http.Client
	lang string
}

// in is the same browser asking for another language.
func (r *reader) in(lang string) *reader {
	c := *r
	c.lang = lang
	return &c
}

// answered is what came back.
type answered struct {
	status int
	body   string
	header http.Header
}

func (r *reader) get(path string) answered { return r.send("GET", path, nil) }

func (r *reader) post(path string, form url.Values) answered { return r.send("POST", path, form) }

func (r *reader) send(method, path string, form url.Values) answered {
	r.t.Helper()
	req, err := http.NewRequest(method, r.url+path, strings.NewReader(form.Encode()))
	must(r.t, err)
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	req.Header.Set("Accept-Language", r.lang)
	a, err := r.c.Do(req)
	must(r.t, err)
	defer a.Body.Close()
	body, err := io.ReadAll(a.Body)
	must(r.t, err)
	return answered{a.StatusCode, string(body), a.Header}
}

// want fails unless the page has the status and every one of the texts.
func (a answered) want(t *testing.T, what string, status int, texts ...string) answered {
	t.Helper()
	if a.status != status {
		t.Errorf("%s: status %d, want %d\n%s", what, a.status, status, plain(a.body))
		return a
	}
	for _, x := range texts {
		if !strings.Contains(a.body, x) {
			t.Errorf("%s: does not say %q\n%s", what, x, plain(a.body))
		}
	}
	if i := strings.Index(a.body, "⟦"); i >= 0 {
		t.Errorf("%s: a message is missing: %s", what, a.body[i:min(len(a.body), i+60)])
	}
	if strings.Contains(a.body, "<html") && strings.Count(a.body, `class="label-line`) != 2 {
		t.Errorf("%s: no label line at top and bottom", what)
	}
	return a
}

// plain is a page's main part, short, for messages of failed tests.
func plain(body string) string {
	if i := strings.Index(body, "<main"); i >= 0 {
		body = body[i:]
	}
	return body[:min(len(body), 3000)]
}

var zeroTime time.Time

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func got[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		must(t, err)
		return v
	}
}
