package main

import (
	"cutout/internal/assessment"
	"cutout/internal/casework"
	"cutout/internal/network"
	"cutout/internal/officer"
)

type partyGroup struct {
	Add   partyAdd   `cmd:""`
	List  partyList  `cmd:""`
	Knows partyKnows `cmd:""`
}

type partyAdd struct {
	fromFile
	Name    string   `arg:"" optional:"" draft:"name"`
	Kind    string   `placeholder:"KIND" draft:"kind"`
	Variant []string `placeholder:"NAME" draft:"name_variants"`
	OrgKind string   `placeholder:"KIND" draft:"org_kind"`
	Member  []string `placeholder:"PARTY" ref:"party" draft:"member_of"`
	Country string   `placeholder:"COUNTRY" draft:"country"`
	Note    string   `placeholder:"TEXT" draft:"note"`
	Desk    string   `placeholder:"COMPARTMENT" draft:"desk"`
}

func (c *partyAdd) Run(s *session) error {
	return act(s, c.File, c, func(d *casework.Desk, o officer.Officer, n casework.PartyDraft) (named, error) {
		return d.AddParty(s.ctx, o, n)
	})
}

type partyList struct {
	After string `placeholder:"CURSOR"`
}

func (c *partyList) Run(s *session) error {
	return s.as(func(d *casework.Desk, o officer.Officer) error {
		ps, next, err := d.Parties(s.ctx, o, c.After)
		if err != nil {
			return err
		}
		var out []row
		for _, v := range ps {
			out = append(out, row{only("id", v.ID.String()), text("ref", v.ID.Ref()), text("kind", string(v.Value.Kind)), text("org_kind", string(v.Value.OrgKind)), label(d, v.Label),
				text("name", v.Value.Name), list("variants", v.Value.NameVariants)})
		}
		s.more(next)
		return s.rows([]string{"id", "ref", "kind", "org_kind", "label", "name", "variants"}, out)
	})
}

type partyKnows struct {
	fromFile
	Knower  string `arg:"" optional:"" ref:"record" draft:"knower"`
	Subject string `arg:"" optional:"" ref:"record" draft:"subject"`
	Tie     string `placeholder:"KIND" draft:"tie"`
	What    string `placeholder:"WHAT" draft:"what"`
	From    string `placeholder:"DATE" draft:"from"`
	Until   string `placeholder:"DATE" draft:"until"`
}

func (c *partyKnows) Run(s *session) error {
	return act(s, c.File, c, func(d *casework.Desk, o officer.Officer, n network.KnowsDraft) (named, error) {
		return nil, d.AddKnows(s.ctx, o, n)
	})
}

type assessmentGroup struct {
	Write  assessmentWrite  `cmd:""`
	Credit assessmentCredit `cmd:""`
}

type assessmentWrite struct {
	fromFile
	About    string   `arg:"" optional:"" ref:"record" draft:"about"`
	View     string   `placeholder:"TEXT" draft:"view"`
	On       string   `placeholder:"DATE" draft:"on"`
	Weighs   []string `placeholder:"RECORD" draft:"weighs"`
	Resolves []string `placeholder:"NOTICE" ref:"notice" draft:"resolves"`
	Desk     string   `placeholder:"COMPARTMENT" draft:"desk"`
}

func (c *assessmentWrite) Run(s *session) error {
	return act(s, c.File, c, func(d *casework.Desk, o officer.Officer, n casework.AssessmentDraft) (named, error) {
		return d.Assess(s.ctx, o, n)
	})
}

type assessmentCredit struct {
	fromFile
	Source   string `arg:"" optional:"" ref:"source" draft:"source"`
	By       string `placeholder:"WHO" draft:"by"`
	What     string `placeholder:"TEXT" draft:"what"`
	On       string `placeholder:"DATE" draft:"on"`
	Report   string `placeholder:"REPORT" ref:"report" draft:"report"`
	Assessor string `placeholder:"WHO" draft:"assessor"`
}

func (c *assessmentCredit) Run(s *session) error {
	return act(s, c.File, c, func(d *casework.Desk, o officer.Officer, n assessment.CreditDraft) (named, error) {
		return nil, d.GiveCredit(s.ctx, o, n)
	})
}
