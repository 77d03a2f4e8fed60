package textindex

import "unicode"

// sampleBytes is how much of a text Direction, Script and Language look at.
const sampleBytes = 16 << 10

func sample(text string) string {
	if len(text) <= sampleBytes {
		return text
	}
	return text[:sampleBytes] // a rune cut in two counts for nothing
}

// Direction gives the value of a dir attribute: "rtl" or "ltr" by the letters of most weight, "auto" when there are none. A
// right-to-left letter counts one and a half: Arabic reports quote Latin names and numbers more than the other way round.
func Direction(text string) string {
	rtl, ltr := 0, 0
	for _, r := range sample(text) {
		switch {
		case r < 0x80:
			if asciiFold[r] > '9' {
				ltr++
			}
		case unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Thaana, unicode.Nko, unicode.Adlam):
			if unicode.IsLetter(r) {
				rtl++
			}
		case unicode.IsLetter(r):
			ltr++
		}
	}
	switch {
	case rtl == 0 && ltr == 0:
		return "auto"
	case 3*rtl >= 2*ltr:
		return "rtl"
	}
	return "ltr"
}

var scripts = []struct {
	code  string
	table *unicode.RangeTable
}{
	{"Latn", unicode.Latin}, {"Arab", unicode.Arabic}, {"Cyrl", unicode.Cyrillic}, {"Hebr", unicode.Hebrew}, {"Grek", unicode.Greek},
	{"Hani", unicode.Han}, {"Kana", unicode.Katakana}, {"Hira", unicode.Hiragana}, {"Hang", unicode.Hangul}, {"Thai", unicode.Thai},
	{"Deva", unicode.Devanagari}, {"Beng", unicode.Bengali}, {"Ethi", unicode.Ethiopic}, {"Armn", unicode.Armenian},
	{"Geor", unicode.Georgian}, {"Mymr", unicode.Myanmar}, {"Khmr", unicode.Khmer}, {"Syrc", unicode.Syriac},
}

// Script gives the ISO 15924 code of the script most letters are in; "Zyyy" when there are no letters, "Zzzz" when the
// script is none of the eighteen known here.
func Script(text string) string {
	var counts [18]int
	unknown, best := 0, -1
	for _, r := range sample(text) {
		if !unicode.IsLetter(r) {
			continue
		}
		known := false
		for i := range scripts {
			if unicode.Is(scripts[i].table, r) {
				counts[i]++
				known = true
				break
			}
		}
		if !known && !unicode.Is(unicode.Common, r) && !unicode.Is(unicode.Inherited, r) {
			unknown++
		}
	}
	for i, n := range counts {
		if n > 0 && (best < 0 || n > counts[best]) {
			best = i
		}
	}
	switch {
	case best >= 0 && counts[best] >= unknown:
		return scripts[best].code
	case unknown > 0:
		return "Zzzz"
	}
	return "Zyyy"
}

// Letters that only some languages of the Arabic script use, as typed (before folding). Weighed with frequent words: a
// letter kept for one language tells more than a word that several share.
var (
	letterSigns = map[rune]string{
		'ڕ': "ckb", 'ڵ': "ckb", 'ێ': "ckb", 'ۆ': "ckb", 'ە': "ckb", 'ڤ': "ckb",
		'ٹ': "ur", 'ڈ': "ur", 'ڑ': "ur", 'ں': "ur", 'ے': "ur", 'ہ': "ur", 'ھ': "ur",
		'ة': "ar", 'ى': "ar", 'أ': "ar", 'إ': "ar", 'ك': "ar", 'ي': "ar",
		'پ': "fa", 'چ': "fa", 'ژ': "fa", 'گ': "fa", 'ک': "fa", 'ی': "fa",
	}
	// Words stand here normalized.
	wordSigns = map[string]string{
		"في": "ar", "من": "ar", "علي": "ar", "الي": "ar", "التي": "ar", "الذي": "ar", "عن": "ar", "هذا": "ar", "ان": "ar", "كان": "ar",
		"است": "fa", "را": "fa", "كه": "fa", "در": "fa", "اين": "fa", "براي": "fa", "با": "fa", "از": "fa", "شد": "fa", "مي": "fa",
		"هے": "ur", "كي": "ur", "كا": "ur", "ميں": "ur", "اور": "ur", "نے": "ur", "سے": "ur", "كے": "ur", "پر": "ur",
		"بۆ": "ckb", "لە": "ckb", "كە": "ckb", "يەو": "ckb", "بە": "ckb", "دە": "ckb",
		"the": "en", "of": "en", "and": "en", "to": "en", "in": "en", "is": "en", "was": "en", "that": "en", "for": "en", "with": "en",
		"on": "en", "at": "en", "he": "en", "by": "en", "from": "en", "has": "en", "are": "en", "his": "en", "not": "en", "it": "en",
	}
)

// Language guesses among ar, fa, ur, ckb and en, from script, letters and frequent words; "und" for all else and for texts
// that give no sign. It is meant to route and to ask for a gist, not to be relied on: a name alone has no language.
func Language(text string) string {
	text = sample(text)
	score := map[string]int{}
	script := Script(text)
	if script == "Arab" {
		for _, r := range text {
			if l := letterSigns[r]; l != "" {
				score[l]++
				if l == "ur" || l == "ckb" {
					score[l] += 2 // no other of the four uses them
				}
			}
		}
	}
	words := 0
	s := scanner{text: text}
	for s.next() {
		words++
		if l := wordSigns[string(s.word)]; l != "" && (l == "en") == (script == "Latn") {
			score[l] += 3
		}
	}
	if script == "Latn" {
		if score["en"] > 0 && score["en"]*5 >= words { // about one word in fifteen
			return "en"
		}
		return "und"
	}
	best := "und"
	for _, l := range []string{"ar", "fa", "ur", "ckb"} {
		if score[l] > score[best] {
			best = l
		}
	}
	return best
}
