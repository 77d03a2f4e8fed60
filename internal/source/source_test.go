package source

import (
	"bytes"
	"cutout/internal/day"
	"cutout/internal/draft/drafttest"
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

type words = drafttest.Words

var has = drafttest.Has

// FuzzNew: whatever is written, New answers; what it takes survives being stored.
func FuzzNew(f *testing.F) {
	f.Add([]byte(`{"state":"active","category":"AGENT","from":"1960-08","access":[{"topic":"x","kind":"direct"}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var d Draft
		if json.Unmarshal(b, &d) != nil {
			return
		}
		v, faults := New(d, words{}, day.Date(2026, 1, 1))
		if len(faults) > 0 {
			return
		}
		stored, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var back Source
		if err := json.Unmarshal(stored, &back); err != nil {
			t.Fatalf("%v: %s", err, stored)
		}
		again, err := json.Marshal(back)
		if err != nil || string(again) != string(stored) {
			t.Fatalf("stored %s, read back %s (%v)", stored, again, err)
		}
	})
}

func TestAllFaultsAtOnce(t *testing.T) {
	_, f := New(Draft{Category: "NOT-IN-PACK", State: "gone", From: "2031", Holder: "src_x", Channel: "a\u202eb",
		Access: []AccessDraft{{Topic: "ships", Kind: "direct"}, {Topic: "ships", Kind: "rumor"}}}, words{}, day.Date(2026, 1, 1))
	for _, want := range [][2]string{{"category", "field.code"}, {"state", "field.choice"}, {"from", "field.future"}, {"holder", "field.id"},
		{"channel", "text.control"}, {"access.2.topic", "source.access.twice"}, {"access.2.kind", "field.choice"}} {
		if !has(f, want[0], want[1]) {
			t.Errorf("missing %v in %v", want, f)
		}
	}
}

func TestCodeNames(t *testing.T) {
	if len(firstWords) < 300 || len(secondWords) < 300 {
		t.Fatalf("%d by %d words", len(firstWords), len(secondWords))
	}
	s, err := SuggestCodeName(bytes.NewReader(make([]byte, 8)))
	if err != nil || s != strings.ToUpper(firstWords[0]+" "+secondWords[0]) {
		t.Fatal(s, err)
	}
	if _, err := SuggestCodeName(bytes.NewReader(nil)); err == nil {
		t.Fatal("a name was drawn from no randomness")
	}
}

func TestSelfChecked(t *testing.T) {
	on := func(who string, r Role, from, to string) RolePeriod {
		a, _ := day.ParsePeriod(from)
		b, _ := day.ParsePeriod(to)
		return RolePeriod{Person: who, Role: r, From: a, To: b}
	}
	p := []RolePeriod{on("a", HandlerRole, "2020", "2021-03-01"), on("a", ControllerRole, "2021-03-02", ""), on("b", HandlerRole, "2021", ""), on("b", ControllerRole, "2022", "")}
	if got := SelfChecked(p, day.Date(2021, 6, 1)); len(got) != 0 {
		t.Errorf("one after the other is no conflict: %v", got)
	}
	if got := SelfChecked(p, day.Date(2022, 1, 1)); !slices.Equal(got, []string{"b"}) {
		t.Errorf("got %v", got)
	}
}

func TestAgeBands(t *testing.T) {
	s := Source{SixteenOn: day.Date(2024, 5, 1), AdultOn: day.Date(2026, 5, 1)}
	for d, want := range map[day.Day]AgeBand{day.Date(2024, 4, 30): "under-16", day.Date(2024, 5, 1): "16-17", day.Date(2026, 4, 30): "16-17", day.Date(2026, 5, 1): "adult"} {
		if got := s.AgeBandOn(d); got != want {
			t.Errorf("%s: %s, want %s", d, got, want)
		}
	}
}
