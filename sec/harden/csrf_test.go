package harden

import (
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"cutout/internal/api"
	"cutout/internal/web"
)

// origins are what a browser can say of where a request comes from, and whether it may act.
var origins = []struct {
	origin, site string
	may          bool
}{
	{"", "", true}, // no browser of this century: a program
	{"own", "", true},
	{"own", "same-origin", true},
	{"null", "same-origin", true}, // a form of our own, whose pages send no referrer
	{"", "same-origin", true},
	{"", "none", true}, // typed by a person
	{"https://evil.example", "", false},
	{"null", "", false},
	{"https://evil.example", "cross-site", false},
	{"https://evil.example", "same-site", false},
	{"null", "cross-site", false},
	{"", "cross-site", false},
	{"", "same-site", false},
	{"own", "cross-site", false},
	{"own", "same-site", false},
}

// TestCrossOrigin sends every route that acts from every kind of place. Whoever may is told something else than that he
// comes from another site, and whoever may not is told only that.
func TestCrossOrigin(t *testing.T) {
	s := startPlain(t, begin(t))
	b := s.Browser(t)
	b.SignIn("handler")
	type route struct{ method, path string }
	var all []route
	for _, r := range web.Routes() {
		all = append(all, route{r.Method, strings.NewReplacer("{id}", "x", "{$}", "", "{name...}", "reports/new", "{list}", "x").Replace(r.Pattern)})
	}
	for _, r := range api.Routes() {
		all = append(all, route{r.Method, api.Prefix + r.Path})
	}
	all = append(all, route{"DELETE", "/nothing"}, route{"PATCH", "/sources"}, route{"POST", "/"})
	n := 0
	for _, r := range all {
		for _, o := range origins {
			q, err := http.NewRequest(r.method, s.URL+r.path, strings.NewReader(""))
			if err != nil {
				t.Fatal(err)
			}
			if o.origin == "own" {
				o.origin = s.URL
			}
			for k, v := range map[string]string{"Origin": o.origin, "Sec-Fetch-Site": o.site} {
				if v != "" {
					q.Header.Set(k, v)
				}
			}
			answer, err := http.DefaultTransport.RoundTrip(q)
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			// Nobody is signed in: 401 or the route's own answer is "let through".
			if through := answer.StatusCode != http.StatusForbidden; through != (o.may || r.method == "GET") {
				t.Errorf("%s %s, Origin %q, Sec-Fetch-Site %q: %s", r.method, r.path, o.origin, o.site, answer.Status)
			}
			n++
		}
	}
	if n < 1500 {
		t.Errorf("only %d requests were tried", n)
	}
}

// looked are the words of acts that change nothing but the log.
var looked = regexp.MustCompile(`\.(look|list|list-all|colleagues|named|recipients|reach)$|^(log\.(record|kept)|officer\.doors|custody\.holders|identity\.(requests|sealing))$`)

// TestNoGetActs holds that no page that is only looked at changes anything: whatever the log says of it is a look.
func TestNoGetActs(t *testing.T) {
	u := begin(t)
	s := startPlain(t, u)
	asked := 0
	for _, who := range []string{"handler", "registrar", "inspector"} {
		b := s.Browser(t)
		b.SignIn(who)
		for _, r := range web.Routes() {
			if r.Method != "GET" {
				continue
			}
			for _, of := range []string{u.Source.String(), u.Reports[0].String()} {
				b.Get(strings.NewReplacer("{id}", of, "{$}", "").Replace(r.Pattern))
				if b.Was.StatusCode == http.StatusOK {
					asked++
				}
			}
		}
		if b.Get("/signout"); b.Was.StatusCode == http.StatusSeeOther {
			t.Error("an address alone signs out")
		}
		if b.Get("/sources"); b.Was.StatusCode == http.StatusUnauthorized {
			t.Error("signed out by an address")
		}
	}
	if err := s.Stop(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if asked < 60 {
		t.Errorf("only %d pages were shown", asked)
	}
	acts := map[string]int{}
	for _, e := range u.Log(t) {
		acts[e.Act]++
		if e.Time.After(s.Began) && !looked.MatchString(e.Act) && e.Act != "session.sign-in" && e.Act != "name-key.open" {
			t.Errorf("looking at pages did %s", e.Act)
		}
	}
	if acts["source.register"] == 0 || acts["source.look"] == 0 {
		t.Errorf("the log shows neither the acts before nor the looks: %v", acts)
	}
}

// TestNoBypass holds that no code takes an address out of the guard.
func TestNoBypass(t *testing.T) {
	err := filepath.WalkDir("../..", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go") {
			return err
		}
		b, err := os.ReadFile(p)
		for _, way := range []string{"AddInsecureBypassPattern", "AddTrustedOrigin"} {
			if strings.Contains(string(b), way) {
				t.Errorf("%s: %s", p, way)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
