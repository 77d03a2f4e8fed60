package id

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

type ship struct{}

func (ship) Prefix() (string, string) { return "shp", "H" }

type crew struct{}

func (crew) Prefix() (string, string) { return "crw", "M" }

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "raw")
		v := New[ship](bytes.NewReader(raw))
		if v.IsZero() {
			if v.String() != "" || v.Ref() != "" {
				t.Fatalf("the zero id says something: %q %q", v.String(), v.Ref())
			}
			return
		}
		got, err := Parse[ship](strings.ToUpper(v.String()))
		if err != nil || got != v {
			t.Fatalf("%s reads back as %s, %v", v, got, err)
		}
		if _, err := Parse[crew](v.String()); err == nil {
			t.Fatal("an id of one noun was taken for another's")
		}
		if r, ok := Raw(v.String()); !ok || r != v.Raw() || Long("shp", r) != v.String() || ShortRef("H", r) != v.Ref() {
			t.Fatalf("the untyped form of %s differs", v)
		}
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var back Of[ship]
		if err := json.Unmarshal(b, &back); err != nil || back != v {
			t.Fatalf("JSON %s: %v", b, err)
		}
	})
}

func TestNewDrawsFreshIDs(t *testing.T) {
	seen := map[Of[ship]]bool{}
	for range 1000 {
		v := New[ship](nil)
		if seen[v] {
			t.Fatal("an id was drawn twice")
		}
		seen[v] = true
	}
}

// One record has one name: a text that is not exactly the long form is no id.
func FuzzParse(f *testing.F) {
	f.Add("shp_00000000000000000000000001")
	f.Add("shp_zzzzzzzzzzzzzzzzzzzzzzzzzz")
	f.Add("shp_")
	f.Fuzz(func(t *testing.T, s string) {
		v, err := Parse[ship](s)
		if err == nil && !v.IsZero() && v.String() != strings.ToLower(s) {
			t.Errorf("%q was read as %s", s, v)
		}
		if r, ok := Raw(s); ok && err == nil && r != v.Raw() {
			t.Errorf("%q: two readings", s)
		}
	})
}
