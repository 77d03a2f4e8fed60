package main

import (
	"cutout/internal/casework"
	"cutout/internal/dissemination"
	"cutout/internal/officer"
)

type noticeGroup struct {
	Issue  noticeIssue  `cmd:""`
	Answer noticeAnswer `cmd:""`
	Recall noticeRecall `cmd:""`
	List   noticeList   `cmd:""`
	Show   noticeShow   `cmd:""`
}

type noticeIssue struct {
	fromFile
	Kind     string   `placeholder:"KIND" draft:"kind"`
	About    string   `placeholder:"RECORD" ref:"record" draft:"about"`
	Text     string   `placeholder:"TEXT" draft:"text"`
	On       string   `placeholder:"DATE" draft:"on"`
	Earliest string   `placeholder:"DATE" draft:"earliest"`
	Threat   string   `placeholder:"WHO" draft:"threat_to"`
	Owner    string   `placeholder:"OFFICER" ref:"officer" draft:"owner"`
	Due      string   `placeholder:"DAY" draft:"due"`
	Reader   []string `placeholder:"OFFICER" ref:"officer" draft:"readers"`
	Desk     string   `placeholder:"COMPARTMENT" draft:"desk"`
}

func (c *noticeIssue) Run(s *session) error {
	return act(s, c.File, c, func(d *casework.Desk, o officer.Officer, n casework.NoticeDraft) (named, error) {
		return d.IssueNotice(s.ctx, o, n)
	})
}

type noticeAnswer struct {
	fromFile
	Notice   string `arg:"" optional:"" ref:"notice" draft:"of"`
	Response string `placeholder:"WORD" draft:"response"`
	Reasons  string `placeholder:"TEXT" draft:"reasons"`
}

func (c *noticeAnswer) Run(s *session) error {
	return act(s, c.File, c, func(d *casework.Desk, o officer.Officer, n dissemination.NoticeResponseDraft) (named, error) {
		return nil, d.AnswerNotice(s.ctx, o, n)
	})
}

type noticeRecall struct {
	fromFile
	Reports []string `arg:"" optional:"" ref:"report" draft:"reports"`
	Notice  string   `placeholder:"NOTICE" ref:"notice" draft:"notice"`
	Reason  string   `placeholder:"TEXT" draft:"reason"`
	Keep    []string `placeholder:"REPORT" ref:"report" draft:"keeps"`
	KeepWhy string   `placeholder:"TEXT" draft:"keep_why"`
}

func (c *noticeRecall) Run(s *session) error {
	return act(s, c.File, c, func(d *casework.Desk, o officer.Officer, n dissemination.RecallDraft) (named, error) {
		return d.Recall(s.ctx, o, n)
	})
}

func (s *session) noticeRow(v casework.NoticeRecord, names map[string]string) row {
	return row{only("id", v.ID.String()), text("ref", v.ID.Ref()), text("kind", string(v.Value.Kind)), s.period("on", v.Value.On), s.day("due", v.Value.Due),
		only("about", v.Value.About), text("subject", names[v.Value.About]), text("text", v.Value.Text)}
}

type noticeList struct {
	paging
}

func (c *noticeList) Run(s *session) error {
	return s.as(func(d *casework.Desk, o officer.Officer) error {
		p, err := d.Notices(s.ctx, o, c.After, c.Limit)
		if err != nil {
			return err
		}
		var out []row
		for _, v := range p.Notices {
			out = append(out, s.noticeRow(v, p.Names))
		}
		s.more(p.Next)
		return s.rows([]string{"id", "ref", "kind", "on", "due", "about", "subject", "text"}, out)
	})
}

type noticeShow struct {
	Notice string `arg:"" ref:"notice"`
}

func (c *noticeShow) Run(s *session) error {
	return look(s, c, &c.Notice, func(d *casework.Desk, o officer.Officer, of dissemination.NoticeID) error {
		p, err := d.Notice(s.ctx, o, of)
		if err != nil {
			return err
		}
		var answers, readers []row
		for _, v := range p.Responses {
			answers = append(answers, row{only("by", v.Value.By), s.period("on", v.Value.On), text("response", string(v.Value.Response)), text("text", v.Value.Reasons)})
		}
		for _, v := range p.Readers {
			readers = append(readers, row{only("id", v.Reader.String()), text("name", v.Name), text("ref", v.Ref), s.number("hops", v.Hops), s.yes("acknowledged", v.Acknowledged)})
		}
		return s.show(append(s.noticeRow(p.Notice, p.Names), label(d, p.Notice.Label)), p.Notice.Value, part{"answers", answers}, part{"readers", readers})
	})
}
