package requirement

import (
	"cmp"
	"slices"

	"cutout/internal/day"
)

// Answer is one item that bears on a requirement. Origin names where the knowledge comes from, after shared origins have
// been merged: two reports of one origin are one voice.
type Answer struct {
	Requirement ID
	Source      string     // pseudonym or id of the column
	Origin      string     // independent origin
	Fresh       day.Period // the time the information speaks of
	Basis       string     // basis of knowledge
	Item        string     // item id
}

// Cell is one requirement by one source.
type Cell struct {
	Source    string
	Count     int
	Freshest  day.Period // latest time spoken of; zero when none is dated
	FirstHand int        // answers whose basis is direct, participant or document
}

// Row is the coverage of one requirement. A requirement is also covered by what answers its descendants.
type Row struct {
	Requirement  ID
	Cells        []Cell // by source, in source order; only sources with answers
	Answers      int
	Origins      int        // independent origins
	Freshest     day.Period // latest time spoken of
	Gap          bool       // open and nobody answers
	SingleOrigin bool       // answered, and everything goes back to one origin
	Overdue      bool       // open past its latest time of value on the day asked
}

// Keyed is a requirement with its id.
type Keyed struct {
	ID ID
	Requirement
}

// Coverage is the matrix of requirements by sources as it stands on a day, one row per requirement in the order given.
// Answers to unknown requirements are left out. Parents gather what answers their descendants; a ring of parents, which
// only damaged data could hold, is walked once.
func Coverage(wanted []Keyed, answers []Answer, on day.Day) []Row {
	index := make(map[ID]int, len(wanted))
	for i, q := range wanted {
		index[q.ID] = i
	}
	type tally struct {
		cells   map[string]*Cell
		origins map[string]bool
		items   map[string]bool
	}
	sums := make([]tally, len(wanted))
	rows := make([]Row, len(wanted))
	for i, q := range wanted {
		sums[i] = tally{map[string]*Cell{}, map[string]bool{}, map[string]bool{}}
		rows[i].Requirement = q.ID
	}
	for _, a := range answers {
		seen := map[int]bool{}
		for at, ok := index[a.Requirement]; ok && !seen[at]; at, ok = index[wanted[at].Parent] {
			seen[at] = true
			t := &sums[at]
			if a.Item != "" && t.items[a.Item] {
				continue // one item that answers two children answers their parent once
			}
			t.items[a.Item] = true
			c := t.cells[a.Source]
			if c == nil {
				c = &Cell{Source: a.Source}
				t.cells[a.Source] = c
			}
			c.Count++
			if a.Basis == "direct" || a.Basis == "participant" || a.Basis == "document" {
				c.FirstHand++
			}
			c.Freshest = later(c.Freshest, a.Fresh)
			rows[at].Freshest = later(rows[at].Freshest, a.Fresh)
			rows[at].Answers++
			t.origins[a.Origin] = true
		}
	}
	for i := range rows {
		r, t := &rows[i], sums[i]
		for _, c := range t.cells {
			r.Cells = append(r.Cells, *c)
		}
		slices.SortFunc(r.Cells, func(a, b Cell) int { return cmp.Compare(a.Source, b.Source) })
		r.Origins = len(t.origins)
		open := wanted[i].State == Open
		r.Gap = open && r.Answers == 0
		r.SingleOrigin = r.Answers > 0 && r.Origins == 1
		r.Overdue = open && on > wanted[i].LatestOfValue
	}
	return rows
}

// later is the period that ends later; an unknown date never wins over a known one, and ties are settled by the start
// and then the text, so that the order of answers does not show.
func later(a, b day.Period) day.Period {
	if a.IsZero() {
		return b
	}
	if b.IsZero() || cmp.Or(cmp.Compare(a.Last, b.Last), cmp.Compare(a.First, b.First), cmp.Compare(a.Text, b.Text)) >= 0 {
		return a
	}
	return b
}
