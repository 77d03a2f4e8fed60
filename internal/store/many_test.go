package store

import (
	"context"
	"crypto/rand"
	"fmt"
	"testing"
	"time"

	"cutout/internal/compartment"
	"cutout/internal/officer"
)

// What is read for many at once is what would be read for each alone.
func TestManyIsEach(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		s := openTest(t, cfg)
		ctx := context.Background()
		root := addOfficer(t, s, officer.Officer{}, "root", Rights{Clearance: 3})
		open, closed := newCompartment(t, s, root, "open"), newCompartment(t, s, root, "closed")
		a := addOfficer(t, s, root, "alice", Rights{Clearance: 3, Holdings: holding(open)})
		var ids, refs []ID
		for i := range 150 {
			var v, ref ID
			rand.Read(v[:])
			ref[0] = byte(i % 11)
			refs = append(refs, ref)
			ids = append(ids, v)
			c := open
			if i%3 == 0 {
				c = closed
			}
			if err := s.Write(ctx, root, Entry{Act: "thing.make"}, func(t *Tx) error {
				return t.Insert(Entering{Kind: "thing", ID: v, Label: compartment.Label{Compartments: []compartment.ID{c}}, Body: fmt.Sprint(i), Marks: []Mark{Ref("of", ref)}})
			}); err != nil {
				t.Fatal(err)
			}
		}
		for _, n := range []int{0, 1, 2, 8, 9, 64, 65, 150} {
			if err := s.Read(ctx, a, Entry{Act: "thing.look"}, func(tx *Tx) error {
				got, err := tx.GetMany("thing", ids[:n]...)
				if err != nil {
					return err
				}
				for _, v := range ids[:n] {
					r, err := tx.Get("thing", v)
					g, ok := got[v]
					if ok != (err == nil) || string(g.Body) != string(r.Body) {
						t.Errorf("%d: %x: %v, %v", n, v, ok, err)
					}
				}
				lists, err := tx.FindMany("thing", "of", refs[:min(n, 11)]...)
				if err != nil {
					return err
				}
				for _, ref := range refs[:min(n, 11)] {
					one, _, err := tx.Find(Query{Kind: "thing", Marks: []Mark{Ref("of", ref)}, Limit: MaxLimit})
					if err != nil {
						return err
					}
					if fmt.Sprint(bodies(one)) != fmt.Sprint(bodies(lists[ref])) {
						t.Errorf("%d: %x: %v, want %v", n, ref, bodies(lists[ref]), bodies(one))
					}
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func bodies(rs []Record) (out []string) {
	for _, r := range rs {
		out = append(out, string(r.Body))
	}
	return out
}

// The numbers in the frame of a page are those of the lists, for a narrow and for a broad reader, now and as known before.
func TestCountsAreTheListsLengths(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		w := newWorld(t, cfg, 5)
		for range 80 {
			w.step()
		}
		kinds := []string{"report", "source", "note"}
		for i, o := range w.officers {
			at := w.times[len(w.times)/2]
			if err := w.s.Read(context.Background(), o, Entry{Act: "page.look"}, func(tx *Tx) error {
				if i%2 == 1 {
					tx.AsKnownOn(time.UnixMicro(at))
				}
				got, err := tx.Counts(20, kinds...)
				if err != nil {
					return err
				}
				for _, k := range kinds {
					n, more, err := tx.Count(Query{Kind: k}, 20)
					if err != nil {
						return err
					}
					if more {
						n++
					}
					if got[k] != n {
						t.Errorf("officer %d: %d of %s, the list has %d", i, got[k], k, n)
					}
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
	})
}
