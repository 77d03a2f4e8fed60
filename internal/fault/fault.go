// Package fault is what a parser says when an input cannot be taken: which field, what is wrong, and what would mend it.
// A fault carries a code and parameters, never prose: the wording package says it in the reader's language.
package fault

import (
	"sort"
	"strings"
)

// Fault is one thing wrong with one field. Code names a message ("grade.unknown" is the message "fault.grade.unknown");
// Params fill it. A parameter never holds a secret: faults are shown, and may be logged by their code.
type Fault struct {
	Field  string            `json:"field"`
	Code   string            `json:"code"`
	Params map[string]string `json:"params,omitempty"`
}

// Faults collects all faults of one input, so that a person mends a form once.
type Faults []Fault

// Add notes a fault; kv are parameter names and values in turn.
func (f *Faults) Add(field, code string, kv ...string) {
	var p map[string]string
	for i := 0; i+1 < len(kv); i += 2 {
		if p == nil {
			p = map[string]string{}
		}
		p[kv[i]] = kv[i+1]
	}
	*f = append(*f, Fault{Field: field, Code: code, Params: p})
}

// Merge adds the faults of a part under its field prefix ("items.2.").
func (f *Faults) Merge(prefix string, part Faults) {
	for _, p := range part {
		p.Field = prefix + p.Field
		*f = append(*f, p)
	}
}

// Err is nil when there are no faults, else an error holding all of them.
func (f Faults) Err() error {
	if len(f) == 0 {
		return nil
	}
	return &Error{Faults: f}
}

// Error is an input that cannot be taken.
type Error struct{ Faults Faults }

// Error lists fields and codes; people see the worded form instead.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("invalid input")
	for i, f := range e.Faults {
		if i == 0 {
			b.WriteString(": ")
		} else {
			b.WriteString("; ")
		}
		b.WriteString(f.Field + " " + f.Code)
		keys := make([]string, 0, len(f.Params))
		for k := range f.Params {
			keys = append(keys, k)
		}
		sort.Strings(keys)
		for _, k := range keys {
			b.WriteString(" " + k + "=" + f.Params[k])
		}
	}
	return b.String()
}
