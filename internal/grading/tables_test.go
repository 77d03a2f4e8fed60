package grading

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestTablesAreWhole(t *testing.T) {
	for pair, tab := range tables {
		for _, x := range []struct {
			row      string
			from, to []Mark
		}{{tab.source, pair[0].SourceMarks(), pair[1].SourceMarks()}, {tab.content, pair[0].ContentMarks(), pair[1].ContentMarks()}} {
			entries := strings.Fields(x.row)
			if len(entries) != len(x.from) {
				t.Errorf("%v: %q has %d entries for %d marks", pair, x.row, len(entries), len(x.from))
				continue
			}
			for i, m := range x.from {
				if !strings.HasPrefix(entries[i], m.Code) {
					t.Errorf("%v: entry %q stands where %s belongs", pair, entries[i], m.Code)
				}
				target, loss := step(x.row, m.Code)
				if loss == NotConvertible {
					continue
				}
				to, _, ok := find(x.to, target)
				if !ok {
					t.Errorf("%v: %s becomes %q, which the target lacks", pair, m.Code, target)
				}
				if m.Standing == Unknown && to.Standing != Unknown || m.Standing != Unknown && to.Standing == Unknown && pair[1] != Prose {
					t.Errorf("%v: %s becomes %s, but only one of them is unknown", pair, m.Code, target)
				}
				if m.Standing == Favourable && to.Standing == Doubtful || m.Standing == Doubtful && to.Standing == Favourable {
					t.Errorf("%v: %s becomes its opposite %s", pair, m.Code, target)
				}
			}
		}
	}
}

func TestConvert(t *testing.T) {
	for _, c := range []struct {
		from, to        string
		scheme          Scheme
		source, content Loss
	}{
		{"5x5x5:E5", "3x5x2:2E", ThreeByFive, Exact, Exact},
		{"5x5x5:E-", "admiralty:F-", Admiralty, Coarsened, NotGiven}, // untested, never "unreliable"
		{"admiralty:E-", "5x5x5:D-", FiveByFive, Exact, NotGiven},
		{"admiralty:B2", "3x5x2:1-", ThreeByFive, Coarsened, NotConvertible},
		{"admiralty:F6", "3x5x2:2D", ThreeByFive, Coarsened, Coarsened},
		{"3x5x2:1A", "", Admiralty, NotConvertible, NotConvertible},
		{"admiralty:B2", "fm-2-22.3:B2", FieldManual, Exact, Exact},
		{"4x4:A1", "4x4:A1", Europol, Exact, Exact},
		{"", "", Europol, NotGiven, NotGiven},
	} {
		var g Grade
		if err := g.UnmarshalText([]byte(c.from)); err != nil {
			t.Fatal(err)
		}
		got, err := Convert(g, c.scheme)
		if err != nil {
			t.Fatal(err)
		}
		if b, _ := got.To.MarshalText(); string(b) != c.to || got.Source != c.source || got.Content != c.content || got.From != g {
			t.Errorf("%s: %s %v %v, want %s %v %v", c.from, b, got.Source, got.Content, c.to, c.source, c.content)
		}
	}
	b2, _ := Parse(Admiralty, "B2")
	if _, err := Convert(b2, "nato-6x6"); err == nil || !strings.Contains(err.Error(), "grade.scheme-unknown") {
		t.Errorf("unknown scheme: %v", err)
	}
	words, _ := Parse(Prose, "favourable/confirmed")
	if _, err := Convert(words, Admiralty); err == nil || !strings.Contains(err.Error(), "grade.no-table") {
		t.Errorf("words into marks: %v", err)
	}
}

func TestExactMeansBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := anyGrade(t)
		c, err := Convert(g, rapid.SampledFrom(Schemes()).Draw(t, "to"))
		if err != nil || c.Source != Exact {
			return
		}
		back, err := Convert(c.To, g.Scheme())
		if err == nil && back.Source == Exact && back.To.Source() != g.Source() {
			t.Fatalf("%v exact to %v and exact back to %v", g, c.To, back.To)
		}
	})
}

func TestSTIX(t *testing.T) {
	for _, c := range []struct {
		mark  string
		value int
		ok    bool
	}{{"1", 90, true}, {"2", 70, true}, {"3", 50, true}, {"4", 30, true}, {"5", 10, true}, {"6", 0, false}, {"", 0, false}} {
		g, _ := New(Admiralty, "B", c.mark)
		if v, ok := g.STIXConfidence(); v != c.value || ok != c.ok {
			t.Errorf("%q: %d %v", c.mark, v, ok)
		}
		if back, ok := FromSTIX(c.value); c.ok && (!ok || back.Content() != c.mark) {
			t.Errorf("%d came back as %v", c.value, back)
		}
	}
	for v, want := range map[int]string{0: "5", 19: "5", 20: "4", 39: "4", 40: "3", 59: "3", 60: "2", 79: "2", 80: "1", 100: "1"} {
		if g, ok := FromSTIX(v); !ok || g.Content() != want {
			t.Errorf("%d is %v, want %s", v, g, want)
		}
	}
	for _, v := range []int{-1, 101} {
		if _, ok := FromSTIX(v); ok {
			t.Errorf("%d was taken", v)
		}
	}
	other, _ := Parse(FiveByFive, "A1")
	if _, ok := other.STIXConfidence(); ok {
		t.Error("5x5x5 has no STIX confidence")
	}
}

func TestTLP(t *testing.T) {
	ids := map[TLP]string{Clear: "94868c89-83c2-464b-929b-a1a8aa3c8487", Green: "bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
		Amber: "55d920b0-5e8b-4f79-9ee9-91f868d9b421", AmberStrict: "939a9414-2ddd-4d32-a0cd-375ea402b003", Red: "e828b379-4e03-4974-9ac4-e53a884c97c1"}
	for _, l := range TLPs() {
		if l.STIX() != "marking-definition--"+ids[l] {
			t.Errorf("%s: %s", l, l.STIX())
		}
		if back, ok := TLPFromSTIX(l.STIX()); !ok || back != l {
			t.Errorf("%s came back as %s", l, back)
		}
		if p, err := ParseTLP(strings.ToLower(string(l))); err != nil || p != l {
			t.Errorf("%s: %s %v", l, p, err)
		}
	}
	if l, err := ParseTLP("TLP:WHITE"); err != nil || l != Clear {
		t.Errorf("WHITE: %s %v", l, err)
	}
	for _, s := range []string{"TLP: RED", "RED", "TLP:AMBER STRICT", "TLP:أحمر", "TLP:AMBER+", " TLP:RED", "TLP:BLACK"} {
		if l, err := ParseTLP(s); err == nil {
			t.Errorf("%q was taken as %s", s, l)
		}
	}
	if Strictest(Green, "", AmberStrict, Amber) != AmberStrict || Strictest() != "" {
		t.Error("Strictest")
	}
}

func TestHandling(t *testing.T) {
	for _, c := range []struct {
		scheme   Scheme
		in, want string
	}{{ThreeByFive, "p", "P"}, {ThreeByFive, "S2, c a1", "C/A1/S2"}, {ThreeByFive, "C", "C"}, {ThreeByFive, "", ""}, {FiveByFive, "5", "5"}, {Europol, "h2 H1", "H1/H2"}} {
		h, err := ParseHandling(c.scheme, c.in)
		if err != nil || h.String() != c.want {
			t.Errorf("%q: %v %v", c.in, h, err)
		}
		b, _ := h.MarshalText()
		var back Handling
		if err := back.UnmarshalText(b); err != nil || back != h {
			t.Errorf("%s came back as %v, %v", b, back, err)
		}
	}
	for _, c := range []struct {
		scheme   Scheme
		in, code string
	}{{ThreeByFive, "P A1", "under-c-only"}, {ThreeByFive, "P S1", "under-c-only"}, {ThreeByFive, "A1", "lead"}, {ThreeByFive, "P C", "lead"},
		{ThreeByFive, "C A1 A2", "contradictory"}, {ThreeByFive, "C S1 S2", "contradictory"}, {ThreeByFive, "H1", "unknown"},
		{Europol, "H0 H1", "contradictory"}, {FiveByFive, "1 2", "contradictory"}, {Admiralty, "P", "scheme-unknown"}} {
		if _, err := ParseHandling(c.scheme, c.in); err == nil || !strings.Contains(err.Error(), "handling."+c.code) {
			t.Errorf("%s %q: %v", c.scheme, c.in, err)
		}
	}
	h, _ := ParseHandling(ThreeByFive, "C A1")
	if !h.Has("A1") || h.Has("A2") || h.Has("") {
		t.Error("Has")
	}
}

func TestYardsticks(t *testing.T) {
	for _, c := range []struct {
		y       Yardstick
		percent float64
		first   string
		n       int
	}{{PHIA(), 22, "", 0}, {PHIA(), 7, "", 0}, {PHIA(), 50, "realistic possibility", 1}, {PHIA(), 52, "", 0}, {PHIA(), 0, "remote chance", 1}, {PHIA(), 100, "almost certain", 1},
		{PHIA(), 77, "", 0}, {PHIA(), 37, "", 0}, {PHIA(), 92, "", 0}, {ICD203(), 0, "", 0}, {ICD203(), 100, "", 0}, {ICD203(), 60, "likely", 1}, {ICD203(), 20, "very unlikely", 2}, {ICD203(), 99, "almost certain", 1}} {
		got := c.y.At(c.percent)
		if len(got) != c.n || (c.n > 0 && got[0].Words[0].English != c.first) {
			t.Errorf("%s %v: %v", c.y.ID, c.percent, got)
		}
	}
}

func TestLint(t *testing.T) {
	for _, y := range []Yardstick{ICD203(), PHIA()} { // every term of both yardsticks is known to the lint, in both languages
		for _, e := range y.Estimates {
			for _, w := range e.Words {
				for _, c := range ConfidenceLevels() {
					if len(LintProbability("We judge with "+c.Words.English+" that it is "+w.English+" he left.")) != 1 {
						t.Errorf("missed %q with %q", w.English, c.Words.English)
					}
					if len(LintProbability("نقدّر بـ"+c.Words.Arabic+" أن سفره "+w.Arabic+".")) != 1 {
						t.Errorf("missed %q with %q", w.Arabic, c.Words.Arabic)
					}
				}
			}
		}
	}
	for _, s := range []string{"It is likely that he left. We have high confidence in this.", "He spoke in confidence and is likely to return.",
		"High confidence rests on probable cause alone.", "من المرجح أنه سافر. ثقتنا في ذلك عالية.", "أعرب عن ثقة عالية بالمحامي.", "", "..."} {
		if c := LintProbability(s); len(c) != 0 {
			t.Errorf("%q: %v", s, c)
		}
	}
	for _, s := range []string{"With high confidence, 0.5 tonnes is unlikely.", "Our confidence that it is probable is low.", "We are highly confident it is likely.",
		"بدرجة ثقةٍ عاليةٍ، من المحتمل أنه غادر.", "الثقة العالية في أنه على الأرجح غادر"} {
		if c := LintProbability("First. " + s); len(c) != 1 || c[0].Sentence != s || c[0].Start != 7 {
			t.Errorf("%q: %v", s, c)
		}
	}
	if a, b, ok := MixedRows("It is likely he left. It is improbable that he returns."); !ok || a != "likely" || b != "improbable" {
		t.Errorf("mixed rows: %q %q %v", a, b, ok)
	}
	if _, _, ok := MixedRows("It is likely he left, on probable cause."); ok {
		t.Error("a term of law is no likelihood")
	}
}
