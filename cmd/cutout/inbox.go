package main

import (
	"cutout/internal/casework"
	"cutout/internal/dissemination"
	"cutout/internal/officer"
)

type inboxGroup struct {
	List        inboxList        `cmd:""`
	Show        inboxShow        `cmd:""`
	Acknowledge inboxAcknowledge `cmd:""`
	Confirm     inboxConfirm     `cmd:""`
	Feedback    inboxFeedback    `cmd:""`
}

func (s *session) copyRow(v casework.IssuedRecord, recalled, acknowledged bool) row {
	return row{only("id", v.ID.String()), text("ref", v.ID.Ref()), s.period("sent_on", v.Value.SentOn), text("unit", v.Value.Unit), list("marking", v.Value.Marking),
		s.yes("acknowledged", acknowledged), s.yes("recalled", recalled), text("title", v.Value.Title)}
}

type inboxList struct {
	paging
}

func (c *inboxList) Run(s *session) error {
	return s.as(func(d *casework.Desk, o officer.Officer) error {
		p, err := d.Inbox(s.ctx, o, c.After, c.Limit)
		if err != nil {
			return err
		}
		var out []row
		for _, v := range p.Copies {
			out = append(out, s.copyRow(v, p.Recalled[v.ID], p.Acknowledged[v.ID]))
		}
		s.more(p.Next)
		return s.rows([]string{"id", "ref", "sent_on", "unit", "marking", "acknowledged", "recalled", "title"}, out)
	})
}

type inboxShow struct {
	Copy string `arg:"" ref:"copy"`
}

func (c *inboxShow) Run(s *session) error {
	return look(s, c, &c.Copy, func(d *casework.Desk, o officer.Officer, of casework.IssuedID) error {
		p, err := d.Copy(s.ctx, o, of)
		if err != nil {
			return err
		}
		var items, recalls, feedback []row
		for _, it := range p.Copy.Value.Items {
			items = append(items, row{s.number("number", it.Number), text("grade", it.Grade), text("text", it.Text)})
		}
		for _, v := range p.Recalls {
			recalls = append(recalls, append(s.recallRow(v), s.yes("acknowledged", p.Confirmed[v.ID])))
		}
		for _, v := range p.Feedback {
			feedback = append(feedback, s.feedbackRow(v.Value))
		}
		return s.show(append(s.copyRow(p.Copy, len(p.Recalls) > 0, p.Acknowledged), label(d, p.Copy.Label)), p.Copy.Value,
			part{"items", items}, part{"recalls", recalls}, part{"feedback", feedback})
	})
}

type inboxAcknowledge struct {
	Copy string `arg:"" ref:"copy"`
}

func (c *inboxAcknowledge) Run(s *session) error {
	return look(s, c, &c.Copy, func(d *casework.Desk, o officer.Officer, of casework.IssuedID) error {
		if err := d.Acknowledge(s.ctx, o, of); err != nil {
			return err
		}
		return s.made(nil)
	})
}

// inboxConfirm answers the mark of a recall, whose id stands with the copy or the product it is on.
type inboxConfirm struct {
	Recall string `arg:""`
}

func (c *inboxConfirm) Run(s *session) error {
	return look(s, c, &c.Recall, func(d *casework.Desk, o officer.Officer, of casework.RecallID) error {
		if err := d.ConfirmRecall(s.ctx, o, of); err != nil {
			return err
		}
		return s.made(nil)
	})
}

type inboxFeedback struct {
	fromFile
	Copy  string `arg:"" ref:"copy"`
	Value string `placeholder:"1-5" draft:"value"`
	Truth string `placeholder:"RESULT" draft:"truth"`
	Text  string `placeholder:"TEXT" draft:"text"`
}

func (c *inboxFeedback) Run(s *session) error {
	return act(s, c.File, c, func(d *casework.Desk, o officer.Officer, n dissemination.FeedbackDraft) (named, error) {
		of, err := parse[casework.IssuedID](c.Copy)
		if err != nil {
			return nil, err
		}
		return nil, d.Feedback(s.ctx, o, of, n)
	})
}
