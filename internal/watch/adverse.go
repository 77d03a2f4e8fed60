package watch

import (
	"slices"
	"strings"

	"cutout/internal/day"
)

// Unseen is one reason why an act may not go ahead: an adverse notice nobody was shown, an approver not named, a digest
// missing or older than what is known.
type Unseen struct {
	Why           string // unread, no-approver, no-digest, stale-digest
	Notice        string
	Readers       []string // mandatory readers without a receipt, for unread
	from, until   day.Day
	noticeVisible day.Day
}

// AdverseUnseen answers whether an act of the View may go ahead on the day of the Index: it may when the answer is empty.
// Casework refuses the act with this answer; the rule "adverse-unseen" raises it.
func (ix *Index) AdverseUnseen(act string) []Unseen {
	for _, a := range ix.acts {
		if a.ID != act {
			continue
		}
		w := ix.warnings()
		return slices.DeleteFunc(ix.unseen(a, w), func(u Unseen) bool { return u.from > ix.day || u.until <= ix.day })
	}
	return nil
}

// adverse kinds count for a digest; the first three warn before a meeting.
var adverseKinds = []string{"security", "compromise", "suspected-control", "fabrication-notice", "recantation", "doubt",
	"contradiction", "dissent", "allegation", "complaint", "adverse-review", "recall"}

// warned holds the adverse notices by the id of the source, person or contact they speak of, and who has read what.
type warned struct {
	about map[string][]*Notice
	read  map[[2]string]day.Day
}

func (ix *Index) warnings() warned {
	w := warned{map[string][]*Notice{}, ix.receiptDays()}
	for _, n := range ix.notices {
		if !slices.Contains(adverseKinds, n.Kind) {
			continue
		}
		ids := append([]string{n.About}, n.Relates...)
		for _, id := range slices.Clone(ids) {
			for _, s := range ix.sourcesNamed(id) {
				ids = append(ids, ix.sources[s].ID)
			}
		}
		slices.Sort(ids)
		for _, id := range slices.Compact(ids) {
			if id != "" {
				w.about[id] = append(w.about[id], n)
			}
		}
	}
	return w
}

// unread is how long a warning stayed unread: until the last mandatory reader has it. Where no readers are named, a
// response of "none" says that nobody has acted on it; to a suspicion of control that is no proof that nobody read it.
func (w warned) unread(n *Notice) (readers []string, until day.Day, ok bool) {
	if until = day.Never; len(n.Readers) > 0 {
		until = Always
	}
	for _, r := range n.Readers {
		d := readOn(w.read, n.ID, r)
		if until = max(until, d); d > n.Seen {
			readers = append(readers, r)
		}
	}
	if len(n.Readers) > 0 {
		return readers, until, len(readers) > 0
	}
	return nil, until, n.Response == "none" && n.Kind != "suspected-control"
}

// before reports whether a notice was known when the act was done or decided; an open act knows everything.
func before(n *Notice, when day.Period) bool { return when.IsZero() || n.Seen <= when.Last }

func (ix *Index) unseen(a *Act, w warned) (out []Unseen) {
	notices := w.about[a.Source]
	for _, p := range a.Participants {
		notices = append(slices.Clone(notices), w.about[p]...)
	}
	slices.SortFunc(notices, func(x, y *Notice) int { return strings.Compare(x.ID, y.ID) })
	notices = slices.Compact(notices)
	switch a.Kind {
	case "meeting":
		for _, n := range notices {
			if !slices.Contains(adverseKinds[:3], n.Kind) || !before(n, a.When) {
				continue
			}
			if readers, until, ok := w.unread(n); ok {
				out = append(out, Unseen{"unread", n.ID, readers, max(a.Seen, n.Seen), min(until, ix.resolvedOn(n)), n.Seen})
			}
		}
	case "waiver":
		if a.Approver == "" {
			out = append(out, Unseen{Why: "no-approver", from: a.Seen, until: day.Never})
		}
	case "application":
		if a.Digest.IsZero() {
			return append(out, Unseen{Why: "no-digest", from: a.Seen, until: day.Never})
		}
		for _, n := range notices {
			if n.Seen > a.Digest.Last && before(n, a.When) {
				out = append(out, Unseen{"stale-digest", n.ID, nil, max(a.Seen, n.Seen), ix.resolvedOn(n), n.Seen})
			}
		}
	}
	return out
}

func adverseUnseen(s *sweep) {
	w := s.warnings()
	raise := func(a *Act) {
		for _, u := range s.unseen(a, w) {
			params := []string{"act", a.ID}
			if u.Notice != "" {
				params = append(params, "notice", u.Notice, "notice_day", u.noticeVisible.String())
			}
			s.add(cause{key: []string{a.ID}, from: u.from, until: u.until, variant: u.Why, params: params,
				subjects: append(s.known(u.Notice), s.known(a.Source)...)})
		}
	}
	for _, a := range s.acts {
		if src, ok := s.sourceAt[a.Source]; !ok || !s.isSubject(src) {
			raise(a)
		}
	}
	// A meeting that took place is an act too: an imported case has no plans.
	for _, c := range s.contacts {
		src, ok := s.sourceAt[c.Source]
		if ok && inPerson(c.Type) && !c.Opponent && !s.isSubject(src) {
			raise(&Act{Record: c.Record, Kind: "meeting", Source: c.Source, Participants: c.Participants})
		}
	}
}
