package main

import (
	"cutout/internal/casework"
	"cutout/internal/dissemination"
	"cutout/internal/officer"
)

type releaseGroup struct {
	Write   releaseWrite   `cmd:""`
	Rewrite releaseRewrite `cmd:""`
	Approve releaseApprove `cmd:""`
	Send    releaseSend    `cmd:""`
	List    releaseList    `cmd:""`
	Show    releaseShow    `cmd:""`
}

// releaseFlags are a release of one item; several come in a file.
type releaseFlags struct {
	fromFile
	Title       string   `placeholder:"TEXT" draft:"title"`
	Series      string   `placeholder:"NAME" draft:"series"`
	Item        []string `placeholder:"ITEM" draft:"items.0.from"`
	Text        string   `placeholder:"TEXT" draft:"items.0.text"`
	ItemLang    string   `placeholder:"LANG" draft:"items.0.lang"`
	Grade       string   `placeholder:"GRADE" draft:"items.0.grade"`
	Marking     []string `placeholder:"CODE" draft:"marking"`
	Conditions  string   `placeholder:"TEXT" draft:"conditions"`
	To          []string `placeholder:"OFFICER" ref:"officer" draft:"officers"`
	Describe    string   `placeholder:"TEXT" draft:"source_description"`
	Confidence  string   `placeholder:"WORD" draft:"confidence"`
	Level       string   `placeholder:"LEVEL" draft:"level"`
	OtherPerson string   `placeholder:"TEXT" draft:"other_person"`
}

type releaseWrite struct {
	releaseFlags
}

func (c *releaseWrite) Run(s *session) error {
	return act(s, c.File, c, func(d *casework.Desk, o officer.Officer, n casework.ReleaseDraft) (named, error) {
		return d.WriteRelease(s.ctx, o, n)
	})
}

type releaseRewrite struct {
	Release string `arg:"" ref:"release"`
	releaseFlags
}

func (c *releaseRewrite) Run(s *session) error {
	return act(s, c.File, c, func(d *casework.Desk, o officer.Officer, n casework.ReleaseDraft) (named, error) {
		of, err := parse[dissemination.ID](c.Release)
		if err != nil {
			return nil, err
		}
		return nil, d.RewriteRelease(s.ctx, o, of, n)
	})
}

type releaseApprove struct {
	Release string `arg:"" ref:"release"`
}

func (c *releaseApprove) Run(s *session) error {
	return look(s, c, &c.Release, func(d *casework.Desk, o officer.Officer, of dissemination.ID) error {
		if err := d.ApproveRelease(s.ctx, o, of); err != nil {
			return err
		}
		return s.made(nil)
	})
}

type releaseSend struct {
	Release string `arg:"" ref:"release"`
}

func (c *releaseSend) Run(s *session) error {
	return look(s, c, &c.Release, func(d *casework.Desk, o officer.Officer, of dissemination.ID) error {
		sent, err := d.SendRelease(s.ctx, o, of)
		if err != nil {
			return err
		}
		return s.made(sent)
	})
}

func (s *session) releaseRow(d *casework.Desk, v casework.ReleaseFile, recalled bool) row {
	return row{only("id", v.ID.String()), text("ref", v.ID.Ref()), s.word("state", string(v.Value.State), "release.state", "state"), s.period("sent_on", v.Value.SentOn),
		list("marking", v.Value.Marking), label(d, v.Label), s.yes("recalled", recalled), text("title", v.Value.Title)}
}

type releaseList struct {
	paging
}

func (c *releaseList) Run(s *session) error {
	return s.as(func(d *casework.Desk, o officer.Officer) error {
		p, err := d.Releases(s.ctx, o, c.After, c.Limit)
		if err != nil {
			return err
		}
		var out []row
		for _, v := range p.Releases {
			out = append(out, s.releaseRow(d, v, p.Recalled[v.ID]))
		}
		s.more(p.Next)
		return s.rows([]string{"id", "ref", "state", "sent_on", "marking", "label", "recalled", "title"}, out)
	})
}

type releaseShow struct {
	Release string `arg:"" ref:"release"`
}

func (c *releaseShow) Run(s *session) error {
	return look(s, c, &c.Release, func(d *casework.Desk, o officer.Officer, of dissemination.ID) error {
		p, err := d.Release(s.ctx, o, of)
		if err != nil {
			return err
		}
		head := append(s.releaseRow(d, p.Release, len(p.Recalls) > 0), text("writer", p.Writer), text("approver", p.Approver))
		var from, readers, feedback []row
		for _, v := range p.Originals {
			from = append(from, row{text("ref", v.Report.Ref()), only("item", v.Item.ID.String()), s.number("number", v.Item.Number), text("text", v.Item.Text)})
		}
		for _, v := range p.Readers {
			readers = append(readers, row{only("id", v.ID.String()), text("name", v.Name), s.yes("acknowledged", v.Acknowledged)})
		}
		for _, v := range p.Feedback {
			feedback = append(feedback, s.feedbackRow(v.Value))
		}
		return s.show(head, p.Release.Value, part{"originals", from}, part{"readers", readers}, part{"feedback", feedback})
	})
}

func (s *session) feedbackRow(v dissemination.Feedback) row {
	return row{s.period("on", v.On), s.number("value", v.Value), text("truth", string(v.Truth)), text("text", v.Text)}
}
