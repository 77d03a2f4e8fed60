package requirement

import (
	"cutout/internal/day"
	"cutout/internal/draft/drafttest"
	"encoding/json"
	"testing"
)

type words = drafttest.Words

var has = drafttest.Has

// FuzzTask: whatever is written, New answers; what it takes survives being stored.
func FuzzTask(f *testing.F) {
	f.Add([]byte(`{"requirement":"req_00000000000000000000000004","source":"src_00000000000000000000000004","type":"ask","topic":"t","text":"x"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var d TaskDraft
		if json.Unmarshal(b, &d) != nil {
			return
		}
		v, faults := NewTask(d, words{}, day.Date(2026, 1, 1))
		if len(faults) > 0 {
			return
		}
		stored, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var back Task
		if err := json.Unmarshal(stored, &back); err != nil {
			t.Fatalf("%v: %s", err, stored)
		}
		again, err := json.Marshal(back)
		if err != nil || string(again) != string(stored) {
			t.Fatalf("stored %s, read back %s (%v)", stored, again, err)
		}
	})
}

func TestForbiddenTasks(t *testing.T) {
	for _, s := range []string{"Sabotage", "covert action", "covert_action", "black/blackmail", "kill"} {
		if _, f := NewTask(TaskDraft{Type: s}, words{}, 0); !has(f, "type", "task.forbidden") {
			t.Errorf("%q: %v", s, f)
		}
	}
	for _, k := range TaskTypes() {
		if Forbidden(string(k)) {
			t.Errorf("%s is forbidden", k)
		}
	}
}

func TestCoverage(t *testing.T) {
	pir, sir, gap := ID{1}, ID{2}, ID{3}
	wanted := []Keyed{{pir, Requirement{State: Open, LatestOfValue: day.Never}}, {sir, Requirement{State: Open, Parent: pir, LatestOfValue: 10}}, {gap, Requirement{State: Open, LatestOfValue: day.Never}}}
	got := Coverage(wanted, []Answer{{sir, "S1", "root", day.On(5), "direct", "i1"}, {sir, "S2", "root", day.On(9), "hearsay", "i2"}}, 11)
	if !got[1].SingleOrigin || !got[0].SingleOrigin || got[0].Answers != 2 || len(got[0].Cells) != 2 || got[0].Freshest.Last != 9 || got[0].Cells[0].FirstHand != 1 {
		t.Errorf("%+v", got[0])
	}
	if !got[1].Overdue || got[0].Overdue || !got[2].Gap || got[0].Gap {
		t.Errorf("%+v", got)
	}
}
