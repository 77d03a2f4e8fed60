package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"cutout/internal/compartment"
	"cutout/internal/officer"
)

// clock is a settable clock for tests, in microseconds.
type clock struct{ at atomic.Int64 }

func newClock(t time.Time) *clock {
	c := &clock{}
	c.at.Store(t.UnixMicro())
	return c
}

func (c *clock) now() time.Time { return time.UnixMicro(c.at.Load()).UTC() }

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// version is one state of a record in the oracle.
type version struct {
	at    int64
	by    officer.ID
	label compartment.Label
	body  string
	marks []Mark
	terms []string
}

type kept struct {
	id       ID
	kind     string
	versions []version
}

func (k *kept) last() *version { return &k.versions[len(k.versions)-1] }

// asOf is the number of versions known at the time; 0 is the present.
func (k *kept) asOf(at int64) int {
	n := len(k.versions)
	for at != 0 && n > 0 && k.versions[n-1].at > at {
		n--
	}
	return n
}

// world drives a store and the oracle side by side with the same random acts.
type world struct {
	t        *testing.T
	r        *rand.Rand
	s        *Store
	clock    *clock
	root     officer.Officer
	officers []officer.Officer
	rights   map[officer.ID]Rights
	desks    []compartment.ID
	records  []*kept // in the order of their making
	pool     []Mark
	times    []int64
	said     []string // every answer, to compare engines
}

var orgs = []compartment.Org{"NORTH", "SOUTH", "EAST"}
var words = []string{"ship", "port", "سفينه", "ميناء", "crate", "zebra", "bra"}

func (w *world) id() (id ID) {
	binary.BigEndian.PutUint64(id[:], w.r.Uint64())
	binary.BigEndian.PutUint64(id[8:], w.r.Uint64())
	return id
}

func some[T any](r *rand.Rand, from []T, most int) (out []T) {
	for _, i := range r.Perm(len(from))[:r.IntN(min(most, len(from))+1)] {
		out = append(out, from[i])
	}
	return out
}

func (w *world) label() compartment.Label {
	l := compartment.Label{Level: compartment.Level(w.r.IntN(4)), Compartments: some(w.r, w.desks, 3), Originator: orgs[w.r.IntN(2)]}
	if w.r.IntN(3) == 0 {
		l.Releasable = some(w.r, orgs, 3)
	}
	return l
}

func (w *world) newRights() Rights {
	r := Rights{Clearance: compartment.Level(w.r.IntN(4)), Org: orgs[w.r.IntN(3)]}
	for _, d := range some(w.r, w.desks, len(w.desks)) {
		r.Holdings = append(r.Holdings, holding(d)...)
	}
	return r
}

func newWorld(t *testing.T, cfg Config, seed uint64) *world {
	w := &world{t: t, r: rand.New(rand.NewPCG(seed, 1)), clock: newClock(noon), rights: map[officer.ID]Rights{}}
	cfg.Clock = w.clock.now
	w.s = openTest(t, cfg)
	for range 6 {
		w.pool = append(w.pool, Ref("source", w.id()))
	}
	add := func(name string, r Rights) officer.Officer {
		o := officer.Officer{ID: officer.ID(w.id()), Name: name}
		a := Account{ID: o.ID, Name: name, Rights: r}
		if name == "root" {
			if err := w.s.Begin(context.Background(), a, "unit", Entry{Act: "unit.begin"}); err != nil {
				t.Fatal(err)
			}
		} else {
			w.write(w.root, "officer.add", func(tx *Tx) error { return tx.AddAccount(a) })
		}
		w.rights[o.ID] = r
		w.officers = append(w.officers, o)
		return o
	}
	w.root = add("root", Rights{Clearance: 3})
	for range 4 {
		c := compartment.ID(w.id())
		w.desks = append(w.desks, c)
		w.write(w.root, "compartment.open", func(tx *Tx) error { return tx.AddCompartment(Compartment{ID: c, Kind: "desk", Name: "d"}) })
	}
	for i := range 5 {
		add(fmt.Sprintf("officer%d", i), w.newRights())
	}
	w.write(w.root, "officer.rights", func(tx *Tx) error {
		w.rights[w.root.ID] = Rights{Clearance: 3, Org: "NORTH", Holdings: holding(w.desks...)}
		return tx.SetRights(w.root.ID, func(r *Rights) { *r = w.rights[w.root.ID] })
	})
	return w
}

func (w *world) write(o officer.Officer, act string, fn func(*Tx) error) {
	w.t.Helper()
	if err := w.s.Write(context.Background(), o, Entry{Act: act}, fn); err != nil {
		w.t.Fatalf("%s: %v", act, err)
	}
}

func (w *world) admits(o officer.Officer, k *kept) bool {
	return w.rights[o.ID].Scope(w.s.Today()).Admits(k.last().label)
}

func (w *world) newVersion(o officer.Officer) version {
	return version{by: o.ID, label: w.label(), body: fmt.Sprintf(`{"n":%d}`, w.r.Uint32()), marks: some(w.r, w.pool, 3), terms: some(w.r, words, 4)}
}

func (v version) entering(kind string, id ID) Entering {
	return Entering{Kind: kind, ID: id, Label: v.label, Body: []byte(v.body), Marks: v.marks, Terms: v.terms}
}

// step does one random act on both sides.
func (w *world) step() {
	w.clock.at.Add(int64(w.r.IntN(4)))
	now := w.clock.at.Load()
	o := w.officers[w.r.IntN(len(w.officers))]
	switch n := w.r.IntN(20); {
	case n < 9 || len(w.records) == 0:
		k := &kept{id: w.id(), kind: []string{"report", "source"}[w.r.IntN(2)]}
		v := w.newVersion(o)
		v.at = now
		w.write(o, "record.add", func(tx *Tx) error { return tx.Insert(v.entering(k.kind, k.id)) })
		k.versions = []version{v}
		w.records = append(w.records, k)
	case n < 15:
		k := w.records[w.r.IntN(len(w.records))]
		v := w.newVersion(o)
		if v.label.Level > 1 { // most revisions keep the label
			v.label = k.last().label
		}
		v.at = max(now, k.last().at+1)
		if v.terms == nil {
			v.terms = []string{}
		}
		again := w.r.IntN(4) == 0 // twice in one act
		stale := w.r.IntN(6) == 0
		want := error(nil)
		if !w.admits(o, k) {
			want = ErrNotFound
		} else if stale {
			want = ErrConflict
		}
		err := w.s.Write(context.Background(), o, Entry{Act: "record.revise"}, func(tx *Tx) error {
			r, err := tx.Get(k.kind, k.id)
			if err != nil {
				return err
			}
			if err := tx.Revise(r, v.entering(k.kind, k.id)); err != nil {
				return err
			}
			if stale {
				return tx.Revise(r, v.entering(k.kind, k.id))
			}
			return nil
		})
		if err != want {
			w.t.Fatalf("revise: %v, want %v", err, want)
		}
		if want == nil {
			k.versions = append(k.versions, v)
		}
		if want == nil && again && w.admits(o, k) {
			v2 := w.newVersion(o)
			v2.label, v2.at, v2.terms = v.label, max(now, v.at+1), nil
			w.write(o, "record.revise", func(tx *Tx) error {
				r, err := tx.Get(k.kind, k.id)
				if err != nil {
					return err
				}
				return tx.Revise(r, v2.entering(k.kind, k.id))
			})
			v2.terms = v.terms // nil leaves the index as it is
			k.versions = append(k.versions, v2)
		}
	case n < 18:
		who := w.officers[1+w.r.IntN(len(w.officers)-1)]
		r := w.newRights()
		w.write(w.root, "officer.rights", func(tx *Tx) error { return tx.SetRights(who.ID, func(x *Rights) { *x = r }) })
		w.rights[who.ID] = r
	default: // an act that fails after it wrote leaves nothing
		undo := errors.New("no")
		v := w.newVersion(o)
		err := w.s.Write(context.Background(), o, Entry{Act: "record.add"}, func(tx *Tx) error {
			if err := tx.Insert(v.entering("report", w.id())); err != nil {
				return err
			}
			return undo
		})
		if err != undo {
			w.t.Fatalf("failed act: %v", err)
		}
	}
	w.times = append(w.times, w.clock.at.Load())
}

func show(r Record, l compartment.Label) string {
	return fmt.Sprintf("%x %s v%d %d %d %x %s %x", r.ID[:4], r.Kind, r.Version, r.KnownFrom.UnixMicro(), r.Created.UnixMicro(), r.By[:4], r.Body, l.Encode())
}

// expect says in the same words what the oracle holds.
func (w *world) expect(k *kept, at int64) string {
	n := k.asOf(at)
	v := k.versions[n-1]
	return show(Record{ID: k.id, Kind: k.kind, Version: int64(n), KnownFrom: time.UnixMicro(v.at), Created: time.UnixMicro(k.versions[0].at), By: v.by, Body: []byte(v.body)}, k.last().label)
}

func (w *world) list(o officer.Officer, at int64, oldest bool, want func(k *kept, v *version) bool) (out []string) {
	for _, k := range w.records {
		if n := k.asOf(at); n > 0 && w.admits(o, k) && want(k, &k.versions[n-1]) {
			out = append(out, w.expect(k, at))
		}
	}
	if !oldest {
		slices.Reverse(out)
	}
	return out
}

func (w *world) same(what string, got, want []string) {
	w.t.Helper()
	if !slices.Equal(got, want) {
		w.t.Fatalf("%s:\n got %d: %s\nwant %d: %s", what, len(got), strings.Join(got, "\n     "), len(want), strings.Join(want, "\n     "))
	}
	w.said = append(w.said, what+" "+strings.Join(got, "|"))
}

func subset[T comparable](part, of []T) bool {
	for _, p := range part {
		if !slices.Contains(of, p) {
			return false
		}
	}
	return true
}

// look asks everything of one officer at one time and compares it with the oracle. broad forces the plan of a broad Scope.
func (w *world) look(o officer.Officer, at int64, broad bool) {
	w.t.Helper()
	read := func(fn func(*Tx) error) {
		w.t.Helper()
		if err := w.s.Read(context.Background(), o, Entry{Act: "record.look"}, func(tx *Tx) error {
			if at != 0 {
				tx.AsKnownOn(time.UnixMicro(at))
			}
			if broad {
				tx.reach = make([]int64, narrowest+1)
			}
			return fn(tx)
		}); err != nil {
			w.t.Fatal(err)
		}
	}
	walk := func(page func(cursor string) ([]Record, string, error)) (out []string) {
		for cursor := ""; ; {
			rs, next, err := page(cursor)
			if err != nil {
				w.t.Error(err)
				return nil
			}
			for _, r := range rs {
				out = append(out, show(r, r.Label))
			}
			if next == "" {
				return out
			}
			w.said = append(w.said, next)
			cursor = next
		}
	}
	q := Query{Kind: []string{"report", "source"}[w.r.IntN(2)], Oldest: w.r.IntN(2) == 0, Limit: 1 + w.r.IntN(9), Marks: some(w.r, w.pool, 2)}
	if len(q.Marks) > 0 && w.r.IntN(2) == 0 {
		q.Kind = ""
	}
	most := w.r.IntN(12)
	search := Search{Limit: 1 + w.r.IntN(6), Kind: []string{"", "report", "source"}[w.r.IntN(3)]}
	for range 1 + w.r.IntN(2) {
		search.Groups = append(search.Groups, append(some(w.r, words, 2), words[w.r.IntN(len(words))]))
	}
	wantFound := w.list(o, 0, false, func(k *kept, v *version) bool {
		for _, g := range search.Groups {
			if !slices.ContainsFunc(g, func(s string) bool { return slices.Contains(v.terms, s) }) {
				return false
			}
		}
		return search.Kind == "" || search.Kind == k.kind
	})
	wantList := w.list(o, at, q.Oldest, func(k *kept, v *version) bool { return (q.Kind == "" || k.kind == q.Kind) && subset(q.Marks, v.marks) })
	k := w.records[w.r.IntN(len(w.records))]
	read(func(tx *Tx) error {
		w.same("find", walk(func(c string) ([]Record, string, error) { q.Cursor = c; return tx.Find(q) }), wantList)
		if at == 0 {
			w.same("found", walk(func(c string) ([]Record, string, error) { search.Cursor = c; return tx.Found(search, nil) }), wantFound)
		}
		n, more, err := tx.Count(q, most)
		if err != nil {
			return err
		}
		if n != min(most, len(wantList)) || more != (len(wantList) > most) {
			w.t.Fatalf("count %d %v of %d at most %d", n, more, len(wantList), most)
		}
		r, err := tx.Get(k.kind, k.id)
		hidden := !w.admits(o, k) || k.asOf(at) == 0
		if hidden != (err == ErrNotFound) || (err != nil && err != ErrNotFound) {
			w.t.Fatalf("get: %v, hidden %v", err, hidden)
		}
		if _, err := tx.Get("other", k.id); err != ErrNotFound {
			w.t.Fatalf("another kind: %v", err)
		}
		if hidden {
			return nil
		}
		w.same("get", []string{show(r, r.Label)}, []string{w.expect(k, at)})
		vs, err := tx.Versions(r)
		if err != nil {
			return err
		}
		for i, v := range vs {
			n := k.asOf(at) - i
			if n < 1 || string(v.Body) != k.versions[n-1].body || v.Version != int64(n) || v.KnownFrom.UnixMicro() != k.versions[n-1].at {
				w.t.Fatalf("version %d of %d is %s v%d", i, len(vs), v.Body, v.Version)
			}
		}
		if len(vs) != k.asOf(at) {
			w.t.Fatalf("%d versions, want %d", len(vs), k.asOf(at))
		}
		return nil
	})
}

// TestModel plays the same random acts on both engines beside an oracle in memory.
func TestModel(t *testing.T) {
	seeds, steps := 3, 150
	if os.Getenv("CUTOUT_LONG") != "" {
		seeds, steps = 30, 400
	}
	for seed := range uint64(seeds) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			var first []string
			engines(t, func(t *testing.T, cfg Config) {
				w := newWorld(t, cfg, seed)
				for i := range steps {
					w.step()
					if i%3 == 0 {
						w.look(w.officers[w.r.IntN(len(w.officers))], 0, w.r.IntN(2) == 0)
					}
				}
				for _, at := range w.times { // as known at every time at which something was done
					w.look(w.officers[w.r.IntN(len(w.officers))], at, w.r.IntN(2) == 0)
				}
				// More labels than a narrow Scope has: the same questions, now without force.
				w.write(w.root, "record.add", func(tx *Tx) error {
					for i := range narrowest + 1 {
						if err := tx.Insert(Entering{Kind: "filler", ID: w.id(), Label: compartment.Label{Originator: compartment.Org(fmt.Sprint(i))}, Terms: []string{"filler"}}); err != nil {
							return err
						}
					}
					return nil
				})
				for _, o := range w.officers {
					w.look(o, 0, false)
				}
				if first == nil {
					first = w.said
				} else if !slices.Equal(first, w.said) {
					t.Error("the engines gave different answers")
				}
			})
		})
	}
}
