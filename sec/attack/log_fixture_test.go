package attack

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"cutout/internal/api"
	"cutout/internal/casework"
	"cutout/internal/identity"
	"cutout/internal/officer"
	"cutout/internal/source"
	"cutout/internal/vault"
	"cutout/internal/web"
)

// logUnit is a small unit whose log is attacked: one source with a name, and officers of every duty.
type logUnit struct {
	t    *testing.T
	d    *casework.Desk
	logs *logLines
	who  map[string]officer.Officer
	src  source.ID
	web  http.Handler
	api  http.Handler
}

// logLines is what the operator would read.
type logLines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logLines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func newLogUnit(t *testing.T) *logUnit {
	t.Helper()
	u := &logUnit{t: t, logs: &logLines{}, who: map[string]officer.Officer{}}
	key, _, err := vault.OpenStoreKey(filepath.Join(t.TempDir(), "store.key"))
	u.ok(err)
	logs := slog.New(slog.NewJSONHandler(u.logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	u.d, u.who["root"], err = casework.Begin(t.Context(), casework.Config{Path: filepath.Join(t.TempDir(), "records.db"), Key: key, QuietWatch: true, Logs: logs,
		Last: filepath.Join(t.TempDir(), "checkpoint.last")}, casework.UnitDraft{Name: "Unit", Administrator: "root"}, []byte("root passphrase"))
	u.ok(err)
	t.Cleanup(func() { u.d.Close() })
	desk, err := u.d.OpenCompartment(t.Context(), u.who["root"], "Desk")
	u.ok(err)
	for _, o := range []struct {
		name, duties string
		holds        bool
	}{{"worker", "registrar handler co-handler intake analyst collection-manager validator release customer", true}, {"elsewhere", "analyst registrar", false}, {"inspector", "inspector", false}} {
		v, err := u.d.AddOfficer(t.Context(), u.who["root"], casework.OfficerDraft{Name: o.name, Clearance: "SECRET", Duties: strings.Fields(o.duties)}, []byte(o.name+" passphrase"))
		u.ok(err)
		if o.holds {
			u.ok(u.d.HandCompartment(t.Context(), u.who["root"], v.ID, desk, ""))
		}
		u.who[o.name] = v
		_, err = u.d.SignIn(t.Context(), o.name, []byte(o.name+" passphrase"))
		u.ok(err)
	}
	u.src, err = u.d.RegisterSource(t.Context(), u.who["worker"], casework.SourceDraft{Draft: source.Draft{Category: "AGENT", Desk: desk.String(), State: "proposed", IdentityKind: "known",
		ServiceContact: "direct", LawfulOrigin: "walked in"}, Identity: &identity.Draft{Names: []identity.NameDraft{{Full: "Zephyrine Quackenbush"}}}})
	u.ok(err)
	u.web, u.api = web.New(u.d, web.Options{Logs: logs}), api.New(u.d, api.Options{Logs: logs})
	return u
}

func (u *logUnit) ok(err error) {
	u.t.Helper()
	if err != nil {
		u.t.Fatal(err)
	}
}

// logReader is an officer at one of the porches: the handler and the header that signs him in.
type logReader struct {
	h     http.Handler
	name  string
	value string
}

func (u *logUnit) atPages(name string) logReader {
	u.t.Helper()
	r := httptest.NewRequest("POST", "/signin", strings.NewReader(url.Values{"name": {name}, "passphrase": {name + " passphrase"}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	rec := httptest.NewRecorder()
	u.web.ServeHTTP(rec, r)
	for _, c := range rec.Result().Cookies() {
		if c.Name == "cutout" {
			return logReader{u.web, "Cookie", "cutout=" + c.Value}
		}
	}
	u.t.Fatalf("%s does not sign in at the pages: %d", name, rec.Code)
	return logReader{}
}

func (u *logUnit) atInterface(name string) logReader {
	u.t.Helper()
	r := httptest.NewRequest("POST", api.Prefix+"/session", strings.NewReader(`{"name":"`+name+`","passphrase":"`+name+` passphrase"}`))
	r.Header.Set("Content-Type", "application/json")
	rec := httptest.NewRecorder()
	u.api.ServeHTTP(rec, r)
	var s struct{ Token string }
	if err := json.Unmarshal(rec.Body.Bytes(), &s); err != nil || s.Token == "" {
		u.t.Fatalf("%s does not sign in at the interface: %d", name, rec.Code)
	}
	return logReader{u.api, "Authorization", "Bearer " + s.Token}
}

func (r logReader) do(q *http.Request) *httptest.ResponseRecorder {
	q.Header.Set(r.name, r.value)
	rec := httptest.NewRecorder()
	r.h.ServeHTTP(rec, q)
	return rec
}

// newest is the number of the newest entry an officer left on the log, or -1.
func (u *logUnit) newest(o officer.Officer) int64 {
	u.t.Helper()
	p, err := u.d.Log(u.t.Context(), u.who["inspector"], casework.LogQuery{Officer: o.ID, Limit: 1})
	u.ok(err)
	if len(p.Entries) == 0 {
		return -1
	}
	return p.Entries[0].Seq
}

// logRoute is one address of a porch.
type logRoute struct{ method, path string }

func logRoutes(t *testing.T) (pages, machine []logRoute) {
	for _, r := range web.Routes() {
		if !r.Public {
			pages = append(pages, logRoute{r.Method, strings.TrimSuffix(r.Pattern, "{$}")})
		}
	}
	for _, r := range api.Routes() {
		if !r.Public {
			machine = append(machine, logRoute{r.Method, api.Prefix + r.Path})
		}
	}
	if len(pages) < 40 || len(machine) < 40 {
		t.Fatalf("only %d pages and %d operations: the tables are not what is served", len(pages), len(machine))
	}
	return pages, machine
}

// with fills the holes of a route's path with one text.
func (r logRoute) with(text string) string {
	parts := strings.Split(r.path, "/")
	for i, p := range parts {
		if strings.HasPrefix(p, "{") {
			parts[i] = url.PathEscape(text)
		}
	}
	return strings.Join(parts, "/")
}

// ends is the way out, which must not be tried in the middle.
func (r logRoute) ends() bool {
	return strings.HasSuffix(r.path, "/signout") || strings.HasSuffix(r.path, "/session") && r.method == "DELETE" || strings.Contains(r.path, "passphrase")
}

var logTime = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
