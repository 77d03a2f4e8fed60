package ni

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"cutout/internal/api"
	"cutout/internal/id"
	"cutout/internal/web"
)

// request is one request of the low officer to a porch.
type request struct{ method, path, body, kind string }

func (q request) String() string { return q.method + " " + q.path }

// porch is a porch of a world with somebody signed in at it.
type porch struct {
	h     http.Handler
	auth  [2]string // the header that signs the officer in
	token string    // what differs between worlds by chance, and is told to its owner only
}

func pages(t testing.TB, w *world, name string) *porch {
	p := &porch{h: web.New(w.d, web.Options{Logs: slog.New(slog.NewTextHandler(io.Discard, nil))})}
	form := url.Values{"name": {name}, "passphrase": {string(pass(name))}}
	r := httptest.NewRequest("POST", "/signin", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	rec := httptest.NewRecorder()
	p.h.ServeHTTP(rec, r)
	var all []string
	for _, c := range rec.Result().Cookies() {
		all = append(all, c.Name+"="+c.Value)
		if c.Name == "cutout" {
			p.token = c.Value
		}
	}
	if p.token == "" {
		t.Fatalf("%s does not sign in at the pages: %d", name, rec.Code)
	}
	p.auth = [2]string{"Cookie", strings.Join(all, "; ")}
	// The first page after a sign-in names the log's checkpoint of the last whole hour: a declared leak, and not compared.
	if _, code := p.ask(request{method: "GET", path: "/"}); code != http.StatusOK {
		t.Fatalf("the first page after the sign-in of %s: %d", name, code)
	}
	return p
}

func machine(t testing.TB, w *world, name string) *porch {
	p := &porch{h: api.New(w.d, api.Options{Logs: slog.New(slog.NewTextHandler(io.Discard, nil))})}
	var path string
	for _, r := range api.Routes() {
		if r.Public && r.Method == "POST" {
			path = r.Path
		}
	}
	body, err := json.Marshal(map[string]string{"name": name, "passphrase": string(pass(name))})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("POST", api.Prefix+path, strings.NewReader(string(body)))
	r.Header.Set("Content-Type", "application/json")
	rec := httptest.NewRecorder()
	p.h.ServeHTTP(rec, r)
	var out struct {
		Token string `json:"token"`
	}
	if err := json.Unmarshal(rec.Body.Bytes(), &out); err != nil || out.Token == "" {
		t.Fatalf("%s does not sign in at the interface: %d %s", name, rec.Code, rec.Body)
	}
	p.auth, p.token = [2]string{"Authorization", "Bearer " + out.Token}, out.Token
	return p
}

// ask makes the request and writes down status, headers and body.
func (p *porch) ask(q request) (string, int) {
	r := httptest.NewRequest(q.method, q.path, strings.NewReader(q.body))
	r.Header.Set(p.auth[0], p.auth[1])
	if q.kind != "" {
		r.Header.Set("Content-Type", q.kind)
	}
	rec := httptest.NewRecorder()
	p.h.ServeHTTP(rec, r)
	var b strings.Builder
	fmt.Fprintln(&b, rec.Code)
	for _, k := range slices.Sorted(func(yield func(string) bool) {
		for k := range rec.Header() {
			if !yield(k) {
				return
			}
		}
	}) {
		if k != "Date" && k != "Set-Cookie" {
			fmt.Fprintln(&b, k, rec.Header()[k])
		}
	}
	b.Write(rec.Body.Bytes())
	return strings.ReplaceAll(b.String(), p.token, "token"), rec.Code
}

// nouns says which records the first word of an address is about.
var nouns = map[string]string{"sources": "src", "reports": "rep", "releases": "rel", "inbox": "iss", "copies": "iss", "products": "prd", "notices": "ntc", "contacts": "con",
	"authorities": "aut", "requirements": "req", "parties": "pty", "items": "itm", "officers": "off", "assessments": "asm", "uses": "use", "roles": "rol"}

// outside are addresses that end the sign-in, show or change the officer's own ways to sign in, or belong to the officer's browser, and so are no probe, and the checkpoint of
// the last whole hour, which is a declared leak.
func outside(path string) bool {
	for _, p := range []string{"/signin", "/signout", "/language", "/theme", "/session", "/passphrase", "/hour-checkpoint", "/account", "/present"} {
		if strings.HasPrefix(path, p) {
			return true
		}
	}
	return false
}

// fill puts ids into the parts of an address.
func fill(pattern string, ids []string) []string {
	first := strings.Split(strings.TrimPrefix(pattern, "/"), "/")[0]
	given := []string{"nonsense", id.Long("rep", [16]byte{9})}
	if p := nouns[first]; p != "" {
		given = append(given, id.Long(p, [16]byte{9}))
	}
	for i, s := range ids {
		if p := nouns[first]; strings.HasPrefix(s, p+"_") && p != "" || nouns[first] == "" && i%7 == 0 {
			given = append(given, s)
		}
	}
	parts := strings.Split(strings.TrimSuffix(pattern, "{$}"), "/")
	var out []string
	for _, s := range given {
		filled := slices.Clone(parts)
		holes := false
		for i, p := range filled {
			if strings.HasPrefix(p, "{") {
				filled[i], holes = s, true
			}
		}
		out = append(out, strings.Join(filled, "/"))
		if !holes {
			break
		}
	}
	return out
}

// requests are what the low officer asks of a porch: every route, with ids of either world, ids that never were and what
// is no id; lists with every page size and every word.
func requests(routes [][2]string, prefix, kind, empty string, ids []string) (out []request) {
	var writes []request
	for _, r := range routes {
		if outside(r[1]) {
			continue
		}
		for _, path := range fill(r[1], ids) {
			if r[0] != "GET" {
				writes = append(writes, request{r[0], prefix + path, empty, kind})
				continue
			}
			out = append(out, request{"GET", prefix + path, "", ""})
			if !strings.Contains(r[1], "{") {
				for _, q := range []string{"?limit=1", "?limit=2&sort=label", "?limit=nonsense&cursor=AAAA", "?past=yes"} {
					out = append(out, request{"GET", prefix + path + q, "", ""})
				}
				if strings.HasSuffix(path, "search") {
					for _, w := range words {
						out = append(out, request{"GET", prefix + path + "?q=" + url.QueryEscape(w) + "&words=" + url.QueryEscape(w), "", ""})
					}
				}
				for i, s := range ids {
					if i%5 == 0 { // pages that take a record in the query
						p, _, _ := strings.Cut(s, "_")
						name := map[string]string{"src": "source", "rep": "report", "con": "contact", "req": "requirement", "itm": "item", "rel": "release", "iss": "copy", "ntc": "notice"}[p]
						if name != "" {
							out = append(out, request{"GET", prefix + path + "?" + name + "=" + s, "", ""})
						}
					}
				}
			}
		}
	}
	return append(out, writes...)
}

// porches compares the pages and the interface of two worlds.
func (p *twin) porches(t testing.TB, viewers ...string) (*difference, int) {
	n, shown := 0, 0
	defer func() {
		if shown < 100*len(viewers) && !p.a.w.lenient {
			t.Errorf("only %d of %d requests showed anything: the comparison proves little", shown, n)
		}
	}()
	var pageRoutes, machineRoutes [][2]string
	for _, r := range web.Routes() {
		pageRoutes = append(pageRoutes, [2]string{r.Method, r.Pattern})
	}
	for _, r := range api.Routes() {
		machineRoutes = append(machineRoutes, [2]string{r.Method, r.Path})
	}
	for _, low := range viewers {
		for _, side := range []struct {
			open func(testing.TB, *world, string) *porch
			asks []request
		}{{pages, requests(pageRoutes, "", "application/x-www-form-urlencoded", "", p.ids)}, {machine, requests(machineRoutes, api.Prefix, "application/json", "{}", p.ids)}} {
			a, b := side.open(t, p.a.w, low), side.open(t, p.b.w, low)
			for _, q := range side.asks {
				n++
				was := make(chan string)
				go func() { s, _ := a.ask(q); was <- s }()
				y, code := b.ask(q)
				if x := <-was; x != y {
					return &difference{low, q.String(), x, y, n}, n
				}
				if code < 300 {
					shown++
				}
				if code >= 500 {
					t.Errorf("as %s, %s: %s", low, q, y[:min(len(y), 400)])
				}
			}
		}
	}
	return nil, n
}

// TestPorches compares pairs of worlds through the route tables of the pages and of the interface: status, headers, body.
func TestPorches(t *testing.T) {
	x := newTemplate(t, 1)
	asked := 0
	total, viewers := 1, lows[:1]
	if os.Getenv("CUTOUT_LONG") != "" {
		total, viewers = 12, lows
	}
	for k := range total {
		p := x.pair(func() *world { return x.open(t) }, uint64(k), which(k))
		d, n := p.porches(t, viewers...)
		asked += n
		if d != nil {
			t.Errorf("pair %d\n%s", k, d)
		}
	}
	t.Logf("%d answers of the porches compared", asked)
}

// TestPorchCensus fails when a route cannot be driven: every pattern must come out as an address.
func TestPorchCensus(t *testing.T) {
	var all [][2]string
	for _, r := range web.Routes() {
		all = append(all, [2]string{r.Method, r.Pattern})
	}
	for _, r := range api.Routes() {
		all = append(all, [2]string{r.Method, r.Path})
	}
	for _, r := range all {
		asks := requests([][2]string{r}, "", "", "", []string{id.Long("src", [16]byte{1})})
		if !outside(r[1]) && (len(asks) == 0 || slices.ContainsFunc(asks, func(q request) bool { return strings.Contains(q.path, "{") })) {
			t.Errorf("%s %s has no driver", r[0], r[1])
		}
	}
	if len(all) < 60 {
		t.Errorf("only %d routes: the tables are not what the porches serve", len(all))
	}
}
