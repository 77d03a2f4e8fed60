package ni

import (
	"strings"
	"testing"

	"cutout/internal/id"
)

// TestPorchCensus fails when a route is not driven: every address must come out whole, and every route that writes must
// have a draft.
func TestPorchCensus(t *testing.T) {
	p := &twin{ids: []string{id.Long("src", [16]byte{1})}}
	n := 0
	for where, s := range sides {
		table, name := machineWrites, "machineWrites"
		if where == "pages" {
			table, name = pageWrites, "pageWrites"
		}
		known := map[string]bool{}
		for _, r := range s.routes {
			n++
			known[r.name] = true
			said := undriven[r.name] != ""
			draft, written := table[r.name]
			switch {
			case signing[r.name] || said:
				if written {
					t.Errorf("%s %s (%s) is driven twice, or driven and declared undriven", where, r.pattern, r.name)
				}
			case r.method == "GET":
				for _, q := range p.looksAt(r, "") {
					if strings.ContainsAny(q.path, "{}") {
						t.Errorf("%s: %s comes out as %s: name the noun of its part in nouns (sec/ni/porch_test.go)", where, r.pattern, q.path)
					}
				}
			case !written:
				t.Errorf("%s: %s %s has no driver. Add to %s in sec/ni/bodies_test.go:\n\t%q: \"…\",\nwith the name of a draft (or \"\" when it takes no body); a new draft goes into drafts, with {src}, {rep} and so on where an id stands. "+
					"If it cannot be driven, add %q to undriven with the reason; if it belongs to sign-in, to signing and to pageSigning or machineSigning.", where, r.method, r.pattern, name, r.name, r.name)
			default:
				for _, d := range strings.Split(draft, ", ") {
					if _, ok := drafts[d]; !ok {
						t.Errorf("%s: there is no draft %q", r.name, d)
					}
				}
			}
		}
		for name := range table {
			if !known[name] {
				t.Errorf("%s has a driver for %s, which is no route any more", where, name)
			}
		}
	}
	if n < 60 {
		t.Errorf("only %d routes: the tables are not what the porches serve", n)
	}
}
