//go:build leaks

package ni

import (
	"slices"
	"testing"

	"cutout/internal/leak"
)

// TestMutantsShrink plants a leak, hides it in a long trace, and asks the shrinker for the one hidden fact and the one
// look that shows it: taking either away must take the difference away.
func TestMutantsShrink(t *testing.T) {
	defer leak.Open("")
	x := newTemplate(t, 1)
	quiet := func(all []step, names ...string) (out []step) {
		for _, st := range all {
			if slices.Contains(names, st.name) {
				out = append(out, st)
			}
		}
		return out
	}
	// Steps for which nobody need be signed in, so that the many worlds of a search are made quickly.
	low := quiet(lowTraceSteps, "the viewer searches", "the viewer lists reports", "the viewer keeps a draft", "the viewer's drafts", "the viewer's colleagues", "the coverage", "the reader's inbox")
	hidden := quiet(hiddenTraceSteps(), "looks", "drafts", "failed acts", "a requirement", "a person of a visible name", "the name of a person", "a requirement under a visible one", "a new desk")
	for name, want := range map[string][2]string{"draft_shared": {"drafts", "the viewer's drafts"}} {
		leak.Open(name)
		open := func() *world { w := x.open(t); w.lenient = true; return w }
		differs := func(s []step) bool { return x.parts(open, 3, s, []string{}) }
		var steps []step
		for seed := uint64(0); !differs(steps); seed++ {
			if steps = trace(seed, 50, low, hidden); seed == 10 {
				t.Fatalf("%s does not show in ten traces", name)
			}
		}
		least := minimal(steps, differs)
		var names []string
		for _, st := range least {
			names = append(names, st.name)
		}
		if !slices.Equal(names, want[:]) {
			t.Errorf("%s: %d steps shrink to %q, not to %q", name, len(steps), names, want)
		}
		for i := range least {
			if differs(slices.Delete(slices.Clone(least), i, i+1)) {
				t.Errorf("%s: step %q can still go", name, names[i])
			}
		}
		t.Logf("%s: %d steps shrink to %q", name, len(steps), names)
	}
}
