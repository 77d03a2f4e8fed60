package textindex

import "unicode"

// What fold answers besides a letter.
const (
	breaks rune = -1 // ends a word
	drops  rune = 0  // vanishes without ending the word
)

// asciiFold gives the lower-case letter or digit, or 0 for everything that ends a word.
var asciiFold = func() (t [128]byte) {
	for c := range t {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			t[c] = byte(c)
		case c >= 'A' && c <= 'Z':
			t[c] = byte(c) + 'a' - 'A'
		}
	}
	return t
}()

// arabicFold is fold for U+0600-U+06FF: steps 2 to 5 of the recipe in one table.
var arabicFold = func() (t [256]rune) {
	for i := range t {
		t[i] = foldByCategory(rune(0x600 + i))
	}
	set := func(to rune, from string) {
		for _, r := range from {
			t[r-0x600] = to
		}
	}
	set(drops, "ـء") // tatweel, bare hamza
	set('ا', "أإآٱ")
	set('ي', "ىیېئ")
	set('ه', "ةہھۀۂ") // the last two are ه or ہ under a hamza mark, as typed on Persian and Urdu keyboards
	set('و', "ؤ")
	set('ك', "کگ")
	for d := range rune(10) {
		t[0x60+d] = '0' + d
		t[0xf0+d] = '0' + d
	}
	return t
}()

// fold takes one letter of NFKC text to its searchable form, or says that it drops out or ends the word.
func fold(r rune) rune {
	switch {
	case r < 0x80:
		if f := asciiFold[r]; f != 0 {
			return rune(f)
		}
		return breaks
	case r >= 0x600 && r <= 0x6ff:
		return arabicFold[r-0x600]
	}
	return foldByCategory(r)
}

// foldByCategory keeps letters (lower-cased), digits and spacing vowel signs, drops invisible and combining marks. Spacing
// vowel signs (Mc) are kept because words of Indic scripts would otherwise fall apart at every vowel.
func foldByCategory(r rune) rune {
	switch {
	case unicode.IsLetter(r):
		return unicode.ToLower(r)
	case unicode.IsDigit(r), unicode.Is(unicode.Mc, r):
		return r
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return drops
	}
	return breaks
}

// standsAlone tells the letters of scripts written without spaces. Each is a word by itself; a query written as one run of
// them becomes a phrase.
func standsAlone(r rune) bool {
	if r < 0x0e00 {
		return false
	}
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}
