package casefile

import (
	"strings"

	"cutout/internal/day"
)

// The days of a case, after section 2 of the watch's page:
//
//   - A dated record counts from the last day its date can mean; a range from the last day its start can mean, and what
//     only its end shows (the end itself, a count, "many") from the end, as a later part.
//   - known_from overrides; "never" is answer key and excluded, with all it holds (the claims of a report, the lifecycle
//     of a source).
//   - A claim counts from received_at, else from its report.
//   - Persons, organisations, topics and sources have no date of their own: they count from the first day on which a
//     record that names them does (a source no later than the last day its `from` can mean), else from the first
//     day of the case's period.
//   - Another record without a date counts from the latest first day of the records it names or belongs to, else from
//     the first day of the case's period.

// Visible is the first day on which a record of this case counts; day.Never when it never does, or is no record of it.
func (c *Case) Visible(rec Record) day.Day {
	if d, ok := c.days()[rec]; ok {
		return d
	}
	return day.Never
}

// counts is the day from which a date counts.
func counts(p day.Period) day.Day {
	if p.First == day.Never {
		return day.Never
	}
	return opening(p).Last
}

// opening is the start of a range, or the date itself.
func opening(p day.Period) day.Period {
	if start, _, ok := strings.Cut(p.Text, "/"); ok {
		if q, err := day.ParsePeriod(start); err == nil && !q.IsZero() {
			return q
		}
	}
	return p
}

func ranged(p day.Period) bool { return strings.Contains(p.Text, "/") }

// party reports whether a record counts from the day it is first named.
func (k Kind) party() bool { return k >= KindOrganisation && k <= KindSource }

// days is the first visible day of every record.
func (c *Case) days() map[Record]day.Day {
	all := c.entries()
	byID := map[string]Record{}
	for _, e := range all {
		byID[e.record.common().ID] = e.record
	}
	known := func(id string) bool { return byID[id] != nil }
	w := &daysWork{days: map[Record]day.Day{}, all: all, byID: byID, named: make([][]mention, len(all))}
	for i, e := range all {
		w.named[i] = mentions(e.record, known)
		w.dated(e)
	}
	w.relax()
	w.undated(c.opens())
	w.relax()
	for _, e := range all {
		if _, ok := w.days[e.record]; !ok {
			w.days[e.record] = c.opens()
		}
	}
	w.relax() // a party nobody named may itself name others
	return w.days
}

// opens is the first day of the case's period.
func (c *Case) opens() day.Day { return c.Metadata.Period.Value.Start.Value.First }

type daysWork struct {
	days  map[Record]day.Day
	all   []entry
	byID  map[string]Record
	named [][]mention
}

// dated sets the day of a record that gives one itself. Holders come before what they hold.
func (w *daysWork) dated(e entry) {
	if e.holder != nil && w.days[e.holder] == day.Never && w.has(e.holder) {
		w.days[e.record] = day.Never
		return
	}
	held := day.Day(-1 << 31) // what is kept back with its holder counts no earlier than the holder
	if e.holder != nil && e.holder.common().KnownFrom.Has() {
		held = w.days[e.holder]
	}
	if k := e.record.common().KnownFrom; k.Has() {
		w.days[e.record] = max(counts(k.Value), held)
	} else if d := date(e.record); d.Has() {
		w.days[e.record] = max(counts(d.Value), held)
	} else if e.kind == KindClaim && w.has(e.holder) {
		w.days[e.record] = w.days[e.holder]
	}
}

func (w *daysWork) has(rec Record) bool { _, ok := w.days[rec]; return ok }

// relax moves every party without known_from to the first day on which something names it, until nothing moves.
func (w *daysWork) relax() {
	kinds := map[Record]Kind{}
	for _, e := range w.all {
		kinds[e.record] = e.kind
	}
	for moved := true; moved; {
		moved = false
		earlier := func(rec Record, d day.Day) {
			if !kinds[rec].party() || rec.common().KnownFrom.Has() {
				return
			}
			if now, ok := w.days[rec]; d != day.Never && (!ok || d < now) {
				w.days[rec] = d
				moved = true
			}
		}
		for i, e := range w.all {
			d, ok := w.days[e.record]
			if !ok {
				continue
			}
			if e.holder != nil {
				earlier(e.holder, d)
			}
			for _, m := range w.named[i] {
				earlier(w.byID[m.id], d)
			}
		}
	}
}

// undated sets the day of records without a date from what they name and belong to.
func (w *daysWork) undated(opens day.Day) {
	for i, e := range w.all {
		if w.has(e.record) || e.kind.party() {
			continue
		}
		latest, found := opens, false
		note := func(rec Record) {
			if d, ok := w.days[rec]; ok && d != day.Never && (!found || d > latest) {
				latest, found = d, true
			}
		}
		if e.holder != nil {
			note(e.holder)
		}
		for _, m := range w.named[i] {
			note(w.byID[m.id])
		}
		w.days[e.record] = latest
	}
}
