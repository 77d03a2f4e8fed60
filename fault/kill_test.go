package fault

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"cutout/internal/store/storetest"
)

// workOn works from several hands at once until it is killed, and prints each act when it is confirmed.
func (u *unit) workOn() error {
	if err := u.open(); err != nil {
		return err
	}
	o, err := u.d.SignIn(ctx, "worker", pass("worker"))
	if err != nil {
		return err
	}
	u.Worker = o
	fmt.Println(act{What: "signed-in"})
	failed := make(chan error, 1)
	var out sync.Mutex
	for hand := range 4 {
		go func() {
			for n := hand; ; n++ {
				a, err := u.work(n, fmt.Sprintf("%x", rand.Uint64()))
				if err != nil {
					select {
					case failed <- err:
					default:
					}
					return
				}
				out.Lock()
				fmt.Println(a)
				out.Unlock()
			}
		}()
	}
	return <-failed
}

// startChild runs this test binary as a child at a job.
func (u *unit) startChild(t testing.TB, job string, before ...string) (*exec.Cmd, io.ReadCloser) {
	t.Helper()
	argv := append(before, os.Args[0])
	c := exec.Command(argv[0], argv[1:]...)
	c.Env = append(os.Environ(), "CUTOUT_FAULT_CHILD="+u.told(), "CUTOUT_FAULT_JOB="+job)
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	must(t, err)
	must(t, c.Start())
	return c, out
}

// TestF01Kill kills a working process again and again, 20 to 120 ms after it began to confirm. What it confirmed is
// there, with its entry; what it did not is whole or absent.
func TestF01Kill(t *testing.T) {
	engines(t, func(t *testing.T, u *unit) {
		many := rounds(6, 1000)
		if u.DSN != "" {
			many = rounds(4, 300)
		}
		u.close()
		confirmed := 0
		const lasts = 50 // rounds of one unit: each is examined whole, and so takes longer than the one before
		for round := range many {
			if round > 0 && round%lasts == 0 {
				fresh := &unit{}
				if u.DSN != "" {
					fresh.DSN = storetest.Schema(t)
				}
				u = begin(t, fresh)
				u.close()
			}
			c, out := u.startChild(t, "work")
			var acts []act
			lines := bufio.NewScanner(out)
			lines.Buffer(nil, 1<<20)
			for lines.Scan() {
				as := parseActs(append(lines.Bytes(), '\n'))
				if len(as) == 1 && as[0].What == "signed-in" {
					time.AfterFunc(time.Duration(20+rand.IntN(100))*time.Millisecond, func() { c.Process.Kill() })
				}
				acts = append(acts, as...)
			}
			if err := c.Wait(); err == nil || c.ProcessState.Exited() {
				t.Fatalf("round %d: the child ended before it was killed: %v", round, err)
			}
			confirmed += len(acts) - 1
			must(t, u.open())
			u.signIn(t)
			u.whole(t, acts, true, round == many-1 || round%lasts == lasts-1)
			u.close()
			if t.Failed() {
				t.Fatalf("round %d", round)
			}
			if long() && round%100 == 99 {
				t.Logf("%d rounds, %d acts confirmed, none lost so far", round+1, confirmed)
			}
		}
		if confirmed < many {
			t.Fatalf("%d acts in %d rounds: nothing was under way when the child was killed", confirmed, many)
		}
		t.Logf("%d rounds, %d acts confirmed, none lost", many, confirmed)
	})
}
