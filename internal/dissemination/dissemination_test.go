package dissemination

import (
	"cutout/internal/day"
	"cutout/internal/draft/drafttest"
	"cutout/internal/fault"
	"cutout/internal/officer"
	"encoding/json"
	"testing"
)

type words = drafttest.Words

var has = drafttest.Has

type marks struct{}

func (marks) CheckMarking(string, []string) fault.Faults { return nil }

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
