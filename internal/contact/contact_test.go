package contact

import (
	"cutout/internal/day"
	"cutout/internal/draft/drafttest"
	"encoding/json"
	"pgregory.net/rapid"
	"testing"
)

type words = drafttest.Words

var has = drafttest.Has

// FuzzNew: whatever is written, New answers; what it takes survives being stored.
func FuzzNew(f *testing.F) {
	f.Add([]byte(`{"type":"letter","record":{"when":"1962-09","summary":"s","money":[{"kind":"offer","amount":"12.5","currency":"EUR"}]}}`))
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
		var back Contact
		if err := json.Unmarshal(stored, &back); err != nil {
			t.Fatalf("%v: %s", err, stored)
		}
		again, err := json.Marshal(back)
		if err != nil || string(again) != string(stored) {
			t.Fatalf("stored %s, read back %s (%v)", stored, again, err)
		}
	})
}

func TestAmounts(t *testing.T) {
	for _, c := range []struct {
		in, cur string
		want    int64
		ok      bool
	}{{"120.5", "EUR", 12050, true}, {"١٢٠٫٥", "IQD", 120500, true}, {"7", "JPY", 7, true}, {"7.0", "JPY", 0, false}, {"1,000", "EUR", 0, false},
		{"-1", "EUR", 0, false}, {"1.", "EUR", 0, false}, {"1.234", "EUR", 0, false}, {"1e3", "EUR", 0, false}} {
		if got, err := ParseAmount(c.in, c.cur); got != c.want || (err == nil) != c.ok {
			t.Errorf("%s %s: %d %v", c.in, c.cur, got, err)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		n, cur := rapid.Int64Range(0, maxAmount).Draw(t, "n"), rapid.SampledFrom([]string{"EUR", "JPY", "KWD"}).Draw(t, "cur")
		if got, err := ParseAmount(FormatAmount(n, cur), cur); err != nil || got != n {
			t.Fatal(got, err)
		}
	})
}

func TestRules(t *testing.T) {
	_, f := New(Draft{Type: "interview", Record: &RecordDraft{When: "2026-01-02", Time: "9", Money: []MoneyDraft{{Kind: "offer", Amount: "1", Currency: "EUR"}},
		Interview: &InterviewDraft{Custody: "yes"}}}, words{}, day.Date(2026, 1, 1))
	for _, w := range [][2]string{{"record.when", "field.future"}, {"record.time", "contact.time"}, {"record.money", "contact.custody-money"},
		{"record.interview.registration", "field.required"}, {"record.interview.unmet", "field.required"}, {"record.welfare", "field.required"}, {"record.summary", "field.required"}} {
		if !has(f, w[0], w[1]) {
			t.Errorf("missing %v in %v", w, f)
		}
	}
}
