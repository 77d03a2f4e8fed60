package store

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestClockNeverGoesBack: whatever the machine's clock does, time stands still at worst, and forward steps are followed.
func TestClockNeverGoesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := time.Date(2026, 3, 29, 0, 30, 0, 0, time.UTC)
		c := steadyClock{read: func() time.Time { return at }}
		last := c.now()
		for _, step := range rapid.SliceOf(rapid.Int64Range(-10*365*24*3600, 10*365*24*3600)).Draw(t, "steps") {
			at = at.Add(time.Duration(step) * time.Second)
			now := c.now()
			if want := latest(at.Truncate(time.Microsecond), last); !now.Equal(want) {
				t.Fatalf("the clock says %v, before it was %v: %v, want %v", at, last, now, want)
			}
			last = now
		}
	})
}

// TestClockSetBackGoesOn: with the machine's own count, time goes on while the clock is behind.
func TestClockSetBackGoesOn(t *testing.T) {
	real := time.Now()
	c := steadyClock{read: func() time.Time { return real }}
	first := c.now()
	c.last = c.last.Add(time.Hour) // the clock was an hour ahead of what it says now
	real = real.Add(time.Second)
	if gone := c.now().Sub(first); gone != time.Hour+time.Second {
		t.Errorf("%v went by, want an hour and a second", gone)
	}
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
