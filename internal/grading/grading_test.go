package grading

import (
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

func arabic(s string) bool {
	for _, r := range s {
		if unicode.Is(unicode.Arabic, r) {
			return true
		}
	}
	return false
}

func wanted(t *testing.T, what string, w Words) {
	t.Helper()
	if strings.TrimSpace(w.In("en")) == "" || arabic(w.In("en")) {
		t.Errorf("%s: English %q", what, w.English)
	}
	if !arabic(w.In("ar")) {
		t.Errorf("%s: Arabic %q", what, w.Arabic)
	}
}

func TestEveryMarkSpeaksBothLanguages(t *testing.T) {
	marks := map[Scheme][2]string{Admiralty: {"ABCDEF", "123456"}, FieldManual: {"ABCDEF", "123456"}, ThreeByFive: {"123", "ABCDE"},
		FiveByFive: {"ABCDE", "12345"}, Europol: {"ABCX", "1234"}}
	for _, s := range Schemes() {
		wanted(t, string(s), s.Name())
		for i, axis := range [][]Mark{s.SourceMarks(), s.ContentMarks()} {
			got := ""
			for _, m := range axis {
				got += m.Code
				wanted(t, string(s)+" "+m.Code, m.Wording)
			}
			if s != Prose && got != marks[s][i] {
				t.Errorf("%s axis %d: marks %q, want %q", s, i, got, marks[s][i])
			}
		}
		for _, h := range HandlingCodes(s) {
			wanted(t, string(s)+" handling "+h.Code, h.Wording)
		}
	}
	for _, l := range TLPs() {
		wanted(t, string(l), l.Wording())
	}
	for _, y := range []Yardstick{ICD203(), PHIA()} {
		wanted(t, y.ID, y.Name)
		for _, e := range y.Estimates {
			for _, w := range e.Words {
				wanted(t, y.ID, w)
			}
		}
	}
	for _, c := range ConfidenceLevels() {
		wanted(t, c.Code, c.Words)
	}
}

func TestOfficialWording(t *testing.T) {
	for _, c := range []struct{ grade, source, content string }{
		{"admiralty:B2", "Usually reliable", "Probably true"},
		{"admiralty:F6", "Reliability cannot be judged", "Truth cannot be judged"},
		{"3x5x2:3A", "Not reliable", "Known directly to the source"},
		{"5x5x5:E5", "Untested", "Suspected to be false"},
		{"4x4:X-", "Cannot be assessed", ""},
	} {
		var g Grade
		if err := g.UnmarshalText([]byte(c.grade)); err != nil {
			t.Fatal(err)
		}
		s, k := g.Wording()
		if s.English != c.source || k.English != c.content {
			t.Errorf("%s: %q, %q", c.grade, s.English, k.English)
		}
	}
	for _, m := range append(FiveByFive.SourceMarks(), FiveByFive.ContentMarks()...) {
		if m.Verified {
			t.Errorf("5x5x5 %s: the wording is from memory and must say so", m.Code)
		}
	}
}

func TestParse(t *testing.T) {
	for _, c := range []struct {
		scheme    Scheme
		in, print string
	}{
		{Admiralty, "B2", "B2"}, {Admiralty, "b2", "B2"}, {Admiralty, " B 2 ", "B2"}, {Admiralty, "b/2", "B2"},
		{Admiralty, "B٢", "B2"}, {Admiralty, "B۲", "B2"}, {Admiralty, "B", "B-"}, {Admiralty, "2", "-2"},
		{Admiralty, "B-", "B-"}, {Admiralty, "-2", "-2"}, {Admiralty, "", ""}, {Admiralty, "-", ""}, {Admiralty, "--", ""},
		{ThreeByFive, "1a", "1A"}, {ThreeByFive, "A", "-A"}, {ThreeByFive, "2", "2-"},
		{Europol, "x4", "X4"}, {Prose, "Favourable / unconfirmed", "favourable/unconfirmed"},
		{Prose, "favourable", "favourable/-"}, {Prose, "confirmed", "-/confirmed"}, {Prose, "-/doubtful", "-/doubtful"},
	} {
		g, err := Parse(c.scheme, c.in)
		if err != nil || g.String() != c.print {
			t.Errorf("Parse(%s, %q) = %q, %v; want %q", c.scheme, c.in, g, err, c.print)
		}
	}
	for _, c := range []struct {
		scheme Scheme
		in     string
	}{
		{Admiralty, "G2"}, {Admiralty, "B7"}, {Admiralty, "B0"}, {Admiralty, "2B"}, {Admiralty, "B2B"}, {Admiralty, "BB"},
		{Admiralty, "B/2/"}, {ThreeByFive, "B2"}, {ThreeByFive, "4A"}, {FiveByFive, "F1"}, {Europol, "D1"},
		{Prose, "doubtful"}, {"nato", "B2"}, {"", "B2"},
	} {
		if g, err := Parse(c.scheme, c.in); err == nil {
			t.Errorf("Parse(%s, %q) took %q", c.scheme, c.in, g)
		}
	}
	var g Grade
	if err := g.UnmarshalText([]byte("B2")); err == nil || !strings.Contains(err.Error(), "grade.scheme-missing") {
		t.Errorf("a grade without its scheme: %v", err)
	}
	_, err := New(Admiralty, "Z", "9")
	if err == nil || !strings.Contains(err.Error(), "grade.source-unknown") || !strings.Contains(err.Error(), "grade.content-unknown") {
		t.Errorf("New must give both faults: %v", err)
	}
}

// anyGrade draws a grade of any scheme, either mark possibly not given.
func anyGrade(t *rapid.T) Grade {
	s := rapid.SampledFrom(Schemes()).Draw(t, "scheme")
	pick := func(axis []Mark, label string) string {
		codes := []string{""}
		for _, m := range axis {
			codes = append(codes, m.Code)
		}
		return rapid.SampledFrom(codes).Draw(t, label)
	}
	g, err := New(s, pick(s.SourceMarks(), "source"), pick(s.ContentMarks(), "content"))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := anyGrade(t)
		b, _ := g.MarshalText()
		var back Grade
		if err := back.UnmarshalText(b); err != nil || back != g {
			t.Fatalf("%s came back as %v, %v", b, back, err)
		}
		if !g.IsZero() {
			if p, err := Parse(g.Scheme(), strings.ToLower(g.String())); err != nil || p != g {
				t.Fatalf("%s printed and parsed is %v, %v", b, p, err)
			}
		}
	})
}

func TestUnknownIsNotWorst(t *testing.T) {
	unknown := map[Scheme][2]string{Admiralty: {"F", "6"}, FieldManual: {"F", "6"}, ThreeByFive: {"2", "D"}, FiveByFive: {"E", "4"}, Europol: {"X", ""}, Prose: {"unknown", "unconfirmed"}}
	for _, s := range Schemes() {
		for _, m := range s.SourceMarks() {
			g, _ := New(s, m.Code, "")
			if g.SourceKnown() == (m.Code == unknown[s][0]) {
				t.Errorf("%s source %s: known %v", s, m.Code, g.SourceKnown())
			}
			if !g.SourceKnown() && (g.SourceDoubtful() || g.SourceFavourable()) {
				t.Errorf("%s source %s is unknown and still on a side", s, m.Code)
			}
		}
		for _, m := range s.ContentMarks() {
			g, _ := New(s, "", m.Code)
			if g.ContentKnown() == (m.Code == unknown[s][1]) {
				t.Errorf("%s content %s: known %v", s, m.Code, g.ContentKnown())
			}
		}
	}
}

func TestSides(t *testing.T) {
	for _, c := range []struct {
		mark       string
		good, poor bool
	}{{"A", true, false}, {"B", true, false}, {"C", false, false}, {"D", false, true}, {"E", false, true}, {"F", false, false}} {
		g, _ := New(Admiralty, c.mark, "")
		if g.SourceFavourable() != c.good || g.SourceDoubtful() != c.poor {
			t.Errorf("%s: favourable %v doubtful %v", c.mark, g.SourceFavourable(), g.SourceDoubtful())
		}
	}
	for _, c := range []struct {
		mark               string
		good, poor, unconf bool
	}{{"1", true, false, false}, {"2", true, false, false}, {"3", false, false, false}, {"4", false, true, true}, {"5", false, true, true}, {"6", false, false, true}, {"", false, false, false}} {
		g, _ := New(Admiralty, "A", c.mark)
		if g.ContentFavourable() != c.good || g.ContentDoubtful() != c.poor || g.ContentUnconfirmed() != c.unconf {
			t.Errorf("%q: %v %v %v", c.mark, g.ContentFavourable(), g.ContentDoubtful(), g.ContentUnconfirmed())
		}
	}
}

func TestCompare(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := anyGrade(t), anyGrade(t), anyGrade(t)
		ab, ok := CompareSource(a, b)
		ba, ko := CompareSource(b, a)
		if ok != ko || ab != -ba {
			t.Fatalf("%v %v: %d %v against %d %v", a, b, ab, ok, ba, ko)
		}
		if ok && (a.Scheme() != b.Scheme() || !a.SourceKnown() || !b.SourceKnown()) {
			t.Fatalf("%v and %v were compared", a, b)
		}
		if bc, ok2 := CompareSource(b, c); ok && ok2 && ab >= 0 && bc >= 0 {
			if ac, _ := CompareSource(a, c); ac < max(ab, bc) {
				t.Fatalf("order of %v %v %v does not chain", a, b, c)
			}
		}
		x, ok := CompareContent(a, b)
		if y, _ := CompareContent(b, a); x != -y {
			t.Fatal("content order is not antisymmetric")
		}
		if ok && (!a.ContentKnown() || !b.ContentKnown() || a.Scheme() != b.Scheme()) {
			t.Fatalf("%v and %v were compared", a, b)
		}
	})
	a, _ := Parse(Admiralty, "A1")
	e, _ := Parse(Admiralty, "E5")
	if o, ok := CompareSource(a, e); !ok || o != 1 {
		t.Error("A is better than E")
	}
	f, _ := Parse(Admiralty, "F6")
	if _, ok := CompareSource(f, e); ok {
		t.Error("F was sorted against E")
	}
	if _, ok := CompareContent(f, e); ok {
		t.Error("6 was sorted against 5")
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"B2", "b 2", "1A", "x4", "favourable/confirmed", "-/-", "B٢", "/", "?2", "??"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		for _, s := range Schemes() {
			g, err := Parse(s, in)
			if err != nil {
				continue
			}
			b, _ := g.MarshalText()
			var back Grade
			if err := back.UnmarshalText(b); err != nil || back != g {
				t.Fatalf("%q: %s came back as %v, %v", in, b, back, err)
			}
		}
		if h, err := ParseHandling(ThreeByFive, in); err == nil {
			if back, err := ParseHandling(ThreeByFive, h.String()); err != nil || back != h {
				t.Fatalf("handling %q: %v", in, h)
			}
		}
		if l, err := ParseTLP(in); err == nil && l != "" && l.STIX() == "" {
			t.Fatalf("label %q from %q", l, in)
		}
		for _, c := range LintProbability(in) {
			if !strings.HasPrefix(in[c.Start:], c.Sentence) {
				t.Fatalf("clash at %d is not %q", c.Start, c.Sentence)
			}
		}
	})
}
