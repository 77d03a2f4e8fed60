package casefile

import (
	"reflect"
	"sort"

	"cutout/internal/day"
)

// Moment is one thing becoming known: a record, or one later part of it. A player turns each into one act.
//
// Record is a view of the record as it stood then, a copy to read, not to write to: parts still to come read as an explicit
// null or are absent, references to records not yet there are left out (Later names them), claims and lifecycle
// events are left to their own moments. At a later part the view holds that part too.
type Moment struct {
	Day    day.Day
	Kind   Kind
	Part   Part
	ID     string // of the record
	Record Record
	Holder string   // the report of a claim, the source of a lifecycle event
	Later  []string // ids the record names that are not there yet; each has a PartLink moment, or never counts
	Field  string   // of a PartLink: the field that names Target
	Target string
}

// Timeline lays the case out by visible day. Inside one day the order is: whole records by kind, in the order of the
// Kind constants, the later parts of a kind right after its whole records, outcomes after assessments; inside a kind in
// the order of the file, but a record after those of its kind that it names. A reference that is still ahead
// of its record in this order becomes a moment of its own, PartLink, right after its target. Every record that ever
// counts appears as Whole exactly once; what never counts does not appear. The same case gives the same moments.
func (c *Case) Timeline() []Moment {
	days := c.days()
	b := &board{at: map[string]*standing{}}
	for i, e := range c.entries() {
		if days[e.record] == day.Never {
			continue
		}
		s := &standing{entry: e, day: days[e.record], order: i, shown: map[Part]bool{}}
		b.at[e.record.common().ID] = s
		b.all = append(b.all, s)
	}
	ids := make(map[string]bool, len(days))
	for rec := range days {
		ids[rec.common().ID] = true
	}
	known := func(id string) bool { return ids[id] }
	for _, s := range b.all {
		if s.holder != nil {
			s.named = append(s.named, mention{field: holderField(s.kind), id: s.holder.common().ID})
		}
		s.named = append(s.named, mentions(s.record, known)...)
	}
	b.play()
	return b.moments
}

func holderField(k Kind) string {
	if k == KindClaim {
		return "report"
	}
	return "source"
}

// board holds the records that count and the moments made so far.
type board struct {
	all     []*standing
	at      map[string]*standing
	moments []Moment
}

// standing is one record on the board.
type standing struct {
	entry
	day    day.Day
	order  int
	named  []mention
	placed bool // its Whole moment is made
	busy   bool // being placed: breaks circles of references
	shown  map[Part]bool
	owed   []debt // references to this record that wait for it
}

type debt struct {
	from  *standing
	field string
}

// step is one item of the play list before references are put in order.
type step struct {
	day  day.Day
	rank int // kind twice, one more for later parts
	of   *standing
	part Part
}

func (b *board) play() {
	var steps []step
	for _, s := range b.all {
		steps = append(steps, step{s.day, 2 * int(s.kind), s, Whole})
		for _, p := range parts(clone(s.record)) {
			rank := 2*int(s.kind) + 1
			if p.name == PartOutcome {
				rank = 2 * int(KindOutcome)
			}
			if p.on != day.Never {
				steps = append(steps, step{max(p.on, s.day), rank, s, p.name})
			}
		}
	}
	sort.SliceStable(steps, func(i, j int) bool {
		a, z := steps[i], steps[j]
		switch {
		case a.day != z.day:
			return a.day < z.day
		case a.rank != z.rank:
			return a.rank < z.rank
		}
		return a.of.order < z.of.order
	})
	for _, s := range steps {
		if s.part == Whole {
			b.place(s.of)
			continue
		}
		s.of.shown[s.part] = true
		b.moments = append(b.moments, b.moment(s.of, s.day, s.part))
	}
}

// place makes the Whole moment of a record, first those of the same day and kind that it names.
func (b *board) place(s *standing) {
	if s.placed || s.busy {
		return
	}
	s.busy = true
	for _, m := range s.named {
		if t := b.at[m.id]; t != nil && t.day == s.day && t.kind == s.kind {
			b.place(t)
		}
	}
	s.placed, s.busy = true, false
	b.moments = append(b.moments, b.moment(s, s.day, Whole))
	for _, m := range s.named {
		if t := b.at[m.id]; t != nil && !t.placed {
			t.owed = append(t.owed, debt{s, m.field})
		}
	}
	for _, o := range s.owed {
		link := b.moment(o.from, s.day, PartLink)
		link.Field, link.Target = o.field, s.record.common().ID
		b.moments = append(b.moments, link)
	}
}

// moment is the record as it stands now.
func (b *board) moment(s *standing, on day.Day, p Part) Moment {
	m := Moment{Day: on, Kind: s.kind, Part: p, ID: s.record.common().ID, Record: clone(s.record)}
	if s.holder != nil {
		m.Holder = s.holder.common().ID
	}
	for _, part := range parts(m.Record) {
		if !s.shown[part.name] {
			part.hide()
		}
	}
	waiting := map[string]bool{}
	for _, n := range s.named {
		if t := b.at[n.id]; t == nil || !t.placed {
			if !waiting[n.id] {
				m.Later = append(m.Later, n.id)
			}
			waiting[n.id] = true
		}
	}
	prune(reflect.ValueOf(m.Record).Elem(), "", func(_, id string) bool { return !waiting[id] })
	return m
}

// clone copies a record for a view; what has moments of its own is left out.
func clone(rec Record) Record {
	v := reflect.New(reflect.TypeOf(rec).Elem())
	v.Elem().Set(reflect.ValueOf(rec).Elem())
	view := v.Interface().(Record)
	switch view := view.(type) {
	case *Report:
		view.Claims = nil
	case *Source:
		view.Lifecycle = nil
	}
	return view
}
