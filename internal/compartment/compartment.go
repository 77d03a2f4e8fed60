// Package compartment decides who may read what. A Label says how closely a record is held; a Scope is what one officer
// may read at one moment. Nothing here looks at a duty or a name: reading is decided by level, compartments and
// releasability alone, and there is no officer whom a label does not bind.
//
// See docs/decisions/0006-hidden-equals-missing.md.
package compartment

import (
	"encoding/binary"
	"errors"
	"slices"

	"cutout/internal/id"
)

type kind struct{}

// Prefix names compartments "cpt_…" and "K-…".
func (kind) Prefix() (string, string) { return "cpt", "K" }

// ID names a compartment: an operation, a desk, or the compartment every source has of its own.
type ID = id.Of[kind]

// Level orders how harmful disclosure would be. Its names are the profile pack's ("OFFICIAL-SENSITIVE").
type Level uint8

// Org is an organization a record may be released to, by its code in the unit's list ("NORTH").
type Org string

// Label is how closely a record is held. All compartments are needed (AND); one organization of Releasable is enough,
// and an empty Releasable means no limit by organization.
type Label struct {
	Level        Level
	Compartments []ID
	Releasable   []Org
	Originator   Org
}

// Normal puts a label into its one canonical form: sorted and without repeats.
func (l Label) Normal() Label {
	c := slices.Clone(l.Compartments)
	slices.SortFunc(c, func(a, b ID) int { return slices.Compare(a[:], b[:]) })
	o := slices.Clone(l.Releasable)
	slices.Sort(o)
	return Label{l.Level, slices.Compact(c), slices.Compact(o), l.Originator}
}

// Nobody is the releasability of a Join whose parts share no organization: no reader has this code.
const Nobody Org = "\x00nobody"

// Join is the label of anything derived from all the given labels: highest level, all compartments, and only the
// organizations every part allows. The originator stays when all agree. Join of nothing is the zero Label.
func Join(labels ...Label) Label {
	var out Label
	limited := false
	for i, l := range labels {
		out.Level = max(out.Level, l.Level)
		out.Compartments = append(out.Compartments, l.Compartments...)
		if len(l.Releasable) > 0 {
			if !limited {
				out.Releasable, limited = slices.Clone(l.Releasable), true
			} else {
				out.Releasable = slices.DeleteFunc(out.Releasable, func(o Org) bool { return !slices.Contains(l.Releasable, o) })
			}
		}
		if i == 0 {
			out.Originator = l.Originator
		} else if out.Originator != l.Originator {
			out.Originator = ""
		}
	}
	if limited && len(out.Releasable) == 0 {
		out.Releasable = []Org{Nobody}
	}
	return out.Normal()
}

// Dominates reports whether everything a reader of l may be asked for is at least what m asks: l is as closely held as m.
func (l Label) Dominates(m Label) bool {
	j := Join(l, m).Normal()
	j.Originator = l.Originator
	return slices.Equal(j.Encode(), l.Normal().Encode())
}

// Encode is the canonical byte form under which labels are interned.
func (l Label) Encode() []byte {
	n := l.Normal()
	b := []byte{1, byte(n.Level)}
	b = binary.AppendUvarint(b, uint64(len(n.Compartments)))
	for _, c := range n.Compartments {
		b = append(b, c[:]...)
	}
	b = binary.AppendUvarint(b, uint64(len(n.Releasable)))
	for _, o := range append(slices.Clone(n.Releasable), n.Originator) {
		b = binary.AppendUvarint(b, uint64(len(o)))
		b = append(b, o...)
	}
	return b
}

// ErrEncoding means stored label bytes are damaged.
var ErrEncoding = errors.New("compartment: damaged label")

// Decode reads what Encode wrote.
func Decode(b []byte) (l Label, err error) {
	defer func() {
		if recover() != nil {
			l, err = Label{}, ErrEncoding
		}
	}()
	if b[0] != 1 {
		return Label{}, ErrEncoding
	}
	l.Level = Level(b[1])
	b = b[2:]
	num := func() uint64 {
		n, k := binary.Uvarint(b)
		b = b[k:]
		return n
	}
	for n := num(); n > 0; n-- {
		l.Compartments = append(l.Compartments, ID(b[:16]))
		b = b[16:]
	}
	text := func() Org {
		n := num()
		o := Org(b[:n])
		b = b[n:]
		return o
	}
	for n := num(); n > 0; n-- {
		l.Releasable = append(l.Releasable, text())
	}
	l.Originator = text()
	if len(b) != 0 {
		return Label{}, ErrEncoding
	}
	return l, nil
}

// Scope is what one officer may read at one moment. The zero Scope admits nothing. It is made from the grants the store
// read in the same transaction and is never kept across transactions.
type Scope struct {
	open  bool
	level Level
	held  map[ID]bool
	org   Org
}

// NewScope is the Scope of a clearance, the compartments held now, and the officer's organization.
func NewScope(clearance Level, held []ID, org Org) Scope {
	m := make(map[ID]bool, len(held))
	for _, c := range held {
		m[c] = true
	}
	return Scope{open: true, level: clearance, held: m, org: org}
}

// Admits reports whether the officer may read what carries the label.
func (s Scope) Admits(l Label) bool {
	if !s.open || l.Level > s.level {
		return false
	}
	for _, c := range l.Compartments {
		if !s.held[c] {
			return false
		}
	}
	return len(l.Releasable) == 0 || slices.Contains(l.Releasable, s.org)
}

// Clearance is the highest level the Scope admits.
func (s Scope) Clearance() Level { return s.level }

// Holds reports whether the compartment is held.
func (s Scope) Holds(c ID) bool { return s.open && s.held[c] }

// Org is the organization the officer belongs to.
func (s Scope) Org() Org { return s.org }
