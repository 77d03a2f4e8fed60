package draft

import (
	"strings"
	"testing"
	"time"

	"cutout/internal/day"
	"cutout/internal/fault"
	"cutout/internal/id"
)

// words is a vocabulary of one list, and the checks of text in their simplest form.
type words struct{}

func (words) Has(list, code string) bool { return list == "color" && code == "red" }

func (words) Identifier(field, s string) (f fault.Faults) {
	if strings.ContainsRune(s, '\u202e') {
		f.Add(field, "text.bidi")
	}
	return f
}

func (words) Text(field, s string, limit int) (f fault.Faults) {
	if strings.ContainsRune(s, 0) {
		f.Add(field, "text.control")
	}
	return f
}

type thing struct{}

func (thing) Prefix() (string, string) { return "thg", "G" }

func TestEveryFaultIsNotedWithItsField(t *testing.T) {
	for _, c := range []struct {
		name, code string
		read       func(r *Reading)
	}{
		{"needed", "field.required", func(r *Reading) { r.Need("f", " \n") }},
		{"bidi", "text.bidi", func(r *Reading) { r.Identifier("f", "abc\u202e") }},
		{"long name", "field.long", func(r *Reading) { r.Identifier("f", strings.Repeat("a", NameLimit+1)) }},
		{"bad bytes", "field.utf8", func(r *Reading) { r.Text("f", "a\xff", 10) }},
		{"control", "text.control", func(r *Reading) { r.Text("f", "a\x00", 10) }},
		{"long text", "field.long", func(r *Reading) { r.Text("f", "aaaa", 3) }},
		{"code", "field.code", func(r *Reading) { r.Code("f", "color", "blue") }},
		{"date", "field.date", func(r *Reading) { r.Period("f", "yesterday") }},
		{"day", "field.day", func(r *Reading) { r.Day("f", "1962-09") }},
		{"moment", "field.moment", func(r *Reading) { r.Moment("f", "noon", time.UTC) }},
		{"flag", "field.flag", func(r *Reading) { r.Flag("f", "perhaps") }},
		{"number", "field.number", func(r *Reading) { r.Number("f", "7", 0, 1, 5) }},
		{"choice", "field.choice", func(r *Reading) { One(r, "f", "c", "a", "b") }},
		{"id", "field.id", func(r *Reading) { ID[thing](r, "f", "thg_1") }},
		{"id of another noun", "field.id", func(r *Reading) { r.Ref("f", "abc_00000000000000000000000001", "thg") }},
		{"future", "field.future", func(r *Reading) { r.Past("f", "2030", day.Date(2026, 1, 1)) }},
		{"order", "field.before", func(r *Reading) { r.Ordered(day.On(10), day.On(5), "f", "g") }},
		{"many", "field.many", func(r *Reading) { r.Few("f", ListLimit+1) }},
	} {
		r := New(words{})
		c.read(r)
		if len(r.Faults) != 1 || r.Faults[0].Field != "f" || r.Faults[0].Code != c.code {
			t.Errorf("%s: %v, want %s at f", c.name, r.Faults, c.code)
		}
	}
}

func TestWhatIsGoodIsTakenAsGiven(t *testing.T) {
	r := New(words{})
	want := id.New[thing](nil)
	var got id.Of[thing]
	Into(r, "id", want.String(), &got)
	if got != want || r.Text("t", "a\r\nb", 10) != "a\nb" || r.Identifier("i", "  x ") != "x" || r.Code("c", "color", "red") != "red" ||
		r.Day("d", "") != day.Never || r.Number("n", "", 3, 1, 5) != 3 || !r.Flag("y", "Yes") || r.Tri("q", "") != nil {
		t.Error("a good value was changed")
	}
	if list := r.Identifiers("l", []string{"a", "", "a", "b"}); len(list) != 2 {
		t.Errorf("%v", list)
	}
	if len(r.Faults) != 0 {
		t.Errorf("%v", r.Faults)
	}
}

func TestAFaultNeverRepeatsAPage(t *testing.T) {
	r := New(words{})
	r.Period("f", strings.Repeat("x", 10_000))
	if len(r.Faults[0].Params["Given"]) > 60 {
		t.Errorf("%d bytes given back", len(r.Faults[0].Params["Given"]))
	}
}
