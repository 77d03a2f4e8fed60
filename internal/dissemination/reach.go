package dissemination

import (
	"errors"
	"slices"
	"strings"
	"unicode"

	"cutout/internal/officer"
)

// Edge says that one record rests on another: From is cited, To cites it.
type Edge struct{ From, To string }

// Hit is a record reached by a recall: how many citations away, and the place in the list of the hit it was reached
// from (-1 for a start). Chain spells the way out.
type Hit struct {
	ID   string
	Hops int
	Via  int
}

// Reach finds everything that rests on the starts, over any number of citations, nearest first; within one distance in
// the order of the hits they were reached from, then of ids, so that the order of edges does not show. The starts
// themselves are hits of 0 hops. Rings are safe; work and memory grow with records and edges alone.
func Reach(starts []string, edges []Edge) []Hit {
	to := map[string][]string{}
	for _, e := range edges {
		to[e.From] = append(to[e.From], e.To)
	}
	seen := map[string]bool{}
	var out []Hit
	for _, s := range slices.Compact(slices.Sorted(slices.Values(starts))) {
		seen[s] = true
		out = append(out, Hit{s, 0, -1})
	}
	for i := 0; i < len(out); i++ {
		next := to[out[i].ID]
		slices.Sort(next)
		for _, w := range next {
			if !seen[w] {
				seen[w] = true
				out = append(out, Hit{w, out[i].Hops + 1, i})
			}
		}
	}
	return out
}

// Chain is the shortest line of citations from a start to hit i of the list.
func Chain(hits []Hit, i int) []string {
	var out []string
	for ; i >= 0; i = hits[i].Via {
		out = append(out, hits[i].ID)
	}
	slices.Reverse(out)
	return out
}

// Normalizer brings spellings of one word to one form (case, vowel marks, Arabic letter shapes).
type Normalizer interface{ Normalize(s string) string }

// LintNames finds which forbidden names stand in a text, after normalizing both, as whole words; a name of several words
// is found when they stand side by side. It gives the forbidden names as they were given, in their order.
func LintNames(text string, forbidden []string, norm Normalizer) []string {
	words := split(norm.Normalize(text))
	at := map[string][]int{}
	for i, w := range words {
		at[w] = append(at[w], i)
	}
	var out []string
	for _, name := range forbidden {
		parts := split(norm.Normalize(name))
		if len(parts) == 0 || slices.Contains(out, name) {
			continue
		}
		if slices.ContainsFunc(at[parts[0]], func(i int) bool {
			return i+len(parts) <= len(words) && slices.Equal(words[i:i+len(parts)], parts)
		}) {
			out = append(out, name)
		}
	}
	return out
}

// split cuts at everything that is no letter, mark or digit, so that punctuation inside a name hides nothing.
func split(s string) []string {
	return strings.FieldsFunc(s, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsMark(c) && !unicode.IsDigit(c) })
}

// Why a release may not be approved by somebody.
var (
	ErrNotDraft  = errors.New("dissemination: only a draft can be approved")
	ErrOwnWork   = errors.New("dissemination: nobody approves a release he wrote")
	ErrOwnSource = errors.New("dissemination: the handler of a source does not release what that source said")
)

// MayApprove reports whether an officer may approve a release, given all who handle any source it rests on: nil,
// ErrNotDraft, ErrOwnWork or ErrOwnSource.
func MayApprove(r Release, approver officer.ID, handlers []officer.ID) error {
	switch {
	case r.State != Drafted:
		return ErrNotDraft
	case approver.IsZero() || approver == r.WrittenBy:
		return ErrOwnWork
	case slices.Contains(handlers, approver):
		return ErrOwnSource
	}
	return nil
}
