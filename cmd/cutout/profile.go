package main

import (
	"errors"
	"slices"
	"strings"

	"cutout/internal/casework"
	"cutout/internal/fault"
	"cutout/internal/profile"
)

type profileGroup struct {
	List  profileList  `cmd:""`
	Show  profileShow  `cmd:""`
	Check profileCheck `cmd:""`
}

func (s *session) packRow(p *profile.Pack) row {
	lang := s.words.Lang()
	title := cell{key: "name", machine: p.Name.English, human: p.Name.In(lang)}
	place := cell{key: "jurisdiction", machine: p.Jurisdiction.English, human: p.Jurisdiction.In(lang)}
	return row{text("pack", p.ID), text("version", p.Version), s.day("valid_until", p.ValidUntil), place, title}
}

type profileList struct{}

func (c *profileList) Run(s *session) error {
	var out []row
	for _, name := range profile.List() {
		p, err := profile.Load(name)
		if err != nil {
			return machine(err)
		}
		out = append(out, s.packRow(p))
	}
	return s.rows([]string{"pack", "version", "valid_until", "jurisdiction", "name"}, out)
}

type profileShow struct {
	Pack string `arg:""`
}

func (c *profileShow) Run(s *session) error {
	if !slices.Contains(profile.List(), c.Pack) {
		return &casework.Error{Kind: casework.NotFound, Code: "notfound"}
	}
	p, err := profile.Load(c.Pack)
	if err != nil {
		return machine(err)
	}
	term := func(t profile.Term) row {
		return row{text("code", t.Code), cell{key: "name", machine: t.Name.English, human: t.Name.In(s.words.Lang())}, text("rule", t.Rule), text("cite", t.Cite)}
	}
	var levels, categories, authorities, contacts, bases, notices, cites []row
	for _, x := range p.Levels {
		levels = append(levels, term(x.Term))
	}
	for _, x := range p.Categories {
		categories = append(categories, term(x.Term))
	}
	for _, x := range p.Authorities {
		authorities = append(authorities, term(x.Term))
	}
	for _, x := range p.Contacts {
		contacts = append(contacts, term(x.Term))
	}
	for _, x := range p.Bases {
		bases = append(bases, term(x.Term))
	}
	for _, x := range p.Notices {
		notices = append(notices, term(x.Term))
	}
	for _, x := range p.Citations {
		cites = append(cites, row{text("code", x.Key), text("mark", x.Mark), text("text", x.Text)})
	}
	return s.show(s.packRow(p), nil, part{"levels", levels}, part{"categories", categories}, part{"authorities", authorities}, part{"contacts", contacts},
		part{"bases", bases}, part{"notices", notices}, part{"citations", cites})
}

type profileCheck struct {
	Path string `arg:"" name:"file"`
}

// Run reads a pack as the program would and lists everything wrong with it.
func (c *profileCheck) Run(s *session) error {
	b, err := s.read(c.Path)
	if err != nil {
		return err
	}
	p, err := profile.Parse(b)
	if err == nil {
		err = profile.Check(p)
	}
	var f *fault.Error
	if errors.As(err, &f) {
		return faulty(f.Faults)
	}
	if err != nil {
		return faulty(oneFault("file", "file.malformed", "Reason", strings.TrimPrefix(err.Error(), "yaml: ")))
	}
	return s.show(s.packRow(p), nil)
}
