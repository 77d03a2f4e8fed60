package watch

import (
	"maps"
	"math"
	"slices"
)

// Thresholds are the numbers a profile pack gives the rules, by the names of watch.md. A missing name, or a value that is
// no number, makes the rule run at its default and say so: no rule can be switched off.
type Thresholds map[string]float64

// Defaults are the values of the catalog.
func Defaults() Thresholds {
	return Thresholds{
		"one_origin_reports": 10,   // reports counted on a topic, from one root
		"one_origin_share":   0.8,  // share of the topic's reports, 0 to 1
		"agree_lines":        4,    // lines of one root
		"agree_days":         365,  // days from the first claim of a root to the last
		"likeness":           0.8,  // text likeness of two reports, 0 to 1
		"independent_min":    2,    // independent origins that carry "high" or "confirmed"
		"basis_split":        0.25, // distance of two truth rates, 0 to 1
		"doubt_days":         30,   // days a doubt may wait for its answer
	}
}

// Missing lists the names for which the rules run at their defaults, sorted.
func (t Thresholds) Missing() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(Defaults())), func(n string) bool {
		_, ok := t.given(n)
		return ok
	})
}

func (t Thresholds) given(name string) (float64, bool) {
	v, ok := t[name]
	return v, ok && !math.IsNaN(v) && !math.IsInf(v, 0) && v >= 0
}
