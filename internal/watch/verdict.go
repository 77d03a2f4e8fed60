package watch

import (
	"cmp"
	"slices"
	"strings"

	"cutout/internal/day"
)

// verdict is what a claim was held to be in a stretch of days: true, false or partly.
type verdict struct {
	from, until day.Day
	result      string
	outcome     string // the record
}

// judge turns the outcomes of each claim into stretches. The latest outcome counts; a repeat changes nothing; "unknown"
// ends a stretch and opens the claim again.
func (ix *Index) judge(outcomes []*Outcome) {
	ix.verdicts = make([][]verdict, len(ix.claims))
	slices.SortStableFunc(outcomes, func(a, b *Outcome) int { return cmp.Compare(a.Seen, b.Seen) })
	for _, o := range outcomes {
		c, ok := ix.claimAt[o.Claim]
		if !ok {
			continue
		}
		at, vs := max(o.Seen, ix.claims[c].Seen), ix.verdicts[c]
		if n := len(vs); n > 0 && vs[n-1].until == day.Never {
			if vs[n-1].result == o.Result {
				continue
			}
			vs[n-1].until = at
		}
		switch o.Result {
		case "true", "false", "partly":
			vs = append(vs, verdict{at, day.Never, o.Result, o.ID})
		}
		ix.verdicts[c] = vs
	}
}

// decidedOn is the first day a claim had an outcome true, false or partly; day.Never while it is open.
func (ix *Index) decidedOn(claim int) day.Day {
	for _, v := range ix.verdicts[claim] {
		if v.until > v.from {
			return v.from
		}
	}
	return day.Never
}

// rank orders bases of knowledge: first-hand 3, a sub-source's 2, hearsay and inference 1, unknown 0.
func rank(basis string) int {
	switch basis {
	case "direct", "participant", "document":
		return 3
	case "sub-source":
		return 2
	case "hearsay", "inference":
		return 1
	}
	return 0
}

func firstHand(basis string) bool { return rank(basis) == 3 }

// late reports whether a claim was received after it could still be used. On the day itself the hours decide, where both
// dates give them.
func late(c *Claim) bool {
	if c.UsefulUntil.IsZero() || c.When.IsZero() {
		return false
	}
	if c.When.First != c.UsefulUntil.Last {
		return c.When.First > c.UsefulUntil.Last
	}
	_, got, a := strings.Cut(c.When.Text, "T")
	_, use, b := strings.Cut(c.UsefulUntil.Text, "T")
	return a && b && got > use
}

// siblings are the claims to compare a claim with: the other claims of his source. The people of a collective source are
// strangers to each other, so there, and where a report has no source, only the claims of the same report are siblings.
func (ix *Index) siblings(claim int) []int {
	if s := ix.claimSource[claim]; s >= 0 && ix.sources[s].Identity != "collective" {
		return ix.claimsBy[s]
	}
	if r := ix.claimReport[claim]; r >= 0 {
		return ix.claimsOf[r]
	}
	return nil
}

// openness answers, for one family of claims, until when any claim seen by a day, of more than a given rank, stays open.
type openness [5]struct{ seen, until []day.Day } // by rank from 0 to one above the best: claims of that rank or better, by Seen; until is a running maximum

func (ix *Index) openness(family []int) *openness {
	var o openness
	byDay := slices.Clone(family)
	slices.SortFunc(byDay, func(a, b int) int {
		return cmp.Or(cmp.Compare(ix.claims[a].Seen, ix.claims[b].Seen), cmp.Compare(a, b))
	})
	for _, c := range byDay {
		d := ix.decidedOn(c)
		for r := range rank(ix.claims[c].Basis) + 1 {
			l := &o[r]
			m := d
			if n := len(l.until); n > 0 {
				m = max(m, l.until[n-1])
			}
			l.seen, l.until = append(l.seen, ix.claims[c].Seen), append(l.until, m)
		}
	}
	return &o
}

// openUntil is the day the last of the claims seen by the given day, of at least the given rank, is decided; it is no
// later than that day when none is open.
func (o *openness) openUntil(rank int, on day.Day) day.Day {
	n, _ := slices.BinarySearch(o[rank].seen, on+1)
	if n == 0 {
		return on
	}
	return max(on, o[rank].until[n-1])
}
