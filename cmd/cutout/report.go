package main

import (
	"cutout/internal/casework"
	"cutout/internal/dissemination"
	"cutout/internal/officer"
	"cutout/internal/report"
	"cutout/internal/source"
)

type reportGroup struct {
	File    reportFile    `cmd:""`
	Import  reportImport  `cmd:""`
	List    reportList    `cmd:""`
	Show    reportShow    `cmd:""`
	Outcome reportOutcome `cmd:""`
	Regrade reportRegrade `cmd:""`
	Link    reportLink    `cmd:""`
	Use     reportUse     `cmd:""`
}

// reportFile files a report: many items come in a file, one can be given by flags.
type reportFile struct {
	fromFile
	Contact     string   `placeholder:"CONTACT" ref:"contact" draft:"contact"`
	Source      string   `placeholder:"SOURCE" ref:"source" draft:"source"`
	Desk        string   `placeholder:"COMPARTMENT" draft:"desk"`
	Requirement []string `placeholder:"REQUIREMENT" ref:"requirement" draft:"requirements"`
	Title       string   `placeholder:"TEXT" draft:"title"`
	When        string   `placeholder:"DATE" draft:"when"`
	Received    string   `placeholder:"DATE" draft:"received"`
	Comments    string   `placeholder:"TEXT" draft:"comments"`
	Item        string   `placeholder:"TEXT" draft:"items.0.text"`
	ItemLang    string   `placeholder:"LANG" draft:"items.0.lang"`
	Gist        string   `placeholder:"TEXT" draft:"items.0.gist"`
	Basis       string   `placeholder:"BASIS" draft:"items.0.basis"`
	Grade       string   `placeholder:"GRADE" draft:"items.0.grade"`
	Scheme      string   `placeholder:"SCHEME" draft:"items.0.scheme"`
	Level       string   `placeholder:"LEVEL" draft:"level"`
	Close       bool     `draft:"close"`
}

func (c *reportFile) Run(s *session) error {
	return act(s, c.File, c, func(d *casework.Desk, o officer.Officer, n casework.ReportDraft) (named, error) {
		return d.FileReport(s.ctx, o, n)
	})
}

func (s *session) reportRow(d *casework.Desk, v casework.ReportRecord, sources map[source.ID]casework.SourceRecord) row {
	r := row{only("id", v.ID.String()), text("ref", v.ID.Ref()), s.period("received", v.Value.Received), s.number("items", len(v.Value.Items)), label(d, v.Label)}
	if sources != nil {
		r = append(r, only("source", sources[v.Value.Source].ID.String()), text("code_name", sources[v.Value.Source].Value.CodeName))
	}
	return append(r, text("title", v.Value.Title))
}

type reportList struct {
	paging
	Source string `placeholder:"SOURCE" ref:"source"`
}

func (c *reportList) Run(s *session) error {
	return s.as(func(d *casework.Desk, o officer.Officer) error {
		of, err := s.ofSource(d, o, c, &c.Source)
		if err != nil {
			return err
		}
		p, err := d.Reports(s.ctx, o, of, c.After, c.Limit)
		if err != nil {
			return err
		}
		if p.Sources == nil {
			p.Sources = map[source.ID]casework.SourceRecord{}
		}
		var out []row
		for _, v := range p.Reports {
			out = append(out, s.reportRow(d, v, p.Sources))
		}
		s.more(p.Next)
		return s.rows([]string{"id", "ref", "received", "items", "label", "source", "code_name", "title"}, out)
	})
}

type reportShow struct {
	Report string `arg:"" ref:"report"`
	knownOn
}

func (c *reportShow) Run(s *session) error {
	at, err := c.at()
	if err != nil {
		return err
	}
	return look(s, c, &c.Report, func(d *casework.Desk, o officer.Officer, of report.ID) error {
		p, err := d.Report(s.ctx, o, of, at)
		if err != nil {
			return err
		}
		head := s.reportRow(d, p.Report, nil)
		if p.Source != nil {
			head = append(head, text("code_name", p.Source.Value.CodeName))
		}
		head = append(head, s.moment("known_from", p.Report.KnownFrom()), s.number("version", int(p.Versions)))
		var items, outcomes, regrades, related, recalls []row
		for _, it := range p.Report.Value.Items {
			grade := ""
			if it.Grade != nil {
				grade = it.Grade.String()
			}
			items = append(items, row{text("id", it.ID.String()), s.number("number", it.Number), text("basis", string(it.Basis)), text("grade", grade), text("text", it.Text)})
			for _, v := range p.Outcomes[it.ID] {
				outcomes = append(outcomes, row{s.number("number", it.Number), text("result", string(v.Value.Result)), s.period("on", v.Value.On), text("text", v.Value.Basis)})
			}
			for _, v := range p.Regrades[it.ID] {
				regrades = append(regrades, row{s.number("number", it.Number), text("grade", v.Value.Grade.String()), text("text", v.Value.Reason)})
			}
			for _, v := range p.Related[it.ID] {
				related = append(related, row{s.number("number", it.Number), text("ref", v.Report.Ref()), only("item", v.Item.ID.String()), s.yes("contradicts", v.Contradicts), s.yes("same_origin", v.SameOrigin), text("text", v.Item.Text)})
			}
		}
		for _, v := range p.Recalls {
			recalls = append(recalls, s.recallRow(v))
		}
		return s.show(head, p.Report.Value, part{"items", items}, part{"outcomes", outcomes}, part{"regrades", regrades}, part{"related", related}, part{"recalls", recalls})
	})
}

func (s *session) recallRow(v casework.RecallRecord) row {
	return row{text("id", v.ID.String()), text("kind", string(v.Value.Kind)), s.yes("recalled", v.Value.Recalled), s.period("on", v.Value.On), s.number("hops", v.Value.Hops)}
}

type reportOutcome struct {
	fromFile
	Item     string   `arg:"" optional:"" draft:"item"`
	Result   string   `placeholder:"RESULT" draft:"result"`
	On       string   `placeholder:"DATE" draft:"on"`
	Basis    string   `placeholder:"TEXT" draft:"basis"`
	Evidence []string `placeholder:"RECORD" draft:"evidence"`
}

func (c *reportOutcome) Run(s *session) error {
	return act(s, c.File, c, func(d *casework.Desk, o officer.Officer, n report.OutcomeDraft) (named, error) {
		return d.RecordOutcome(s.ctx, o, n)
	})
}

type reportRegrade struct {
	fromFile
	Item   string `arg:"" optional:"" draft:"item"`
	Scheme string `placeholder:"SCHEME" draft:"scheme"`
	Grade  string `placeholder:"GRADE" draft:"grade"`
	Reason string `placeholder:"TEXT" draft:"reason"`
}

func (c *reportRegrade) Run(s *session) error {
	return act(s, c.File, c, func(d *casework.Desk, o officer.Officer, n report.RegradeDraft) (named, error) {
		return nil, d.Regrade(s.ctx, o, n)
	})
}

type reportLink struct {
	From        string `arg:""`
	To          string `arg:""`
	Contradicts bool
}

func (c *reportLink) Run(s *session) error {
	return s.as(func(d *casework.Desk, o officer.Officer) error {
		from, err := parse[report.ItemID](c.From)
		if err != nil {
			return err
		}
		to, err := parse[report.ItemID](c.To)
		if err != nil {
			return err
		}
		if err := d.LinkItems(s.ctx, o, from, to, c.Contradicts); err != nil {
			return err
		}
		return s.made(nil)
	})
}

type reportUse struct {
	fromFile
	Report  string `arg:"" optional:"" ref:"report" draft:"report"`
	To      string `placeholder:"WHO" draft:"to"`
	On      string `placeholder:"DATE" draft:"on"`
	Product string `placeholder:"NAME" draft:"product"`
	Form    string `placeholder:"FORM" draft:"form"`
}

func (c *reportUse) Run(s *session) error {
	return act(s, c.File, c, func(d *casework.Desk, o officer.Officer, n dissemination.UseDraft) (named, error) {
		return d.RecordUse(s.ctx, o, n)
	})
}
