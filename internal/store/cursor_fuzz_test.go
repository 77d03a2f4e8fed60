package store

import (
	"context"
	"errors"
	"testing"

	"cutout/internal/compartment"
	"cutout/internal/officer"
)

// FuzzCursor: only a cursor that the store itself gave for a list goes on with it; any other text is no cursor.
func FuzzCursor(f *testing.F) {
	s := openTest(f, Config{Path: InMemory, Keys: testKeys(f)})
	root := addOfficer(f, s, officer.Officer{}, "root", Rights{Clearance: 3})
	ctx := context.Background()
	for range 5 {
		if err := s.Write(ctx, root, Entry{Act: "report.file"}, func(tx *Tx) error {
			return tx.Insert(Entering{Kind: "report", ID: newID(), Label: compartment.Label{}, Body: "x"})
		}); err != nil {
			f.Fatal(err)
		}
	}
	page := func(cursor string) (n int, next string, err error) {
		err = s.Read(ctx, root, Entry{Act: "report.list"}, func(tx *Tx) error {
			rs, after, err := tx.Find(Query{Kind: "report", Limit: 2, Cursor: cursor})
			n, next = len(rs), after
			return err
		})
		return n, next, err
	}
	_, good, err := page("")
	if err != nil || good == "" {
		f.Fatal(good, err)
	}
	f.Add(good)
	f.Add(good[:len(good)-1])
	f.Add("")
	f.Add("AAAA")
	f.Add(good + "\n")
	f.Fuzz(func(t *testing.T, cursor string) {
		n, _, err := page(cursor)
		switch {
		case cursor == "" || cursor == good:
			if err != nil || n != 2 {
				t.Fatalf("%q: %d, %v", cursor, n, err)
			}
		case !errors.Is(err, ErrCursor):
			t.Fatalf("%q is taken for a cursor: %d, %v", cursor, n, err)
		}
	})
}
