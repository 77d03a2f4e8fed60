package main

import (
	"cutout/internal/casework"
	"cutout/internal/identity"
	"cutout/internal/officer"
)

// knownCommand asks whether a person is already registered. Who he is comes in a file: an argument is seen by every
// account of the machine.
type knownCommand struct {
	Person string `arg:""`
}

func (c *knownCommand) Run(s *session) error {
	b, err := s.read(c.Person)
	if err != nil {
		return err
	}
	defer clear(b)
	var n identity.Draft
	if err := decode(b, &n); err != nil {
		return err
	}
	return s.as(func(d *casework.Desk, o officer.Officer) error {
		ks, err := d.Known(s.ctx, o, n)
		if err != nil {
			return err
		}
		var out []row
		for _, k := range ks {
			out = append(out, row{s.word("sureness", string(k.Sureness), "sureness"), text("ask", k.Ask)})
		}
		return s.rows([]string{"sureness", "ask"}, out)
	})
}
