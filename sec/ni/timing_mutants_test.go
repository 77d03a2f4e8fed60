//go:build leaks

package ni

import (
	"testing"

	"cutout/internal/leak"
)

// TestMutantsTiming holds, at night, that the timing suite flags a record that is fetched and then dropped.
func TestMutantsTiming(t *testing.T) {
	if !long() {
		t.Skip("statistics of wall time: CUTOUT_LONG=1")
	}
	defer leak.Open("")
	x := newTimedWorld(t)
	leak.Open("fetch_drop")
	v, gap := x.measure(t, questions[0], *timed).verdict()
	t.Logf("t %.2f, medians differ by %.3f %%", v, 100*gap)
	if !tells(v, gap) {
		t.Errorf("a record that is fetched and dropped is not noticed: t %.2f, medians differ by %.2f %%", v, 100*gap)
	}
}
