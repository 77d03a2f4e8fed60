package ni

import (
	"flag"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"cutout/internal/casework"
	"cutout/internal/id"
	"cutout/internal/officer"
)

var pairs = flag.Int("ni.pairs", 0, "how many pairs of worlds to compare; 0 is a few, many with CUTOUT_LONG")

func wanted(few, many int) int {
	switch {
	case *pairs > 0:
		return *pairs
	case long():
		return many
	}
	return few
}

// long says whether this is the nightly run.
func long() bool { return os.Getenv("CUTOUT_LONG") != "" }

// difference is where two worlds told themselves apart.
type difference struct {
	low, probe string
	a, b       string
	after      int // probes
}

func (d *difference) String() string {
	i := 0
	for i < len(d.a) && i < len(d.b) && d.a[i] == d.b[i] {
		i++
	}
	cut := func(s string) string { return s[max(i-160, 0):min(i+160, len(s))] }
	return fmt.Sprintf("as %s, %s (probe %d):\n  one world:   …%s\n  the other:   …%s", d.low, d.probe, d.after, cut(d.a), cut(d.b))
}

// told compares what the low steps of the story answered.
func (p *twin) told() *difference {
	a, b := fmt.Sprint(p.a.w.failed, "\n", strings.Join(p.a.told, "\n")), fmt.Sprint(p.b.w.failed, "\n", strings.Join(p.b.told, "\n"))
	if a != b {
		return &difference{"h0", "the common steps", a, b, 0}
	}
	return nil
}

// some is the low script with only every n-th probe, another part of it for every seed.
func (p *twin) some(seed uint64, every int, viewers ...string) (*difference, int) {
	return p.script(seed, false, every, viewers...)
}

func (p *twin) script(seed uint64, deep bool, every int, viewers ...string) (*difference, int) {
	n := 0
	// Each part for all viewers before the next: a difference shows early, and what one writes comes after what all read.
	for _, part := range order(drivers(p.ids, chance(seed, "ids"), deep)) {
		for _, low := range viewers {
			for i, x := range part {
				if low == "h0" && strings.HasPrefix(x.name, "OfficerNamed") || (i+int(seed))%every != 0 {
					continue // a registrar knows the accounts of the unit: declared
				}
				n++
				was := make(chan string)
				go func() { was <- p.a.answer(x, low) }()
				b := p.b.answer(x, low)
				if a := <-was; a != b {
					return &difference{low, x.name, a, b, n}, n
				}
			}
		}
	}
	return nil, n
}

// which are the kinds of difference of the k-th pair: all together first, then one by one, then some.
func which(k int) []string {
	if k == 0 {
		return kinds
	}
	if k <= len(kinds) {
		return kinds[k-1 : k]
	}
	r := chance(uint64(k), "which")
	return slices.DeleteFunc(slices.Clone(kinds), func(string) bool { return r.IntN(2) == 0 })
}

// TestPairs compares pairs of worlds. What the low officers are answered must not tell them apart.
func TestPairs(t *testing.T) {
	total := wanted(2, 200)
	var x *template
	asked := 0
	for k := range total {
		if k%len(kinds) == 0 {
			x = newTemplate(t, uint64(k/len(kinds)+1))
		}
		t.Run(strings.Join(which(k), ", "), func(t *testing.T) {
			p := x.pair(func() *world { return x.open(t) }, uint64(k), which(k))
			d, n, every := p.told(), 0, 1
			if total == 2 && k > 0 {
				every = 10 // the short form: one pair whole, and a part of another
			}
			if d == nil {
				d, n = p.script(uint64(k), total > 10, every, lows...)
			}
			asked += n
			if d != nil {
				t.Errorf("pair %d\n%s", k, d)
			}
		})
	}
	t.Logf("%d pairs, %d answers compared", total, asked)
}

// TestPairsPostgres compares pairs on the other engine: the whole story, and a part of the low script that is another one
// for each pair.
func TestPairsPostgres(t *testing.T) {
	x := newTemplateOn(t, 1, onPostgres)
	asked := 0
	for k := range wanted(1, 20) {
		p := x.pair(func() *world { return x.open(t) }, uint64(k), which(k))
		d, every := p.told(), 8
		if long() {
			every = 1
		}
		if d == nil {
			var n int
			d, n = p.some(uint64(k), every, "viewer", "h0")
			asked += n
		}
		var sum tally
		if d == nil && long() && k < 3 {
			d = p.porches(t, &sum, bothSides, "viewer")
		}
		if d != nil {
			t.Errorf("pair %d\n%s", k, d)
		}
	}
	t.Logf("%d answers compared on PostgreSQL", asked)
}

// TestCensus fails when the door has a method that the low script does not try and nobody declared.
func TestCensus(t *testing.T) {
	var ids []string
	for _, p := range strings.Fields("src con rep itm req aut rel iss prd ntc pty rol use") {
		ids = append(ids, id.Long(p, [16]byte{1}))
	}
	m := drivers(ids, chance(1, ""), false)
	d := reflect.TypeFor[*casework.Desk]()
	for i := range d.NumMethod() {
		f := d.Method(i)
		takes := f.Type.NumIn() > 2 && f.Type.In(2) == reflect.TypeFor[officer.Officer]()
		_, driven := m[f.Name]
		_, said := declared[f.Name]
		if takes && !driven && !said {
			t.Errorf("casework.Desk.%s has no driver in sec/ni: add one, or declare why it needs none", f.Name)
		}
		if driven && said {
			t.Errorf("%s is driven and declared", f.Name)
		}
	}
}
