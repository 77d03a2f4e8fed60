package main

import (
	"strings"
	"time"

	"cutout/internal/casework"
	"cutout/internal/compartment"
	"cutout/internal/day"
)

// cell is one value of a record: as machines read it, and as a person does.
type cell struct {
	key     string // its name in machine output; its word is the message "cli.column.<key>"
	machine any
	human   string
	hidden  bool // machines read it, and no person needs it: a long id beside its reference
}

// row is one record: its cells in order. Machine output has all of them, a person's table those with words.
type row []cell

func text(key, s string) cell { return cell{key: key, machine: s, human: clean(s)} }

func only(key string, v any) cell { return cell{key: key, machine: v, hidden: true} }

// named is an id in its two forms; it is the empty cell when the id names nothing.
type named interface {
	String() string
	Ref() string
}

func (s *session) number(key string, n int) cell {
	return cell{key: key, machine: n, human: s.words.Number(n)}
}

func (s *session) period(key string, p day.Period) cell {
	if p.IsZero() {
		return cell{key: key, machine: "", human: ""}
	}
	return cell{key: key, machine: p.Text, human: s.words.Period(p)}
}

func (s *session) day(key string, d day.Day) cell {
	if d == day.Never {
		return cell{key: key, machine: "", human: ""}
	}
	return cell{key: key, machine: d.String(), human: s.words.Day(d)}
}

func (s *session) moment(key string, t time.Time) cell {
	if t.IsZero() {
		return cell{key: key, machine: "", human: ""}
	}
	return cell{key: key, machine: t.UTC().Format(time.RFC3339), human: s.words.Time(t.UTC())}
}

func (s *session) yes(key string, v bool) cell {
	if v {
		return cell{key: key, machine: true, human: s.words.T("cli.yes")}
	}
	return cell{key: key, machine: false, human: s.words.T("cli.no")}
}

// word is a code of the program, said by the first of the message groups that has it.
func (s *session) word(key, code string, groups ...string) cell {
	for _, g := range groups {
		if s.words.Has(g + "." + code) {
			return cell{key: key, machine: code, human: s.words.T(g + "." + code)}
		}
	}
	return text(key, code)
}

func list(key string, of []string) cell {
	if of == nil {
		of = []string{}
	}
	return cell{key: key, machine: of, human: clean(strings.Join(of, ", "))}
}

// label is how closely a record is held: the level for a person, everything for a machine.
func label(d *casework.Desk, l compartment.Label) cell {
	held := struct {
		Level        string   `json:"level"`
		Compartments []string `json:"compartments"`
		Releasable   []string `json:"releasable,omitempty"`
		Originator   string   `json:"originator,omitempty"`
	}{Compartments: []string{}, Originator: string(l.Originator)}
	for _, v := range d.Pack().Levels {
		if v.Order == uint8(l.Level) {
			held.Level = v.Code
		}
	}
	for _, c := range l.Compartments {
		held.Compartments = append(held.Compartments, c.String())
	}
	for _, o := range l.Releasable {
		held.Releasable = append(held.Releasable, string(o))
	}
	return cell{key: "label", machine: held, human: held.Level}
}

func dayOf(t time.Time) day.Day { return day.Of(t) }
