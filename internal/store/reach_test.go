package store

import (
	"context"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"cutout/internal/compartment"
	"cutout/internal/day"
	"cutout/internal/officer"
)

// TestReachFollowsTheClock sets the clock forward and back over the ends of a holding: on every day the officer reaches
// what he holds on that day, whatever the clock said before.
func TestReachFollowsTheClock(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		start := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
		now := start
		cfg.Clock = func() time.Time { return now }
		s := openTest(t, cfg)
		set := func(days int) { // a store follows a clock that was set back only when it is opened anew
			s.Close()
			now = start.AddDate(0, 0, days)
			s = openTest(t, cfg)
		}
		root := addOfficer(t, s, officer.Officer{}, "root", Rights{Clearance: 3})
		port := newCompartment(t, s, root, "port")
		today := day.Of(start)
		a := addOfficer(t, s, root, "alice", Rights{Clearance: 3, Holdings: []Holding{{port, today + 2, today + 5}}})
		for i, step := range [][2]int{{0, 0}, {2, 2}, {0, 3}, {4, 1}, {3, 0}, {4, 4}, {5, 5}, {3, 6}, {3650, 3}, {3, 3650}, {3, 3}, {-3650, 4}, {2, 2}, {5, 3}, {4, -3650}, {2, 5}} {
			write, days := step[0], step[1]
			set(write)
			if err := s.Write(context.Background(), root, Entry{Act: "report.file"}, func(tx *Tx) error { // under a label never seen before
				return tx.Insert(Entering{Kind: "report", ID: newID(), Label: compartment.Label{Compartments: []compartment.ID{port}, Originator: compartment.Org(fmt.Sprint(i))}, Body: "x"})
			}); err != nil {
				t.Fatal(err)
			}
			set(days)
			want := 0
			if days >= 2 && days < 5 {
				want = i + 1
			}
			if n := count(t, s, a, Query{Kind: "report"}); n != want {
				t.Errorf("on day %d alice sees %d, want %d", days, n, want)
			}
		}
	})
}

func TestReachDays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := func(name string) day.Day { return day.Day(rapid.Int32().Draw(t, name)) }
		from, until, today := d("from"), d("until"), d("today")
		if got, want := reachHolds(reachDays(from, until), today), from <= today && today < until; got != want {
			t.Fatalf("%d..%d on %d: %v", from, until, today, got)
		}
		if until >= 0 && today >= 0 && reachHolds(int64(until), today) != (today < until) {
			t.Fatalf("a value of before, %d, on %d", until, today)
		}
	})
}
