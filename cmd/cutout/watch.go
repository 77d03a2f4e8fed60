package main

import (
	"cutout/internal/casework"
	"cutout/internal/day"
	"cutout/internal/officer"
)

type watchGroup struct {
	List   watchList   `cmd:""`
	Answer watchAnswer `cmd:""`
}

type watchList struct {
	Past bool
}

// Run lets the watch catch up first: in a unit worked from the command line alone nothing else does.
func (c *watchList) Run(s *session) error {
	return s.as(func(d *casework.Desk, o officer.Officer) error {
		if err := d.Settle(s.ctx); err != nil {
			return machine(err)
		}
		p, err := d.Watch(s.ctx, o, c.Past)
		if err != nil {
			return err
		}
		var out []row
		for _, f := range p.Findings {
			answered := ""
			if n := len(f.Acts); n > 0 {
				answered = f.Acts[n-1].Kind
			}
			out = append(out, row{text("rule", f.Rule), only("key", f.Key), s.word("severity", string(f.Severity), "finding.severity"), s.day("raised", f.Raised), s.day("due", f.Due),
				s.day("cleared", f.Cleared), s.word("answered", answered, "finding.answer"), only("subjects", f.Subjects), text("reason", s.reason(f))})
		}
		return s.rows([]string{"rule", "key", "severity", "raised", "due", "cleared", "answered", "subjects", "reason"}, out)
	})
}

// reason is why a finding was raised. An id among its parameters becomes the record's short name, where the officer has
// one for it.
func (s *session) reason(f casework.FindingLine) string {
	var kv []any
	for name, value := range f.Reason.Params {
		var said any = value
		if d, err := day.Parse(value); err == nil && len(value) == len("2006-01-02") {
			said = d
		} else if f.Names[value] != "" {
			said = clean(f.Names[value])
		}
		kv = append(kv, name, said)
	}
	return s.words.T(f.Reason.Code, kv...)
}

type watchAnswer struct {
	Rule   string `arg:""`
	Key    string `arg:""`
	Kind   string `placeholder:"WORD" default:"acknowledge"`
	Reason string `placeholder:"TEXT"`
}

func (c *watchAnswer) Run(s *session) error {
	return s.as(func(d *casework.Desk, o officer.Officer) error {
		if err := d.AnswerFinding(s.ctx, o, c.Rule, c.Key, c.Kind, c.Reason); err != nil {
			return err
		}
		return s.made(nil)
	})
}
