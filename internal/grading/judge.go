package grading

func (g Grade) sourceStanding() (Standing, bool) {
	m, _, ok := find(sheets[g.scheme].source, g.source)
	return m.Standing, ok
}

func (g Grade) contentStanding() (Standing, bool) {
	m, _, ok := find(sheets[g.scheme].content, g.content)
	return m.Standing, ok
}

// SourceKnown reports whether the source was judged: a mark was given and it is not the scheme's "cannot be judged".
func (g Grade) SourceKnown() bool { s, ok := g.sourceStanding(); return ok && s != Unknown }

// ContentKnown reports whether the content was judged. Prose "unconfirmed" is no judgment: nobody had checked.
func (g Grade) ContentKnown() bool { s, ok := g.contentStanding(); return ok && s != Unknown }

// SourceFavourable reports whether the source mark is on the good side (Admiralty A, B).
func (g Grade) SourceFavourable() bool { s, ok := g.sourceStanding(); return ok && s == Favourable }

// SourceDoubtful reports whether the source mark is on the bad side (Admiralty D, E; never F).
func (g Grade) SourceDoubtful() bool { s, ok := g.sourceStanding(); return ok && s == Doubtful }

// ContentFavourable reports whether the content mark is on the good side (Admiralty 1, 2).
func (g Grade) ContentFavourable() bool { s, ok := g.contentStanding(); return ok && s == Favourable }

// ContentDoubtful reports whether the content mark is on the bad side (Admiralty 4, 5; never 6).
func (g Grade) ContentDoubtful() bool { s, ok := g.contentStanding(); return ok && s == Doubtful }

// ContentUnconfirmed reports whether a content mark was given that confirms nothing: doubtful or cannot be judged
// (Admiralty 4 to 6, Prose "unconfirmed" and "doubtful"), as the watch's rule axes-diverge asks. A mark not given is
// not unconfirmed.
func (g Grade) ContentUnconfirmed() bool {
	s, ok := g.contentStanding()
	return ok && (s == Doubtful || s == Unknown)
}

// CompareSource orders two source marks in the printed order of their scheme: 1 when a is the better, -1 when b is, 0
// when alike. ok is false, and the order means nothing, when the schemes differ or either mark is unknown or not given.
func CompareSource(a, b Grade) (order int, ok bool) {
	if a.scheme != b.scheme || !a.SourceKnown() || !b.SourceKnown() {
		return 0, false
	}
	return compare(sheets[a.scheme].source, a.source, b.source), true
}

// CompareContent orders two content marks as CompareSource orders source marks.
func CompareContent(a, b Grade) (order int, ok bool) {
	if a.scheme != b.scheme || !a.ContentKnown() || !b.ContentKnown() {
		return 0, false
	}
	return compare(sheets[a.scheme].content, a.content, b.content), true
}

func compare(axis []Mark, a, b string) int {
	_, i, _ := find(axis, a)
	_, j, _ := find(axis, b)
	switch {
	case i < j:
		return 1
	case i > j:
		return -1
	}
	return 0
}

// stix is the scale of the STIX 2.1 confidence appendix for Admiralty credibility (doctrine 3.7): the value written and
// the lowest value read back.
var stix = []struct {
	mark         string
	value, floor int
}{{"1", 90, 80}, {"2", 70, 60}, {"3", 50, 40}, {"4", 30, 20}, {"5", 10, 0}}

// STIXConfidence is the STIX 2.1 confidence of the content mark: 90, 70, 50, 30, 10 for 1 to 5. ok is false, and the
// property must be left out, for 6, for no content mark, and for every scheme but the two wordings of Admiralty. The
// source mark has no STIX confidence.
func (g Grade) STIXConfidence() (value int, ok bool) {
	if g.scheme != Admiralty && g.scheme != FieldManual {
		return 0, false
	}
	for _, s := range stix {
		if s.mark == g.content {
			return s.value, true
		}
	}
	return 0, false
}

// FromSTIX is the Admiralty grade with the content mark of a STIX confidence of 0 to 100 and no source mark; ok is false
// outside that range. An absent property is no grade: do not call it with 0 for absent.
func FromSTIX(confidence int) (g Grade, ok bool) {
	if confidence < 0 || confidence > 100 {
		return Grade{}, false
	}
	for _, s := range stix {
		if confidence >= s.floor {
			return Grade{scheme: Admiralty, content: s.mark}, true
		}
	}
	return Grade{}, false
}
