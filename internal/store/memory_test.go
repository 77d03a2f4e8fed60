package store

import (
	"context"
	"crypto/rand"
	"testing"
	"time"

	"cutout/internal/audit"
	"cutout/internal/compartment"
	"cutout/internal/officer"
)

// A store in memory is shared by its own connections and by nobody else's, and keeps records of any century.
func TestInMemory(t *testing.T) {
	ctx := context.Background()
	at := time.Date(1939, 11, 4, 12, 0, 0, 0, time.UTC)
	open := func() (*Store, officer.Officer, compartment.ID) {
		s := openTest(t, Config{Path: InMemory, Keys: testKeys(t), Clock: func() time.Time { return at }})
		root := addOfficer(t, s, officer.Officer{}, "root", Rights{})
		c := newCompartment(t, s, root, "desk")
		return s, addOfficer(t, s, root, "alice", Rights{Clearance: 1, Holdings: []Holding{{c, s.Today(), 1 << 20}}}), c
	}
	s, alice, c := open()
	other, _, _ := open() // a second one beside it is empty: Begin would refuse a store that has an officer
	if other.Engine() != SQLite {
		t.Error(other.Engine())
	}
	var id ID
	rand.Read(id[:])
	write := func(body string) error {
		return s.Write(ctx, alice, Entry{Act: "report.file", Kind: "report"}, func(tx *Tx) error {
			if body == "first" {
				return tx.Insert(Entering{Kind: "report", ID: id, Label: compartment.Label{Compartments: []compartment.ID{c}}, Body: body, Terms: []string{"old"}})
			}
			r, err := tx.Get("report", id)
			if err != nil {
				return err
			}
			return tx.Revise(r, Entering{Kind: "report", Label: r.Label, Body: body, Terms: []string{"old"}})
		})
	}
	if err := write("first"); err != nil {
		t.Fatal(err)
	}
	first := at
	at = time.Date(1969, 12, 31, 23, 0, 0, 0, time.UTC)
	if err := write("second"); err != nil {
		t.Fatal(err)
	}
	at = time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)
	for known, want := range map[time.Time]string{{}: `"second"`, first: `"first"`, first.Add(-time.Hour): ""} {
		if err := s.Read(ctx, alice, Entry{Act: "report.look"}, func(tx *Tx) error {
			tx.AsKnownOn(known)
			r, err := tx.Get("report", id)
			if want == "" && err == ErrNotFound {
				return nil
			}
			if string(r.Body) != want || !r.Created.Equal(first) {
				t.Errorf("as known on %v: %s made %v", known, r.Body, r.Created)
			}
			return err
		}); err != nil {
			t.Errorf("as known on %v: %v", known, err)
		}
	}
	if err := s.Read(ctx, alice, Entry{Act: "log.look"}, func(tx *Tx) error {
		es, err := tx.Log(LogQuery{Act: "report.file"})
		if len(es) != 2 || !es[1].Time.Equal(first) || es[0].Outcome != audit.Done {
			t.Errorf("log: %+v", es)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}
