package casework

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestClockCodes is appendix B of RFC 6238, cut to the six digits that are taken here.
func TestClockCodes(t *testing.T) {
	const seed = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" // "12345678901234567890"
	for at, want := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"} {
		c := coder{Seed: seed}
		if !c.take(want, time.Unix(at, 0)) {
			t.Errorf("%d: %s is not taken", at, want)
		}
		if c.take(want, time.Unix(at, 0)) {
			t.Errorf("%d: %s is taken twice", at, want)
		}
	}
}

// TestCodeOnceOfFifty hands one code in fifty times at once, with the limit of attempts lifted: one is let in.
func TestCodeOnceOfFifty(t *testing.T) {
	s := newStage(t)
	o := s.officer("fifty", nil, "analyst")
	seed, _, err := s.d.NewCoder(o)
	s.must(err)
	at := s.d.Now().Unix() / codeStep
	now, err := codeAt(seed, at)
	s.must(err)
	_, err = s.d.AddCodes(ctx, o, seed, now)
	s.must(err)
	next, err := codeAt(seed, at+1) // a clock may be half a minute ahead
	s.must(err)
	var in, tired atomic.Int64
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			s.d.limiter.forget("fifty")
			switch _, err := s.d.SignInWith(ctx, Proof{"fifty", []byte("fifty passphrase"), next}); codeOf(err) {
			case "":
				in.Add(1)
			case "refused.too-many":
				tired.Add(1)
			}
		})
	}
	all.Wait()
	if in.Load() != 1 || tired.Load() > 40 {
		t.Errorf("one code let in %d of fifty; %d were not looked at", in.Load(), tired.Load())
	}
}
