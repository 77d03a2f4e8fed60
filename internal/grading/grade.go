package grading

import (
	"strings"

	"cutout/internal/fault"
)

// Grade is the source mark and the content mark given together, in one scheme. Either mark may be empty: not given.
// The zero Grade is no grade at all. A Grade is made only by New, Parse and UnmarshalText, so it never holds a mark that
// its scheme does not have; it is fixed when given, and two Grades are equal when == says so.
type Grade struct {
	scheme          Scheme
	source, content string
}

// New is the grade with the given marks, each folded as Parse folds it; "" or "-" means not given, and with both not
// given it is the zero Grade. Faults are on fields "scheme", "source" and "content".
func New(scheme Scheme, source, content string) (Grade, error) {
	var f fault.Faults
	sh, ok := sheets[scheme]
	if !ok {
		f.Add("scheme", "grade.scheme-unknown", "Given", clip(string(scheme)), "Schemes", schemeList())
		return Grade{}, f.Err()
	}
	pick := func(field, code, given string, axis []Mark) string {
		given = fold(given, scheme)
		if given == "" || given == "-" {
			return ""
		}
		if _, _, ok := find(axis, given); !ok {
			f.Add(field, code, "Given", clip(given), "Scheme", string(scheme), "Marks", codes(axis))
		}
		return given
	}
	g := Grade{scheme, pick("source", "grade.source-unknown", source, sh.source),
		pick("content", "grade.content-unknown", content, sh.content)}
	if err := f.Err(); err != nil {
		return Grade{}, err
	}
	if g.source == "" && g.content == "" {
		return Grade{}, nil
	}
	return g, nil
}

// Parse reads a grade of the scheme as people type it: "B2", "b2", "B 2", "B/2", Arabic digits, one mark alone ("B",
// "2"), or a dash for the mark not given ("B-", "-2"); "favourable/confirmed" in Prose. Empty text is the zero Grade.
// Anything else is one fault on field "grade".
func Parse(scheme Scheme, text string) (Grade, error) {
	var f fault.Faults
	sh, ok := sheets[scheme]
	if !ok {
		f.Add("grade", "grade.scheme-unknown", "Given", clip(string(scheme)), "Schemes", schemeList())
		return Grade{}, f.Err()
	}
	t := fold(text, scheme)
	a, b, cut := strings.Cut(t, "/")
	if !cut && scheme != Prose {
		a, b = t, ""
		if len(t) == 2 {
			a, b = t[:1], t[1:]
		}
	}
	if b == "" && !cut { // one mark alone belongs to the axis that has it; no scheme but Prose uses a mark on both
		if _, _, ok := find(sh.content, a); ok {
			if _, _, both := find(sh.source, a); !both {
				a, b = "", a
			} else {
				a, b = "?", a
			}
		}
	}
	g, err := New(scheme, a, b)
	if err != nil {
		f.Add("grade", "grade.unknown", "Given", clip(text), "Scheme", string(scheme),
			"Source", codes(sh.source), "Content", codes(sh.content))
		return Grade{}, f.Err()
	}
	return g, nil
}

// fold takes away what does not tell marks apart: case, blanks, Arabic digits.
func fold(s string, scheme Scheme) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= '٠' && r <= '٩':
			return '0' + (r - '٠')
		case r >= '۰' && r <= '۹':
			return '0' + (r - '۰')
		case r == ' ', r == '\t', r == '\u00a0', r == '\u200e', r == '\u200f', r == '\u061c':
			return -1
		}
		return r
	}, s)
	if scheme == Prose {
		return strings.ToLower(s)
	}
	return strings.ToUpper(s)
}

// clip keeps a fault's parameter short: what was typed may be a whole pasted page.
func clip(s string) string {
	s = strings.ToValidUTF8(s, "\ufffd")
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

func codes(axis []Mark) string {
	out := make([]string, len(axis))
	for i, m := range axis {
		out[i] = m.Code
	}
	return strings.Join(out, ", ")
}

func schemeList() string {
	var out []string
	for _, s := range Schemes() {
		out = append(out, string(s))
	}
	return strings.Join(out, ", ")
}

// Scheme is the scheme the grade was given in; empty for the zero Grade.
func (g Grade) Scheme() Scheme { return g.scheme }

// Source is the source mark's code; empty when not given.
func (g Grade) Source() string { return g.source }

// Content is the content mark's code; empty when not given.
func (g Grade) Content() string { return g.content }

// IsZero reports whether no mark was given.
func (g Grade) IsZero() bool { return g == Grade{} }

// String is the grade as people write it: "B2", "B-" without content, "favourable/-" in Prose. It does not name the
// scheme; store MarshalText.
func (g Grade) String() string {
	if g.IsZero() {
		return ""
	}
	a, b := g.source, g.content
	if a == "" {
		a = "-"
	}
	if b == "" {
		b = "-"
	}
	if g.scheme == Prose {
		return a + "/" + b
	}
	return a + b
}

// MarshalText writes scheme and marks: "admiralty:B2". The zero Grade is the empty text.
func (g Grade) MarshalText() ([]byte, error) {
	if g.IsZero() {
		return []byte{}, nil
	}
	return []byte(string(g.scheme) + ":" + g.String()), nil
}

// UnmarshalText reads what MarshalText wrote. Marks without a scheme are refused: the same letter means another thing
// in another scheme.
func (g *Grade) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*g = Grade{}
		return nil
	}
	scheme, marks, ok := strings.Cut(string(b), ":")
	if !ok {
		var f fault.Faults
		f.Add("grade", "grade.scheme-missing", "Given", clip(string(b)))
		return f.Err()
	}
	v, err := Parse(Scheme(scheme), marks)
	if err == nil {
		*g = v
	}
	return err
}

// Wording is the scheme's words for the two marks; empty where a mark is not given. Arabic is Unofficial.
func (g Grade) Wording() (source, content Words) {
	s, _, _ := find(sheets[g.scheme].source, g.source)
	c, _, _ := find(sheets[g.scheme].content, g.content)
	return s.Wording, c.Wording
}
