package store

import (
	"context"
	"errors"
	"slices"
	"testing"

	"cutout/internal/officer"
)

// Acts handed in together end as if each had come alone: those that fail leave nothing but their entry, the others stay,
// in their order.
func TestWriteMany(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		s := openTest(t, cfg)
		ctx := context.Background()
		root := addOfficer(t, s, officer.Officer{}, "root", Rights{Clearance: 3})
		bad := errors.New("no")
		const n = 2*maxBatch + 40
		var acts []Act
		for i := range n {
			acts = append(acts, Act{Entry{Act: "thing.make"}, func(tx *Tx) error {
				if err := tx.Insert(Entering{Kind: "thing", ID: newID(), Body: i}); err != nil {
					return err
				}
				switch {
				case i%100 == 7:
					return bad
				case i == 50:
					panic("planned")
				}
				return nil
			}})
		}
		var failed []int
		for i, err := range s.WriteMany(ctx, root, acts) {
			var p *PanicError
			if want := i%100 == 7; errors.Is(err, bad) != want || errors.As(err, &p) != (i == 50) {
				t.Errorf("%d: %v", i, err)
			}
			if err != nil {
				failed = append(failed, i)
			}
		}
		if err := s.Read(ctx, root, Entry{Act: "thing.look"}, func(tx *Tx) error {
			var got []int
			cursor := ""
			for {
				rs, next, err := tx.Find(Query{Kind: "thing", Oldest: true, Limit: MaxLimit, Cursor: cursor})
				if err != nil {
					return err
				}
				for _, r := range rs {
					var i int
					if err := r.Decode(&i); err != nil {
						return err
					}
					got = append(got, i)
				}
				if cursor = next; next == "" {
					break
				}
			}
			if len(got) != n-len(failed) || !slices.IsSorted(got) {
				t.Errorf("%d of %d things, sorted %v, after %d failures", len(got), n, slices.IsSorted(got), len(failed))
			}
			es, err := tx.Log(LogQuery{Act: "thing.make", Limit: MaxLimit})
			if err == nil && len(es) != MaxLimit {
				t.Errorf("%d entries", len(es))
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		over, stop := context.WithCancel(ctx)
		stop()
		for i, err := range s.WriteMany(over, root, acts[:3]) {
			if err == nil {
				t.Errorf("%d was done for a caller who had left", i)
			}
		}
		s.Close()
		for _, err := range s.WriteMany(ctx, root, acts[:3]) {
			if !errors.Is(err, ErrClosed) {
				t.Errorf("after the end: %v", err)
			}
		}
	})
}
