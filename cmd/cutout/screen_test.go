package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestNothingActsOnATerminal holds that no text from a record or an input, whatever it holds, puts a character on a
// screen that could move, color or reorder what stands there.
func TestNothingActsOnATerminal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"\x1b[2J", "\x1b]0;x\a", "\u202egnp", "a\r\nb", "\u2066x\u2069", "\u0085", "\ufeff", "\xff"})).Draw(t, "text")
		if out := clean(s); strings.IndexFunc(out, unsafe) >= 0 {
			t.Fatalf("%q shows as %q", s, out)
		}
		b, err := plainJSON(s)
		if err != nil {
			t.Fatal(err)
		}
		safe := cleanJSON(b)
		if bytes.IndexFunc(safe, unsafe) >= 0 {
			t.Fatalf("%q is written as %q", s, safe)
		}
		var before, after string
		if json.Unmarshal(b, &before) != nil || json.Unmarshal(safe, &after) != nil || before != after {
			t.Fatalf("%s means something else than %s", safe, b)
		}
	})
}

// TestSeparatedValuesKeepTheirShape holds that a record is one line of as many fields as there are columns, whatever it says.
func TestSeparatedValuesKeepTheirShape(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.String().Draw(t, "a"), rapid.OneOf(rapid.String(), rapid.Just("x\ty\nz\r\\")).Draw(t, "b")
		var out bytes.Buffer
		s := &session{out: &out, settings: settings{Format: "tsv"}}
		if err := s.rows([]string{"a", "b"}, []row{{text("a", a), text("b", b)}}); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
		if len(lines) != 2 || strings.Count(lines[1], "\t") != 1 {
			t.Fatalf("%q", out.String())
		}
		out.Reset()
		s.Format = "csv"
		if err := s.rows([]string{"a", "b"}, []row{{text("a", a), text("b", b)}}); err != nil {
			t.Fatal(err)
		}
		read, err := csv.NewReader(&out).ReadAll()
		if err != nil || len(read) != 2 || len(read[1]) != 2 {
			t.Fatalf("%q: %v", read, err)
		}
	})
}

func TestSpreadsheetsRunNothing(t *testing.T) {
	for _, s := range []string{"=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"} {
		if got := inert(s); got != "'"+s {
			t.Errorf("%q goes out as %q", s, got)
		}
	}
	for _, s := range []string{"", "x=1", "غادرت", "2026-11-22"} {
		if got := inert(s); got != s {
			t.Errorf("%q goes out as %q", s, got)
		}
	}
}
