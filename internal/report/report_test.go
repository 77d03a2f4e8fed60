package report

import (
	"bytes"
	"cutout/internal/day"
	"cutout/internal/draft"
	"cutout/internal/draft/drafttest"
	"encoding/json"
	"strings"
	"testing"
)

type words = drafttest.Words

var has = drafttest.Has

var unit = Unit{[]string{"en", "ar"}, "admiralty"}

func TestRules(t *testing.T) {
	_, f := New(Draft{When: "2025-12", Received: "2025-11-30", Items: []ItemDraft{{Text: "x", Grade: "B9", Lang: "fr"}, {Text: strings.Repeat("x", draft.ItemLimit+1), Basis: "direct"}}}, unit, words{}, day.Date(2026, 1, 1), nil)
	for _, w := range [][2]string{{"source", "field.required"}, {"when", "report.after-receipt"}, {"items.1.basis", "field.required"}, {"items.1.grade", "grade.unknown"},
		{"items.1.gist", "report.gist"}, {"items.2.text", "field.long"}} {
		if !has(f, w[0], w[1]) {
			t.Errorf("missing %v in %v", w, f)
		}
	}
	if _, f := New(Draft{Items: make([]ItemDraft, MaxItems+1)}, unit, words{}, 0, nil); !has(f, "items", "field.many") {
		t.Error(f)
	}
	r, f := New(Draft{Source: "src_00000000000000000000000004", Items: []ItemDraft{{Text: "نص", Lang: "ar", Basis: "hearsay", Grade: "F6"}, {Text: "x", Basis: "direct", Grade: "a1"}}}, unit, words{}, 9000, nil)
	if len(f) > 0 || r.Items[0].Grade == nil || r.Warning != NotEvaluated || r.Received.First != 9000 || r.Items[1].Number != 2 || r.Items[0].ID == r.Items[1].ID {
		t.Error(f, r)
	}
}

// FuzzNew: whatever is written, New answers; what it takes survives being stored.
func FuzzNew(f *testing.F) {
	f.Add([]byte(`{"source":"src_00000000000000000000000004","items":[{"text":"x","basis":"direct","grade":"B2","claim":{"subject":"a","predicate":"b","value":"c"}}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var d Draft
		if json.Unmarshal(b, &d) != nil {
			return
		}
		v, faults := New(d, unit, words{}, 9000, bytes.NewReader(make([]byte, 16*MaxItems)))
		if len(faults) > 0 {
			return
		}
		stored, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var back Report
		if err := json.Unmarshal(stored, &back); err != nil {
			t.Fatalf("%v: %s", err, stored)
		}
		again, err := json.Marshal(back)
		if err != nil || string(again) != string(stored) {
			t.Fatalf("stored %s, read back %s (%v)", stored, again, err)
		}
	})
}
