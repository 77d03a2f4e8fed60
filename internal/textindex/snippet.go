package textindex

import (
	"slices"
	"unicode/utf8"
)

// Segment is a piece of a snippet. Hit marks words that answer the query; Gap marks an ellipsis that stands for text left
// out. The segments without Gap, joined, are a stretch of the original text, byte for byte.
type Segment struct {
	Text string
	Hit  bool
	Gap  bool
}

// windowHits bounds how many hits are weighed for the best place and marked.
const windowHits = 512

// Snippet cuts about width characters (runes) around the place where most parts of the query stand together, or from the
// beginning when none does. It cuts between words and never inside a grapheme; a hit longer than width is shown whole.
// Whoever displays the segments isolates their direction.
func Snippet(text string, q Query, width int) []Segment {
	if text == "" || width <= 0 {
		return nil
	}
	var hits []hit
	if len(q.parts) > 0 {
		q.find(text, func(h hit) bool {
			hits = append(hits, h)
			return len(hits) < windowHits
		})
	}
	start, end := 0, 0
	if len(hits) > 0 {
		first, last := bestWindow(text, hits, len(q.parts), width)
		start, end = widen(text, hits[first].start, hits[last].end, width)
	} else {
		end = backToBorder(text, forward(text, 0, width), 0)
		if end == 0 {
			end = forward(text, 0, width)
		}
	}
	start, end = graphemeFloor(text, start), graphemeCeil(text, end)
	return segments(text, hits, start, end)
}

// bestWindow gives the first and last hit of the stretch of width runes that holds most parts, then most hits.
func bestWindow(text string, hits []hit, parts, width int) (first, last int) {
	bestParts, bestHits := 0, 0
	for i := range hits {
		seen, distinct := make([]bool, parts), 0
		runes, at := 0, hits[i].start
		for j := i; j < len(hits); j++ {
			if hits[j].end > at {
				runes += utf8.RuneCountInString(text[at:hits[j].end])
				at = hits[j].end
			}
			if j > i && runes > width {
				break
			}
			if !seen[hits[j].part] {
				seen[hits[j].part] = true
				distinct++
			}
			if n := j - i + 1; distinct > bestParts || distinct == bestParts && n > bestHits {
				bestParts, bestHits, first, last = distinct, n, i, j
			}
		}
	}
	return first, last
}

// widen fills a stretch up to width runes, a third of the rest before it, and cuts between words.
func widen(text string, start, end, width int) (int, int) {
	rest := max(0, width-utf8.RuneCountInString(text[start:end]))
	from := back(text, start, rest/3)
	rest -= utf8.RuneCountInString(text[from:start])
	to := forward(text, end, rest)
	rest -= utf8.RuneCountInString(text[end:to])
	from = back(text, from, rest)               // the text ended early: show more before
	for cut := from > 0; cut && from < start; { // begin with a word
		r, size := utf8.DecodeRuneInString(text[from:])
		if fold(r) != breaks && !inWord(text, from) {
			break
		}
		from += size
	}
	return from, backToBorder(text, to, end)
}

// backToBorder moves a cut back to between two words, not before least.
func backToBorder(text string, cut, least int) int {
	for cut < len(text) && cut > least && inWord(text, cut) {
		_, size := utf8.DecodeLastRuneInString(text[:cut])
		cut -= size
	}
	return cut
}

// inWord tells whether the runes on both sides of a cut belong to one word.
func inWord(text string, cut int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:cut])
	after, _ := utf8.DecodeRuneInString(text[cut:])
	return fold(before) != breaks && fold(after) != breaks && !standsAlone(after) && !standsAlone(before)
}

func forward(text string, at, runes int) int {
	for ; runes > 0 && at < len(text); runes-- {
		_, size := utf8.DecodeRuneInString(text[at:])
		at += size
	}
	return at
}

func back(text string, at, runes int) int {
	for ; runes > 0 && at > 0; runes-- {
		_, size := utf8.DecodeLastRuneInString(text[:at])
		at -= size
	}
	return at
}

func segments(text string, hits []hit, start, end int) []Segment {
	var out []Segment
	if start > 0 {
		out = append(out, Segment{Text: "…", Gap: true})
	}
	at := start
	borders := graphemeBorders(text[start:end], start)
	for _, h := range hits {
		if h.end <= at || h.start < start || h.end > end {
			continue
		}
		i, _ := slices.BinarySearch(borders, max(h.start, at))
		from := borders[i]
		if from > max(h.start, at) {
			from = borders[i-1]
		}
		i, _ = slices.BinarySearch(borders, h.end)
		to := borders[i]
		if from > at {
			out = append(out, Segment{Text: text[at:from]})
		}
		if n := len(out) - 1; from == at && n >= 0 && out[n].Hit {
			out[n].Text += text[from:to]
		} else {
			out = append(out, Segment{Text: text[from:to], Hit: true})
		}
		at = to
	}
	if at < end {
		out = append(out, Segment{Text: text[at:end]})
	}
	if end < len(text) {
		out = append(out, Segment{Text: "…", Gap: true})
	}
	return out
}
