package textindex

import (
	"strings"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
)

// Affixes in normalized letters. Light stemming is light10 (Larkey, Ballesteros and Connell 2002); the extended lists add
// prepositions and pronouns that light10 leaves on.
var (
	articles         = []string{"وال", "بال", "كال", "فال", "لل", "ال"}
	lightSuffixes    = []string{"ها", "ان", "ات", "ون", "ين", "يه", "ه", "ي"}
	extendedSuffixes = []string{"هما", "كما", "تها", "تهم", "هم", "ها", "نا", "كم", "ان", "ات", "ون", "ين", "يه", "ته", "ه", "ي", "ا", "ت"}
)

// Stem gives the light stem of the first word of a text, or "" when it holds none: light10 for Arabic, Snowball English for
// Latin letters, the plain form for everything else (digits, mixed words, other scripts).
func Stem(word string) string {
	s := scanner{text: word}
	if !s.next() {
		return ""
	}
	return lightStem(string(s.word), s.in)
}

// StemExtended gives the extended stem of the first word of a text: for Arabic also without ف ب ل ك before it and with up
// to two endings off; for all other words the same as Stem.
func StemExtended(word string) string {
	s := scanner{text: word}
	if !s.next() {
		return ""
	}
	if s.in == arabic {
		return extendedStem(string(s.word))
	}
	return lightStem(string(s.word), s.in)
}

// lightStem expects a normalized word.
func lightStem(w string, in writing) string {
	switch in {
	case arabic:
		if rest, ok := strings.CutPrefix(w, "و"); ok && letters(rest) >= 3 {
			w = rest
		}
		w = cutArticle(w)
		for _, suffix := range lightSuffixes {
			if rest, ok := strings.CutSuffix(w, suffix); ok && letters(rest) >= 2 {
				w = rest
			}
		}
	case latin:
		if len(w) > 2 {
			env := snowballstem.NewEnv(w)
			english.Stem(env)
			w = env.Current()
		}
	}
	return w
}

// extendedStem expects a normalized word of Arabic letters.
func extendedStem(w string) string {
	for _, one := range []string{"و", "ف"} {
		if rest, ok := strings.CutPrefix(w, one); ok && letters(rest) >= 3 {
			w = rest
			break
		}
	}
	bare := cutArticle(w)
	hadArticle := bare != w
	w = bare
	for range 2 {
		before := w
		for _, suffix := range extendedSuffixes {
			if rest, ok := strings.CutSuffix(w, suffix); ok && letters(rest) >= 3 {
				w = rest
				break
			}
		}
		if w == before {
			break
		}
	}
	if !hadArticle { // after the endings, or كتابهم would lose its first letter and كتاب keep it
		for _, one := range []string{"ب", "ل", "ك"} {
			if rest, ok := strings.CutPrefix(w, one); ok && letters(rest) >= 4 {
				return rest
			}
		}
	}
	return w
}

func cutArticle(w string) string {
	for _, a := range articles {
		if rest, ok := strings.CutPrefix(w, a); ok && letters(rest) >= 2 {
			return rest
		}
	}
	return w
}

func letters(w string) int { return utf8.RuneCountInString(w) }
