package textindex

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

// normalizeSlowly is the recipe step by step over the whole text, the oracle of the scanner. Words are not cut.
func normalizeSlowly(text string) string {
	var words []string
	var word strings.Builder
	flush := func() {
		if word.Len() > 0 {
			words = append(words, word.String())
			word.Reset()
		}
	}
	text = norm.NFKC.String(text) // 1
	for _, r := range text {
		if r == 'ـ' || r == 'ء' || unicode.In(r, unicode.Cf, unicode.Mn, unicode.Me) { // 2, 3 and the bare hamza of 4
			continue
		}
		switch r { // 4
		case 'أ', 'إ', 'آ', 'ٱ':
			r = 'ا'
		case 'ى', 'ی', 'ې', 'ئ':
			r = 'ي'
		case 'ة', 'ہ', 'ھ', 'ۀ', 'ۂ':
			r = 'ه'
		case 'ؤ':
			r = 'و'
		case 'ک', 'گ':
			r = 'ك'
		}
		if r >= '٠' && r <= '٩' { // 5
			r = '0' + r - '٠'
		}
		if r >= '۰' && r <= '۹' {
			r = '0' + r - '۰'
		}
		r = unicode.ToLower(r)                                                         // 6
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.Mc, r) { // 7
			flush()
			continue
		}
		if standsAlone(r) {
			flush()
			word.WriteRune(r)
			flush()
			continue
		}
		word.WriteRune(r)
	}
	flush()
	return strings.Join(words, " ")
}

// anyText draws text from what reports hold and from what breaks scanners.
var anyText = rapid.Custom(func(t *rapid.T) string {
	pieces := rapid.SliceOfN(rapid.OneOf(
		rapid.SampledFrom([]string{"the source", "Reports", "كتاب", "والمدرسة", "كِتَابٌ", "مـــن", "می\u200cخواهم", "٠٧٧", "۱۲۳", "أحمد", "ﷺ", "ﻼ", "e\u0301", "é",
			"\u202bنص\u202c", "\u200f", " ", "\n", ", ", "北京", "กำ", "हिन्दी", "👩‍👧", "🇱🇾", "\u0301", "ا\u0654", "\u0600", "각", "\u1100\u1161\u11a8", "ﬁ", "½", "İ", "\xff", "ء", "ـ"}),
		rapid.StringN(0, 4, -1)), 0, 14).Draw(t, "pieces")
	return strings.Join(pieces, "")
})

func TestNormalizeFollowsTheRecipe(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := anyText.Draw(t, "text")
		want := normalizeSlowly(text)
		for _, w := range strings.Fields(want) {
			if len(w) > maxWordBytes {
				t.Skip("a word is cut")
			}
		}
		if got := Normalize(text); got != want {
			t.Fatalf("Normalize(%+q) = %+q, by the recipe %+q", text, got, want)
		}
	})
}

func TestNormalize(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"hamza seats", "أحمد إبراهيم آدم ٱلله مؤمن قائد", "احمد ابراهيم ادم الله مومن قايد"},
		{"bare hamza", "سماء شيء", "سما شي"},
		{"harakat", "كَتَبَ الدُويني", "كتب الدويني"},
		{"tatweel", "معــركة", "معركه"},
		{"ta marbuta and alef maqsura", "المدرسة موسى", "المدرسه موسي"},
		{"Persian and Urdu letters", "کتاب گل می ہے", "كتاب كل مي هے"},
		{"digits", "٠٧٧ ۱۲۳ 45", "077 123 45"},
		{"presentation forms", "ﻛﺘﺎﺏ ﻻ", "كتاب لا"},
		{"one rune, four words", "ﷺ", "صلي الله عليه وسلم"},
		{"direction marks vanish", "\u202bكتاب\u202c\u200f", "كتاب"},
		{"ZWNJ joins", "می\u200cخواهم", "ميخواهم"},
		{"fullwidth and case", "ＡＢＣ Port", "abc port"},
		{"composed and decomposed agree", "cafe\u0301", "café"},
		{"apostrophe parts", "officer's", "officer s"},
		{"letters beside digits", "B2", "b2"},
		{"no spaces", "北京", "北 京"},
		{"no UTF-8", "a\xffb", "a b"},
		{"nothing", " —… ", ""},
	} {
		if got := Normalize(c.in); got != c.want {
			t.Errorf("%s: Normalize(%q) = %q, want %q", c.name, c.in, got, c.want)
		}
	}
}

func TestStems(t *testing.T) {
	for _, c := range []struct{ word, light, extended string }{
		{"والكتاب", "كتاب", "كتاب"},
		{"بالمدرسة", "مدرس", "مدرس"},
		{"للمصادر", "مصادر", "مصادر"},
		{"المعلومات", "معلوم", "معلوم"},
		{"فكتبها", "فكتب", "كتب"},
		{"لمصدر", "لمصدر", "مصدر"},
		{"كتابهم", "كتابهم", "كتاب"},
		{"من", "من", "من"},
		{"ولد", "ولد", "ولد"},
		{"meetings", "meet", "meet"},
		{"Libya", "libya", "libya"},
		{"2026", "2026", "2026"},
		{"", "", ""},
	} {
		if got := Stem(c.word); got != c.light {
			t.Errorf("Stem(%q) = %q, want %q", c.word, got, c.light)
		}
		if got := StemExtended(c.word); got != c.extended {
			t.Errorf("StemExtended(%q) = %q, want %q", c.word, got, c.extended)
		}
	}
}

func TestIndexTermsAreSafeAndDistinct(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seen := map[string]bool{}
		for _, term := range IndexTerms(anyText.Draw(t, "text")) {
			if seen[term] {
				t.Fatalf("%q twice", term)
			}
			seen[term] = true
			if len(term) < 2 || len(term) > MaxTermBytes || !utf8.ValidString(term) || term[0] != 'w' && term[0] != 'x' {
				t.Fatalf("unsafe term %q", term)
			}
			for _, r := range term {
				if r < 0x80 && asciiFold[r] != byte(r) || unicode.IsSpace(r) || fold(r) == breaks || fold(r) == drops {
					t.Fatalf("unsafe rune %+q in %q", r, term)
				}
			}
		}
	})
}

func TestIndexerForgetsNothingBetweenTexts(t *testing.T) {
	var x Indexer
	rapid.Check(t, func(t *rapid.T) {
		text := anyText.Draw(t, "text")
		got, complete := x.Terms(text)
		if want := IndexTerms(text); !complete || strings.Join(got, " ") != strings.Join(want, " ") {
			t.Fatalf("%q: %q from a used Indexer, %q from a fresh one", text, got, want)
		}
	})
}

func TestIndexTermsLimit(t *testing.T) {
	var b strings.Builder
	for i := range MaxIndexTerms + 10 {
		b.WriteString("a")
		for n := i; n > 0; n /= 10 {
			b.WriteByte(byte('0' + n%10))
		}
		b.WriteByte(' ')
	}
	terms, complete := new(Indexer).Terms(b.String())
	if complete || len(terms) != MaxIndexTerms {
		t.Fatalf("%d terms, complete %v", len(terms), complete)
	}
}

func TestTermsPointIntoTheText(t *testing.T) {
	text := "وصل المَصْدَرُ إلى Port-Said"
	terms := AppendTerms(nil, text)
	var words []string
	for i, term := range terms {
		if term.Position != i {
			t.Errorf("word %d has position %d", i, term.Position)
		}
		words = append(words, text[term.Start:term.End])
	}
	if got := strings.Join(words, "|"); got != "وصل|المَصْدَرُ|إلى|Port|Said" {
		t.Errorf("words of the text: %s", got)
	}
	if terms[1].Plain != "المصدر" || terms[1].Light != "مصدر" || terms[1].Extended != "مصدر" {
		t.Errorf("%+v", terms[1])
	}
}

func FuzzNormalize(f *testing.F) {
	for _, s := range []string{"كِتَابٌ", "cafe\u0301", "ﷺ", "\xff", "北京", "ا\u0654\u0655"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		once := Normalize(text)
		if !utf8.ValidString(once) {
			t.Fatalf("%q is not UTF-8", once)
		}
		end := 0
		for _, term := range AppendTerms(nil, text) {
			if term.Start < 0 || term.End > len(text) || term.Start >= term.End || term.Plain == "" || term.Light == "" || term.Extended == "" {
				t.Fatalf("%+v of %q", term, text)
			}
			if term.End < end {
				t.Fatalf("%+v ends before the word before it", term)
			}
			end = term.End
		}
	})
}
