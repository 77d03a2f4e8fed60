package main

import (
	"cutout/internal/authority"
	"cutout/internal/casework"
	"cutout/internal/officer"
)

type authorityGroup struct {
	Grant  authorityGrant  `cmd:""`
	Review authorityReview `cmd:""`
	Cancel authorityCancel `cmd:""`
	Show   authorityShow   `cmd:""`
}

type authorityGrant struct {
	fromFile
	Source          string   `arg:"" optional:"" ref:"source" draft:"source"`
	Kind            string   `placeholder:"CODE" draft:"kind"`
	Ground          string   `placeholder:"CODE" draft:"ground"`
	Necessity       string   `placeholder:"TEXT" draft:"necessity"`
	Proportionality string   `placeholder:"TEXT" draft:"proportionality"`
	Purpose         string   `placeholder:"TEXT" draft:"purpose"`
	Operation       string   `placeholder:"NAME" draft:"operation"`
	Conduct         string   `placeholder:"TEXT" draft:"conduct"`
	Topic           []string `placeholder:"TOPIC" draft:"topics"`
	Collateral      string   `placeholder:"TEXT" draft:"collateral"`
	Confidential    string   `placeholder:"TEXT" draft:"confidential"`
	Risk            string   `placeholder:"TEXT" draft:"risk"`
	From            string   `placeholder:"MOMENT" draft:"from"`
	Until           string   `placeholder:"MOMENT" draft:"until"`
	ReviewBy        string   `placeholder:"DAY" draft:"review_by"`
	SignedOn        string   `placeholder:"DAY" draft:"signed_on"`
	Refuse          bool     `draft:"refused"`
	Reason          string   `placeholder:"TEXT" draft:"refusal_reason"`
}

func (c *authorityGrant) Run(s *session) error {
	return act(s, c.File, c, func(d *casework.Desk, o officer.Officer, n authority.Draft) (named, error) {
		return d.Grant(s.ctx, o, n)
	})
}

type authorityReview struct {
	fromFile
	Authority string   `arg:""`
	Text      string   `placeholder:"TEXT" draft:"text"`
	Negative  string   `placeholder:"TEXT" draft:"negative"`
	Seen      []string `placeholder:"RECORD" draft:"events"`
	Sample    []string `placeholder:"RECORD" draft:"sample"`
	NextBy    string   `placeholder:"DAY" draft:"next_by"`
}

func (c *authorityReview) Run(s *session) error {
	return act(s, c.File, c, func(d *casework.Desk, o officer.Officer, n authority.ReviewDraft) (named, error) {
		of, err := parse[authority.ID](c.Authority)
		if err != nil {
			return nil, err
		}
		return nil, d.Review(s.ctx, o, of, n)
	})
}

type authorityCancel struct {
	fromFile
	Authority string `arg:""`
	Note      string `placeholder:"TEXT" draft:"note"`
	Debrief   string `placeholder:"TEXT" draft:"debrief"`
}

func (c *authorityCancel) Run(s *session) error {
	return act(s, c.File, c, func(d *casework.Desk, o officer.Officer, n authority.CancelDraft) (named, error) {
		of, err := parse[authority.ID](c.Authority)
		if err != nil {
			return nil, err
		}
		return nil, d.Cancel(s.ctx, o, of, n)
	})
}

type authorityShow struct {
	Authority string `arg:""`
}

func (c *authorityShow) Run(s *session) error {
	return look(s, c, &c.Authority, func(d *casework.Desk, o officer.Officer, of authority.ID) error {
		p, err := d.Authority(s.ctx, o, of)
		if err != nil {
			return err
		}
		a := p.Authority
		return s.show(row{text("id", a.ID.String()), text("ref", a.ID.Ref()), text("code_name", p.Source.Value.CodeName), label(d, a.Label),
			s.moment("from", a.Value.From), s.moment("until", a.Value.Until)}, a.Value)
	})
}
