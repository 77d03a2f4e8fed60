package store

import (
	"context"
	"errors"
	"strings"
	"testing"

	"cutout/internal/compartment"
	"cutout/internal/officer"
)

// What is sealed to people can be made anew without a past and destroyed whole; what the unit knows cannot, whoever asks.
func TestShred(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		ctx := context.Background()
		s := openTest(t, cfg)
		admin := addOfficer(t, s, officer.Officer{}, "root", Rights{Clearance: 3})
		own := compartment.ID{9}
		o := addOfficer(t, s, admin, "a", Rights{Clearance: 3, Holdings: holding(own)})
		blind := addOfficer(t, s, admin, "b", Rights{Clearance: 3})
		label := compartment.Label{Level: 1, Compartments: []compartment.ID{own}}
		lock, known, other := ID{1}, ID{2}, ID{3}
		do := func(fn func(*Tx) error) error {
			return s.Write(ctx, o, Entry{Act: "test.write"}, fn)
		}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		token := Ref("person-token", ID{7})
		of := Ref("name-token-of", other)
		must(do(func(tx *Tx) error {
			for id, kind := range map[ID]string{lock: "identity", known: "report"} {
				if err := tx.Insert(Entering{Kind: kind, ID: id, Label: label, Body: []byte("first"), Marks: []Mark{token, of}}); err != nil {
					return err
				}
			}
			return nil
		}))
		for id, kind := range map[ID]string{lock: "identity", known: "report"} {
			must(do(func(tx *Tx) error {
				r, err := tx.Get(kind, id)
				if err != nil {
					return err
				}
				return tx.Revise(r, Entering{Kind: kind, Label: label, Body: []byte("second"), Marks: []Mark{token, of}})
			}))
		}
		past := func(kind string, id ID) int {
			n := 0
			must(do(func(tx *Tx) error {
				r, err := tx.Get(kind, id)
				if err != nil {
					return err
				}
				vs, err := tx.Versions(r)
				n = len(vs) - 1
				return err
			}))
			return n
		}
		supersede := func(kind string, id ID) error {
			return do(func(tx *Tx) error {
				r, err := tx.Get(kind, id)
				if err != nil {
					return err
				}
				return tx.Supersede(r, Entering{Kind: kind, Label: label, Body: []byte("third"), Marks: []Mark{token, of}})
			})
		}
		shred := func(kind string, id ID) error {
			return do(func(tx *Tx) error {
				r, err := tx.Get(kind, id)
				if err != nil {
					return err
				}
				return tx.Shred(r)
			})
		}
		must(supersede("identity", lock))
		if n := past("identity", lock); n != 0 {
			t.Errorf("a superseded lock has %d versions before it", n)
		}
		for name, f := range map[string]func(string, ID) error{"superseded": supersede, "shredded": shred} {
			if err := f("report", known); err == nil || !strings.Contains(err.Error(), "keeps its past") {
				t.Errorf("a report was %s: %v", name, err)
			}
		}
		if s.d.engine == Postgres { // the second lock holds without the first
			must(do(func(tx *Tx) error {
				_, err := tx.c.exec(ctx, "DELETE FROM past")
				if err == nil {
					_, err = tx.c.exec(ctx, "DELETE FROM record WHERE kind = 'report'")
				}
				return err
			}))
			if n := past("report", known); n != 1 {
				t.Errorf("a report has %d versions before it", n)
			}
		}
		hits := func() (n int) {
			must(s.Read(ctx, blind, Entry{Act: "test.look"}, func(tx *Tx) error { // whatever his Scope
				got, err := tx.BlindHits("person-token", "name-token-of", ID{7}, ID{8})
				if len(got[ID{8}]) > 0 {
					t.Error("a value that nothing carries was found")
				}
				for _, v := range got[ID{7}] {
					if v != other {
						t.Errorf("found %v", v)
					}
					n++
				}
				return err
			}))
			return n
		}
		if hits() != 1 {
			t.Errorf("%d hits", hits())
		}
		if err := s.Write(ctx, blind, Entry{Act: "test.write"}, func(tx *Tx) error { _, err := tx.Get("identity", lock); return err }); !errors.Is(err, ErrNotFound) {
			t.Errorf("hidden: %v", err)
		}
		must(shred("identity", lock))
		if err := shred("identity", lock); !errors.Is(err, ErrNotFound) {
			t.Errorf("shredded twice: %v", err)
		}
		must(s.Scrub(ctx))
		must(do(func(tx *Tx) error {
			damage, err := tx.Integrity()
			if len(damage) > 0 {
				t.Error(damage)
			}
			return err
		}))
	})
}
