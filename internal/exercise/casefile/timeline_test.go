package casefile_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"cutout/internal/day"
	"cutout/internal/exercise/casebook"
	"cutout/internal/exercise/casefile"
)

// records lists every record of a case by walking its fields, apart from the code under test.
func records(c *casefile.Case) []casefile.Record {
	var all []casefile.Record
	var walk func(v reflect.Value)
	walk = func(v reflect.Value) {
		if rec, ok := v.Addr().Interface().(casefile.Record); ok {
			if _, bare := rec.(*casefile.Common); !bare {
				all = append(all, rec)
			}
		}
		for i := range v.NumField() {
			if f := v.Field(i); f.Kind() == reflect.Slice {
				for j := range f.Len() {
					if f.Index(j).Kind() == reflect.Struct {
						walk(f.Index(j))
					}
				}
			}
		}
	}
	walk(reflect.ValueOf(c).Elem())
	return all
}

func idOf(rec casefile.Record) string {
	return reflect.ValueOf(rec).Elem().FieldByName("ID").String()
}

// check holds for the timeline of every case: sorted, complete, whole before part, no reference to what is not there.
func check(t interface {
	Helper()
	Fatalf(format string, args ...any)
}, c *casefile.Case) {
	t.Helper()
	moments := c.Timeline()
	placed := map[string]day.Day{}
	for i, m := range moments {
		if m.Day == day.Never || i > 0 && m.Day < moments[i-1].Day {
			t.Fatalf("moment %d (%s %s) is out of order", i, m.ID, m.Part)
		}
		first, ok := placed[m.ID]
		switch {
		case m.Part == casefile.Whole && ok:
			t.Fatalf("%s appears twice", m.ID)
		case m.Part == casefile.Whole:
			placed[m.ID] = m.Day
		case !ok || m.Day < first:
			t.Fatalf("%s: part %s before the record", m.ID, m.Part)
		}
		if _, ok := placed[m.Target]; m.Part == casefile.PartLink && !ok {
			t.Fatalf("%s: link to %s, which is not there", m.ID, m.Target)
		}
		for _, id := range m.Later {
			if _, ok := placed[id]; ok {
				t.Fatalf("%s waits for %s, which is there", m.ID, id)
			}
			if strings.Contains(fmt.Sprintf("%+v", reflect.ValueOf(m.Record).Elem()), "Value:"+id+"}") {
				t.Fatalf("%s still names %s", m.ID, id)
			}
		}
	}
	total := 0
	for _, rec := range records(c) {
		total++
		on, ok := placed[idOf(rec)]
		if want := c.Visible(rec); ok != (want != day.Never) || ok && on != want {
			t.Fatalf("%s is placed %v on %s, visible on %s", idOf(rec), ok, on, want)
		}
	}
	if len(placed) > total {
		t.Fatalf("%d records placed of %d", len(placed), total)
	}
}

func TestCasebookTimelines(t *testing.T) {
	for _, name := range casebook.Names() {
		c := parse(t, name, text(t, name))
		check(t, c)
		if a, b := c.Timeline(), c.Timeline(); !reflect.DeepEqual(a, b) {
			t.Errorf("%s: two timelines of one case differ", name)
		}
	}
}

func find(t *testing.T, all []casefile.Moment, id string, part casefile.Part) casefile.Moment {
	t.Helper()
	i := slices.IndexFunc(all, func(m casefile.Moment) bool { return m.ID == id && m.Part == part })
	if i < 0 {
		t.Fatalf("no moment %s %q", id, part)
	}
	return all[i]
}

// The days of watch.md section 2, on the casebook and on small cases.
func TestVisible(t *testing.T) {
	small := head + `persons: [{id: P-A}, {id: P-B, known_from: never}, {id: P-C}]
sources:
  - {id: S-A, person: P-A, lifecycle: [{date: "1990-03", kind: opened}]}
roles: [{id: RO-1, person: P-A, source: S-A, role: handler, from: null, to: "1991"}]
contacts:
  - {id: K-1, date: "1990-02", source: S-A, answered_on: "1990-06"}
  - {id: K-2, date: "1990-05/1990-07-03", source: S-A}
  - {id: K-3, date: "1990-05", known_from: "1991-01-02"}
  - {id: K-4, date: "1990-05", known_from: never}
reports:
  - {id: REP-1, date: "1990-04/1990-09", volume: many, count: 20, claims: [{id: C1, later_outcome: true, outcome_date: "1990"}, {id: C2, received_at: "1990-08-01", supports: [C3]}]}
  - {id: REP-2, date: "1990-10-01", claims: [{id: C3, later_outcome: false, outcome_date: "1980"}]}
  - {id: REP-3, date: "1990", known_from: never, claims: [{id: C4, received_at: "1990"}]}
warnings: [{id: W-1, kind: suspected-control, about: REP-2, response: partial}]
`
	all := parse(t, "small", []byte(small)).Timeline()
	tests := []struct {
		id   string
		part casefile.Part
		want string
	}{
		{"K-1", casefile.Whole, "1990-02-28"},
		{"K-1", casefile.PartAnswer, "1990-06-30"},
		{"S-A", casefile.Whole, "1990-02-28"},
		{"P-A", casefile.Whole, "1990-02-28"},
		{"P-C", casefile.Whole, "1990-01-01"},
		{"S-A/lifecycle/1", casefile.Whole, "1990-03-31"},
		{"RO-1", casefile.Whole, "1990-02-28"},
		{"RO-1", casefile.PartEnd, "1991-12-31"},
		{"K-2", casefile.Whole, "1990-05-31"},
		{"K-2", casefile.PartEnd, "1990-07-03"},
		{"K-3", casefile.Whole, "1991-01-02"},
		{"REP-1", casefile.Whole, "1990-04-30"},
		{"REP-1", casefile.PartEnd, "1990-09-30"},
		{"C1", casefile.Whole, "1990-04-30"},
		{"C1", casefile.PartOutcome, "1990-12-31"},
		{"C2", casefile.Whole, "1990-08-01"},
		{"C2", casefile.PartLink, "1990-10-01"},
		{"C3", casefile.PartOutcome, "1990-10-01"},
		{"W-1", casefile.Whole, "1990-10-01"},
		{"W-1", casefile.PartResponse, "1990-10-01"},
	}
	for _, tt := range tests {
		if got := find(t, all, tt.id, tt.part).Day.String(); got != tt.want {
			t.Errorf("%s %q on %s, want %s", tt.id, tt.part, got, tt.want)
		}
	}
	for _, m := range all {
		if slices.Contains([]string{"P-B", "K-4", "REP-3", "C4"}, m.ID) {
			t.Errorf("%s never counts, but has a moment", m.ID)
		}
	}
	report := find(t, all, "REP-1", casefile.Whole).Record.(*casefile.Report)
	if report.Count.Set || report.Volume.Set || report.Date.Value.Text != "1990-04" {
		t.Errorf("the report shows its end on its first day: %+v", report)
	}
	if r := find(t, all, "REP-1", casefile.PartEnd).Record.(*casefile.Report); r.Count.Value != 20 || r.Volume.Value != "many" {
		t.Errorf("the report's end does not show its count: %+v", r)
	}
	if k := find(t, all, "K-1", casefile.Whole).Record.(*casefile.Contact); !k.AnsweredOn.Null || k.AnsweredOn.Has() {
		t.Errorf("an answer to come does not read as none on record: %+v", k.AnsweredOn)
	}
	if c := find(t, all, "C1", casefile.Whole).Record.(*casefile.Claim); c.Outcome.Later.Set || c.Outcome.Date.Set {
		t.Errorf("the claim shows history's answer: %+v", c.Outcome)
	}
	if c := find(t, all, "C1", casefile.PartOutcome).Record.(*casefile.Claim); c.Outcome.Later.Value != "true" {
		t.Errorf("the outcome does not show: %+v", c.Outcome)
	}
	if m := find(t, all, "C2", casefile.Whole); !slices.Equal(m.Later, []string{"C3"}) || len(m.Record.(*casefile.Claim).Supports.Value) != 0 {
		t.Errorf("the support shows before its claim: %+v", m)
	}
	if m := find(t, all, "C2", casefile.PartLink); m.Field != "supports" || m.Target != "C3" || m.Record.(*casefile.Claim).Supports.Value[0] != "C3" {
		t.Errorf("the link: %+v", m)
	}
	if w := find(t, all, "W-1", casefile.Whole).Record.(*casefile.Warning); w.Response.Set {
		t.Errorf("the notice shows its answer: %+v", w)
	}
}

func TestCasebookMoments(t *testing.T) {
	hanssen := parse(t, "04", text(t, "04-hanssen-defender.yaml")).Timeline()
	if d := find(t, hanssen, "K-2", casefile.Whole).Day.String(); d != "2000-11-30" {
		t.Errorf("the opponent's letter is known on %s", d)
	}
	if d := find(t, hanssen, "C07", casefile.Whole).Day.String(); d != "1989-12-31" {
		t.Errorf("C07 counts from %s, want its receipt", d)
	}
	curveball := parse(t, "03", text(t, "03-curveball.yaml")).Timeline()
	if d := find(t, curveball, "REP-CB", casefile.PartEnd).Day.String(); d != "2001-09-30" {
		t.Errorf("the hundred reports count from %s", d)
	}
}

// Made cases: circles of references, dates in any order, known_from anywhere; the timeline keeps its promises.
func TestTimelineProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		date := rapid.Custom(func(t *rapid.T) string {
			y := rapid.IntRange(1990, 1994).Draw(t, "year")
			return rapid.SampledFrom([]string{`"%d"`, `"%d-03"`, `"%d-03-09"`, `"%d/1996"`, "null"}).Draw(t, "form") + fmt.Sprintf("|%d", y)
		})
		when := func(key string) string {
			form, year, _ := strings.Cut(date.Draw(t, key), "|")
			return ", " + key + ": " + strings.Replace(form, "%d", year, 1)
		}
		known := func() string {
			switch rapid.IntRange(0, 5).Draw(t, "known") {
			case 0:
				return when("known_from")
			case 1:
				return ", known_from: never"
			}
			return ""
		}
		n := rapid.IntRange(1, 5).Draw(t, "n")
		any := func(prefix string) string { return fmt.Sprint(prefix, rapid.IntRange(1, n).Draw(t, prefix)) }
		var b [6]strings.Builder
		for i := 1; i <= n; i++ {
			fmt.Fprintf(&b[0], "  - {id: P-%d%s}\n", i, known())
			fmt.Fprintf(&b[1], "  - {id: S-%d, person: %s, introduced_by: [%s], channel: %s%s, lifecycle: [{kind: opened%s%s}]}\n", i, any("P-"), any("S-"), any("K-"), known(), when("date"), known())
			fmt.Fprintf(&b[2], "  - {id: K-%d, source: %s%s%s%s}\n", i, any("S-"), when("date"), when("answered_on"), known())
			fmt.Fprintf(&b[3], "  - {id: REP-%d, source: %s, enclosure_claim: %s%s%s, claims: [{id: C%d, supports: [%s, %s]%s%s%s, later_outcome: true}]}\n", i, any("S-"), any("C"), when("date"), known(), i, any("C"), any("C"), when("received_at"), when("outcome_date"), known())
			fmt.Fprintf(&b[4], "  - {id: W-%d, kind: doubt, about: %s, relates_to: [%s, %s], response: none%s%s}\n", i, any("C"), any("W-"), any("A-"), when("date"), known())
			fmt.Fprintf(&b[5], "  - {id: A-%d, about: %s, resolves: [%s], weighs: [%s]%s%s}\n", i, any("S-"), any("W-"), any("A-"), when("date"), known())
		}
		in := head
		for i, key := range []string{"persons", "sources", "contacts", "reports", "warnings", "assessments"} {
			in += key + ":\n" + b[i].String()
		}
		c, err := casefile.Parse("made", strings.NewReader(in))
		if err != nil {
			t.Fatalf("%v\n%s", err, in)
		}
		check(t, c)
	})
}
