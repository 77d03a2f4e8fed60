package dissemination

import (
	"cutout/internal/day"
	"cutout/internal/fault"
	"cutout/internal/officer"
	"encoding/json"
	"pgregory.net/rapid"
	"slices"
	"strconv"
	"strings"
	"testing"
)

type words struct{}

func (words) Has(_, code string) bool { return code != "NOT-IN-PACK" }
func (words) Identifier(field, s string) (f fault.Faults) {
	for _, c := range s {
		if c < ' ' || (c >= 0x202a && c <= 0x202e) {
			f.Add(field, "text.control")
			return
		}
	}
	return
}
func (words) Text(string, string, int) fault.Faults { return nil }

func has(f fault.Faults, field, code string) bool {
	return slices.ContainsFunc(f, func(x fault.Fault) bool { return x.Field == field && x.Code == code })
}

type marks struct{}

func (marks) CheckMarking(string, []string) fault.Faults { return nil }

type lower struct{}

func (lower) Normalize(s string) string { return strings.ToLower(s) }

func TestReach(t *testing.T) {
	hits := Reach([]string{"r"}, []Edge{{"r", "d"}, {"d", "p"}, {"p", "q"}, {"q", "r"}, {"r", "q"}})
	if len(hits) != 4 || hits[3].ID != "p" || !slices.Equal(Chain(hits, 3), []string{"r", "d", "p"}) {
		t.Error(hits)
	}
	rapid.Check(t, func(t *rapid.T) { // against the closure by repetition
		var edges []Edge
		for range rapid.IntRange(0, 20).Draw(t, "n") {
			edges = append(edges, Edge{strconv.Itoa(rapid.IntRange(0, 7).Draw(t, "a")), strconv.Itoa(rapid.IntRange(0, 7).Draw(t, "b"))})
		}
		want := map[string]bool{"0": true}
		for range 8 {
			for _, e := range edges {
				want[e.To] = want[e.To] || want[e.From]
			}
		}
		n := 0
		for _, v := range want {
			if v {
				n++
			}
		}
		got := Reach([]string{"0"}, edges)
		slices.Reverse(edges)
		if len(got) != n || !slices.Equal(got, Reach([]string{"0"}, edges)) {
			t.Fatal(got, want)
		}
		for i, h := range got {
			if len(Chain(got, i)) != h.Hops+1 || !want[h.ID] {
				t.Fatal(h)
			}
		}
	})
}

func TestLintNames(t *testing.T) {
	got := LintNames("Seen with Abu-Ali, near ROSE street.", []string{"abu ali", "Rose", "Al", "street rose", ""}, lower{})
	if !slices.Equal(got, []string{"abu ali", "Rose"}) {
		t.Error(got)
	}
}

func TestMayApprove(t *testing.T) {
	a, b, c := officer.ID{1}, officer.ID{2}, officer.ID{3}
	r := Release{State: Drafted, WrittenBy: a}
	if MayApprove(r, a, nil) != ErrOwnWork || MayApprove(r, b, []officer.ID{b}) != ErrOwnSource || MayApprove(r, c, []officer.ID{b}) != nil || MayApprove(r, officer.ID{}, nil) == nil {
		t.Error("approval")
	}
	r.State = Sent
	if MayApprove(r, c, nil) != ErrNotDraft {
		t.Error("a sent release was approved")
	}
}

func TestNotice(t *testing.T) {
	_, f := NewNotice(NoticeDraft{Kind: "threat-to-life", About: "x", Owner: "x", On: "2031"}, words{}, day.Date(2026, 1, 1))
	if !has(f, "threat_to", "field.required") || !has(f, "owner", "notice.owner-is-subject") || !has(f, "on", "field.future") {
		t.Error(f)
	}
}

// FuzzNew: whatever is written, New answers; what it takes survives being stored.
func FuzzNew(f *testing.F) {
	f.Add([]byte(`{"title":"t","to":"x","marking":["TLP:RED"],"items":[{"from":["itm_00000000000000000000000004"],"text":"x"}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var d Draft
		if json.Unmarshal(b, &d) != nil {
			return
		}
		v, faults := New(d, words{}, marks{}, officer.ID{1})
		if len(faults) > 0 {
			return
		}
		stored, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var back Release
		if err := json.Unmarshal(stored, &back); err != nil {
			t.Fatalf("%v: %s", err, stored)
		}
		again, err := json.Marshal(back)
		if err != nil || string(again) != string(stored) {
			t.Fatalf("stored %s, read back %s (%v)", stored, again, err)
		}
	})
}
