package attack

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Row 46, wrong rows after a cancelled request (database/sql CVE-2025-47907): two officers ask for the same addresses at
// once, many times, and every second request is cancelled somewhere on its way. Nobody is ever shown a row of the other's
// desk. Runs under the race detector with the package.
func TestRow46CancelledRequests(t *testing.T) {
	u := own(t)
	rounds := 25
	if long() {
		rounds = 400
	}
	type side struct {
		p     *port
		mine  []string
		other []string
	}
	clean := func(s []string) []string {
		return slices.DeleteFunc(s, func(v string) bool { return strings.HasPrefix(v, "off_") })
	}
	sides := []side{{u.machine(t, "low"), []string{u.south.word, u.south.ids["src"]}, append(clean(u.north.all()), u.north.word)}, {u.machine(t, "handler"), []string{u.north.word, u.north.ids["src"]}, append(clean(u.south.all()), u.south.word)}}
	var wg sync.WaitGroup
	var mu sync.Mutex
	whole, cut := 0, 0
	for n := range 8 {
		s := sides[n%2]
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(n), 46))
			for range rounds {
				for _, path := range []string{"/reports", "/sources", "/contacts", "/findings", "/coverage"} {
					req := s.p.request("GET", path, "")
					c, cancel := context.WithCancel(req.Context())
					half := r.IntN(2) == 0
					if half {
						after := r.IntN(400)
						go func() {
							for range after * 50 {
								_ = c.Err()
							}
							cancel()
						}()
					}
					a := s.p.do(req.WithContext(c))
					cancel()
					mu.Lock()
					if a.status == 200 {
						whole++
					} else {
						cut++
					}
					mu.Unlock()
					for _, o := range s.other {
						if a.has(o) {
							t.Errorf("%s: %s shows %q, which is of the other desk", s.p, path, o)
							return
						}
					}
					if a.status == 200 && path != "/findings" && !slices.ContainsFunc(s.mine, a.has) {
						t.Errorf("%s: %s lost its own rows: %s", s.p, path, a.body)
						return
					}
				}
			}
		})
	}
	wg.Wait()
	if whole < 50 || cut < 1 {
		t.Errorf("%d requests were answered and %d cut off: nothing is proved", whole, cut)
	}
}

// Row 47, a decision kept for somebody else (Oathkeeper CVE-2026-33496, Gitea CVE-2026-27775): no answer may be stored by
// anything on the way, none carries what a later request could be matched by, and the same address is decided anew for
// each officer, in both orders and through a proxy that would keep whatever it may.
func TestRow47NothingIsKept(t *testing.T) {
	u := own(t)
	for _, who := range []string{"low", "customer", "root", "inspector"} {
		for _, p := range u.both(t, who) {
			for _, r := range p.routes() {
				if personal(r.pattern) && r.method != "GET" || strings.HasPrefix(r.name, "draft.keep") {
					continue
				}
				paths := append(addresses(r, u.south), "/nothing/here")
				for _, path := range paths[:min(3, len(paths))] {
					body := ""
					if r.method != "GET" {
						body = p.body(t, r, u.north)
					}
					a := p.send(r.method, path, body, "If-None-Match", "*")
					if !slices.Contains(a.header.Values("Cache-Control"), "no-store") || a.header.Get("ETag")+a.header.Get("Last-Modified")+a.header.Get("Expires")+a.header.Get("Age") != "" || a.status == 304 {
						t.Errorf("%s: %s %s: %d %v", p, r.method, path, a.status, a.header)
					}
				}
			}
		}
	}
	proxy := newProxy(u.pages)
	for _, order := range [][]string{{"low", "stranger"}, {"stranger", "low"}, {"handler", "low"}, {"low", "handler"}} {
		for _, path := range []string{"/", "/reports", "/reports/" + u.south.ids["rep"], "/sources/" + u.south.ids["src"], "/reports/" + u.north.ids["rep"], "/search?q=gate"} {
			for _, who := range order {
				p := u.page(t, who)
				direct := p.get(path)
				rec := httptest.NewRecorder()
				proxy.ServeHTTP(rec, p.request("GET", path, ""))
				if rec.Code != direct.status || rec.Body.String() != string(direct.body) {
					t.Errorf("through a keeping proxy %s gets another answer at %s: %d, not %d", who, path, rec.Code, direct.status)
				}
			}
		}
	}
	if proxy.kept > 0 {
		t.Errorf("the proxy was allowed to keep %d answers", proxy.kept)
	}
	// The right is asked for at each request: what was shown a moment ago is gone with the desk.
	p := u.machine(t, "mate")
	path := "/reports/" + u.south.ids["rep"]
	if a := p.get(path); a.status != 200 {
		t.Fatalf("mate: %d", a.status)
	}
	steps(t, func() { check(u.d.TakeBackCompartment(ctx, u.who["root"], u.who["mate"].ID, u.south.desk)) })
	if a := p.get(path); a.status != 404 {
		t.Errorf("after the desk was taken back: %d", a.status)
	}
	steps(t, func() { check(u.d.HandCompartment(ctx, u.who["root"], u.who["mate"].ID, u.south.desk, "")) })
	if a := p.get(path); a.status != 200 {
		t.Errorf("after the desk was handed again: %d", a.status)
	}
}

// proxy keeps answers as RFC 9111 lets a shared cache keep them, by address alone.
type proxy struct {
	next http.Handler
	kept int
	all  map[string]*httptest.ResponseRecorder
}

func newProxy(next http.Handler) *proxy {
	return &proxy{next: next, all: map[string]*httptest.ResponseRecorder{}}
}

// ServeHTTP answers from what was kept, else asks.
func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if had := p.all[r.URL.String()]; had != nil {
		w.WriteHeader(had.Code)
		w.Write(had.Body.Bytes())
		return
	}
	rec := httptest.NewRecorder()
	p.next.ServeHTTP(rec, r)
	control := strings.Join(rec.Header().Values("Cache-Control"), ",")
	if !strings.Contains(control, "no-store") && !strings.Contains(control, "private") && r.Method == http.MethodGet {
		p.kept++
		p.all[r.URL.String()] = rec
	}
	w.WriteHeader(rec.Code)
	w.Write(rec.Body.Bytes())
}

// Row 48, cross-site requests (Gogs CVE-2026-52800, Mattermost CVE-2026-27659, net/http CVE-2025-47910): every unsafe route
// from an evil origin, a null origin, a sister site and across sites. 403, and nothing is done; no pattern is let through.
func TestRow48CrossSite(t *testing.T) {
	u := own(t)
	p := u.page(t, "low")
	before := u.intact(t, u.south)
	tried := 0
	for _, r := range p.routes() {
		if r.method == "GET" {
			continue
		}
		path := fill(r.pattern, u.south.of(r.noun()))
		for _, h := range [][]string{{"Origin", "https://evil.example"}, {"Origin", "null"}, {"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Sec-Fetch-Site", "cross-site", "Origin", "http://example.com"},
			{"Origin", "http://example.com.evil.example"}, {"Origin", "HTTP://EVIL.EXAMPLE"}, {"Origin", "https://example.com:444"}, {"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}} {
			for _, kind := range []string{"application/x-www-form-urlencoded", "text/plain"} {
				a := p.send(r.method, path, p.body(t, r, u.south), append([]string{"Content-Type", kind}, h...)...)
				tried++
				if a.status != 403 {
					t.Errorf("%s %s with %v: %d", r.method, path, h, a.status)
				}
			}
		}
	}
	if after := u.intact(t, u.south); after != before {
		t.Errorf("a cross-site request changed a record:\n%s", difference(before, after))
	}
	if p.get("/search").status != 200 {
		t.Error("a cross-site request ended the sign-in")
	}
	// An address that changes something must not be a GET: none does, whatever its query says.
	for _, r := range p.routes() {
		if r.method != "GET" || personal(r.pattern) {
			continue
		}
		for _, path := range addresses(r, u.south) {
			p.get(path + "?do=finish&reason=r&state=closed&recall=" + u.south.ids["rcl"] + "&outcome.item=" + u.south.ids["itm"] + "&outcome.result=false&_method=POST")
		}
	}
	p.get("/signout")
	if after := u.intact(t, u.south); after != before || p.get("/search").status != 200 {
		t.Errorf("a GET changed something:\n%s", difference(before, after))
	}
	for name, src := range census(t).sources {
		for _, s := range []string{"AddInsecureBypassPattern", "AddTrustedOrigin", "SameSiteNoneMode", "Access-Control-Allow"} {
			if strings.Contains(src, s) {
				t.Errorf("%s opens a door for other sites: %s", name, s)
			}
		}
	}
	// The interface is closed to them otherwise: it takes no cookie, and only JSON.
	m := u.machine(t, "low")
	for _, r := range m.routes() {
		if r.method == "GET" || r.public {
			continue
		}
		q := m.request(r.method, fill(r.pattern, u.south.of(r.noun()), "x"), m.body(t, r, u.south))
		q.Header.Del("Authorization")
		q.Header.Set("Cookie", p.auth[1]+"; session="+m.token+"; token="+m.token)
		if a := m.do(q); a.status != 401 {
			t.Errorf("%s %s with cookies alone: %d", r.method, r.pattern, a.status)
		}
		if r.body {
			if a := m.send(r.method, fill(r.pattern, u.south.of(r.noun())), m.body(t, r, u.south), "Content-Type", "text/plain"); a.status != 415 {
				t.Errorf("%s %s as text/plain: %d", r.method, r.pattern, a.status)
			}
		}
	}
	if tried < 500 {
		t.Errorf("only %d requests were tried", tried)
	}
}

// Row 49, redirects and the Host header (MISP CVE-2026-10856, Gitea CVE-2026-25779, ZITADEL GHSA-93m4-mfpg-c3xf): wherever an
// address comes from the request, the browser is sent to a page of this server only; what the request says of host and
// scheme stands in no answer.
func TestRow49RedirectsAndHost(t *testing.T) {
	u := own(t)
	p := u.page(t, "low")
	evil := []string{"//evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example", "https:evil.example", "///evil.example", "/\t/evil.example", "/%09/evil.example", "/%5cevil.example", "//evil.example/%2f..",
		"/.//evil.example", "/..//evil.example", "javascript:alert(1)", " //evil.example", "\x00//evil.example", "/a\r\nLocation: https://evil.example", "http:///evil.example", "@evil.example", "/@evil.example", "//evil.example:80", "/;@evil.example",
		"https://example.com@evil.example", "//[::1]", "/\u2028/evil.example", "/／evil.example", "data:text/html,x", "./../..//evil.example"}
	safe := func(at string) bool {
		base, _ := url.Parse("http://cutout.local/x")
		// As browsers read it: tabs and line ends go, backslashes are slashes.
		at = strings.NewReplacer("\t", "", "\n", "", "\r", "", "\\", "/").Replace(strings.TrimLeft(at, " \x00"))
		to, err := base.Parse(at)
		return err == nil && to.Host == "cutout.local" && to.Scheme == "http" && !strings.HasPrefix(at, "//")
	}
	redirects := 0
	for _, e := range evil {
		q := url.QueryEscape(e)
		for _, a := range []answer{
			p.get("/signin?next=" + q), p.send("POST", "/language", "language=en&back="+q), p.send("POST", "/theme", "theme=dark&back="+q),
			(&port{u: u, html: true, h: u.pages}).get("/signin?next=" + q), (&port{u: u, html: true, h: u.pages}).send("POST", "/signin", url.Values{"name": {"x"}, "passphrase": {"y"}, "next": {e}}.Encode()),
			(&port{u: u, html: true, h: u.pages}).get("/" + strings.TrimLeft(url.PathEscape(e), "/")), p.send("POST", "/reports/"+u.south.ids["rep"]+"/outcome", "back="+q+"&next="+q),
		} {
			if at := a.header.Get("Location"); at != "" {
				redirects++
				if !safe(at) {
					t.Errorf("%q sends the browser to %q", e, at)
				}
			}
			for _, at := range attributes(a.body, "href", "action", "formaction", "src") {
				if !safe(at) {
					t.Errorf("%q stands in a page as an address: %q", e, at)
				}
			}
		}
	}
	if redirects < 40 {
		t.Errorf("only %d redirects were seen", redirects)
	}
	// Signed in by a form that names where to go next.
	for _, e := range evil[:8] {
		a := (&port{u: u, html: true, h: u.pages}).send("POST", "/signin", url.Values{"name": {"mate"}, "passphrase": {string(pass("mate"))}, "next": {e}}.Encode())
		if at := a.header.Get("Location"); a.status != 303 || !safe(at) {
			t.Errorf("after signing in, %q sends the browser to %q (%d)", e, at, a.status)
		}
	}
	for _, port := range u.both(t, "low") {
		for _, r := range port.routes() {
			if r.method != "GET" || personal(r.pattern) || strings.Contains(r.pattern, "/log") {
				continue
			}
			for _, path := range addresses(r, u.south)[:min(1, len(addresses(r, u.south)))] {
				plain := port.get(path)
				q := port.request("GET", path, "", "X-Forwarded-Host", "evil.example", "X-Forwarded-Proto", "gopher", "Forwarded", "host=evil.example;proto=gopher", "Referer", "https://evil.example/")
				q.Host = "evil.example"
				if a := port.do(q); a.whole() != plain.whole() || a.has("evil.example") {
					t.Errorf("%s: %s follows a forged host:\n%s", port, path, difference(plain.whole(), a.whole()))
				}
			}
		}
	}
}

// attributes are the values of attributes of a page's tags.
func attributes(page []byte, names ...string) (out []string) {
	for _, tag := range tags(string(page)) {
		for _, n := range names {
			if v, ok := tag.attr[n]; ok {
				out = append(out, v)
			}
		}
	}
	return out
}

// Row 56, errors that say too much (Vault CVE-2025-4166, OpenBao CVE-2025-52893, SecureDrop SEC-01-004): bodies that cannot be
// read, with a canary in them, and a failure inside. The sender is told a number; the canary is in no answer but as what he
// typed himself, and in no log at all.
func TestRow56ErrorText(t *testing.T) {
	u := own(t)
	canary := "xq7canaryzz"
	for _, p := range u.both(t, "low") {
		for _, r := range p.routes() {
			if !r.body || personal(r.pattern) || strings.HasPrefix(r.name, "draft.keep") {
				continue
			}
			path := fill(r.pattern, u.south.of(r.noun()))
			bodies := []string{`{"title":"` + canary, `{"title":` + canary + `}`, `{"title" ` + canary + `"`, `{"title":"` + canary + `}`, `["` + canary + `"]`, `"` + canary + `"`, "\xff\xfe" + canary, `{"title":"` + canary + "\xff" + `"}`, `{"title":"\ud800` + canary + `"}`}
			if p.html {
				bodies = []string{"%zz" + canary, "a=%" + canary, ";" + canary + "=%", canary + "=%ff%zz", "x=" + canary + "%"}
			}
			for _, b := range bodies {
				a := p.send(r.method, path, b)
				if a.status < 400 && !p.html || a.status >= 500 || a.has(canary) {
					t.Errorf("%s: %s %s with %q: %d %.300s", p, r.method, path, b, a.status, text(a.body))
				}
			}
		}
		for _, path := range []string{"/%zz" + canary, "/" + canary, "/reports/" + canary, "/sources/" + canary + "%00", "/log/" + canary} {
			r := p.request("GET", "/reports", "")
			at, err := url.Parse(strings.ReplaceAll(path, "%zz", "%25zz"))
			if err != nil {
				t.Fatal(err)
			}
			if !p.html {
				at.Path = "/api/v1" + at.Path
			}
			r.URL = at
			if a := p.do(r); a.status < 400 || a.status >= 500 || a.has(canary) {
				t.Errorf("%s: %s: %d %s", p, path, a.status, text(a.body))
			}
		}
	}
	if strings.Contains(u.slog.String(), canary) || strings.Contains(u.slog.String(), "incident") {
		t.Errorf("the operator's log holds what was sent:\n%s", u.slog.String())
	}
	// A failure inside: the store is gone under the server.
	signed := u.both(t, "low")
	check(u.d.Close())
	for _, p := range signed {
		for _, path := range []string{"/reports", "/reports/" + u.south.ids["rep"], "/sources"} {
			a := p.get(path)
			if a.status < 400 || a.has("store") && a.has("closed") || a.has("sql") || a.has("/dev/shm") || a.has(".go:") || a.has("goroutine") || a.has("panic") {
				t.Errorf("%s: %s after the store failed: %d %s", p, path, a.status, text(a.body))
			}
		}
		for _, r := range p.routes() {
			if r.name != "file-report" && r.name != "report.file" {
				continue
			}
			a := p.send(r.method, r.pattern, strings.ReplaceAll(p.body(t, r, u.south), "seen", canary))
			if a.status < 400 || !p.html && a.has(canary) || a.has("sql") || a.has("/dev/shm") || a.has("goroutine") {
				t.Errorf("%s: an act after the store failed: %d %s", p, a.status, text(a.body))
			}
		}
	}
	if strings.Contains(u.slog.String(), canary) {
		t.Errorf("the operator's log holds the words of a report:\n%s", u.slog.String())
	}
}

// A panic inside a handler tells its number, and the log tells no word of the request.
func TestRow56Panic(t *testing.T) {
	u := own(t)
	p := u.page(t, "low")
	for i, handler := range []http.Handler{u.pages, u.api} {
		r := httptest.NewRequest("POST", "/reports/new", exploding{})
		if i == 1 {
			r = httptest.NewRequest("POST", "/api/v1/reports", exploding{})
			r.Header.Set("Authorization", u.machine(t, "low").auth[1])
			r.Header.Set("Content-Type", "application/json")
		} else {
			r.Header.Set("Cookie", p.auth[1])
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		rec := httptest.NewRecorder()
		handler.ServeHTTP(rec, r)
		body := rec.Body.String()
		if rec.Code != 500 || strings.Contains(body, "xq7canaryzz") || strings.Contains(body, "goroutine") || !strings.Contains(body, "X-") {
			t.Errorf("a panic: %d %s", rec.Code, text([]byte(body)))
		}
	}
	if s := u.slog.String(); !strings.Contains(s, "incident") {
		t.Errorf("the operator is told nothing:\n%s", s)
	}
}

// exploding is a body whose reading panics.
type exploding struct{}

func (exploding) Read([]byte) (int, error) { panic(fmt.Sprint("xq7canaryzz", json.Valid(nil))) }
