package attack

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"cutout/internal/api"
	"cutout/internal/id"
	"cutout/internal/web"
)

// port is a porch with somebody signed in at it.
type port struct {
	u     *unit
	name  string
	html  bool
	h     http.Handler
	auth  [2]string // the header that signs him in
	token string
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// whole writes an answer down with nothing that differs between two requests by chance.
func (a answer) whole() string {
	h := a.header.Clone()
	h.Del("Date")
	var b bytes.Buffer
	fmt.Fprintln(&b, a.status)
	h.Write(&b)
	b.Write(a.body)
	return b.String()
}

func (a answer) has(s string) bool { return strings.Contains(string(a.body), s) }

// page is somebody at the pages, machine somebody at the interface for programs; each signs in once.
func (u *unit) page(t testing.TB, name string) *port {
	t.Helper()
	return u.port(t, name, true)
}

func (u *unit) machine(t testing.TB, name string) *port {
	t.Helper()
	return u.port(t, name, false)
}

// both are his two porches.
func (u *unit) both(t testing.TB, name string) []*port {
	t.Helper()
	return []*port{u.page(t, name), u.machine(t, name)}
}

func (u *unit) port(t testing.TB, name string, html bool) *port {
	t.Helper()
	key := fmt.Sprint(name, html)
	u.mu.Lock()
	p := u.ports[key]
	u.mu.Unlock()
	if p != nil {
		return p
	}
	p = &port{u: u, name: name, html: html, h: u.api}
	if html {
		p.h = u.pages
	}
	p.enter(t)
	u.mu.Lock()
	u.ports[key] = p
	u.mu.Unlock()
	return p
}

// enter signs in anew.
func (p *port) enter(t testing.TB) {
	t.Helper()
	p.auth, p.token = [2]string{}, ""
	if p.html {
		a := p.send("POST", "/signin", url.Values{"name": {p.name}, "passphrase": {string(pass(p.name))}}.Encode())
		var all []string
		for _, c := range (&http.Response{Header: a.header}).Cookies() {
			all = append(all, c.Name+"="+c.Value)
			if c.Name == "cutout" {
				p.token = c.Value
			}
		}
		p.auth = [2]string{"Cookie", strings.Join(all, "; ")}
		if p.token == "" {
			t.Fatalf("%s does not sign in at the pages: %d %s", p.name, a.status, a.body)
		}
		p.get("/") // the first page after a sign-in names the log's checkpoint, once
		return
	}
	body, err := json.Marshal(map[string]string{"name": p.name, "passphrase": string(pass(p.name))})
	if err != nil {
		t.Fatal(err)
	}
	a := p.send("POST", "/session", string(body))
	var out struct {
		Token string `json:"token"`
	}
	if err := json.Unmarshal(a.body, &out); err != nil || out.Token == "" {
		t.Fatalf("%s does not sign in at the interface: %d %s", p.name, a.status, a.body)
	}
	p.auth, p.token = [2]string{"Authorization", "Bearer " + out.Token}, out.Token
}

func (p *port) String() string {
	if p.html {
		return "pages as " + p.name
	}
	return "api as " + p.name
}

// request makes a request as this officer; headers come in pairs.
func (p *port) request(method, path, body string, header ...string) *http.Request {
	if !p.html {
		path = api.Prefix + path
	}
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if p.auth[0] != "" {
		r.Header.Set(p.auth[0], p.auth[1])
	}
	if p.html && method != "GET" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	} else if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

func (p *port) do(r *http.Request) answer {
	rec := httptest.NewRecorder()
	p.h.ServeHTTP(rec, r)
	return answer{rec.Code, rec.Header(), rec.Body.Bytes()}
}

func (p *port) send(method, path, body string, header ...string) answer {
	return p.do(p.request(method, path, body, header...))
}

func (p *port) get(path string, header ...string) answer { return p.send("GET", path, "", header...) }

// route is one address of a porch.
type route struct {
	method, pattern, name string
	public, body          bool
	query                 []string
}

func (p *port) routes() (out []route) {
	if p.html {
		for _, r := range web.Routes() {
			out = append(out, route{method: r.Method, pattern: r.Pattern, name: r.Name, public: r.Public, body: r.Method != "GET"})
		}
		return out
	}
	for _, r := range api.Routes() {
		out = append(out, route{method: r.Method, pattern: r.Path, name: r.Name, public: r.Public, body: r.Body, query: r.Query})
	}
	return out
}

// personal are addresses that end the sign-in or set what belongs to the browser.
func personal(pattern string) bool {
	for _, p := range []string{"/signin", "/signout", "/language", "/theme", "/session", "/passphrase", "/account", "/present"} {
		if strings.HasPrefix(pattern, p) {
			return true
		}
	}
	return false
}

// holes are the variables of a pattern.
func holes(pattern string) (out []string) {
	for _, part := range strings.Split(strings.TrimSuffix(pattern, "{$}"), "/") {
		if strings.HasPrefix(part, "{") {
			out = append(out, strings.Trim(part, "{}."))
		}
	}
	return out
}

// fill puts values into the variables of a pattern, in order.
func fill(pattern string, values ...string) string {
	parts := strings.Split(strings.TrimSuffix(pattern, "{$}"), "/")
	for i, part := range parts {
		if strings.HasPrefix(part, "{") && len(values) > 0 {
			parts[i], values = values[0], values[1:]
		}
	}
	return strings.Join(parts, "/")
}

// nouns say which records the variable of an address is about, by the first word of the address or by its own name.
var nouns = map[string]string{"sources": "src", "reports": "rep", "releases": "rel", "inbox": "iss", "copies": "iss", "products": "prd", "notices": "ntc", "contacts": "con",
	"authorities": "aut", "requirements": "req", "parties": "pty", "officers": "off", "assessments": "asm", "uses": "use", "roles": "rol", "recalls": "rcl", "items": "itm",
	"object": "src", "officer": "off", "openings": "opn", "opening": "opn", "custody": "prp", "proposals": "prp", "proposal": "prp", "compartment": "cpt", "number": "seq", "duty": "duty", "name": "draft"}

// noun is the kind of record a route with a variable is about.
func (r route) noun() string {
	first := strings.Split(strings.TrimPrefix(r.pattern, "/"), "/")[0]
	if n := nouns[first]; n != "" {
		return n
	}
	if h := holes(r.pattern); len(h) > 0 {
		return nouns[h[0]]
	}
	return ""
}

// random is an id nobody was given, of the same noun and always the same for one id.
func random(of string) string {
	prefix, _, _ := strings.Cut(of, "_")
	h := sha256.Sum256([]byte("never " + of))
	return id.Long(prefix, [16]byte(h[:16]))
}

// kinds are the nouns of ids of a side, by prefix: one id each.
func (s side) of(noun string) string {
	for _, name := range slices.Sorted(func(yield func(string) bool) {
		for k := range s.ids {
			if !yield(k) {
				return
			}
		}
	}) {
		if strings.HasPrefix(s.ids[name], noun+"_") {
			return s.ids[name]
		}
	}
	if noun == "opn" || noun == "prp" { // rows 52 to 54 have real ones
		return id.Long(noun, [16]byte{7})
	}
	return ""
}
