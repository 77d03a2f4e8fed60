package attack

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestRow23Codes: a thousand guesses open nothing, five wrong codes lock, and one code in fifty parallel requests lets
// exactly one in.
func TestRow23Codes(t *testing.T) {
	h := newHouse(t)
	seed, recovery := h.withCodes("amal")
	for what, code := range map[string]func() string{"clock": func() string { return h.clockCode(seed, 0) }, "recovery": func() string { return recovery[0] }} {
		now, in := code(), atomic.Int64{}
		var all sync.WaitGroup
		for i := range 50 {
			all.Go(func() {
				c := h.caller()
				if i%2 == 0 {
					if c.login("amal", "amal passphrase", now).status == http.StatusSeeOther {
						in.Add(1)
					}
				} else if token, _ := c.token("amal", "amal passphrase", now); token != "" {
					in.Add(1)
				}
			})
		}
		all.Wait()
		if in.Load() != 1 {
			t.Errorf("%s: one code in fifty requests let %d in", what, in.Load())
		}
		h.later(20 * time.Minute)
		if a := h.caller().login("amal", "amal passphrase", now); a.status != http.StatusUnauthorized {
			t.Errorf("%s: the code later: %d", what, a.status)
		}
		h.later(20 * time.Minute)
	}
	// five wrong ones, and the right one is not taken
	c := h.caller()
	for i := range 5 {
		if a := c.login("amal", "amal passphrase", fmt.Sprintf("%06d", i)); a.status != http.StatusUnauthorized {
			t.Errorf("wrong code %d: %d", i, a.status)
		}
	}
	for what, code := range map[string]string{"clock": h.clockCode(seed, 0), "recovery": recovery[1]} {
		if a := c.login("amal", "amal passphrase", code); a.status != http.StatusUnauthorized {
			t.Errorf("after five wrong codes the right one (%s) is answered %d", what, a.status)
		}
	}
	h.later(20 * time.Minute)
	tried, in := 0, 0
	for i := range 1000 {
		switch c.login("amal", "amal passphrase", fmt.Sprintf("%06d", i*997)).status {
		case http.StatusUnauthorized:
			tried++
		case http.StatusTooManyRequests:
		default:
			in++
		}
	}
	if in != 0 || tried > 10 {
		t.Errorf("of a thousand guesses %d were looked at and %d opened", tried, in)
	}
	h.later(20 * time.Minute)
	if a := c.login("amal", "amal passphrase", h.clockCode(seed, 0)); a.status != http.StatusSeeOther {
		t.Errorf("after all that the right code is answered %d", a.status)
	}
}
