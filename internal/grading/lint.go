package grading

import (
	"strings"
	"unicode"
)

// Clash is one sentence that says how likely something is and how confident the writer is, which readers confuse
// (ICD 203). Sentence, Likelihood and Confidence are the text as written; Start is the sentence's first byte.
type Clash struct {
	Sentence, Likelihood, Confidence string
	Start                            int
}

// LintProbability finds the sentences of an English or Arabic text that hold a likelihood word and a confidence level.
// It knows the words of both yardsticks and their usual forms; it advises and misses what is put in other words.
func LintProbability(text string) []Clash {
	var out []Clash
	for _, s := range sentences(text) {
		words := split(text[s[0]:s[1]])
		l, c := likelihood(words), confidence(words)
		if l == "" || c == "" {
			continue
		}
		raw := text[s[0]:s[1]]
		lead := len(raw) - len(strings.TrimLeftFunc(raw, unicode.IsSpace))
		out = append(out, Clash{strings.TrimSpace(raw), l, c, s[0] + lead})
	}
	return out
}

// MixedRows reports whether the text takes words from both rows of ICD 203 ("likely" here, "probable" there), and names
// one of each as the yardstick prints it.
func MixedRows(text string) (first, second string, mixed bool) {
	for _, s := range sentences(text) {
		words := split(text[s[0]:s[1]])
		for _, w := range words {
			switch w.folded {
			case "likely", "unlikely":
				first = w.folded
			case "probable", "probably", "improbable":
				if !legalTerm(words, w) {
					second = w.folded
				}
			}
		}
	}
	return first, second, first != "" && second != ""
}

// sentences gives the bounds of each sentence. A full stop ends one only before a blank or the end, so "0.5" does not.
func sentences(text string) (out [][2]int) {
	start := 0
	for i, r := range text {
		end := i + len(string(r))
		next := end >= len(text) || unicode.IsSpace(rune(text[end]))
		if r == '\n' || r == '!' || r == '?' || r == '؟' || (r == '.' && next) {
			out = append(out, [2]int{start, min(end, len(text))})
			start = end
		}
	}
	if start < len(text) {
		out = append(out, [2]int{start, len(text)})
	}
	return out
}

// word is one word of a sentence: as written, and folded for comparing.
type word struct {
	raw, folded string
	at          int
}

func split(s string) (out []word) {
	start := -1
	flush := func(end int) {
		if start >= 0 {
			out = append(out, word{s[start:end], foldWord(s[start:end]), len(out)})
			start = -1
		}
	}
	for i, r := range s {
		if unicode.IsLetter(r) || unicode.IsMark(r) || r == 'ـ' {
			if start < 0 {
				start = i
			}
			continue
		}
		flush(i)
	}
	flush(len(s))
	return out
}

// foldWord drops Arabic vowel signs and tatweel, and joins the spellings of alef, ya and ta marbuta.
func foldWord(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 0x064B && r <= 0x065F, r == 0x0670, r == 0x0640:
			return -1
		case r == 'أ', r == 'إ', r == 'آ', r == 'ٱ':
			return 'ا'
		case r == 'ى':
			return 'ي'
		case r == 'ة':
			return 'ه'
		}
		return unicode.ToLower(r)
	}, s)
}

var likelyWords = set(`likely unlikely likelihood probable probably improbable probability remote
محتمل محتمله محتملا محتملين يحتمل تحتمل احتمال احتمالا احتمالات احتماله مرجح مرجحه مرجحا يرجح ترجح راجح ارجح مستبعد مستبعده مستبعدا يستبعد تستبعد`)

var likelyPairs = [][2]string{{"almost", "certain"}, {"almost", "certainly"}, {"nearly", "certain"}, {"no", "chance"},
	{"even", "chance"}, {"even", "odds"}, {"realistic", "possibility"},
	{"شبه", "موكد"}, {"شبه", "مؤكد"}, {"شبه", "مؤكده"}, {"شبه", "يقيني"}, {"شبه", "يقينيه"}}

var confidenceWords = set(`confidence confident ثقه واثق واثقه واثقون واثقين`)

var confidenceLevels = set(`high highly higher moderate moderately medium low lower
عاليه عال عالي كبيره كبير متوسطه متوسط معتدله منخفضه منخفض ضعيفه محدوده قليله تامه`)

func set(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}

// in looks a word up as it stands and without the particles Arabic writes onto it (wa-, fa-, bi-, ka-, li-, al-).
func in(m map[string]bool, w string) bool {
	if m[w] {
		return true
	}
	for _, p := range []string{"و", "ف", "ب", "ك", "ل", "ال", "لل"} {
		if rest, ok := strings.CutPrefix(w, p); ok && len(rest) > 4 && in(m, rest) {
			return true
		}
	}
	return false
}

// legalTerm keeps "probable cause", a term of law, out of the likelihood words.
func legalTerm(words []word, w word) bool {
	return w.folded == "probable" && w.at+1 < len(words) && words[w.at+1].folded == "cause"
}

func likelihood(words []word) string {
	for i, w := range words {
		if in(likelyWords, w.folded) && !legalTerm(words, w) {
			return w.raw
		}
		for _, p := range likelyPairs {
			if w.folded == p[0] && i+1 < len(words) && in(map[string]bool{p[1]: true}, words[i+1].folded) {
				return w.raw + " " + words[i+1].raw
			}
		}
	}
	return ""
}

// confidence finds a confidence word with a level near it: "high confidence", "confidence is low".
func confidence(words []word) string {
	for i, w := range words {
		if !in(confidenceWords, w.folded) {
			continue
		}
		for j := max(0, i-2); j <= min(len(words)-1, i+6); j++ {
			if in(confidenceLevels, words[j].folded) {
				if j < i {
					return words[j].raw + " " + w.raw
				}
				return w.raw + " " + words[j].raw
			}
		}
	}
	return ""
}
