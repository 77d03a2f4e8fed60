package grading

import (
	"strings"

	"cutout/internal/fault"
)

// Loss is what a conversion lost on one axis.
type Loss uint8

// The losses. NotConvertible leaves the mark empty: a person must judge again.
const (
	NotGiven       Loss = iota // there was no mark
	Exact                      // the target has a mark of the same meaning
	Coarsened                  // the nearest mark of the target says less, or covers more
	NotConvertible             // the target has no mark that does not say something new
)

// Conversion is a grade carried into another scheme, and what was lost on the way. From stays the grade of record.
type Conversion struct {
	From, To        Grade
	Source, Content Loss
}

// table converts one scheme into another. Each axis is a list of "mark=target" (exact), "mark~target" (coarsened) and
// "mark!" (not convertible).
type table struct{ source, content string }

const (
	none15  = "1! 2! 3! 4! 5!"
	identAF = "A=A B=B C=C D=D E=E F=F"
	ident16 = "1=1 2=2 3=3 4=4 5=5 6=6"
)

// tables are our own reading of the wordings side by side; no authority publishes them. A coarser scale is never made
// finer ("Reliable" is not split into A and B), and a mark for how the source knows is never turned into a mark for
// whether the item is true, nor the other way, because either would invent a judgment nobody made.
var tables = map[[2]Scheme]table{
	{Admiralty, FieldManual}:   {identAF, ident16},
	{FieldManual, Admiralty}:   {identAF, ident16},
	{Admiralty, ThreeByFive}:   {"A~1 B~1 C! D~3 E~3 F~2", "1! 2! 3! 4! 5~E 6~D"},
	{FieldManual, ThreeByFive}: {"A~1 B~1 C! D~3 E~3 F~2", "1! 2! 3! 4! 5~E 6~D"},
	{Admiralty, FiveByFive}:    {"A=A B=B C~C D~D E=D F~E", "1! 2! 3! 4! 5~5 6=4"},
	{FieldManual, FiveByFive}:  {"A=A B=B C~C D~D E=D F~E", "1! 2! 3! 4! 5~5 6=4"},
	{Admiralty, Europol}:       {"A=A B=B C! D~C E~C F=X", none15 + " 6!"},
	{FieldManual, Europol}:     {"A=A B=B C! D~C E~C F=X", none15 + " 6!"},
	{Admiralty, Prose}: {"A~favourable B~favourable C! D~doubtful E~doubtful F=unknown",
		"1~confirmed 2~unconfirmed 3~unconfirmed 4~doubtful 5~doubtful 6~unconfirmed"},
	{FieldManual, Prose}: {"A~favourable B~favourable C! D~doubtful E~doubtful F=unknown",
		"1~confirmed 2~unconfirmed 3~unconfirmed 4~doubtful 5~doubtful 6~unconfirmed"},
	{ThreeByFive, Admiralty}:   {"1! 2~F 3!", "A! B! C! D~6 E~5"},
	{ThreeByFive, FieldManual}: {"1! 2~F 3!", "A! B! C! D~6 E~5"},
	{ThreeByFive, FiveByFive}:  {"1! 2=E 3=D", "A! B=3 C! D~4 E=5"},
	{ThreeByFive, Europol}:     {"1! 2~X 3~C", "A! B~3 C! D! E!"},
	{FiveByFive, Admiralty}:    {"A=A B=B C~C D=E E~F", "1! 2! 3! 4=6 5~5"},
	{FiveByFive, FieldManual}:  {"A=A B=B C~C D=E E~F", "1! 2! 3! 4=6 5~5"},
	{FiveByFive, ThreeByFive}:  {"A~1 B~1 C! D=3 E=2", "1! 2~A 3=B 4~D 5=E"},
	{FiveByFive, Europol}:      {"A=A B=B C! D~C E~X", "1=1 2=2 3~3 4! 5!"},
	{Europol, Admiralty}:       {"A=A B=B C~D X=F", "1! 2! 3! 4!"},
	{Europol, FieldManual}:     {"A=A B=B C~D X=F", "1! 2! 3! 4!"},
	{Europol, ThreeByFive}:     {"A~1 B~1 C~3 X~2", "1! 2~A 3~B 4~C"},
	{Europol, FiveByFive}:      {"A=A B=B C~D X~E", "1=1 2=2 3~3 4!"},
}

// step reads one axis of a table.
func step(row, mark string) (target string, loss Loss) {
	if mark == "" {
		return "", NotGiven
	}
	for _, e := range strings.Fields(row) {
		i := strings.IndexAny(e, "=~!")
		if e[:i] != mark {
			continue
		}
		switch e[i] {
		case '=':
			return e[i+1:], Exact
		case '~':
			return e[i+1:], Coarsened
		}
		break
	}
	return "", NotConvertible
}

// Convert carries a grade into another scheme by table, and says what was lost on each axis. Faults, on field "scheme":
// an unknown scheme, and two schemes without a table between them (words cannot be turned back into marks). A grade
// converted to its own scheme is itself; the zero Grade converts to itself.
func Convert(g Grade, to Scheme) (Conversion, error) {
	var f fault.Faults
	if !to.Valid() {
		f.Add("scheme", "grade.scheme-unknown", "Given", clip(string(to)), "Schemes", schemeList())
		return Conversion{}, f.Err()
	}
	if g.IsZero() {
		return Conversion{}, nil
	}
	if g.scheme == to {
		c := Conversion{From: g, To: g}
		if g.source != "" {
			c.Source = Exact
		}
		if g.content != "" {
			c.Content = Exact
		}
		return c, nil
	}
	t, ok := tables[[2]Scheme{g.scheme, to}]
	if !ok {
		f.Add("scheme", "grade.no-table", "From", string(g.scheme), "To", string(to))
		return Conversion{}, f.Err()
	}
	c := Conversion{From: g}
	var a, b string
	a, c.Source = step(t.source, g.source)
	b, c.Content = step(t.content, g.content)
	if a != "" || b != "" {
		c.To = Grade{to, a, b}
	}
	return c, nil
}
