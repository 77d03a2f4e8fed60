// Package grading holds the marks people give to a source and to what it said: the Admiralty code, the UK and Europol
// schemes, traffic-light and handling codes, and the words for probability. A grade belongs to one scheme: the same
// letter means different things in two schemes, so nothing here reads a letter without its scheme, averages a letter
// with a digit, sorts "cannot be judged" below "unreliable", or grades anything by itself.
package grading

import "slices"

// Words is one wording in the two languages of the house.
type Words struct{ English, Arabic string }

// In is the wording in the language ("ar"; any other value reads English).
func (w Words) In(lang string) string {
	if lang == "ar" {
		return w.Arabic
	}
	return w.English
}

// Unofficial is what print sets beside an Arabic wording of a scheme: the schemes are official in English only, and
// the Arabic is our own translation.
const Unofficial = "ترجمة غير رسمية"

// Scheme names a grading scheme. It is stored with every grade.
type Scheme string

// The schemes of doctrine 3.1 to 3.4, and Prose for grades that history gave in words.
const (
	Admiralty   Scheme = "admiralty" // NATO wording
	FieldManual Scheme = "fm-2-22.3" // the same marks in the wording of US Army FM 2-22.3, appendix B
	ThreeByFive Scheme = "3x5x2"     // UK, in use
	FiveByFive  Scheme = "5x5x5"     // UK, historic records
	Europol     Scheme = "4x4"
	Prose       Scheme = "prose"
)

// Schemes lists every scheme, in the order people read them.
func Schemes() []Scheme {
	return []Scheme{Admiralty, FieldManual, ThreeByFive, FiveByFive, Europol, Prose}
}

// Standing is which side of its scale a mark is on. Unknown is no side: it is not the worst.
type Standing uint8

// The standings. Between is a mark that leans neither way ("fairly reliable", "possibly true").
const (
	Unknown Standing = iota
	Favourable
	Between
	Doubtful
)

// Mark is one mark of one axis. Verified is false where the official wording could not be read in a source and stands
// in part from memory (doctrine 3.3, the last words of Europol 4, and the middle
// words of FM 2-22.3 B to D): show it as "confirm the wording".
type Mark struct {
	Code     string
	Wording  Words
	Standing Standing
	Verified bool
}

// sheet is one scheme: its names and its two axes, each from best to worst with the unknown mark in its printed place.
type sheet struct {
	name            Words
	source, content []Mark
}

// Name is the scheme's name; empty for an unknown scheme.
func (s Scheme) Name() Words { return sheets[s].name }

// Valid reports whether the scheme is one of Schemes.
func (s Scheme) Valid() bool { _, ok := sheets[s]; return ok }

// SourceMarks are the marks a source may be given, in the scheme's printed order.
func (s Scheme) SourceMarks() []Mark { return slices.Clone(sheets[s].source) }

// ContentMarks are the marks an item may be given, in the scheme's printed order.
func (s Scheme) ContentMarks() []Mark { return slices.Clone(sheets[s].content) }

// find is the mark with the code and its place on the axis.
func find(axis []Mark, code string) (Mark, int, bool) {
	for i, m := range axis {
		if m.Code == code {
			return m, i, true
		}
	}
	return Mark{}, 0, false
}
