package main

import (
	"cutout/internal/casework"
	"cutout/internal/officer"
	"cutout/internal/requirement"
)

type requirementGroup struct {
	State    requirementState    `cmd:""`
	Restate  requirementRestate  `cmd:""`
	List     requirementList     `cmd:""`
	Show     requirementShow     `cmd:""`
	Coverage requirementCoverage `cmd:""`
}

type requirementFlags struct {
	fromFile
	Kind      string   `placeholder:"KIND" draft:"kind"`
	Parent    string   `placeholder:"REQUIREMENT" ref:"requirement" draft:"parent"`
	Number    string   `placeholder:"NUMBER" draft:"number"`
	Text      string   `placeholder:"TEXT" draft:"text"`
	Priority  string   `placeholder:"1-5" draft:"priority"`
	Topic     string   `placeholder:"TOPIC" draft:"topic"`
	Area      string   `placeholder:"AREA" draft:"area"`
	Latest    string   `placeholder:"DAY" draft:"latest_of_value"`
	Indicator []string `placeholder:"TEXT" draft:"indicators"`
	Status    string   `placeholder:"STATE" draft:"state"`
	Reason    string   `placeholder:"TEXT" draft:"reason"`
}

type requirementState struct {
	requirementFlags
	Desk  string `placeholder:"COMPARTMENT" draft:"desk"`
	Level string `placeholder:"LEVEL" draft:"level"`
}

func (c *requirementState) Run(s *session) error {
	return act(s, c.File, c, func(d *casework.Desk, o officer.Officer, n casework.RequirementDraft) (named, error) {
		return d.StateRequirement(s.ctx, o, n)
	})
}

type requirementRestate struct {
	Requirement string `arg:"" ref:"requirement"`
	requirementFlags
}

func (c *requirementRestate) Run(s *session) error {
	return act(s, c.File, c, func(d *casework.Desk, o officer.Officer, n requirement.Draft) (named, error) {
		of, err := parse[requirement.ID](c.Requirement)
		if err != nil {
			return nil, err
		}
		return nil, d.RestateRequirement(s.ctx, o, of, n)
	})
}

func (s *session) requirementRow(d *casework.Desk, q casework.RequirementRecord) row {
	return row{only("id", q.ID.String()), text("ref", q.ID.Ref()), text("kind", string(q.Value.Kind)), text("number", q.Value.Number), s.number("priority", q.Value.Priority),
		s.word("state", string(q.Value.State), "state"), label(d, q.Label), text("text", q.Value.Text)}
}

var requirementKeys = []string{"id", "ref", "kind", "number", "priority", "state", "label", "text"}

type requirementList struct{}

// Run lists the requirements in their order, each under its parent, as the coverage page does.
func (c *requirementList) Run(s *session) error {
	return s.as(func(d *casework.Desk, o officer.Officer) error {
		p, err := d.Coverage(s.ctx, o)
		if err != nil {
			return err
		}
		var out []row
		for _, q := range p.Requirements {
			out = append(out, s.requirementRow(d, q))
		}
		return s.rows(requirementKeys, out)
	})
}

type requirementShow struct {
	Requirement string `arg:"" ref:"requirement"`
}

func (c *requirementShow) Run(s *session) error {
	return look(s, c, &c.Requirement, func(d *casework.Desk, o officer.Officer, of requirement.ID) error {
		p, err := d.Requirement(s.ctx, o, of)
		if err != nil {
			return err
		}
		var under, tasks, reports []row
		for _, q := range p.Children {
			under = append(under, s.requirementRow(d, q))
		}
		for _, t := range p.Tasks {
			tasks = append(tasks, row{only("id", t.ID.String()), text("ref", t.ID.Ref()), text("code_name", p.Sources[t.Value.Source].Value.CodeName),
				s.word("state", string(t.Value.State), "state"), text("text", t.Value.Text)})
		}
		for _, r := range p.Reports {
			reports = append(reports, s.reportRow(d, r, nil))
		}
		return s.show(s.requirementRow(d, p.Requirement), p.Requirement.Value, part{"requirements", under}, part{"tasks", tasks}, part{"reports", reports})
	})
}

type requirementCoverage struct{}

func (c *requirementCoverage) Run(s *session) error {
	return s.as(func(d *casework.Desk, o officer.Officer) error {
		p, err := d.Coverage(s.ctx, o)
		if err != nil {
			return err
		}
		asked := map[requirement.ID]casework.RequirementRecord{}
		for _, q := range p.Requirements {
			asked[q.ID] = q
		}
		var out []row
		for _, r := range p.Rows {
			q := asked[r.Requirement]
			var sources []string
			for _, v := range r.Cells {
				sources = append(sources, v.Source)
			}
			out = append(out, row{only("id", r.Requirement.String()), text("ref", r.Requirement.Ref()), text("kind", string(q.Value.Kind)), text("number", q.Value.Number),
				s.number("answers", r.Answers), s.number("origins", r.Origins), s.yes("gap", r.Gap), s.yes("single_origin", r.SingleOrigin), s.yes("overdue", r.Overdue),
				s.period("freshest", r.Freshest), only("sources", sources), text("text", q.Value.Text)})
		}
		return s.rows([]string{"id", "ref", "kind", "number", "answers", "origins", "gap", "single_origin", "overdue", "freshest", "sources", "text"}, out)
	})
}

type taskGroup struct {
	Give taskGive `cmd:""`
}

type taskGive struct {
	fromFile
	Requirement string `arg:"" optional:"" ref:"requirement" draft:"requirement"`
	Source      string `placeholder:"SOURCE" ref:"source" draft:"source"`
	Type        string `placeholder:"TYPE" draft:"type"`
	Topic       string `placeholder:"TOPIC" draft:"topic"`
	Text        string `placeholder:"TEXT" draft:"text"`
	Due         string `placeholder:"DAY" draft:"due"`
}

func (c *taskGive) Run(s *session) error {
	return act(s, c.File, c, func(d *casework.Desk, o officer.Officer, n requirement.TaskDraft) (named, error) {
		return d.GiveTask(s.ctx, o, n)
	})
}
