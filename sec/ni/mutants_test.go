//go:build leaks

package ni

import (
	"flag"
	"testing"

	"cutout/internal/leak"
)

// planted are the leaks that must be caught, with the channel each stands for.
var planted = []struct{ name, channel string }{
	{"facetcount", "counts are made over all rows"},
	{"idf", "hits are ranked by how rare a word is in all texts"},
	{"forbidden", "a hidden record is refused, a missing one not found"},
	{"unique", "a code name taken in a hidden compartment cannot be used"},
	{"cursor_rowid", "a cursor carries the number of the row"},
	{"limit_postfilter", "the limit of a page is taken before the Scope"},
	{"suggest_vocab", "a word is completed from every text"},
	{"sort_hidden", "a list is ordered by how many records, hidden ones too, name each line"},
	{"finding_all", "the watch is evaluated over everything"},
	{"recall_reach", "the reach of a notice tells how a hidden product is held"},
	{"log_all", "a record's log shows entries whose label the viewer does not reach"},
	{"log_place", "a record's log shows the places of its entries in the unit's log"},
	{"lastmod", "a hidden record moves the time of the one it names"},
	{"errtext", "an error names what is hidden"},
	{"draft_shared", "drafts of other officers are listed"},
	{"colleagues_all", "officers of other desks are offered as colleagues"},
	{"duties_all", "a colleague's duties for single sources are shown"},
	{"label_number", "a mark carries the number of a hidden label"},
	{"snippet_hidden", "a search shows hits the viewer may not open"},
	{"stale_reach", "what was taken back can still be read"},
	{"work", "rows are fetched and dropped"},
}

var mutant = flag.String("ni.mutant", "", "one planted leak only")

// TestMutants opens each planted leak in turn and asks how many pairs of worlds it takes to see it.
func TestMutants(t *testing.T) {
	defer leak.Open("")
	const most = 6
	x := newTemplate(t, 1)
	for _, m := range planted {
		if *mutant != "" && *mutant != m.name {
			continue
		}
		t.Run(m.name, func(t *testing.T) {
			for k := range most {
				leak.Open(m.name)
				p := x.pair(func() *world { w := x.open(t); w.lenient = true; return w }, uint64(k), which(k))
				d, n := p.compare(uint64(k), false, lows...)
				leak.Open("")
				if d != nil {
					t.Logf("caught by pair %d, after %d answers: as %s, %s", k+1, n, d.low, d.probe)
					if testing.Verbose() && *mutant != "" {
						t.Log(d)
					}
					return
				}
			}
			t.Errorf("not caught in %d pairs: %s", most, m.channel)
		})
	}
}
