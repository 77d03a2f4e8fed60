package assessment

import (
	"cutout/internal/day"
	"cutout/internal/fault"
	"encoding/json"
	"slices"
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
