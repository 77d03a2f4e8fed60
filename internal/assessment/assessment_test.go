package assessment

import (
	"cutout/internal/day"
	"cutout/internal/draft/drafttest"
	"encoding/json"
	"slices"
	"testing"
)

type words = drafttest.Words

var has = drafttest.Has

// FuzzNew: whatever is written, New answers; what it takes survives being stored.
func FuzzNew(f *testing.F) {
	f.Add([]byte(`{"about":"S","by":"o","view":"v","hypotheses":[{"name":"true"},{"name":"fed"}],"evidence":[{"item":"i","weights":["consistent","inconsistent"]}]}`))
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
		var back Assessment
		if err := json.Unmarshal(stored, &back); err != nil {
			t.Fatalf("%v: %s", err, stored)
		}
		again, err := json.Marshal(back)
		if err != nil || string(again) != string(stored) {
			t.Fatalf("stored %s, read back %s (%v)", stored, again, err)
		}
	})
}

func TestMatrix(t *testing.T) {
	a, f := New(Draft{About: "S", By: "o", View: "v", Hypotheses: []HypothesisDraft{{Name: "true"}, {Name: "fed"}}, Evidence: []EvidenceDraft{
		{"i", []string{"consistent", "inconsistent"}}, {"j", []string{"neither", "neither"}}}}, words{}, 9000)
	if len(f) > 0 || !slices.Equal(a.Inconsistencies(), []int{0, 1}) || !a.Evidence[0].Diagnostic() || a.Evidence[1].Diagnostic() {
		t.Error(f, a)
	}
	if _, f := New(Draft{Hypotheses: []HypothesisDraft{{Name: "a"}, {Name: "a"}}, Evidence: []EvidenceDraft{{Item: "i"}}}, words{}, 9000); !has(f, "hypotheses.2.name", "assessment.hypothesis-twice") || !has(f, "evidence.1.weights", "assessment.weights") {
		t.Error(f)
	}
}
