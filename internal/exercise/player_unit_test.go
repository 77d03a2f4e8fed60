package exercise

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cutout/internal/casework"
	"cutout/internal/exercise/casefile"
	"cutout/internal/officer"
	"cutout/internal/report"
	"cutout/internal/store/storetest"
	"cutout/internal/vault"
)

// Both engines raise the same lines, byte for byte.
func TestEngines(t *testing.T) {
	if testing.Short() {
		t.Skip("three cases on PostgreSQL: not in a short run")
	}
	for name, text := range map[string][]byte{"03-curveball": caseText(t, "03-curveball.yaml"), "02-penkovsky": caseText(t, "02-penkovsky.yaml"), "invented": invented(t)} {
		c, err := casefile.Parse(name, bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		got, err := replayInto(context.Background(), casework.Config{DSN: storetest.Schema(t), Ring: t.TempDir()}, c, nil)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if a, b := jsonLines(t, got.Lines), jsonLines(t, replayed(t, name, text).Lines); a != b {
			t.Errorf("%s: on PostgreSQL\n%sin memory\n%s", name, a, b)
		}
	}
}

// unitAtWork is a unit with a running clock and a crew for old cases.
func unitAtWork(t *testing.T) (*casework.Desk, Crew) {
	t.Helper()
	ctx := context.Background()
	key := vault.NewStoreKey()
	t.Cleanup(key.Clear)
	d, admin, err := casework.Begin(ctx, casework.Config{Path: filepath.Join(t.TempDir(), "unit.db"), Key: key, QuietWatch: true},
		casework.UnitDraft{Name: "Port unit", Administrator: "root"}, []byte("root passphrase"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	crew := Crew{}
	crew.Desk, err = d.OpenCompartment(ctx, admin, "Casebook")
	must(err)
	levels := d.Pack().Levels
	for duty, seat := range map[officer.Duty]*officer.Officer{officer.Registrar: &crew.Registrar, officer.IntakeOfficer: &crew.Intake, officer.Analyst: &crew.Analyst, officer.Validator: &crew.Validator} {
		o, err := d.AddOfficer(ctx, admin, casework.OfficerDraft{Name: string(duty), Clearance: levels[len(levels)-1].Code, Duties: []string{string(duty)}}, []byte("passphrase of "+string(duty)))
		must(err)
		must(d.HandCompartment(ctx, admin, o.ID, crew.Desk, ""))
		*seat, err = d.SignIn(ctx, o.Name, []byte("passphrase of "+string(duty)))
		must(err)
	}
	return d, crew
}

// A case played into a unit at work is written down today; no true name of it is found by anybody, by its own words or in
// another script; grades stand as they were given though a claim beside them was refuted.
func TestPlayInto(t *testing.T) {
	ctx := context.Background()
	d, crew := unitAtWork(t)
	c, err := casefile.Parse("invented", bytes.NewReader(invented(t)))
	if err != nil {
		t.Fatal(err)
	}
	if err := PlayInto(ctx, d, Crew{Desk: crew.Desk, Registrar: crew.Registrar}, c); err == nil {
		t.Error("a case plays without a crew")
	}
	left, err := PlayIntoReport(ctx, d, crew, c)
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range left {
		if strings.HasPrefix(u.Why, "refused") || strings.HasPrefix(u.Why, "invalid") || strings.HasPrefix(u.Why, "notfound") {
			t.Errorf("not played: %+v", u)
		}
	}
	found := func(words string) int {
		t.Helper()
		p, err := d.Search(ctx, crew.Analyst, words, "", false, "", 50)
		if err != nil {
			t.Fatal(err)
		}
		return len(p.Hits)
	}
	for _, name := range []string{"Ottoline", "Brackwater", "Casimir", "Thrupp", "Wenzel", "Aldermaston"} {
		if n := found(name); n > 0 {
			t.Errorf("the true name %s is found %d times", name, n)
		}
	}
	for _, name := range []string{"QUILL", "MOTH", "REED", "idle"} {
		if found(name) == 0 {
			t.Errorf("%s is not found", name)
		}
	}
	hits, err := d.Search(ctx, crew.Analyst, "nightly", "report", false, "", 5)
	if err != nil || len(hits.Hits) != 1 {
		t.Fatalf("search: %v %+v", err, hits.Hits)
	}
	var of report.ID
	back := player{made: map[string]string{"hit": hits.Hits[0].ID}}
	if !recordID(&back, "hit", &of) {
		t.Fatal(hits.Hits[0].ID)
	}
	page, err := d.Report(ctx, crew.Analyst, of, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	var grades []string
	for _, it := range page.Report.Value.Items {
		g := "-"
		if it.Grade != nil {
			g = it.Grade.String()
		}
		grades = append(grades, g)
	}
	if got := strings.Join(grades, " "); got != "B6 favourable/confirmed -" {
		t.Errorf("grades %s", got)
	}
	if page.Report.Value.Items[2].Added.IsZero() || !page.Report.Value.Items[0].Added.IsZero() {
		t.Error("the item that came later is not marked so, or one that did not is")
	}
	if got := page.Report.Created(); time.Since(got) > time.Hour {
		t.Errorf("written down on %v", got)
	}
	if err := d.Settle(ctx); err != nil {
		t.Fatal(err)
	}
	w, err := d.Watch(ctx, crew.Analyst, false)
	if err != nil || len(w.Findings) == 0 {
		t.Errorf("the watch says nothing: %v", err)
	}
}

// The names a player gives are never true ones, whatever words stand around them.
func TestProse(t *testing.T) {
	p := casefile.Person{TrueName: casefile.Field[string]{Set: true, Value: "Ann  Oak"}, NameVariants: casefile.Field[[]string]{Set: true, Value: []string{"Annie Oakley", "رافد علوان"}}}
	p.ID = "P-X"
	b := newNameBook(&casefile.Case{Persons: []casefile.Person{p}})
	for text, want := range map[string]string{
		"Ann Oak, and Annie Oakley; Oakleys and oak": "P-X, and P-X; Oakleys and oak",
		"Oakley's hat":                "P-X's hat",
		"قال رافد علوان: نعم":         "قال P-X: نعم",
		"Cannes, Oakland":             "Cannes, Oakland",
		"Ann Oak":                     "P-X",
		"(Oakley)Oakley/OakleyOakley": "(P-X)P-X/OakleyOakley",
	} {
		if got := b.prose(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}
