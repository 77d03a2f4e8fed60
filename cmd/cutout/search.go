package main

import (
	"strings"

	"cutout/internal/casework"
	"cutout/internal/officer"
)

type searchCommand struct {
	Words []string `arg:""`
	Kind  string   `placeholder:"KIND"`
	Any   bool
	Top   int    `default:"20" placeholder:"N"`
	After string `placeholder:"CURSOR"`
}

func (c *searchCommand) Run(s *session) error {
	return s.as(func(d *casework.Desk, o officer.Officer) error {
		p, err := d.Search(s.ctx, o, strings.Join(c.Words, " "), c.Kind, c.Any, c.After, c.Top)
		if err != nil {
			return err
		}
		var out []row
		for _, h := range p.Hits {
			var around strings.Builder
			for _, seg := range h.Snippet {
				around.WriteString(seg.Text)
			}
			out = append(out, row{text("kind", h.Kind), only("id", h.ID), text("ref", h.Ref), text("title", h.Title), text("snippet", around.String())})
		}
		s.more(p.Next)
		return s.rows([]string{"kind", "id", "ref", "title", "snippet"}, out)
	})
}
