package fault

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"sync"
	"testing"

	"cutout/internal/officer"
)

// heard takes the complaints of a check that is expected to fail.
type heard struct {
	testing.TB
	mu  sync.Mutex
	bad []string
}

func (h *heard) Helper()        {}
func (h *heard) Cleanup(func()) {} // the child it runs in ends
func (h *heard) Errorf(f string, v ...any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.bad = append(h.bad, fmt.Sprintf(f, v...))
}
func (h *heard) Fatal(v ...any) { h.Errorf("%s", fmt.Sprint(v...)); runtime.Goexit() }
func (h *heard) Fatalf(f string, v ...any) {
	h.Errorf(f, v...)
	runtime.Goexit()
}

// listen runs a check and gives its complaints.
func listen(t testing.TB, check func(testing.TB)) []string {
	h := &heard{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		check(h)
	}()
	<-done
	return h.bad
}

// several works from three hands until an act fails or there were enough, and gives what was confirmed.
func (u *unit) several(each int, do func(n int, unique string) (act, error)) (done []act, failed []error) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	for hand := range 3 {
		wg.Go(func() {
			for n := range each {
				a, err := do(hand+n, fmt.Sprintf("%x", rand.Uint64()))
				mu.Lock()
				if err == nil {
					done = append(done, a)
				} else {
					failed = append(failed, err)
				}
				mu.Unlock()
				if err != nil {
					return
				}
			}
		})
	}
	wg.Wait()
	return done, failed
}

// outage is one crash point: the unit works on a copy of the disk, the power goes at some call, and the check asks what
// is left. It reports how many acts had been confirmed.
func outage(t testing.TB, u *unit, d *disk, seed uint64, deaf func(string) bool, withKeys bool) (confirmed, checkpoints int, dead bool) {
	t.Helper()
	rnd := rand.New(rand.NewPCG(seed, 2))
	work := d.copied()
	work.deaf = deaf
	v := disks.put(t, u, work)
	defer disks.forget(v)
	do := v.light
	if withKeys {
		do = v.work
	}
	if rnd.IntN(10) == 0 { // also while it opens
		work.powerOff = 1 + rnd.IntN(100)
	}
	var acts []act
	err := v.open()
	if err == nil && withKeys {
		var o officer.Officer
		if o, err = v.d.SignIn(ctx, "worker", pass("worker")); err == nil {
			v.Worker = o
		}
	}
	if err == nil {
		work.mu.Lock()
		if work.powerOff == 0 {
			work.powerOff = work.calls + 1 + rnd.IntN([]int{300, 300, 3000, 30_000}[rnd.IntN(4)]) // the last as far as checkpoints
		}
		work.mu.Unlock()
		acts, _ = v.several(400, do)
	}
	work.mu.Lock()
	dead, checkpoints = work.off, work.checkpoints
	work.off = true // whatever comes later comes too late
	work.mu.Unlock()
	back := disks.put(t, v, work.after(rnd))
	defer disks.forget(back)
	if err := back.open(); err != nil {
		t.Fatalf("it does not open: %v", err)
	}
	if withKeys {
		back.signIn(t)
	}
	back.whole(t, acts, withKeys, true)
	if _, failed := back.several(2, back.light); len(failed) > 0 {
		t.Errorf("it does not work on: %v", failed[0])
	}
	return len(acts), checkpoints, dead
}

// TestF02PowerLoss takes the power away at many points. kill -9 does not ask this of a program: the kernel keeps what a
// killed process wrote. Here what was not synced is lost, torn, or there out of its order.
func TestF02PowerLoss(t *testing.T) {
	u, d := onDisk(t)
	points, confirmed, during, brought := rounds(30, 2000), 0, 0, 0
	first := uint64(rand.Uint32())
	if s, err := strconv.ParseUint(os.Getenv("CUTOUT_SEED"), 10, 64); err == nil {
		first, points = s, 1
	}
	for i := range points {
		seed := first + uint64(i)
		n, home, dead := 0, 0, false
		if bad := listen(t, func(t testing.TB) { n, home, dead = outage(t, u, d, seed, nil, seed%8 == 0) }); len(bad) > 0 {
			t.Fatalf("CUTOUT_SEED=%d: %v", seed, bad)
		}
		confirmed += n
		brought += home
		if dead {
			during++
		}
	}
	if points > 1 && (confirmed == 0 || brought == 0 || during < points/2) {
		t.Errorf("%d acts were confirmed, %d checkpoints, %d outages fell into work: the drill drilled nothing", confirmed, brought, during)
	}
	t.Logf("%d outages, %d of them during work, %d acts confirmed, %d checkpoints, none lost", points, during, confirmed, brought)
}

// TestF02DeafDisk shows that the drill would find a store that does not sync as it must: with a disk that ignores the
// syncs of the write-ahead log, as synchronous=NORMAL or OFF would leave them out, confirmed acts are lost.
func TestF02DeafDisk(t *testing.T) {
	u, d := onDisk(t)
	if bad := listen(t, func(t testing.TB) { outage(t, u, d, 1000, nil, false) }); len(bad) > 0 {
		t.Fatalf("on a disk that hears: %v", bad)
	}
	for name, deaf := range map[string]func(string) bool{"no sync of the log": isWAL, "no sync at all": func(string) bool { return true }} {
		found := 0
		for seed := range uint64(30) {
			bad := listen(t, func(t testing.TB) { outage(t, u, d, 1000+seed, deaf, false) })
			if len(bad) > 0 {
				if found++; found == 1 {
					t.Logf("%s: %s", name, bad[0])
				}
				break
			}
		}
		if found == 0 {
			t.Errorf("%s: thirty outages lost nothing", name)
		}
	}
}
