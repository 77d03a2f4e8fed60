package authority

import (
	"cutout/internal/day"
	"cutout/internal/draft/drafttest"
	"cutout/internal/officer"
	"cutout/internal/source"
	"encoding/json"
	"errors"
	"testing"
	"time"
)

type words = drafttest.Words

var has = drafttest.Has

type pack struct{ words }

func (pack) AuthorityLimits(kind string, oral bool, age source.AgeBand, _ []string, from time.Time) (Limits, bool) {
	l := Limits{Until: from.AddDate(1, 0, 0), ReviewBy: day.Of(from).AddMonths(3), PackVersion: "1"}
	if oral {
		l.Until = from.Add(72 * time.Hour)
	}
	if age == "under-16" {
		l.Until = from.AddDate(0, 4, 0)
	}
	return l, kind == "use"
}

var now = time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)

func full() Draft {
	return Draft{Source: "src_00000000000000000000000004", Kind: "use", Ground: "crime", Necessity: "n", Proportionality: "p", Purpose: "p", Operation: "o",
		Conduct: "c", Topics: []string{"ships"}, Collateral: "c", Confidential: "c", Risk: "r"}
}
func adult() source.Source { return source.Source{AdultOn: day.Never, SixteenOn: day.Never} }

func TestCoversToTheSecond(t *testing.T) {
	d := full()
	d.Oral, d.UrgencyReason, d.UnreachedReason = "yes", "u", "n"
	a, f := New(d, pack{}, adult(), officer.ID{1}, now)
	if len(f) > 0 {
		t.Fatal(f)
	}
	end := now.Add(72 * time.Hour)
	if a.Covers(now) != nil || a.Covers(end.Add(-time.Second)) != nil {
		t.Error("not in force inside its time")
	}
	if err := a.Covers(now.Add(-time.Second)); !errors.Is(err, ErrNotYet{a.From}) {
		t.Error(err)
	}
	if err := a.Covers(end); !errors.Is(err, ErrLapsed{a.Until}) {
		t.Error(err)
	}
	a.Cancelled = &Cancellation{At: now.Add(time.Hour)}
	if err := a.Covers(now.Add(time.Hour)); !errors.Is(err, ErrCancelled{a.Cancelled.At}) {
		t.Error(err)
	}
	if a.Covers(now.Add(time.Hour-time.Second)) != nil {
		t.Error("cancelled too early")
	}
}

func TestReviewOverdueIsNo(t *testing.T) {
	a, f := New(full(), pack{}, adult(), officer.ID{1}, now)
	if len(f) > 0 {
		t.Fatal(f)
	}
	due := a.ReviewBy
	at := func(d day.Day) time.Time { return d.Time().Add(12 * time.Hour) }
	if err := a.Covers(at(due)); err != nil {
		t.Error(err)
	}
	if err := a.Covers(at(due + 1)); !errors.Is(err, ErrReviewOverdue{due + 1}) {
		t.Error(err)
	}
	a.Reviews = []Review{{On: due + 3, NextBy: due + 40}}
	if a.Covers(at(due+2)) == nil {
		t.Error("a review held later mended the past")
	}
	if err := a.Covers(at(due + 3)); err != nil {
		t.Error(err)
	}
}

func TestRules(t *testing.T) {
	_, f := New(Draft{}, pack{}, adult(), officer.ID{1}, now)
	for _, field := range []string{"source", "kind", "ground", "necessity", "proportionality", "purpose", "operation", "conduct", "topics", "collateral", "confidential", "risk"} {
		if !has(f, field, "field.required") {
			t.Errorf("%s may be blank", field)
		}
	}
	d := full()
	d.TargetRelation, d.Until = "parent", "2028-01-01"
	_, f = New(d, pack{}, source.Source{SixteenOn: day.Date(2027, 1, 1), AdultOn: day.Date(2029, 1, 1)}, officer.ID{1}, now)
	if !has(f, "target_relation", "authority.under-16-parent") || !has(f, "until", "authority.too-long") {
		t.Error(f)
	}
	_, f = Authority{}.NewCancellation(CancelDraft{}, words{}, officer.ID{1}, now)
	if !has(f, "note", "field.required") || !has(f, "debrief", "field.required") {
		t.Error(f)
	}
}

// FuzzNew: whatever is written, New answers; what it takes survives being stored.
func FuzzNew(f *testing.F) {
	f.Add([]byte(`{"source":"src_00000000000000000000000004","kind":"use","ground":"g","necessity":"n","proportionality":"p","purpose":"p","operation":"o","conduct":"c","topics":["t"],"collateral":"c","confidential":"c","risk":"r"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var d Draft
		if json.Unmarshal(b, &d) != nil {
			return
		}
		v, faults := New(d, pack{}, adult(), officer.ID{1}, now)
		if len(faults) > 0 {
			return
		}
		stored, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var back Authority
		if err := json.Unmarshal(stored, &back); err != nil {
			t.Fatalf("%v: %s", err, stored)
		}
		again, err := json.Marshal(back)
		if err != nil || string(again) != string(stored) {
			t.Fatalf("stored %s, read back %s (%v)", stored, again, err)
		}
	})
}
