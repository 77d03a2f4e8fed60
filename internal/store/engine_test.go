package store

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"cutout/internal/compartment"
	"cutout/internal/day"
	"cutout/internal/officer"
	"cutout/internal/store/storetest"
)

// gcm is a body sealer for tests.
type gcm struct{ a cipher.AEAD }

func (g gcm) Seal(dst, plain, aad []byte) []byte { return g.a.Seal(dst, nil, plain, aad) }
func (g gcm) Open(dst, sealed, aad []byte) ([]byte, error) {
	return g.a.Open(dst, nil, sealed, aad)
}

func testKeys(t testing.TB) Keys {
	t.Helper()
	k, err := fixedKeys()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func fixedKeys() (k Keys, err error) {
	copy(k.Page[:], "page page page page page page pa")
	copy(k.Cursor[:], "cursor")
	copy(k.Term[:], "term")
	b, err := aes.NewCipher(k.Page[:])
	if err != nil {
		return k, err
	}
	a, err := cipher.NewGCMWithRandomNonce(b)
	k.Body = gcm{a}
	return k, err
}

// engines runs a test on every engine. A missing PostgreSQL is one printed line for a user and a failure where
// CUTOUT_REQUIRE_ALL is set.
func engines(t *testing.T, fn func(t *testing.T, cfg Config)) {
	t.Run("sqlite", func(t *testing.T) {
		fn(t, Config{Path: filepath.Join(t.TempDir(), "records.db"), Keys: testKeys(t)})
	})
	t.Run("postgres", func(t *testing.T) {
		fn(t, Config{DSN: storetest.Schema(t), Keys: testKeys(t)})
	})
}

func openTest(t testing.TB, cfg Config) *Store {
	t.Helper()
	s, err := Open(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func addOfficer(t testing.TB, s *Store, by officer.Officer, name string, r Rights) officer.Officer {
	t.Helper()
	o := officer.Officer{Name: name}
	rand.Read(o.ID[:])
	a := Account{ID: o.ID, Name: name, Rights: r, Secret: []byte("secret of " + name)}
	var err error
	if by.ID.IsZero() {
		err = s.Begin(context.Background(), a, map[string]string{"name": "test unit"}, Entry{Act: "unit.begin"})
	} else {
		err = s.Write(context.Background(), by, Entry{Act: "officer.add"}, func(t *Tx) error { return t.AddAccount(a) })
	}
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func newCompartment(t testing.TB, s *Store, by officer.Officer, name string) compartment.ID {
	t.Helper()
	var c compartment.ID
	rand.Read(c[:])
	if err := s.Write(context.Background(), by, Entry{Act: "compartment.open"}, func(t *Tx) error {
		return t.AddCompartment(Compartment{ID: c, Kind: "desk", Name: name})
	}); err != nil {
		t.Fatal(err)
	}
	return c
}

func holding(cs ...compartment.ID) []Holding {
	var hs []Holding
	for _, c := range cs {
		hs = append(hs, Holding{c, 0, day.Never})
	}
	return hs
}

func TestSmoke(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		s := openTest(t, cfg)
		ctx := context.Background()
		root := addOfficer(t, s, officer.Officer{}, "root", Rights{Clearance: 3})
		port := newCompartment(t, s, root, "port")
		desk := newCompartment(t, s, root, "desk two")
		a := addOfficer(t, s, root, "alice", Rights{Clearance: 3, Holdings: holding(port)})
		b := addOfficer(t, s, root, "bob", Rights{Clearance: 3, Holdings: holding(desk)})
		var first, src ID
		rand.Read(src[:])
		for i := range 120 {
			var rid ID
			rand.Read(rid[:])
			if i == 0 {
				first = rid
			}
			who, c := a, port
			if i%3 == 1 {
				who, c = b, desk
			}
			if err := s.Write(ctx, who, Entry{Act: "report.file", Kind: "report"}, func(t *Tx) error {
				return t.Insert(Entering{Kind: "report", ID: rid, Label: compartment.Label{Level: 1, Compartments: []compartment.ID{c}},
					Body: map[string]any{"n": i, "who": who.Name}, Marks: []Mark{Ref("source", src)}, Terms: []string{"ship", fmt.Sprintf("no%d", i%10)}})
			}); err != nil {
				t.Fatal(err)
			}
		}
		for _, q := range []Query{{Kind: "report", Limit: 7}, {Kind: "report", Marks: []Mark{Ref("source", src)}, Limit: 7, Oldest: true}} {
			n := 0
			for cursor := ""; ; {
				q.Cursor = cursor
				if err := s.Read(ctx, a, Entry{Act: "report.list"}, func(t *Tx) error {
					rs, next, err := t.Find(q)
					n += len(rs)
					cursor = next
					return err
				}); err != nil {
					t.Fatal(err)
				}
				if cursor == "" {
					break
				}
			}
			if n != 80 {
				t.Errorf("alice sees %d of her 80 reports", n)
			}
		}
		err := s.Read(ctx, b, Entry{Act: "report.look"}, func(t *Tx) error { _, err := t.Get("report", first); return err })
		if err != ErrNotFound {
			t.Errorf("bob gets %v for alice's report", err)
		}
		if err := s.Read(ctx, b, Entry{Act: "search.look"}, func(tx *Tx) error {
			rs, next, err := tx.Found(Search{Groups: [][]string{{"ship"}, {"no1", "no4"}}, Limit: 3}, nil)
			if len(rs) != 3 || next == "" {
				t.Errorf("bob finds %d, next %q", len(rs), next)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		// A revision, and what was known before it.
		before := s.Now()
		time.Sleep(2 * time.Millisecond)
		if err := s.Write(ctx, a, Entry{Act: "report.revise"}, func(t *Tx) error {
			r, err := t.Get("report", first)
			if err != nil {
				return err
			}
			return t.Revise(r, Entering{Kind: "report", Label: r.Label, Body: map[string]any{"n": -1}, Marks: []Mark{Ref("source", src)}})
		}); err != nil {
			t.Fatal(err)
		}
		for _, at := range []time.Time{{}, before} {
			if err := s.Read(ctx, a, Entry{Act: "report.look"}, func(tx *Tx) error {
				tx.AsKnownOn(at)
				r, err := tx.Get("report", first)
				if err != nil {
					return err
				}
				want := `{"n":-1}`
				if !at.IsZero() {
					want = `{"n":0,"who":"alice"}`
				}
				if string(r.Body) != want {
					t.Errorf("as known on %v: %s, want %s", at, r.Body, want)
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
		// A compartment taken back counts at once.
		if err := s.Write(ctx, root, Entry{Act: "officer.revoke"}, func(t *Tx) error {
			return t.SetRights(a.ID, func(r *Rights) { r.Holdings = nil })
		}); err != nil {
			t.Fatal(err)
		}
		if err := s.Read(ctx, a, Entry{Act: "report.list"}, func(tx *Tx) error {
			rs, _, err := tx.Find(Query{Kind: "report"})
			if len(rs) != 0 {
				t.Errorf("alice still sees %d", len(rs))
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
}
