// Package names compares person names across scripts and spellings. So far it holds the coarse form under which a unit
// asks whether somebody is already registered; the comparison itself comes with the names engine.
package names

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Skeleton is the coarse form of one part of a name: its consonants in classes that Arabic and Latin spellings of one name
// share, without doubling and without vowels but for a mark where it begins with one. It errs on the side of the same: a hit is a reason to ask, never an answer. A part in
// another script stands for itself, in small letters.
//
// The classes follow the usual romanizations (al-Tonji 2012 for newspapers; BGN/PCGN and DIN 31635 for the letters they
// disagree on): what any of them writes with one letter is in one class.
func Skeleton(part string) string {
	s := fold(part)
	for _, d := range digraphs {
		s = strings.ReplaceAll(s, d[0], d[1])
	}
	var out []rune
	for i, r := range s {
		if i == 0 && strings.ContainsRune(begins, r) {
			out = append(out, 'a')
			continue
		}
		c, known := classes[r]
		if !known {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				c = r
			} else {
				continue
			}
		}
		if c == silent || len(out) > 0 && out[len(out)-1] == c {
			continue
		}
		out = append(out, c)
	}
	if n := len(out); n > 1 && out[n-1] == 'h' { // ta marbuta, and the h that often stands for it
		out = out[:n-1]
	}
	return string(out)
}

const silent = 0

// begins are the vowels, and the letters Latin spellings leave out or write as one, that a part may begin with.
const begins = "aeiouاأإآعٱ"

// fold takes accents, Arabic vowel signs and the tatweel off and makes letters small.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) || r == 'ـ' || r == '\'' || r == '’' || r == 'ʿ' || r == 'ʾ' || r == '`' {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(s))
}

// digraphs are written with two letters in Latin script, longest first.
var digraphs = [][2]string{{"x", "ks"}, {"tch", "š"}, {"sch", "š"}, {"dj", "j"}, {"sh", "š"}, {"ch", "š"}, {"kh", "h"}, {"gh", "g"}, {"th", "t"}, {"dh", "d"}, {"ph", "f"}, {"ck", "k"}}

var classes = func() map[rune]rune {
	m := map[rune]rune{}
	for class, letters := range map[rune]string{
		'b': "bpبپ", 't': "tتطث", 'g': "gjجغگ", 'h': "hحهخ", 'd': "dدضذ", 'r': "rر", 'z': "zزظ", 's': "sسص", 'š': "šشچ",
		'f': "fvفڤ", 'k': "kqcقكک", 'l': "lل", 'm': "mم", 'n': "nن",
		silent: "aeiouwyاأإآىيیئوؤءعةٱ",
	} {
		for _, r := range letters {
			m[r] = class
		}
	}
	m['š'] = 'š' // only the digraphs make it: a letter written with a caron arrives as its base
	return m
}()
