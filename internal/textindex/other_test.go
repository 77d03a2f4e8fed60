package textindex

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestStemmingKeepsWhatScanningReliesOn(t *testing.T) {
	words := strings.Fields(`dying lying tying skies sky idly gently ugly early only singly news howe atlas cosmos bias andes inning outing canning
		yes youth boy eyes generous communal arsenal ties cries by say agreed hopping hoping national rationally happiness`)
	for _, w := range words {
		if s := Stem(w); s[0] != w[0] {
			t.Errorf("%s becomes %s: its first letter changed, so Match would miss it", w, s)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		w := rapid.StringMatching(`[a-z]{1,12}(ing|ed|s|ly|ies|ness|ational|'s|y|)`).Draw(t, "word")
		if s := Stem(w); s[0] != w[0] {
			t.Fatalf("%s becomes %s", w, s)
		}
		a := rapid.StringOfN(rapid.RuneFrom([]rune("ابتثجحخدذرزسشصضطظعغفقكلمنهوي")), 1, 12, -1).Draw(t, "Arabic word")
		for _, s := range []string{Stem(a), StemExtended(a)} {
			if s == "" || !strings.Contains(a, s) {
				t.Fatalf("%s becomes %s, which is no part of it", a, s)
			}
		}
	})
}

func TestLanguage(t *testing.T) {
	for _, c := range []struct{ text, language, script, direction string }{
		{"The source met the courier at the port and left for the capital.", "en", "Latn", "ltr"},
		{"وصل المصدر إلى الميناء في الساعة التاسعة من مساء أمس.", "ar", "Arab", "rtl"},
		{"این گزارش در تهران نوشته شده است و برای دفتر مرکزی می\u200cباشد.", "fa", "Arab", "rtl"},
		{"یہ رپورٹ کراچی میں لکھی گئی ہے اور اس کے بعد بھیجی گئی۔", "ur", "Arab", "rtl"},
		{"ئەم ڕاپۆرتە لە هەولێر نووسراوە و بۆ نووسینگە نێردراوە.", "ckb", "Arab", "rtl"},
		{"Источник встретил курьера в порту.", "und", "Cyrl", "ltr"},
		{"La source a rencontré le courrier au port.", "und", "Latn", "ltr"},
		{"וצוות המקור", "und", "Hebr", "rtl"},
		{"المصدر ذكر Toyota Hilux رقم ٧٧", "ar", "Arab", "rtl"},
		{"12:30 …", "und", "Zyyy", "auto"},
		{"", "und", "Zyyy", "auto"},
		{"ߒߞߏ", "und", "Zzzz", "rtl"},
	} {
		if l, s, d := Language(c.text), Script(c.text), Direction(c.text); l != c.language || s != c.script || d != c.direction {
			t.Errorf("%q: %s %s %s, want %s %s %s", c.text, l, s, d, c.language, c.script, c.direction)
		}
	}
}

// A list entry that is not in normalized form could never be met.
func TestListsAreNormalized(t *testing.T) {
	for w := range grammar {
		if Normalize(w) != w {
			t.Errorf("%s should stand as %s", w, Normalize(w))
		}
	}
	for w := range wordSigns {
		if Normalize(w) != w {
			t.Errorf("%s should stand as %s", w, Normalize(w))
		}
	}
	for _, list := range [][]string{articles, lightSuffixes, extendedSuffixes} {
		for _, affix := range list {
			if Normalize(affix) != affix {
				t.Errorf("%s should stand as %s", affix, Normalize(affix))
			}
		}
	}
}

func TestChecks(t *testing.T) {
	for _, c := range []struct{ in, identifier, prose string }{
		{"كرمة 7", "", ""},
		{"report_2026.pdf", "", ""},
		{"", "", ""},
		{"annex\u202etxt.exe", "text.bidi U+202E", ""},
		{"a\u2066b\u2069\u200f\u061c", "text.bidi U+2066", ""},
		{"two\nlines\r\n", "text.newline U+000A", ""},
		{"para\u2029graph", "text.newline U+2029", ""},
		{"tab\tbed", "text.control U+0009", ""},
		{"nul\x00", "text.control U+0000", "text.control U+0000"},
		{"esc\x1b[2J", "text.control U+001B", "text.control U+001B"},
		{"c1\u0085", "text.newline U+0085", "text.control U+0085"},
		{"zero\u200bwidth", "text.invisible U+200B", ""},
		{"می\u200cخواهم", "text.invisible U+200C", ""},
		{"tag\U000e0041", "text.invisible U+E0041", ""},
		{"filler\u3164", "text.invisible U+3164", ""},
		{"bad\xff", "text.encoding", "text.encoding"},
		{"\u202e\n\x00\u200b", "text.bidi U+202E, text.newline U+000A, text.control U+0000, text.invisible U+200B", "text.control U+0000"},
	} {
		var got [2]string
		for _, f := range CheckIdentifier("name", c.in) {
			got[0] += ", " + strings.TrimSpace(f.Code+" "+f.Params["Character"])
		}
		for _, f := range CheckText("name", c.in, 100) {
			got[1] += ", " + strings.TrimSpace(f.Code+" "+f.Params["Character"])
		}
		if strings.TrimPrefix(got[0], ", ") != c.identifier || strings.TrimPrefix(got[1], ", ") != c.prose {
			t.Errorf("%q: identifier %q, prose %q", c.in, got[0], got[1])
		}
	}
	long := strings.Repeat("a", MaxIdentifierBytes+1)
	if f := CheckIdentifier("name", long); len(f) != 1 || f[0].Code != "text.long" || f[0].Params["Limit"] != "255" || f[0].Params["Given"] != "256" {
		t.Errorf("long identifier: %v", f)
	}
	if f := CheckText("body", long, 255); len(f) != 1 || f[0].Code != "text.long" || f[0].Params["Limit"] != "255" {
		t.Errorf("long text: %v", f)
	}
	huge := strings.Repeat("a", MaxTextBytes+1)
	if f := CheckText("body", huge, 1<<40); len(f) != 1 || f[0].Params["Limit"] != fmt.Sprint(MaxTextBytes) {
		t.Errorf("a limit above MaxTextBytes: %v", f)
	}
}

const (
	original = "The source said that two boats left the old harbor at night with nine men and a covered load, and that the guard was paid to look away until the morning."
	edited   = "The source said that two boats left the old harbor at night with ten men and a covered load, and that the guard was paid to look away until the morning."
	retold   = "According to a fisherman, a pair of vessels departed after dark. Somebody had bribed the sentry. He counted nine people on board."
)

func TestLikeness(t *testing.T) {
	for _, c := range []struct {
		name      string
		a, b      string
		low, high float64
	}{
		{"same", original, original, 1, 1},
		{"case, marks, spaces", original, strings.ToUpper(strings.ReplaceAll(original, " ", "  ")), 1, 1},
		{"one word changed", original, edited, .8, .95},
		{"retold", original, retold, 0, .05},
		{"quoted in a longer text", original, "Yesterday we heard much. " + original + " " + strings.Repeat("The rest is other news of other towns entirely. ", 9), 1, 1},
		{"a few words in common", "the source said", original, .05, .2},
		{"two words, same", "no change", "No change.", 1, 1},
		{"two words, other", "no change", "no news", 0, 0},
		{"nothing", "", original, 0, 0},
		{"Arabic with and without marks", "وصل المصدر إلى الميناء في المساء", "وَصَلَ المصدر الى الميناء فى المساء", 1, 1},
	} {
		l := Likeness(c.a, c.b)
		if l < c.low || l > c.high {
			t.Errorf("%s: likeness %.3f, want %.2f to %.2f", c.name, l, c.low, c.high)
		}
		if back := Likeness(c.b, c.a); back != l {
			t.Errorf("%s: %.3f one way, %.3f the other", c.name, l, back)
		}
	}
}

func TestSketch(t *testing.T) {
	words := strings.Fields("boat port night guard money letter road car house phone number brother market bridge river school clinic camp truck fuel")
	text := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 60).Draw(t, "words"), " ")
	})
	rapid.Check(t, func(t *rapid.T) {
		common := text.Draw(t, "common")
		a, b := common+" "+text.Draw(t, "a"), common+" "+text.Draw(t, "b")
		x, y := MakeSketch(a), MakeSketch(b)
		if x.Likeness(y) != y.Likeness(x) || x.Runs > 0 && x.Likeness(x) < 1 && x.Runs >= fewShingles {
			t.Fatalf("a sketch is not like itself")
		}
		// 64 values: four standard errors of the Jaccard share are .25; containment of a short text in a long one is vaguer.
		if x.Runs > 0 && y.Runs > 0 && x.Runs < 2*y.Runs && y.Runs < 2*x.Runs {
			if d := x.Likeness(y) - Likeness(a, b); d > .45 || d < -.45 {
				t.Fatalf("estimated %.2f, counted %.2f", x.Likeness(y), Likeness(a, b))
			}
		}
		back, ok := SketchFromBytes(x.Bytes())
		if !ok || back != x {
			t.Fatal("a stored sketch changed")
		}
	})
	if _, ok := SketchFromBytes(make([]byte, SketchBytes-1)); ok {
		t.Error("a short sketch was read")
	}
	if l := MakeSketch(original).Likeness(MakeSketch(edited)); l < .65 {
		t.Errorf("one word changed: estimated %.2f", l)
	}
	if l := MakeSketch(original).Likeness(MakeSketch(retold)); l > .1 {
		t.Errorf("retold: estimated %.2f", l)
	}
	// Stored sketches must stay readable: the recipe is frozen.
	if k := MakeSketch("the source met the courier"); k.Runs != 3 || k.Least[0] != 623530895 {
		t.Errorf("the recipe of sketches changed: %d runs, least %d", k.Runs, k.Least[0])
	}
}
