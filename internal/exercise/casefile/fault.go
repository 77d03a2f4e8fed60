package casefile

import (
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"

	"cutout/internal/fault"
)

// Problem is one thing wrong with a case file: the line (from 1; 0 for the file as a whole), the field as a path with
// places counted from 0 ("reports.2.claims.0.basis"), the code and its parameters.
type Problem struct {
	Line int
	fault.Fault
}

// Error is a case file that cannot be taken: every problem found, in the order of their lines.
type Error struct {
	File     string
	Problems []Problem
}

// Error lists lines, fields and codes; people see the worded form instead.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: not a case file of schema 2", e.File)
	for _, p := range e.Problems {
		fmt.Fprintf(&b, "\n%s:%d: %s %s", e.File, p.Line, p.Field, p.Code)
		names := make([]string, 0, len(p.Params))
		for name := range p.Params {
			names = append(names, name)
		}
		sort.Strings(names)
		for _, name := range names {
			fmt.Fprintf(&b, " %s=%q", name, p.Params[name])
		}
	}
	return b.String()
}

// Faults are the problems in the form every porch words; each carries its line as the parameter Line.
func (e *Error) Faults() fault.Faults {
	var all fault.Faults
	for _, p := range e.Problems {
		kv := []string{"File", e.File, "Line", fmt.Sprint(p.Line)}
		for name, value := range p.Params {
			kv = append(kv, name, value)
		}
		all.Add(p.Field, p.Code, kv...)
	}
	return all
}

// shown cuts what a file gave to a length a message can hold.
func shown(s string) string {
	const most = 80
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}
