package attack

import (
	"strings"
	"testing"
)

// Row 5, a typed route acts on a record of another type (OpenCTI CVE-2026-21886): every route is given the ids of every
// other noun, of records the officer may see. N404, and the records stay as they were.
func TestRow05OtherType(t *testing.T) {
	u := own(t)
	before := u.intact(t, u.south)
	tried := 0
	for _, who := range []string{"low"} {
		for _, p := range u.both(t, who) {
			for _, r := range p.routes() {
				n := r.noun()
				if personal(r.pattern) || len(holes(r.pattern)) == 0 || n == "seq" || n == "draft" || holes(r.pattern)[0] == "object" {
					continue
				}
				want := ""
				body := p.body(t, r, u.south)
				if !p.html && r.body { // the body may repeat the id: leave that to the address
					for _, f := range []string{"source", "of"} {
						body = strings.ReplaceAll(body, `"`+f+`":"`+u.south.of(n)+`"`, `"`+f+`":""`)
					}
				}
				first := random(u.south.of(n))
				if p.html {
					first = "nonsense" // the pages say of an id of another noun what they say of no id
				}
				for _, v := range append([]string{first}, u.south.all()...) {
					if strings.HasPrefix(v, n+"_") && want != "" {
						continue
					}
					a := p.send(r.method, fill(r.pattern, v, u.south.ids["off"], "handler"), body)
					got := strings.ReplaceAll(a.whole(), v, "ID")
					if want == "" {
						want = got
						continue
					}
					tried++
					if got != want {
						t.Errorf("%s: %s %s takes a %s:\n%s", p, r.method, r.pattern, v[:3], difference(want, got))
						break
					}
				}
			}
		}
	}
	if after := u.intact(t, u.south); after != before {
		t.Errorf("a record was changed through a route of another noun:\n%s", difference(before, after))
	}
	if tried < 500 {
		t.Errorf("only %d requests were tried", tried)
	}
}
