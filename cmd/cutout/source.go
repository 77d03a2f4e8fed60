package main

import (
	"fmt"
	"time"

	"cutout/internal/casework"
	"cutout/internal/officer"
	"cutout/internal/source"
)

type sourceGroup struct {
	Register sourceRegister `cmd:""`
	List     sourceList     `cmd:""`
	Show     sourceShow     `cmd:""`
	Revise   sourceRevise   `cmd:""`
	Assign   sourceAssign   `cmd:""`
	Relieve  sourceRelieve  `cmd:""`
	Event    sourceEvent    `cmd:""`
	Role     sourceRole     `cmd:""`
}

// sourceFlags are what is said of a source on a command line. His identity is not among them: an argument is seen by
// every account of the machine, so identities come in files.
type sourceFlags struct {
	fromFile
	Category       string   `placeholder:"CODE" draft:"category"`
	Overlay        []string `placeholder:"CODE" draft:"overlays"`
	State          string   `placeholder:"STATE" draft:"state"`
	Reason         string   `placeholder:"TEXT" draft:"state_reason"`
	Desk           string   `placeholder:"COMPARTMENT" draft:"desk"`
	IdentityKind   string   `placeholder:"KIND" draft:"identity_kind"`
	ServiceContact string   `placeholder:"KIND" draft:"service_contact"`
	Origin         string   `placeholder:"TEXT" draft:"lawful_origin"`
	Motive         string   `placeholder:"TEXT" draft:"motive"`
	Placement      string   `placeholder:"TEXT" draft:"placement"`
	Topic          string   `placeholder:"TOPIC" draft:"access.0.topic"`
	Access         string   `placeholder:"KIND" draft:"access.0.kind"`
	Verified       string   `placeholder:"STATE" draft:"access.0.verified"`
	Describe       string   `placeholder:"TEXT" draft:"description"`
}

type sourceRegister struct {
	sourceFlags
	CodeName string `placeholder:"NAME" draft:"code_name"`
	Level    string `placeholder:"LEVEL" draft:"level"`
}

func (c *sourceRegister) Run(s *session) error {
	return act(s, c.File, c, func(d *casework.Desk, o officer.Officer, n casework.SourceDraft) (named, error) {
		return d.RegisterSource(s.ctx, o, n)
	})
}

type sourceRevise struct {
	Source string `arg:"" ref:"source"`
	sourceFlags
}

func (c *sourceRevise) Run(s *session) error {
	return act(s, c.File, c, func(d *casework.Desk, o officer.Officer, n source.Draft) (named, error) {
		of, err := parse[source.ID](c.Source)
		if err != nil {
			return nil, err
		}
		return nil, d.ReviseSource(s.ctx, o, of, n)
	})
}

// paging is how much of a list is wanted.
type paging struct {
	Limit int    `default:"50" placeholder:"N"`
	After string `placeholder:"CURSOR"`
}

// more tells a person that the list goes on, and how to see the rest. What is to be copied stands alone on its line:
// within an Arabic sentence it would be wrapped in marks of direction.
func (s *session) more(next string) {
	if next != "" && (s.Format == "text" || onTerminal(s.err)) {
		fmt.Fprintf(s.err, "%s\n  --after %s\n", s.words.T("cli.more"), next)
	}
}

type sourceList struct {
	paging
}

func (c *sourceList) Run(s *session) error {
	return s.as(func(d *casework.Desk, o officer.Officer) error {
		p, err := d.Sources(s.ctx, o, c.After, c.Limit)
		if err != nil {
			return err
		}
		var out []row
		for _, v := range p.Sources {
			r := s.sourceHead(d, v.SourceRecord)
			until := s.moment("authority_until", time.Time{})
			if v.InForce != nil {
				until = s.moment("authority_until", v.InForce.Value.Until)
			}
			out = append(out, append(r, text("handler", v.Handler), until))
		}
		s.more(p.Next)
		return s.rows([]string{"id", "ref", "code_name", "category", "state", "label", "handler", "authority_until"}, out)
	})
}

func (s *session) sourceHead(d *casework.Desk, v casework.SourceRecord) row {
	return row{only("id", v.ID.String()), text("ref", v.ID.Ref()), text("code_name", v.Value.CodeName), text("category", v.Value.Category),
		s.word("state", string(v.Value.State), "state"), label(d, v.Label)}
}

// knownOn is the flag of commands that can show a record as it was known.
type knownOn struct {
	AsKnownOn string `placeholder:"DAY"`
}

// at is the end of the day asked for; the zero time is now.
func (k knownOn) at() (time.Time, error) {
	if k.AsKnownOn == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.DateOnly, k.AsKnownOn)
	if err != nil {
		return t, faulty(oneFault("as_known_on", "day.malformed", "Given", k.AsKnownOn))
	}
	return t.AddDate(0, 0, 1).Add(-time.Microsecond), nil
}

type sourceShow struct {
	Source string `arg:"" ref:"source"`
	knownOn
}

func (c *sourceShow) Run(s *session) error {
	at, err := c.at()
	if err != nil {
		return err
	}
	return look(s, c, &c.Source, func(d *casework.Desk, o officer.Officer, of source.ID) error {
		p, err := d.Source(s.ctx, o, of, at)
		if err != nil {
			return err
		}
		head := append(s.sourceHead(d, p.Source), list("sealed_to", p.Seal.Openers), s.moment("known_from", p.Source.KnownFrom()))
		var as, roles, contacts, reports, notices []row
		for _, a := range p.Authorities {
			as = append(as, row{text("id", a.ID.String()), text("kind", a.Value.Kind), s.moment("from", a.Value.From), s.moment("until", a.Value.Until), s.day("review_by", a.Value.ReviewBy)})
		}
		for _, r := range p.Roles {
			who := p.People[r.Value.Person]
			roles = append(roles, row{text("role", string(r.Value.Role)), only("person", r.Value.Person), text("name", who), s.period("from", r.Value.From), s.period("to", r.Value.To)})
		}
		for _, v := range p.Contacts {
			contacts = append(contacts, s.contactRow(d, v, nil))
		}
		for _, v := range p.Reports {
			reports = append(reports, s.reportRow(d, v, nil))
		}
		for _, v := range p.Notices {
			notices = append(notices, s.noticeRow(v, nil))
		}
		return s.show(head, p.Source.Value, part{"authorities", as}, part{"roles", roles}, part{"contacts", contacts}, part{"reports", reports}, part{"notices", notices})
	})
}

// look signs in, reads an id given as an argument, and shows what work shows.
func look[T any, P idText[T]](s *session, flags any, given *string, work func(*casework.Desk, officer.Officer, T) error) error {
	return s.as(func(d *casework.Desk, o officer.Officer) error {
		if err := s.resolve(d, o, flags); err != nil {
			return err
		}
		of, err := parse[T, P](*given)
		if err != nil {
			return err
		}
		return work(d, o, of)
	})
}

type sourceAssign struct {
	fromFile
	Source string `arg:"" optional:"" ref:"source" draft:"source"`
	Who    string `placeholder:"OFFICER" ref:"officer" draft:"officer"`
	Duty   string `placeholder:"DUTY" draft:"duty"`
}

func (c *sourceAssign) Run(s *session) error {
	return act(s, c.File, c, func(d *casework.Desk, o officer.Officer, n casework.AssignDraft) (named, error) {
		return nil, d.Assign(s.ctx, o, n)
	})
}

type sourceRelieve struct {
	fromFile
	Source string `arg:"" optional:"" ref:"source" draft:"source"`
	Who    string `placeholder:"OFFICER" ref:"officer" draft:"officer"`
	Duty   string `placeholder:"DUTY" draft:"duty"`
}

func (c *sourceRelieve) Run(s *session) error {
	return act(s, c.File, c, func(d *casework.Desk, o officer.Officer, n casework.AssignDraft) (named, error) {
		return nil, d.Relieve(s.ctx, o, n)
	})
}

type sourceEvent struct {
	fromFile
	Source string `arg:"" optional:"" ref:"source" draft:"source"`
	Kind   string `placeholder:"KIND" draft:"kind"`
	When   string `placeholder:"DATE" draft:"when"`
	Text   string `placeholder:"TEXT" draft:"text"`
}

func (c *sourceEvent) Run(s *session) error {
	return act(s, c.File, c, func(d *casework.Desk, o officer.Officer, n source.LifeEventDraft) (named, error) {
		return nil, d.RecordLife(s.ctx, o, n)
	})
}

type sourceRole struct {
	fromFile
	Source string `arg:"" optional:"" ref:"source" draft:"source"`
	Person string `placeholder:"PARTY" ref:"party" draft:"person"`
	Role   string `placeholder:"ROLE" draft:"role"`
	From   string `placeholder:"DATE" draft:"from"`
	Until  string `placeholder:"DATE" draft:"to"`
	Note   string `placeholder:"TEXT" draft:"note"`
}

func (c *sourceRole) Run(s *session) error {
	return act(s, c.File, c, func(d *casework.Desk, o officer.Officer, n source.RoleDraft) (named, error) {
		return nil, d.AddRole(s.ctx, o, n)
	})
}
