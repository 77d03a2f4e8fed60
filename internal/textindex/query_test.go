package textindex

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rivo/uniseg"
	"pgregory.net/rapid"
)

func mustParse(t testing.TB, text string, mode Mode) Query {
	t.Helper()
	q, faults := ParseQuery(text, mode)
	if err := faults.Err(); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return q
}

// probes are what other engines were asked, and more of the kind; the broken plural needs a dictionary and is left out.
var probes = []struct{ name, query, stored string }{
	{"hamza", "احمد", "أحمد"},
	{"harakat", "كتاب", "كِتَابٌ"},
	{"article", "كتاب", "الكتاب"},
	{"ta marbuta", "المدرسه", "المدرسة"},
	{"alef maqsura", "موسي", "موسى"},
	{"digits", "077", "٠٧٧"},
	{"conjunction", "كتاب", "والكتاب"},
	{"preposition", "المصدر", "لمصدر"},
	{"pronoun", "كتاب", "كتابهم"},
	{"tatweel", "معركة", "معــركة"},
	{"ZWNJ", "ميخواهم", "می\u200cخواهم"},
	{"Persian letters", "كتاب", "کتاب"},
	{"trailing direction mark", "كتاب", "\u202bكتاب\u202c"},
	{"presentation forms", "كتاب", "ﻛﺘﺎﺏ"},
	{"English plural", "source", "Sources"},
	{"Persian digits", "123", "۱۲۳"},
	{"Chinese", "北京", "在北京见面"},
	{"case", "CAFE", "cafe"},
}

func TestProbes(t *testing.T) {
	for _, p := range probes {
		q := mustParse(t, p.query, All)
		if !q.Match(p.stored) {
			t.Errorf("%s: %s does not match %s", p.name, p.query, p.stored)
		}
		if !narrows(q, p.stored) {
			t.Errorf("%s: %v finds nothing in %v", p.name, q.Terms(), IndexTerms(p.stored))
		}
	}
}

// narrows is what a store does with Terms.
func narrows(q Query, text string) bool {
	has := map[string]bool{}
	for _, term := range IndexTerms(text) {
		has[term] = true
	}
	groups := q.Terms()
	for _, g := range groups {
		any := false
		for _, term := range g {
			any = any || has[term]
		}
		if !any {
			return false
		}
	}
	return len(groups) > 0
}

func TestParseQuery(t *testing.T) {
	for _, c := range []struct {
		text string
		mode Mode
		want string
	}{
		{"source meetings", All, "[[wsourc] [wmeet]]"},
		{"What did the source say about the port?", All, "[[wsourc] [wsay] [wport]]"},
		{"what is the", All, "[[wwhat] [wis] [wthe]]"},
		{"متى وصل المصدر؟", All, "[[wوصل xوصل] [wمصدر xمصدر]]"},
		{"علي حسن", All, "[[wعل xعلي] [wحسن xحسن]]"},
		{`"port of Aden" ship`, All, "[[wport] [waden] [wship]]"},
		{"«ميناء عدن»", All, "[[wمينا] [wعدن]]"},
		{`"the"`, All, "[[wthe]]"},
		{`"open phrase`, All, "[[wopen] [wphrase]]"},
		{"source sources source", All, "[[wsourc]]"},
		{"port ship", Any, "[[wport wship]]"},
		{`"port of Aden" ship`, Any, "[[wport wship]]"},
		{`5"3 pipe`, All, "[[w5] [w3] [wpipe]]"},
	} {
		if got := fmt.Sprint(mustParse(t, c.text, c.mode).Terms()); got != c.want {
			t.Errorf("%s: %s, want %s", c.text, got, c.want)
		}
	}
	for _, c := range []struct{ text, code string }{
		{"", "query.empty"}, {" ؟ … ", "query.empty"}, {`""`, "query.empty"}, {"\xff", "text.encoding"},
		{strings.Repeat("port1 ", MaxQueryWords+1), "query.words"}, {strings.Repeat("a", MaxQueryBytes+1), "query.long"},
	} {
		q, faults := ParseQuery(c.text, All)
		if len(faults) != 1 || faults[0].Code != c.code || faults[0].Field != "query" {
			t.Errorf("%.20q: %v, want %s", c.text, faults, c.code)
		}
		if q.Terms() != nil || q.Match("port a") || q.NeedsMatch() {
			t.Errorf("%.20q: a refused query finds something", c.text)
		}
	}
}

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		query string
		mode  Mode
		text  string
		want  bool
	}{
		{"source port", All, "Sources met at the ports.", true},
		{"source port", All, "Sources met at the station.", false},
		{"source port", Any, "Sources met at the station.", true},
		{`"met at the port"`, All, "They met, at the PORT.", true},
		{`"met at the port"`, All, "They met at the ports.", false},
		{`"at the at the port"`, All, "at the at the at the port", true},
		{`"met port"`, All, "They met at the port.", false},
		{`"met port" station`, Any, "the port station", true},
		{`"بن علي"`, All, "محمّد بن عَلِيّ", true},
		{`"بن على"`, All, "محمد بن علي", true},
		{`"بن علي"`, All, "بن العلي", false},
		{"京北", All, "在北京见面", false},
	} {
		if got := mustParse(t, c.query, c.mode).Match(c.text); got != c.want {
			t.Errorf("%s on %s: %v", c.query, c.text, got)
		}
	}
}

// What the terms decide and what Match decides agree: exactly for words, one way for phrases.
func TestTermsNarrowWhatMatches(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, query := anyText.Draw(t, "text"), anyText.Draw(t, "query")
		if rapid.Bool().Draw(t, "quoted") {
			query = `"` + query + `"`
		}
		q, faults := ParseQuery(query, Mode(rapid.IntRange(0, 1).Draw(t, "mode")))
		if len(faults) > 0 {
			return
		}
		match, narrow := q.Match(text), narrows(q, text)
		if match && !narrow {
			t.Fatalf("%q matches %q but %v do not find it", query, text, q.Terms())
		}
		if narrow && !match && !q.NeedsMatch() {
			t.Fatalf("%v find %q, which %q does not match", q.Terms(), text, query)
		}
		if s := q.Score(text); s < 0 || s > 1 || match && s == 0 {
			t.Fatalf("score %v, match %v", s, match)
		}
	})
}

func TestScoreOrders(t *testing.T) {
	q := mustParse(t, "smuggling boats Zuwara", Any)
	texts := []string{ // best first
		"Smuggling boats left Zuwara at night.",
		"Boats left at night. The weather was bad for a week in the whole west and nobody went. Smuggling goes through Zuwara.",
		"Zuwara smuggling.",
		"Boats.",
		"Nothing of the kind.",
	}
	last := 2.0
	for _, text := range texts {
		s := q.Score(text)
		if s >= last {
			t.Errorf("%q scores %.3f, not below %.3f", text, s, last)
		}
		last = s
	}
	if last != 0 {
		t.Errorf("a text without hits scores %.3f", last)
	}
}

// checkSnippet holds what every snippet promises.
func checkSnippet(t interface{ Fatalf(string, ...any) }, text string, q Query, width int) {
	segments := Snippet(text, q, width)
	var b strings.Builder
	gapBefore, gapAfter := false, false
	for i, s := range segments {
		if s.Text == "" {
			t.Fatalf("an empty segment in %+v", segments)
		}
		if s.Gap {
			if i != 0 && i != len(segments)-1 {
				t.Fatalf("a gap inside %+v", segments)
			}
			gapBefore, gapAfter = gapBefore || i == 0, gapAfter || i > 0
			continue
		}
		b.WriteString(s.Text)
	}
	joined := b.String()
	if !strings.Contains(text, joined) {
		t.Fatalf("%q is no stretch of %q", joined, text)
	}
	if !gapBefore && !strings.HasPrefix(text, joined) || !gapAfter && !strings.HasSuffix(text, joined) {
		t.Fatalf("%+v of %q left something out without a gap", segments, text)
	}
	borders := map[int]bool{0: true}
	at := 0
	for rest, state := text, -1; rest != ""; {
		var cluster string
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		at += len(cluster)
		borders[at] = true
	}
	for from := strings.Index(text, joined); ; { // some place of the text fits all cuts
		fits, pos := true, from
		for _, s := range segments {
			if !s.Gap {
				fits = fits && borders[pos]
				pos += len(s.Text)
				fits = fits && borders[pos]
			}
		}
		if fits {
			return
		}
		next := strings.Index(text[from+1:], joined)
		if next < 0 {
			t.Fatalf("%+v of %q splits a grapheme", segments, text)
		}
		from += 1 + next
	}
}

func TestSnippetProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Repeat(anyText.Draw(t, "text"), rapid.IntRange(1, 4).Draw(t, "times"))
		q, _ := ParseQuery(anyText.Draw(t, "query"), Any)
		checkSnippet(t, text, q, rapid.IntRange(1, 60).Draw(t, "width"))
	})
}

func show(segments []Segment) string {
	var b strings.Builder
	for _, s := range segments {
		if s.Hit {
			b.WriteString("[" + s.Text + "]")
		} else {
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

func TestSnippet(t *testing.T) {
	long := strings.Repeat("filler words come first. ", 20) + "Then the Sources met near the port, and left. " + strings.Repeat("More filler follows here. ", 20)
	for _, c := range []struct {
		name, text, query string
		width             int
		want              string
	}{
		{"whole", "The sources met.", "source", 100, "The [sources] met."},
		{"around hits", long, "source port", 60, "…Then the [Sources] met near the [port], and left. More filler …"},
		{"no hit", "Nothing here of the kind.", "port", 12, "Nothing here…"},
		{"diacritics", "وصل المَصْدَرُ إلى الميناء", "مصدر", 40, "وصل [المَصْدَرُ] إلى الميناء"},
		{"ZWNJ", "من می\u200cخواهم بروم", "ميخواهم", 40, "من [می\u200cخواهم] بروم"},
		{"tatweel and marks at the end", "قاد معــركةً كبرى", "معركة", 40, "قاد [معــركةً] كبرى"},
		{"direction marks stay outside", "\u202bكتاب\u202c جديد", "كتاب", 40, "\u202b[كتاب]\u202c جديد"},
		{"phrase as one", "They met at the port.", `"at the port"`, 40, "They met [at the port]."},
		{"accent kept with its letter", "the cafe\u0301 was shut", "café", 40, "the [cafe\u0301] was shut"},
		{"hit wider than width", "abc incomprehensibilities def", "incomprehensibility", 5, "…[incomprehensibilities]…"},
	} {
		if got := show(Snippet(c.text, mustParse(t, c.query, All), c.width)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	if got := Snippet("text", Query{}, 0); got != nil {
		t.Errorf("no width gives %+v", got)
	}
}

func FuzzParseQuery(f *testing.F) {
	f.Add(`"port of Aden" ship`, "the port of Aden")
	f.Add("«ميناء", "مِيناء")
	f.Fuzz(func(t *testing.T, query, text string) {
		for _, mode := range []Mode{All, Any} {
			q, faults := ParseQuery(query, mode)
			if (len(faults) > 0) == (len(q.Terms()) > 0) {
				t.Fatalf("faults %v and terms %q", faults, q.Terms())
			}
			if q.Match(text) && !narrows(q, text) {
				t.Fatalf("%q matches %q, but its terms do not", query, text)
			}
		}
	})
}

func FuzzSnippet(f *testing.F) {
	f.Add("The sources met.", "source", 10)
	f.Add("e\u0301\u0600١٢", "e 12", 2)
	f.Add("👩\u200d👧 source", "source", 3)
	f.Fuzz(func(t *testing.T, text, query string, width int) {
		q, _ := ParseQuery(query, Any)
		if width < 1 {
			return
		}
		checkSnippet(t, text, q, width)
	})
}

// Texts made to be slow must stay within a small multiple of plain ones; here they must only end, the clock is the test's own.
func TestHostileTexts(t *testing.T) {
	q := mustParse(t, "source 北", Any)
	for _, unit := range []string{"\u0301", "ا\u0654", "ﷺ", "क्", "ก", "北", "👩\u200d", "\u0600", "\u1100", "a\u0301", "\xff", "source ", "🇱"} {
		text := strings.Repeat(unit, 300_000/len(unit))
		checkText := text[:min(len(text), 3000)]
		for len(checkText) > 0 && checkText[len(checkText)-1]&0xc0 == 0x80 {
			checkText = checkText[:len(checkText)-1]
		}
		checkSnippet(t, checkText, q, 50)
		if got := Snippet(text, q, 200); len(got) == 0 {
			t.Errorf("%+q: no snippet", unit)
		}
		if terms := IndexTerms(text); len(terms) > 12 {
			t.Errorf("%+q: %d terms", unit, len(terms))
		}
		q.Score(text)
		MakeSketch(text)
	}
}
