package main

import (
	"cutout/internal/casework"
	"cutout/internal/contact"
	"cutout/internal/officer"
	"cutout/internal/source"
)

type contactGroup struct {
	Plan   contactPlan   `cmd:""`
	Record contactRecord `cmd:""`
	List   contactList   `cmd:""`
	Show   contactShow   `cmd:""`
}

type contactPlan struct {
	fromFile
	Source    string   `placeholder:"SOURCE" ref:"source" draft:"source"`
	Type      string   `placeholder:"TYPE" draft:"type"`
	When      string   `placeholder:"DATE" draft:"plan.when"`
	Time      string   `placeholder:"HH:MM" draft:"plan.time"`
	Place     string   `placeholder:"PLACE" draft:"plan.place"`
	With      []string `placeholder:"OFFICER" ref:"officer" draft:"plan.participants"`
	Safety    string   `placeholder:"TEXT" draft:"plan.safety"`
	Cover     string   `placeholder:"TEXT" draft:"plan.cover"`
	Fallback  string   `placeholder:"TEXT" draft:"plan.fallback"`
	Recontact string   `placeholder:"TEXT" draft:"plan.recontact"`
}

func (c *contactPlan) Run(s *session) error {
	return act(s, c.File, c, func(d *casework.Desk, o officer.Officer, n contact.Draft) (named, error) {
		return d.PlanContact(s.ctx, o, n)
	})
}

type contactRecord struct {
	fromFile
	Contact  string   `arg:"" optional:"" ref:"contact"`
	Source   string   `placeholder:"SOURCE" ref:"source" draft:"source"`
	Type     string   `placeholder:"TYPE" draft:"type"`
	When     string   `placeholder:"DATE" draft:"record.when"`
	Time     string   `placeholder:"HH:MM" draft:"record.time"`
	Place    string   `placeholder:"PLACE" draft:"record.place"`
	With     []string `placeholder:"OFFICER" ref:"officer" draft:"record.participants"`
	Summary  string   `placeholder:"TEXT" draft:"record.summary"`
	Welfare  string   `placeholder:"TEXT" draft:"record.welfare"`
	Security string   `placeholder:"CODE" draft:"record.security"`
	NewRisks string   `placeholder:"TEXT" draft:"record.new_risks"`
	NextOn   string   `placeholder:"DAY" draft:"record.next_on"`
	Missed   string   `placeholder:"BY" draft:"missed.by"`
}

func (c *contactRecord) Run(s *session) error {
	return act(s, c.File, c, func(d *casework.Desk, o officer.Officer, n contact.Draft) (named, error) {
		var of contact.ID
		if c.Contact != "" {
			var err error
			if of, err = parse[contact.ID](c.Contact); err != nil {
				return nil, err
			}
		}
		return d.RecordContact(s.ctx, o, of, n)
	})
}

func (s *session) contactRow(d *casework.Desk, v casework.ContactRecord, sources map[source.ID]casework.SourceRecord) row {
	state, when := "planned", s.period("when", source.Source{}.From)
	switch c := v.Value; {
	case c.Record != nil:
		state, when = "held", s.period("when", c.Record.When)
	case c.Missed != nil:
		state, when = "missed", s.period("when", c.Missed.When)
	case c.Plan != nil:
		when = s.period("when", c.Plan.When)
	}
	r := row{only("id", v.ID.String()), text("ref", v.ID.Ref()), text("type", string(v.Value.Type)), s.word("state", state, "state"), when, label(d, v.Label)}
	if sources != nil {
		r = append(r, only("source", v.Value.Source.String()), text("code_name", sources[v.Value.Source].Value.CodeName))
	}
	return r
}

type contactList struct {
	paging
	Source string `placeholder:"SOURCE" ref:"source"`
}

func (c *contactList) Run(s *session) error {
	return s.as(func(d *casework.Desk, o officer.Officer) error {
		of, err := s.ofSource(d, o, c, &c.Source)
		if err != nil {
			return err
		}
		p, err := d.Contacts(s.ctx, o, of, c.After, c.Limit)
		if err != nil {
			return err
		}
		var out []row
		for _, v := range p.Contacts {
			out = append(out, s.contactRow(d, v, p.Sources))
		}
		s.more(p.Next)
		return s.rows([]string{"id", "ref", "type", "state", "when", "label", "source", "code_name"}, out)
	})
}

// ofSource reads the source a list is limited to; blank is no limit.
func (s *session) ofSource(d *casework.Desk, o officer.Officer, flags any, given *string) (source.ID, error) {
	if err := s.resolve(d, o, flags); err != nil || *given == "" {
		return source.ID{}, err
	}
	return parse[source.ID](*given)
}

type contactShow struct {
	Contact string `arg:"" ref:"contact"`
}

func (c *contactShow) Run(s *session) error {
	return look(s, c, &c.Contact, func(d *casework.Desk, o officer.Officer, of contact.ID) error {
		p, err := d.Contact(s.ctx, o, of)
		if err != nil {
			return err
		}
		var reports []row
		for _, r := range p.Reports {
			reports = append(reports, s.reportRow(d, r, nil))
		}
		head := append(s.contactRow(d, p.Contact, nil), text("code_name", p.Source.Value.CodeName))
		return s.show(head, p.Contact.Value, part{"reports", reports})
	})
}
