package textindex

import (
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// graphemeFloor gives the last grapheme border at or before a byte offset.
func graphemeFloor(text string, at int) int {
	floor, _ := graphemeAround(text, at)
	return floor
}

// graphemeCeil gives the first grapheme border at or after a byte offset.
func graphemeCeil(text string, at int) int {
	_, ceil := graphemeAround(text, at)
	return ceil
}

// graphemeAround walks graphemes from a border known to be one.
func graphemeAround(text string, at int) (floor, ceil int) {
	if at <= 0 {
		return 0, 0
	}
	if at >= len(text) {
		return len(text), len(text)
	}
	pos, state := sureBorder(text, at), -1
	for pos < at {
		cluster, _, _, next := uniseg.FirstGraphemeClusterInString(text[pos:], state)
		if pos+len(cluster) > at {
			return pos, pos + len(cluster)
		}
		pos += len(cluster)
		state = next
	}
	return at, at
}

// sureBorder goes back from an offset to a place that is a grapheme border whatever stands before it: between two runes
// that never join a neighbor. Texts of scripts that offer no such place are walked from the start.
func sureBorder(text string, at int) int {
	for at > 0 {
		if at < len(text) && utf8.RuneStart(text[at]) {
			after, _ := utf8.DecodeRuneInString(text[at:])
			before, _ := utf8.DecodeLastRuneInString(text[:at])
			if keepsApart(before) && keepsApart(after) || after >= ' ' && after < 0x7f && !mayPrepend(before) {
				return at
			}
		}
		at--
	}
	return 0
}

// mayPrepend tells characters that can form a cluster with whatever follows (Grapheme_Cluster_Break Prepend), and all those
// beyond the basic plane, where more are.
func mayPrepend(r rune) bool {
	return r > 0xffff || r == 0x0d4e || unicode.Is(unicode.Cf, r)
}

// graphemeBorders gives all grapheme borders of a stretch that begins and ends with one, counted from the offset base.
func graphemeBorders(stretch string, base int) []int {
	borders := []int{base}
	for state := -1; stretch != ""; {
		var cluster string
		cluster, stretch, _, state = uniseg.FirstGraphemeClusterInString(stretch, state)
		base += len(cluster)
		borders = append(borders, base)
	}
	return borders
}

// keepsApart names letters and signs that neither extend, nor begin, nor continue a cluster of more than their own marks.
func keepsApart(r rune) bool {
	switch {
	case r < 0x80:
		return r >= ' ' && r < 0x7f
	case r >= 0xc0 && r <= 0x2ff, r >= 0x400 && r <= 0x482:
		return true
	case r >= 0x620 && r <= 0x64a, r >= 0x671 && r <= 0x6d3:
		return true
	case r >= 0x3400 && r <= 0x9fff, r >= 0x3041 && r <= 0x3096, r >= 0x30a1 && r <= 0x30fa:
		return unicode.IsLetter(r)
	}
	return false
}
