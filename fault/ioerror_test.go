package fault

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"cutout/internal/casework"
	"cutout/internal/store"
)

// TestF04IOErrors makes the k-th call to the disk fail, once or from then on, for many k. An act ends with an error of
// the program, not with a panic; when the fault ends the same process works on, and nothing confirmed is lost.
func TestF04IOErrors(t *testing.T) {
	u, d := onDisk(t)
	const acts = 12
	day := func(v *unit, seed int) (done []act, failed []error) {
		for n := range acts {
			a, err := v.light(n, fmt.Sprintf("%d %d", seed, n))
			if err == nil {
				done = append(done, a)
			} else {
				failed = append(failed, err)
			}
		}
		return done, failed
	}
	dry := d.copied()
	v := disks.put(t, u, dry)
	must(t, v.open())
	if _, failed := day(v, 0); len(failed) > 0 {
		t.Fatal(failed)
	}
	v.close()
	total := dry.calls
	disks.forget(v)

	step := max(1, total/pick(16, total))
	first := 1 + rand.IntN(step)
	points, lost, worded, closed := 0, 0, map[string]int{}, 0
	for k := first; k <= total; k += step {
		for _, sticky := range []bool{false, true} {
			points++
			name := fmt.Sprintf("call %d of %d, sticky %v", k, total, sticky)
			ill := d.copied()
			ill.failing = func(call int) bool { return call == k || sticky && call > k }
			v := disks.put(t, u, ill)
			var done []act
			err := v.open()
			if err == nil {
				var failed []error
				done, failed = day(v, k)
				for _, err := range failed {
					lost++
					var e *casework.Error
					var p *store.PanicError
					switch {
					case errors.As(err, &p), strings.Contains(err.Error(), "panic"):
						t.Errorf("%s: %v", name, err)
					case !errors.As(err, &e) || e.Kind != casework.Internal || e.Code != "internal" && e.Code != "unknown":
						t.Errorf("%s: an act ends with %v", name, err)
					default:
						worded[e.Code]++
					}
				}
			} else {
				closed++
			}
			ill.mu.Lock()
			ill.failing = nil
			ill.mu.Unlock()
			if err == nil { // the same process works on
				more, failed := day(v, -k)
				if len(failed) > 0 {
					t.Errorf("%s: when the fault is over: %v", name, failed[0])
				}
				done = append(done, more...)
				v.whole(t, done, false, true)
				v.close()
			}
			if err := v.open(); err != nil {
				t.Errorf("%s: it does not open again: %v", name, err)
			} else {
				v.whole(t, done, false, true)
			}
			disks.forget(v)
			if t.Failed() {
				return
			}
		}
	}
	if lost == 0 || closed == points {
		t.Errorf("%d acts failed, %d of %d units did not open: the drill drilled nothing", lost, closed, points)
	}
	t.Logf("%d calls, %d drills: %d acts failed %v, %d units did not open until the fault was over, nothing confirmed was lost", total, points, lost, worded, closed)
}
