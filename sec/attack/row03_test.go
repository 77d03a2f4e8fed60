package attack

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// blind are officers who may see nothing of the north desk, with every duty between them.
var blind = []string{"low", "mate", "stranger", "root", "inspector"}

// intact writes down all that its own people see of each record of a side.
func (u *unit) intact(t testing.TB, s side) string {
	t.Helper()
	var b strings.Builder
	for _, who := range []string{"keeper", "controller", "customer"} {
		for _, p := range u.both(t, who) {
			p.get("/search") // the sentence about the act before is said once
			for _, r := range p.routes() {
				n := r.noun()
				if r.method != "GET" || personal(r.pattern) || strings.Contains(r.pattern, "/log") {
					continue
				}
				if len(holes(r.pattern)) != 1 || !strings.HasSuffix(r.pattern, "}") {
					continue // lists and forms show other records too
				}
				for _, v := range s.all() {
					if strings.HasPrefix(v, n+"_") {
						b.WriteString(r.pattern + "\n" + p.get(fill(r.pattern, v)).whole())
					}
				}
			}
		}
	}
	return decides.ReplaceAllString(b.String(), "") // how many proposals wait for him, whoever made them
}

var decides = regexp.MustCompile(`data-go="u">[^<]*(<span>[^<]*</span>)?`)

// Row 3, authorise one object and change another (MISP CVE-2026-56424, Fleet CVE-2026-25963, Gogs CVE-2026-25120): every
// route is called on the officer's own record with a sound body about a hidden one. N404 or a fault that does not depend on
// it, all or nothing, and what is hidden stays as it was.
func TestRow03AuthoriseOneChangeAnother(t *testing.T) {
	u := own(t)
	before := u.intact(t, u.north)
	if !strings.Contains(before, u.north.word) || strings.Count(before, "\n") < 1000 {
		t.Fatal("the north desk's people see too little of it for the comparison to prove anything")
	}
	tried := 0
	for _, who := range blind[:3] {
		for _, p := range u.both(t, who) {
			for _, r := range p.routes() {
				if !r.body || personal(r.pattern) || strings.HasPrefix(r.name, "draft.keep") {
					continue
				}
				mine := u.south.of(r.noun())
				for _, path := range []string{fill(r.pattern, mine), fill(r.pattern, mine, u.south.ids["off"], "handler")} {
					a := p.send(r.method, path, p.body(t, r, u.north))
					tried++
					if a.status < 300 && a.has(u.north.word) || a.status >= 500 {
						t.Errorf("%s: %s %s with a body about the hidden desk: %d\n%s", p, r.method, path, a.status, text(a.body))
					}
					if !strings.Contains(r.pattern, "{") || len(holes(r.pattern)) < 2 {
						break
					}
				}
			}
		}
	}
	// Lists of mixed ids: one hidden among one's own is refused like one that never was, and nothing of the rest is done.
	p := u.machine(t, "low")
	mine := u.intact(t, u.south)
	for _, b := range []struct{ method, path, field string }{
		{"POST", "/recalls", "reports"}, {"POST", "/notices/" + u.south.ids["ntc"] + "/related", "records"}, {"POST", "/assessments/" + u.south.ids["asm"] + "/weighed", "records"}} {
		send := func(other string) answer {
			body, err := json.Marshal(object{b.field: []string{u.south.ids["rep2"], other}, "reason": "r"})
			if err != nil {
				t.Fatal(err)
			}
			if b.field == "records" {
				body = []byte(strings.Replace(string(body), `,"reason":"r"`, "", 1))
			}
			return p.send(b.method, b.path, string(body))
		}
		h, never := send(u.north.ids["rep"]), send(random(u.north.ids["rep"]))
		if h.whole() != never.whole() || h.status < 400 {
			t.Errorf("%s with a hidden id among own ones:\n%s\n--- with a random one\n%s", b.path, h.whole(), never.whole())
		}
	}
	if u.intact(t, u.south) != mine {
		t.Error("a list with a hidden id in it was done in part")
	}
	if after := u.intact(t, u.north); after != before {
		t.Errorf("what is hidden was changed:\n%s", difference(before, after))
	}
	if tried < 150 {
		t.Errorf("only %d requests were tried", tried)
	}
}

// Row 3, the second half: a record's page takes acts on the records that belong to it, and on no others that the officer
// may see too (Gitea CVE-2026-58438).
func TestRow03FormOfOneRecordActsOnAnother(t *testing.T) {
	u := own(t)
	mine := u.intact(t, u.south)
	page := u.page(t, "low")
	other := u.south.ids["rep2"] // low sees both reports; the forms name an item of the first
	for _, name := range []string{"report.outcome", "report.regrade", "report.link"} {
		for _, r := range page.routes() {
			if r.name != name {
				continue
			}
			form := u.forms(u.south)[name]
			v := url.Values{}
			for k, x := range form {
				v[k] = x
			}
			for _, k := range []string{"outcome.item", "regrade.item", "link.from"} {
				if v.Has(k) {
					v.Set(k, u.south.ids["itm"]) // an item of "rep", not of "rep2"
				}
			}
			if v.Has("link.to") {
				v.Set("link.to", u.south.ids["itm2"])
			}
			if a := page.send(r.method, fill(r.pattern, other), v.Encode()); a.status < 400 {
				t.Errorf("%s on the page of one report acted on an item of another: %d", name, a.status)
			}
		}
	}
	for path, recall := range map[string]string{"/inbox/" + u.south.ids["iss"] + "/confirm": u.south.ids["rcl2"], "/products/" + u.south.ids["prd"] + "/confirm": u.south.ids["rcl"]} {
		if a := page.send("POST", path, url.Values{"recall": {recall}}.Encode()); a.status != 404 || recall == "" {
			t.Errorf("%s confirmed the mark %s, which is of another record: %d", path, recall, a.status)
		}
	}
	if after := u.intact(t, u.south); after != mine {
		t.Errorf("a form on one record's page changed another:\n%s", difference(mine, after))
	}
}

// difference is the first place where two texts part.
func difference(a, b string) string {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	at := func(s string) string { return s[max(0, i-300):min(len(s), i+300)] }
	return at(a) + "\n--- now\n" + at(b)
}
