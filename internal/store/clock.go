package store

import (
	"sync"
	"time"
)

// steadyClock gives the time of acts. Within a run of the program it never goes back: what has ended (a session, an idle time, a
// wait after failed sign-ins, a day's reach) would begin again. A clock that is set back is not followed until the program
// is started anew; one set forward is, since a machine that slept wakes later. Time that passed by the machine's own
// count passes here too, so that nothing stands still while the clock is behind.
type steadyClock struct {
	read func() time.Time
	mu   sync.Mutex
	raw  time.Time // the last reading, with the machine's own count where it has one
	last time.Time // the last answer
}

func (c *steadyClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	raw := c.read()
	now := raw.Round(0).UTC()
	if !c.last.IsZero() {
		least := c.last
		if raw != raw.Round(0) && c.raw != c.raw.Round(0) { // both readings have the machine's own count
			least = least.Add(raw.Sub(c.raw))
		}
		if now.Before(least) {
			now = least
		}
	}
	c.raw, c.last = raw, now
	return now.Truncate(time.Microsecond)
}
