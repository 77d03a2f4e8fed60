package store

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"cutout/internal/compartment"
	"cutout/internal/day"
	"cutout/internal/officer"
)

// TestHundredLabels asks with exactly as many labels as a narrow Scope may have: the longest expressions there are.
func TestHundredLabels(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		s := openTest(t, cfg)
		root := addOfficer(t, s, officer.Officer{}, "root", Rights{Clearance: 3})
		insert := func(from, to int) {
			if err := s.Write(context.Background(), root, Entry{Act: "record.add"}, func(tx *Tx) error {
				for i := from; i < to; i++ {
					if err := tx.Insert(Entering{Kind: "report", ID: ID{1, byte(i), byte(i >> 8)}, Label: compartment.Label{Originator: compartment.Org(fmt.Sprint(i))}, Terms: []string{"a", "b", "c"}}); err != nil {
						return err
					}
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
		ask := func(want int) {
			t.Helper()
			if err := s.Read(context.Background(), root, Entry{Act: "record.look"}, func(tx *Tx) error {
				rs, _, err := tx.Find(Query{Kind: "report", Limit: 400})
				if len(rs) != want {
					t.Errorf("list: %d of %d", len(rs), want)
				}
				if err != nil {
					return err
				}
				rs, _, err = tx.Found(Search{Groups: [][]string{{"a", "x"}, {"b", "y"}, {"c"}}, Limit: 400}, nil)
				if len(rs) != want {
					t.Errorf("search: %d of %d", len(rs), want)
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		insert(0, narrowest)
		ask(narrowest)
		insert(narrowest, narrowest+150)
		ask(narrowest + 150)
	})
}

// TestTermsOfLabels has label numbers and words that would run into each other if a scoped term were written carelessly.
func TestTermsOfLabels(t *testing.T) {
	seen := map[string]string{}
	for _, label := range []int64{1, 2, 10, 11, 35, 36, 71, 100, 101, 1295} {
		for _, w := range []string{"a", "za", "zza", "1za", "0z0", "z", "5", "15", "wz"} {
			k, v := scopedTerm(label, w), fmt.Sprint(label, w)
			if old, ok := seen[k]; ok {
				t.Errorf("%q stands for %s and %s", k, old, v)
			}
			seen[k] = v
		}
	}
}

// TestStretches finds words over many stretches of the store's order, by pages, as a broad Scope does.
func TestStretches(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		s := openTest(t, cfg)
		root := addOfficer(t, s, officer.Officer{}, "root", Rights{Clearance: 3})
		const all = 100 * stretch // past the stretches asked one by one
		at := map[int64]bool{3: true, stretch: true, 5*stretch - 1: true, 5 * stretch: true, 50 * stretch: true, all - 1: true}
		for i := range 12 {
			if err := s.Write(context.Background(), root, Entry{Act: "record.add"}, func(tx *Tx) error {
				if i < len(at) { // leap: the numbers between stay free
					for seq := range at {
						if seq >= tx.b.nextSeq && !slices.ContainsFunc(keys(at), func(o int64) bool { return o >= tx.b.nextSeq && o < seq }) {
							tx.b.nextSeq = seq
							break
						}
					}
				}
				return tx.Insert(Entering{Kind: "report", ID: ID{1, byte(i)}, Terms: []string{"ship"}})
			}); err != nil {
				t.Fatal(err)
			}
		}
		for _, limit := range []int{1, 2, 5, 50} {
			n, cursor := 0, ""
			if err := s.Read(context.Background(), root, Entry{Act: "record.look"}, func(tx *Tx) error {
				tx.reach = make([]int64, narrowest+1)
				for {
					rs, next, err := tx.Found(Search{Groups: [][]string{{"ship"}}, Limit: limit, Cursor: cursor}, nil)
					if err != nil {
						return err
					}
					for _, r := range rs {
						if n++; r.ID[1] != byte(12-n) {
							t.Errorf("place %d has record %d", n, r.ID[1])
						}
					}
					if cursor = next; next == "" {
						return nil
					}
				}
			}); err != nil {
				t.Fatal(err)
			}
			if n != 12 {
				t.Errorf("%d at a time: %d of 12", limit, n)
			}
		}
	})
}

func keys(m map[int64]bool) (out []int64) {
	for k := range m {
		out = append(out, k)
	}
	return out
}

// TestHoldingDays lets the clock cross the days on which a holding begins and ends; nobody writes anything.
func TestHoldingDays(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		c := newClock(noon)
		cfg.Clock = c.now
		s := openTest(t, cfg)
		root := addOfficer(t, s, officer.Officer{}, "root", Rights{Clearance: 3})
		port := newCompartment(t, s, root, "port")
		today := day.Of(noon)
		o := addOfficer(t, s, root, "o", Rights{Clearance: 3, Holdings: []Holding{{port, today.Add(2), today.Add(5)}, {port, today.Add(8), day.Never}}})
		if err := s.Write(context.Background(), root, Entry{Act: "record.add"}, func(tx *Tx) error {
			return tx.Insert(Entering{Kind: "report", ID: ID{1}, Label: compartment.Label{Compartments: []compartment.ID{port}}, Terms: []string{"ship"}})
		}); err != nil {
			t.Fatal(err)
		}
		for d := range 10 {
			c.at.Store(noon.AddDate(0, 0, d).UnixMicro())
			want := ErrNotFound
			if d >= 2 && d < 5 || d >= 8 {
				want = nil
			}
			err := s.Read(context.Background(), o, Entry{Act: "record.look"}, func(tx *Tx) error {
				rs, _, err := tx.Found(Search{Groups: [][]string{{"ship"}}}, nil)
				if err != nil || (len(rs) == 1) != (want == nil) || tx.Scope().Holds(port) != (want == nil) {
					t.Errorf("day %d: search finds %d, %v", d, len(rs), err)
				}
				_, err = tx.Get("report", ID{1})
				return err
			})
			if err != want {
				t.Errorf("day %d: %v, want %v", d, err, want)
			}
		}
	})
}
