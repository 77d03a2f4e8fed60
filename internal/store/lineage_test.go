package store

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"cutout/internal/compartment"
	"cutout/internal/officer"
)

// Descendants finds what a plain walk over all edges finds, at the same distance, rings and all, whatever the labels.
func TestDescendants(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		s := openTest(t, cfg)
		ctx := context.Background()
		root := addOfficer(t, s, officer.Officer{}, "root", Rights{Clearance: 3})
		hidden := newCompartment(t, s, root, "nobody's")
		r := rand.New(rand.NewPCG(1, 2))
		const n = 40
		edges := map[[2]byte]bool{}
		if err := s.Write(ctx, root, Entry{Act: "thing.make"}, func(tx *Tx) error {
			for i := range byte(n) {
				e := Entering{Kind: "thing", ID: ID{i + 1}, Label: compartment.Label{Compartments: []compartment.ID{hidden}}, Body: i}
				for range r.IntN(4) {
					to := byte(r.IntN(n))
					if to != i && !edges[[2]byte{to, i}] {
						edges[[2]byte{to, i}] = true
						e.Cites = append(e.Cites, ID{to + 1})
					}
				}
				if err := tx.Insert(e); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		for start := range byte(n) {
			hops := map[byte]int{start: 0}
			for front := []byte{start}; len(front) > 0; {
				var next []byte
				for _, p := range front {
					for c := range byte(n) {
						if _, seen := hops[c]; edges[[2]byte{p, c}] && !seen {
							hops[c] = hops[p] + 1
							next = append(next, c)
						}
					}
				}
				front = next
			}
			if err := s.Read(ctx, root, Entry{Act: "thing.look"}, func(tx *Tx) error {
				ds, err := tx.Descendants(ID{start + 1})
				if len(ds) != len(hops)-1 {
					t.Errorf("from %d: %d found, %d are there", start, len(ds), len(hops)-1)
				}
				for _, d := range ds {
					if hops[d.ID[0]-1] != d.Hops {
						t.Errorf("from %d: %d at %d steps, it is %d", start, d.ID[0]-1, d.Hops, hops[d.ID[0]-1])
					}
				}
				if !slices.IsSortedFunc(ds, func(a, b Descendant) int { return a.Hops - b.Hops }) {
					t.Errorf("from %d: not nearest first", start)
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
	})
}
