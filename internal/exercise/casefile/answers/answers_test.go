package answers_test

import (
	"bytes"
	"strings"
	"testing"

	"cutout/internal/exercise/casebook"
	"cutout/internal/exercise/casefile/answers"
)

// The casebook's own table says how many each case expects, and how many a rule can compute.
func TestCasebook(t *testing.T) {
	want := map[string][2]int{
		"01-oslo-report.yaml": {8, 8}, "02-penkovsky.yaml": {10, 10}, "03-curveball.yaml": {12, 11},
		"04-hanssen-defender.yaml": {9, 9}, "07-bulger-informant-oversight.yaml": {12, 12},
	}
	for _, name := range casebook.Names() {
		text, err := casebook.Files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all, err := answers.Parse(name, bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		computable := 0
		for _, e := range all {
			if e.Watch != "" {
				computable++
			}
		}
		if got := [2]int{len(all), computable}; got != want[name] {
			t.Errorf("%s: %v expectations and computable ones, want %v", name, got, want[name])
		}
	}
}

func TestBad(t *testing.T) {
	for in, want := range map[string]string{
		"expected: [{id: E-1, as_of: '19', triggers: [A], watch: x}]": "no date",
		"expected: [{id: E-1, as_of: '1990', watch: x}]":              "triggers",
		"expected: [{id: E-1, as_of: '1990', triggers: [A]}]":         "why_not",
		"expected: {a: b}": "cannot unmarshal",
	} {
		if _, err := answers.Parse("bad.yaml", strings.NewReader(in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", in, err, want)
		}
	}
}
