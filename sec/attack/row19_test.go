package attack

import (
	"math"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"cutout/internal/api"
	"cutout/internal/vault"
)

// TestRow19LoginTiming: a sign-in makes one passphrase hash and one entry of the log, whether its name exists, is closed
// or never was, on both porches. With CUTOUT_LONG five thousand interleaved ones are timed: Welch's |t| stays below 4.5.
func TestRow19LoginTiming(t *testing.T) {
	h := newHouse(t)
	c := h.caller()
	for _, name := range []string{"amal", "nobody", "gone", "", "AMAL", "a mal", strings.Repeat("x", 5000), "\x00", "amal@unit.example", "\u202eamal"} {
		for _, porch := range []string{"pages", "interface"} {
			before := vault.Stretched()
			var status int
			if porch == "pages" {
				status = c.login(name, "a wrong passphrase", "").status
			} else {
				_, a := c.token(name, "a wrong passphrase", "")
				status = a.status
			}
			if n := vault.Stretched() - before; n != 1 || status != 401 {
				t.Errorf("%s: the name %.20q makes %d hashes and is answered %d", porch, name, n, status)
			}
		}
		h.later(11 * time.Minute)
	}
	before := h.refusals()
	c.login("amal", "a wrong passphrase", "")
	c.login("nobody", "a wrong passphrase", "")
	c.login("gone", "a wrong passphrase", "")
	if n := h.refusals() - before; n != 3 {
		t.Errorf("three attempts left %d entries", n)
	}
	if os.Getenv("CUTOUT_LONG") == "" {
		return
	}
	try := func(name string) float64 {
		r := httptest.NewRequest("POST", api.Prefix+"/session", strings.NewReader(`{"name":"`+name+`","passphrase":"a wrong passphrase"}`))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		from := time.Now()
		h.handler.ServeHTTP(w, r)
		took := time.Since(from)
		if w.Code != 401 {
			t.Fatalf("%s is answered %d", name, w.Code)
		}
		return took.Seconds()
	}
	var known, unknown welch
	for i := range 2500 {
		if i%4 == 0 {
			h.later(11 * time.Minute)
		}
		if rand.IntN(2) == 0 {
			known.add(try("amal"))
			unknown.add(try("omar"))
		} else {
			unknown.add(try("omar"))
			known.add(try("amal"))
		}
	}
	v := known.against(unknown)
	t.Logf("known %.3f ms, unknown %.3f ms, t = %.2f", known.mean*1e3, unknown.mean*1e3, v)
	if math.Abs(v) >= 4.5 {
		t.Errorf("known and unknown names differ in time: t = %.2f", v)
	}
}

// welch gathers mean and variance (Welford) for Welch's test.
type welch struct{ n, mean, m2 float64 }

func (w *welch) add(x float64) {
	w.n++
	d := x - w.mean
	w.mean += d / w.n
	w.m2 += d * (x - w.mean)
}

func (w welch) against(o welch) float64 {
	return (w.mean - o.mean) / math.Sqrt(w.m2/(w.n-1)/w.n+o.m2/(o.n-1)/o.n)
}
