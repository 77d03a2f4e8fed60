package fault

import (
	"testing"
	"time"

	"cutout/internal/audit"
	"cutout/internal/casework"
	"cutout/internal/requirement"
	"cutout/internal/source"
)

// TestF07Clock sets the clock of a working unit forward and back, within a run and between runs.
func TestF07Clock(t *testing.T) {
	engines(t, func(t *testing.T, u *unit) {
		u.close()
		start := time.Now().UTC().Truncate(time.Second).Add(time.Hour)
		at := start
		u.clock = func() time.Time { at = at.Add(time.Millisecond); return at }
		must(t, u.open())
		zero, err := parse[source.ID](u.Source)
		must(t, err)
		set := func(to time.Time) { at = to }
		anew := func(to time.Time) {
			u.close()
			set(to)
			must(t, u.open())
		}
		closed := func(when string) {
			t.Helper()
			if name, err := u.identity(zero); casework.KindOf(err) != casework.Refused || name != "" {
				t.Errorf("%s: keys that were closed open an identity: %v", when, err)
			}
		}

		// Keys that were idle too long stay closed when the clock is set back, by a second, by a day or by ten years.
		u.signIn(t)
		if _, err := u.identity(zero); err != nil {
			t.Fatal(err)
		}
		set(at.Add(time.Hour))
		closed("an hour later")
		for _, back := range []time.Duration{time.Second, time.Hour, 24 * time.Hour, 10 * 365 * 24 * time.Hour} {
			set(at.Add(-back))
			closed("set back " + back.String())
		}
		// A clock set back does not keep keys open for longer: idle time is still idle time once it has passed.
		anew(start.Add(2 * time.Hour))
		u.signIn(t)
		set(at.Add(-time.Hour))
		set(at.Add(time.Hour + 16*time.Minute))
		closed("sixteen minutes after the sign-in, with an hour back in between")

		// Waiting after failed sign-ins is not shortened by a clock that goes back, and ends when it goes on.
		anew(start.Add(3 * time.Hour))
		wrong := func() string {
			_, err := u.d.SignIn(ctx, "worker", []byte("not the passphrase"))
			var e *casework.Error
			if !asError(err, &e) {
				t.Fatalf("a wrong passphrase: %v", err)
			}
			return e.Code
		}
		for range 12 {
			wrong()
		}
		if code := wrong(); code != "refused.too-many" {
			t.Fatalf("after twelve wrong passphrases: %s", code)
		}
		set(at.Add(-24 * time.Hour))
		if code := wrong(); code != "refused.too-many" {
			t.Errorf("after the clock was set back a day: %s", code)
		}
		set(start.Add(4 * time.Hour))
		if code := wrong(); code != "refused.sign-in" {
			t.Errorf("an hour later: %s", code)
		}

		// A desk held for three days is held on these days, whatever the clock said in between.
		q, err := u.light(1, "on the desk")
		must(t, err)
		seen, err := parse[requirement.ID](q.ID)
		must(t, err)
		guest, err := u.d.AddOfficer(ctx, u.Admin, casework.OfficerDraft{Name: "guest", Clearance: "SECRET", Duties: []string{"analyst"}}, pass("guest"))
		must(t, err)
		desk, err := u.d.Compartments(ctx, u.Admin, true)
		must(t, err)
		for _, c := range desk {
			if c.ID.String() == u.Desk {
				must(t, u.d.HandCompartment(ctx, u.Admin, guest.ID, c.ID, start.AddDate(0, 0, 3).Format(time.DateOnly)))
			}
		}
		for _, days := range []int{0, 2, 4, 2, 3650, 1, -3650, 1, 3, 0} {
			anew(start.AddDate(0, 0, days).Add(5 * time.Hour))
			_, err := u.d.Requirement(ctx, guest, seen)
			if held := days >= 0 && days < 3; held != (err == nil) || !held && casework.KindOf(err) == casework.Internal {
				t.Errorf("on day %d of three: %v", days, err)
			}
		}

		// Over the change to summer time and a leap day the unit works, and its log keeps its order.
		for _, when := range []string{"2028-02-28T23:59:59Z", "2028-02-29T23:59:59Z", "2027-03-28T00:59:59Z", "2027-10-31T00:59:59Z", "2026-12-31T23:59:59Z"} {
			to, err := time.Parse(time.RFC3339, when)
			must(t, err)
			anew(to)
			for n := range 4 {
				if _, err := u.light(n, when); err != nil {
					t.Errorf("%s: %v", when, err)
				}
				set(at.Add(time.Second))
			}
		}
		u.whole(t, []act{q}, false, true)
		entries := u.entries(t, casework.LogQuery{}, true)
		back := 0
		for i := 1; i < len(entries); i++ { // newest first
			if entries[i].Seq >= entries[i-1].Seq {
				t.Fatalf("entry %d stands before entry %d", entries[i-1].Seq, entries[i].Seq)
			}
			if entries[i].Time.After(entries[i-1].Time) {
				back++
			}
		}
		if back < 3 {
			t.Errorf("the clock of the log went back %d times: the drill drilled nothing", back)
		}
		if x, err := u.d.Examine(ctx, u.Eye); err != nil || x.Log.Finding != audit.Sound {
			t.Errorf("examined: %+v %v", x, err)
		}
	})
}
