package compartment

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

var (
	pool = func() (out []ID) {
		for i := range 5 {
			out = append(out, ID{byte(i + 1)})
		}
		return out
	}()
	orgs = []Org{"NORTH", "SOUTH", "EAST"}
)

func labels(t *rapid.T, name string) Label {
	return Label{
		Level:        Level(rapid.IntRange(0, 3).Draw(t, name+" level")),
		Compartments: rapid.SliceOfN(rapid.SampledFrom(pool), 0, 4).Draw(t, name+" compartments"),
		Releasable:   rapid.SliceOfN(rapid.SampledFrom(orgs), 0, 3).Draw(t, name+" releasable"),
		Originator:   rapid.SampledFrom(append(slices.Clone(orgs), "")).Draw(t, name+" originator"),
	}
}

func scopes(t *rapid.T) Scope {
	return NewScope(Level(rapid.IntRange(0, 3).Draw(t, "clearance")), rapid.SliceOfN(rapid.SampledFrom(pool), 0, 5).Draw(t, "held"),
		rapid.SampledFrom(append(slices.Clone(orgs), "")).Draw(t, "org"))
}

// What is derived from records may be read exactly by those who may read every one of them.
func TestJoinAdmitsExactlyWhoMayReadAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := labels(t, "a"), labels(t, "b"), labels(t, "c")
		s := scopes(t)
		want := s.Admits(a) && s.Admits(b) && s.Admits(c)
		if got := s.Admits(Join(a, b, c)); got != want {
			t.Fatalf("join of %v %v %v: admitted %v, each admitted %v", a, b, c, got, want)
		}
		if !slices.Equal(Join(Join(a, b), c).Encode(), Join(a, Join(c, b)).Encode()) {
			t.Fatal("the order of joining shows")
		}
		if !Join(a, b).Dominates(a) {
			t.Fatalf("%v does not dominate its part %v", Join(a, b), a)
		}
	})
}

func TestMoreRightsNeverHideAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l, s := labels(t, "l"), scopes(t)
		if !s.Admits(l) {
			return
		}
		held := []ID{}
		for _, c := range pool {
			if s.Holds(c) {
				held = append(held, c)
			}
		}
		wider := NewScope(s.Clearance()+1, append(held, rapid.SampledFrom(pool).Draw(t, "more")), s.Org())
		if !wider.Admits(l) {
			t.Fatalf("a wider scope lost %v", l)
		}
	})
}

func TestTheZeroScopeAdmitsNothing(t *testing.T) {
	var s Scope
	if s.Admits(Label{}) || s.Holds(pool[0]) {
		t.Error("the zero scope admits something")
	}
	if !NewScope(0, nil, "").Admits(Label{}) {
		t.Error("an open label is hidden from the lowest reader")
	}
}

func TestNobodyReadsWhatSharesNoOrganization(t *testing.T) {
	j := Join(Label{Releasable: []Org{"NORTH"}}, Label{Releasable: []Org{"SOUTH"}})
	for _, o := range append(slices.Clone(orgs), "") {
		if NewScope(3, pool, o).Admits(j) {
			t.Errorf("%q reads what neither may", o)
		}
	}
}

func TestEncode(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := labels(t, "l")
		got, err := Decode(l.Encode())
		if err != nil || !slices.Equal(got.Encode(), l.Encode()) {
			t.Fatalf("%v reads back as %v, %v", l, got, err)
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add(Label{Level: 2, Compartments: pool[:2], Releasable: orgs, Originator: "EAST"}.Encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		if l, err := Decode(b); err == nil {
			if _, err := Decode(l.Encode()); err != nil {
				t.Errorf("%x: %v", b, err)
			}
		}
	})
}
