package ni

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cutout/internal/api"
	"cutout/internal/id"
	"cutout/internal/web"
)

// request is one request of the low officer to a porch.
type request struct{ method, path, body, kind string }

func (q request) String() string { return q.method + " " + q.path + " " + q.body }

const (
	formKind = "application/x-www-form-urlencoded"
	jsonKind = "application/json"
)

// porch is a porch of a world with somebody signed in at it.
type porch struct {
	h       http.Handler
	bearer  string
	cookies map[string]string
	hide    []string // what differs between worlds by chance, and is told to its owner only
	entered string   // the answer to the sign-in
	asked   int
}

// expires is the part of a cookie that goes by the machine's clock.
var expires = regexp.MustCompile(`(Expires=[^;\]]*|Max-Age=\d+)`)

func signInForm(name string, passphrase []byte) request {
	return request{"POST", "/signin", url.Values{"name": {name}, "passphrase": {string(passphrase)}}.Encode(), formKind}
}

func signInBody(name string, passphrase []byte) request {
	b, err := json.Marshal(map[string]string{"name": name, "passphrase": string(passphrase)})
	if err != nil {
		panic(err)
	}
	return request{"POST", api.Prefix + "/session", string(b), jsonKind}
}

func pages(t testing.TB, w *world, name string) *porch {
	t.Helper()
	h, _ := w.open()
	p := &porch{h: h, cookies: map[string]string{}}
	var code int
	if p.entered, code = p.ask(signInForm(name, pass(name))); code != http.StatusSeeOther {
		if !w.lenient {
			t.Fatalf("%s does not sign in at the pages: %s", name, p.entered)
		}
		p.entered = fmt.Sprint("not signed in: ", p.entered)
	}
	// The first page after a sign-in names the log's checkpoint of the last whole hour: a declared leak, and not compared.
	first, _ := p.ask(request{method: "GET", path: "/"})
	for line := range strings.Lines(first) {
		if !strings.Contains(line, "/hour-checkpoint") {
			p.entered += line
		}
	}
	return p
}

func machine(t testing.TB, w *world, name string) *porch {
	t.Helper()
	_, h := w.open()
	p := &porch{h: h, cookies: map[string]string{}}
	var code int
	if p.entered, code = p.ask(signInBody(name, pass(name))); code != http.StatusCreated {
		if !w.lenient {
			t.Fatalf("%s does not sign in at the interface: %s", name, p.entered)
		}
		p.entered = fmt.Sprint("not signed in: ", p.entered)
	}
	return p
}

var tokenMember = regexp.MustCompile(`"token":"([^"]+)"`)

// ownSession is the name of a session in a list, and how it ends: drawn at random for its owner.
var ownSession = regexp.MustCompile(`(?:"ref":"|/account/sessions/)([0-9a-f]{16,})`)

// sealedMember is ciphertext in an answer. What was sealed anew differs by chance; how long it is must not.
var sealedMember = regexp.MustCompile(`"(envelope|private)":"([^"]*)"`)

// request is a request with what signs the officer in.
func (p *porch) request(q request) (*http.Request, *httptest.ResponseRecorder) {
	r := httptest.NewRequest(q.method, q.path, strings.NewReader(q.body))
	for name, v := range p.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: v})
	}
	if p.bearer != "" {
		r.Header.Set("Authorization", "Bearer "+p.bearer)
	}
	if q.kind != "" {
		r.Header.Set("Content-Type", q.kind)
	}
	r.Header.Set("Accept-Encoding", "gzip")
	return r, httptest.NewRecorder()
}

// ask makes the request and writes down status, headers, body, and how long the answer would be when compressed. Every
// other request is a conditional one: no answer may tell whether something changed.
func (p *porch) ask(q request) (string, int) {
	r, rec := p.request(q)
	if p.asked++; p.asked%2 == 0 && q.method == "GET" {
		r.Header.Set("If-None-Match", "*")
		r.Header.Set("If-Modified-Since", "Mon, 09 Mar 2026 09:00:00 GMT")
	}
	p.h.ServeHTTP(rec, r)
	for _, c := range rec.Result().Cookies() {
		if c.Value != "" && len(c.Value) > 20 {
			p.hide = append(p.hide, c.Value)
		}
		p.cookies[c.Name] = c.Value
		if c.MaxAge < 0 {
			delete(p.cookies, c.Name)
		}
	}
	for _, m := range ownSession.FindAllStringSubmatch(rec.Body.String(), -1) {
		p.hide = append(p.hide, m[1])
	}
	if m := tokenMember.FindStringSubmatch(rec.Body.String()); m != nil && strings.HasPrefix(q.path, api.Prefix) {
		p.bearer, p.hide = m[1], append(p.hide, m[1])
	}
	var b strings.Builder
	fmt.Fprintln(&b, rec.Code)
	for _, k := range slices.Sorted(func(yield func(string) bool) {
		for k := range rec.Header() {
			if !yield(k) {
				return
			}
		}
	}) {
		v := fmt.Sprint(rec.Header()[k])
		if k == "Set-Cookie" {
			v = expires.ReplaceAllString(v, "time")
		}
		if k != "Date" {
			fmt.Fprintln(&b, k, v)
		}
	}
	body := p.known(rec.Body.String())
	b.WriteString(body)
	fmt.Fprintf(&b, "\n%d bytes, %d compressed", len(body), compressed(body))
	return p.known(b.String()), rec.Code
}

// known takes out what the server drew at random for this officer alone.
func (p *porch) known(s string) string {
	for _, h := range p.hide {
		s = strings.ReplaceAll(s, h, "token")
	}
	return sealedMember.ReplaceAllStringFunc(s, func(m string) string { return fmt.Sprint(m[:9], len(m)) })
}

type counted int

func (c *counted) Write(b []byte) (int, error) { *c += counted(len(b)); return len(b), nil }

func compressed(s string) int {
	var n counted
	z := gzip.NewWriter(&n)
	z.Write([]byte(s))
	z.Close()
	return int(n)
}

// validators are headers that no answer about records may have.
var validators = regexp.MustCompile(`(?m)^(Etag|Last-Modified|Age|Server-Timing|X-Total-Count) `)

// nouns says which records the first word of an address is about.
var nouns = map[string]string{"sources": "src", "reports": "rep", "releases": "rel", "inbox": "iss", "copies": "iss", "products": "prd", "notices": "ntc", "contacts": "con",
	"authorities": "aut", "requirements": "req", "parties": "pty", "items": "itm", "officers": "off", "assessments": "asm", "uses": "use", "roles": "rol", "recalls": "rcl",
	"compartments": "cpt", "records": "rep", "drafts": "src", "openings": "opn", "custody": "prp", "proposals": "prp"}

// nounOf is the noun of a part in an address: the interface names it, the pages have the first word.
func nounOf(pattern, part string) string {
	part = strings.Trim(part, "{}.$")
	if p := nouns[part+"s"]; p != "" {
		return p
	}
	switch part {
	case "authority":
		return "aut"
	case "copy":
		return "iss"
	case "party":
		return "pty"
	}
	return nouns[strings.Split(strings.TrimPrefix(pattern, "/"), "/")[0]]
}

// fill puts an id into the parts of an address.
func fill(pattern string, with func(noun string) string) string {
	parts := strings.Split(strings.TrimSuffix(pattern, "{$}"), "/")
	for i, p := range parts {
		if strings.HasPrefix(p, "{") {
			parts[i] = with(nounOf(pattern, p))
			if p == "{duty}" {
				parts[i] = "analyst"
			}
		}
	}
	return strings.Join(parts, "/")
}

// queries are asked of every list and form: each page size, each sort key and filter, cursors that are none.
var queries = []string{"?limit=1", "?limit=2", "?limit=50", "?limit=nonsense", "?limit=2&sort=label", "?sort=title", "?cursor=AAAA", "?after=AAAA", "?past=yes", "?all=yes", "?before=3",
	"?known=2026-03-02", "?as_known=2026-03-09"}

// finds are searches over the small vocabulary in every form of the query language, and what somebody has typed so far.
func finds() (out []string) {
	for i, w := range words {
		if i%4 != 0 && !long() {
			continue
		}
		out = append(out, w)
		next := words[(i+7)%len(words)]
		switch i % 5 {
		case 0:
			out = append(out, w+" "+next)
		case 1:
			out = append(out, `"`+w+" "+next+`"`)
		case 2:
			out = append(out, w+" OR "+next)
		case 3:
			out = append(out, w+" -"+next)
		}
		r := []rune(w)
		out = append(out, string(r[:1+i%3]), string(r[:3])+"*")
	}
	return append(out, freshCode, hiddenWord, hiddenWord[:3], "zzz", `"`+sameText+`"`)
}

// route is one line of a porch's table.
type route struct{ method, pattern, name string }

func pageRoutes() (out []route) {
	for _, r := range web.Routes() {
		out = append(out, route{r.Method, r.Pattern, r.Name})
	}
	return out
}

func machineRoutes() (out []route) {
	for _, r := range api.Routes() {
		out = append(out, route{r.Method, r.Path, r.Name})
	}
	return out
}

// looksAt are the reading requests of a route.
func (p *twin) looksAt(r route, prefix string) (out []request) {
	get := func(path string) { out = append(out, request{"GET", prefix + path, "", ""}) }
	if strings.Contains(r.pattern, "{") && !strings.HasSuffix(r.pattern, "{$}") {
		noun := ""
		fill(r.pattern, func(n string) string { noun = n; return "" })
		given := []string{"nonsense", "src_", id.Long("rep", [16]byte{9})}
		if noun != "" {
			given = append(given, id.Long(noun, [16]byte{9}))
		}
		if !long() && noun != "" {
			v := p.samples()[noun]
			given = append([]string{"src_"}, v[:]...)
		}
		for i, s := range p.ids {
			if long() && (strings.HasPrefix(s, noun+"_") && noun != "" || noun == "" && i%7 == 0) || i%29 == 0 {
				given = append(given, s)
			}
		}
		for i, s := range given {
			path := fill(r.pattern, func(string) string { return s })
			get(path)
			if i%3 == 0 {
				get(path + "?known=2026-03-09")
				get(path + "?as_known=2026-03-09")
			}
		}
		return out
	}
	path := fill(r.pattern, nil)
	get(path)
	for i, q := range queries {
		if long() || i%3 == 0 || strings.HasSuffix(path, "s") && i < 3 {
			get(path + q)
		}
	}
	if strings.HasSuffix(path, "search") {
		for i, w := range finds() {
			get(path + "?q=" + url.QueryEscape(w) + []string{"", "&words=any", "&kind=report", "&words=all&kind=notice"}[i%4])
		}
	}
	for i, s := range p.ids {
		if i%5 == 0 && long() || i%41 == 0 { // what takes a record in the query
			noun, _, _ := strings.Cut(s, "_")
			name := map[string]string{"src": "source", "rep": "report", "con": "contact", "req": "requirement", "itm": "item", "rel": "release", "iss": "cites", "ntc": "about", "off": "officer"}[noun]
			if name != "" {
				get(path + "?" + name + "=" + s)
			}
		}
	}
	return out
}

// writesOf are the writing requests of a route.
func (p *twin) writesOf(r route, prefix, kind string, x samples, given map[string]string) (out []request) {
	table := machineWrites
	if kind == formKind {
		table = pageWrites
	}
	with := combos
	if !long() {
		with = fewCombos
	}
	for _, draft := range strings.Split(table[r.name], ", ") {
		for _, c := range with {
			path := fill(r.pattern, func(noun string) string {
				if noun == "" {
					noun = "rep"
				}
				return x[noun][c[0]]
			})
			body := x.body(draft, c[1], given)
			switch {
			case kind == formKind:
				body = form(body)
			case draft == "":
				body = ""
			}
			out = append(out, request{r.method, prefix + path, body, kind})
			if !strings.Contains(r.pattern+drafts[draft], "{") {
				break
			}
		}
	}
	return out
}

// side is a porch as a pair is compared at it.
type side struct {
	open   func(testing.TB, *world, string) *porch
	routes []route
	prefix string
	kind   string
	sign   func(p *twin, low string) []request
}

var sides = map[string]side{
	"pages":     {pages, pageRoutes(), "", formKind, pageSigning},
	"interface": {machine, machineRoutes(), api.Prefix, jsonKind, machineSigning},
}

// tally is what became of the requests.
type tally struct {
	asked, shown int
	took         map[string]bool // writing routes that took at least one body
	wrong        []string
}

// at compares one porch of two worlds through one officer's eyes.
func (p *twin) at(t testing.TB, where, low string, sum *tally) *difference {
	s := sides[where]
	a, b := s.open(t, p.a.w, low), s.open(t, p.b.w, low)
	if a.entered != b.entered {
		return &difference{low, where + ": sign-in", a.entered, b.entered, sum.asked}
	}
	tell := func(q request, name string) (string, *difference) {
		sum.asked++
		was := make(chan string)
		go func() { s, _ := a.ask(q); was <- s }()
		y, code := b.ask(q)
		x := <-was
		switch {
		case x != y:
			return y, &difference{low, where + ": " + q.String(), x, y, sum.asked}
		case code >= 500:
			sum.wrong = append(sum.wrong, fmt.Sprintf("as %s, %s: %s", low, q, y[:min(len(y), 400)]))
		case validators.MatchString(y):
			sum.wrong = append(sum.wrong, fmt.Sprintf("as %s, %s: an answer with a validator: %s", low, q, validators.FindString(y)))
		case code < 400:
			sum.shown++
			if q.method != "GET" {
				sum.took[where+" "+name] = true
			}
		}
		return y, nil
	}
	ask := func(q request, name string) *difference { _, d := tell(q, name); return d }
	for _, r := range s.routes {
		if r.method != "GET" || signing[r.name] || undriven[r.name] != "" || entitled[low+" "+r.name] != "" {
			continue
		}
		for _, q := range p.looksAt(r, s.prefix) {
			if d := ask(q, r.name); d != nil {
				return d
			}
		}
	}
	if where == "interface" {
		if d := p.walks(tell, s); d != nil {
			return d
		}
	}
	x, given := p.samples(), p.given(low)
	for _, r := range s.routes {
		if r.method == "GET" || signing[r.name] || undriven[r.name] != "" || entitled[low+" "+r.name+".form"] != "" {
			continue
		}
		for _, q := range p.writesOf(r, s.prefix, s.kind, x, given) {
			if d := ask(q, r.name); d != nil {
				return d
			}
		}
	}
	for _, q := range s.sign(p, low) {
		if d := ask(q, "session"); d != nil {
			return d
		}
	}
	return nil
}

// nextPage is the cursor in a page of the interface.
var nextPage = regexp.MustCompile(`"next":"([^"]+)"`)

// walks reads every list of the interface to its end, by pages of each size.
func (p *twin) walks(ask func(request, string) (string, *difference), s side) *difference {
	for _, r := range api.Routes() {
		if r.Method != "GET" || !slices.Contains(r.Query, "cursor") || strings.Contains(r.Path, "{") {
			continue
		}
		for _, size := range []string{"1", "2", "50"} {
			at := ""
			for range 60 {
				v := url.Values{"cursor": {at}}
				if slices.Contains(r.Query, "limit") {
					v.Set("limit", size)
				}
				answer, d := ask(request{"GET", s.prefix + r.Path + "?" + v.Encode(), "", ""}, r.Name)
				if d != nil {
					return d
				}
				m := nextPage.FindStringSubmatch(answer)
				if m == nil || m[1] == at {
					break
				}
				at = m[1]
			}
		}
	}
	return nil
}

// porches compares the porches of two worlds.
func (p *twin) porches(t testing.TB, sum *tally, wheres []string, viewers ...string) *difference {
	if sum.took == nil {
		sum.took = map[string]bool{}
	}
	for _, low := range viewers {
		for _, where := range wheres {
			if d := p.at(t, where, low, sum); d != nil {
				return d
			}
		}
	}
	return nil
}

var bothSides = []string{"pages", "interface"}

// TestPorches compares pairs of worlds through the route tables of the pages and of the interface. In the short form the
// handler has the pages and the analyst the interface; at night everybody has both.
func TestPorches(t *testing.T) {
	x := newTemplate(t, 1)
	var sum tally
	for k := range wanted(1, 12) {
		p := x.pair(func() *world { return x.open(t) }, uint64(k), which(k))
		var d *difference
		if long() {
			d = p.porches(t, &sum, bothSides, lows...)
		} else if d = p.porches(t, &sum, []string{"pages"}, "h0"); d == nil {
			d = p.porches(t, &sum, []string{"interface"}, "viewer")
		}
		if d != nil {
			t.Errorf("pair %d\n%s", k, d)
		}
	}
	for _, s := range sum.wrong {
		t.Error(s)
	}
	t.Logf("%d answers of the porches compared, %d showed something, %d writing routes took something", sum.asked, sum.shown, len(sum.took))
	if sum.shown < sum.asked/5 {
		t.Errorf("only %d of %d requests showed anything: the comparison proves little", sum.shown, sum.asked)
	}
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
