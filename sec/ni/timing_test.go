package ni

import (
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"math"
	"net/http"
	"slices"
	"testing"
	"time"

	"cutout/internal/api"
	"cutout/internal/casework"
	"cutout/internal/officer"
	"cutout/internal/report"
	"cutout/internal/source"
	"cutout/internal/store"
)

var timed = flag.Int("ni.timed", 20_000, "requests of each kind in the timing suite")

// question is one thing asked in two ways that the officer must not be able to tell apart.
type question struct {
	name string
	// ask does it the n-th time, the first way or the second, at the interface of the world.
	ask func(p *porch, x *timedWorld, n int, second bool) int
	// do is the same at the door, for counting.
	do func(c context.Context, d *casework.Desk, o officer.Officer, x *timedWorld, second bool) error
}

// timedWorld is a world in which a word and a code name are held by the hidden desk alone.
type timedWorld struct {
	s      *story
	hidden []report.ID
	word   string // of hidden reports only
	absent string // of no report
	code   string // of a hidden source
}

const jsonSource = `{"code_name":%q,"category":"AGENT","desk":%q,"state":"proposed","identity_kind":"known","service_contact":"direct","lawful_origin":"walked in"}`

func plainSource(code, desk string) casework.SourceDraft {
	return casework.SourceDraft{CodeName: code, Draft: source.Draft{Category: "AGENT", Desk: desk, State: "proposed", IdentityKind: "known", ServiceContact: "direct", LawfulOrigin: "walked in"}}
}

// absentID is an id that never was.
func absentID(n int) report.ID {
	h := sha256.Sum256(fmt.Append(nil, "absent", n))
	return report.ID(h[:16])
}

var questions = []question{
	{"a hidden id and a random one",
		func(p *porch, x *timedWorld, n int, second bool) int {
			of := x.hidden[n%len(x.hidden)]
			if second {
				of = absentID(n % len(x.hidden)) // asked as often as the hidden ones: the log keeps each under its id
			}
			return p.quick("GET", "/reports/"+of.String(), "")
		},
		func(c context.Context, d *casework.Desk, o officer.Officer, x *timedWorld, second bool) error {
			of := x.hidden[0]
			if second {
				of = absentID(1)
			}
			_, err := d.Report(c, o, of, time.Time{})
			return err
		}},
	{"a word of hidden texts and an absent one",
		func(p *porch, x *timedWorld, n int, second bool) int {
			return p.quick("POST", "/search", fmt.Sprintf(`{"words":%q}`, x.asked(second)))
		},
		func(c context.Context, d *casework.Desk, o officer.Officer, x *timedWorld, second bool) error {
			_, err := d.Search(c, o, x.asked(second), "", false, "", 50)
			return err
		}},
	{"a code name taken on a hidden desk and a fresh one",
		func(p *porch, x *timedWorld, n int, second bool) int {
			return p.quick("POST", "/sources", fmt.Sprintf(jsonSource, x.coded(n, second), x.s.low().id.String()))
		},
		func(c context.Context, d *casework.Desk, o officer.Officer, x *timedWorld, second bool) error {
			_, err := d.RegisterSource(c, o, plainSource(x.coded(0, second), x.s.low().id.String()))
			return err
		}},
}

func (x *timedWorld) asked(second bool) string {
	if second {
		return x.absent
	}
	return x.word
}

// coded is the taken code name, or one of the same length that nobody has.
func (x *timedWorld) coded(n int, second bool) string {
	if second {
		return fmt.Sprintf("TALLOW MERI%c%c%c%c", 'A'+n%26, 'A'+n/26%26, 'A'+n/676%26, 'Q')
	}
	return x.code
}

func newTimedWorld(t testing.TB) *timedWorld {
	x := newTemplate(t, 1)
	s := x.s.in(x.open(t))
	h := s.hidden()
	s.w.signIn("h0", "viewer", h.name("h"))
	w := &timedWorld{s: s, word: hiddenWord, absent: "gonfalon", code: freshCode}
	src := s.source(h, freshCode)
	for range 40 {
		w.hidden = append(w.hidden, s.report(h, src, w.word+" at the harbor", false))
	}
	s.source(s.low(), "ONYX PUMICE")
	return w
}

// quick makes a request without looking at the answer.
func (p *porch) quick(method, path, body string) int {
	r, rec := p.request(request{method, api.Prefix + path, body, jsonKind})
	p.h.ServeHTTP(rec, r)
	return rec.Code
}

// TestTimingWork counts, at every commit, the rows that the engine hands over for each way of asking: they are equal.
func TestTimingWork(t *testing.T) {
	if d := newTimedWorld(t).work(); d != nil {
		t.Error(d)
	}
}

func (x *timedWorld) work() *difference {
	for _, q := range questions {
		var said [2]string
		for i := range said {
			n := 0
			err := q.do(store.WithWork(ctx, &n), x.s.w.d, x.s.w.o("h0"), x, i == 1)
			said[i] = fmt.Sprint(n, " rows, ", dump(err))
		}
		if said[0] != said[1] {
			return &difference{"h0", q.name, said[0], said[1], 0}
		}
	}
	return nil
}

// gauge is what a run of one question measured, in nanoseconds.
type gauge struct{ a, b []float64 }

// measure asks a question in both ways in turn, the first of each two drawn at random.
func (x *timedWorld) measure(t testing.TB, q question, count int) gauge {
	p := machine(t, x.s.w, "h0")
	r := chance(1, q.name)
	var g gauge
	codes := map[int]bool{}
	for n := range count {
		first := r.IntN(2) == 0
		for _, second := range []bool{first, !first} {
			at := time.Now()
			codes[q.ask(p, x, n, second)] = true
			took := float64(time.Since(at))
			if second {
				g.b = append(g.b, took)
			} else {
				g.a = append(g.a, took)
			}
		}
	}
	if len(codes) != 1 || codes[http.StatusUnauthorized] || codes[http.StatusInternalServerError] {
		t.Errorf("%s: answered %v", q.name, codes)
	}
	return g
}

// cropped leaves out the longest and shortest twentieth.
func cropped(v []float64) []float64 {
	v = slices.Sorted(slices.Values(v))
	n := len(v) / 20
	return v[n : len(v)-n]
}

func meanVar(v []float64) (m, s float64) {
	for _, x := range v {
		m += x / float64(len(v))
	}
	for _, x := range v {
		s += (x - m) * (x - m) / float64(len(v)-1)
	}
	return m, s
}

// verdict is Welch's t over the cropped times, and by what share the medians differ.
func (g gauge) verdict() (t, gap float64) {
	a, b := cropped(g.a), cropped(g.b)
	ma, va := meanVar(a)
	mb, vb := meanVar(b)
	t = (ma - mb) / math.Sqrt(va/float64(len(a))+vb/float64(len(b)))
	half := func(v []float64) float64 { return v[len(v)/2] }
	return t, math.Abs(half(a)-half(b)) / half(b)
}

// tells is the bound of security.md (c): |t| < 4.5 and medians within one part in a hundred.
func tells(t, gap float64) bool { return math.Abs(t) >= 4.5 || gap >= 0.01 }

// TestTiming runs at night: statistics of wall time.
func TestTiming(t *testing.T) {
	if !long() {
		t.Skip("statistics of wall time: CUTOUT_LONG=1")
	}
	for _, q := range questions {
		t.Run(q.name, func(t *testing.T) {
			v, gap := newTimedWorld(t).measure(t, q, *timed).verdict()
			t.Logf("t %.2f, medians differ by %.3f %%", v, 100*gap)
			if tells(v, gap) {
				t.Errorf("the two can be told apart by the time they take: t %.2f, medians differ by %.2f %%", v, 100*gap)
			}
		})
	}
}

// TestTimingMath holds the statistics to samples whose answer is known.
func TestTimingMath(t *testing.T) {
	r := chance(7, "timing")
	var g, apart gauge
	for range 5000 {
		g.a, g.b = append(g.a, 1000+100*r.NormFloat64()), append(g.b, 1000+100*r.NormFloat64())
		apart.a, apart.b = append(apart.a, 1030+100*r.NormFloat64()), append(apart.b, 1000+100*r.NormFloat64())
	}
	if v, gap := g.verdict(); tells(v, gap) {
		t.Errorf("equal times: t %.2f, gap %.3f", v, gap)
	}
	if v, gap := apart.verdict(); !tells(v, gap) {
		t.Errorf("times three in a hundred apart: t %.2f, gap %.3f", v, gap)
	}
}
