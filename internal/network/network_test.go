package network

import (
	"cutout/internal/day"
	"cutout/internal/draft/drafttest"
	"encoding/json"
	"testing"
)

type words = drafttest.Words

var has = drafttest.Has

// FuzzParty: whatever is written, New answers; what it takes survives being stored.
func FuzzParty(f *testing.F) {
	f.Add([]byte(`{"kind":"organization","name":"N","org_kind":"opponent"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var d PartyDraft
		if json.Unmarshal(b, &d) != nil {
			return
		}
		v, faults := NewParty(d, words{})
		if len(faults) > 0 {
			return
		}
		stored, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var back Party
		if err := json.Unmarshal(stored, &back); err != nil {
			t.Fatalf("%v: %s", err, stored)
		}
		again, err := json.Marshal(back)
		if err != nil || string(again) != string(stored) {
			t.Fatalf("stored %s, read back %s (%v)", stored, again, err)
		}
	})
}

func TestKnows(t *testing.T) {
	one := "pty_" + "00000000000000000000000004"
	_, f := NewKnows(KnowsDraft{Knower: one, Subject: one, From: "2030"}, words{}, day.Date(2026, 1, 1))
	if !has(f, "subject", "network.knows-himself") || !has(f, "from", "field.future") {
		t.Error(f)
	}
	_, f = NewParty(PartyDraft{Kind: "person", Name: "a\nb", OrgKind: "opponent"}, words{})
	if !has(f, "org_kind", "network.person-org-kind") || !has(f, "name", "text.control") {
		t.Error(f)
	}
}
