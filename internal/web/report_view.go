package web

import (
	"slices"

	"cutout/internal/casework"
	"cutout/internal/officer"
	"cutout/internal/report"
	"cutout/internal/web/templates"
)

// reportBody is a report on its page.
type reportBody struct {
	Recalls       []recallView
	Title, Sub    string
	Acts          []templates.Act
	Facts         []templates.Fact
	Summary       string
	Items         []itemView
	About         []templates.Fact
	Needs         []chipText
	Releases      []chipText
	AsKnown       templates.Field
	AsKnownNotice string
	Now           string // back from "as known on"
	Forms         []addForm
	Form          *form
}

type itemView struct {
	ID, Ref, Text, Lang, Gist string
	Number                    int
	Grade                     gradeWord
	Facts                     []templates.Fact
	Later                     []line
	Related                   []relatedView
}

type relatedView struct {
	Word, Origin, Text, Note string
	Contradicts              bool
	Chip                     templates.Chip
}

func (p speaker) reportBody(rp casework.ReportPage, link func(string) string) reportBody {
	v := rp.Report.Value
	self := "/reports/" + rp.Report.ID.String()
	b := reportBody{Title: titleOf(v), Recalls: p.recalls(rp.Recalls, nil, "", rp.Frame), Summary: v.Summary}
	from := p.T("reports.source_kept")
	if rp.Source != nil {
		from = rp.Source.Value.CodeName
	}
	b.Sub = dots(rp.Report.ID.Ref(), from, v.Series, p.Period(v.Received))
	if !rp.AsKnown.IsZero() {
		b.AsKnownNotice = p.T("report.as_known_on", "Time", p.Time(rp.AsKnown))
	}
	decided := 0
	for _, it := range v.Items {
		b.Items = append(b.Items, p.item(rp, it))
		if outs := rp.Outcomes[it.ID]; len(outs) > 0 && outs[len(outs)-1].Value.Result.Decided() {
			decided++
		}
	}
	b.Facts = []templates.Fact{
		{Name: p.T("reports.received"), Value: p.Period(v.Received), Note: p.filed(rp)},
		{Name: p.T("table.items"), Value: p.N("count.items", len(v.Items)), Note: p.T("report.decided", "N", decided)},
		{Name: p.T("report.cited"), Value: p.N("count.releases", len(rp.Releases))},
		{Name: p.T("report.versions"), Value: p.Number(int(rp.Versions)), Note: p.T("report.versions_note")},
	}
	b.About = []templates.Fact{{Name: p.T("reports.source"), Value: from}, {Name: p.T("report.context"), Value: v.SourceContext},
		{Name: p.T("reports.series"), Value: v.Series}, {Name: p.T("report.when"), Value: p.maybePeriod(v)},
		{Name: p.T("report.discipline"), Value: v.Discipline}, {Name: p.T("report.originator"), Value: v.Originator}, {Name: p.T("report.comments"), Value: v.Comments}}
	for _, q := range rp.Needs {
		b.Needs = append(b.Needs, chipText{templates.Chip{Href: link("/requirements/" + q.ID.String()), Ref: q.ID.Ref(), Note: q.Value.Number}, opening(q.Value.Text, 90)})
	}
	for _, x := range rp.Releases {
		b.Releases = append(b.Releases, chipText{templates.Chip{Href: "/releases/" + x.ID.String(), Ref: x.ID.Ref(), Note: p.T("state." + string(x.Value.State))}, x.Value.Title})
	}
	if holdsAny(rp.Frame, officer.ReleaseOfficer, officer.Analyst) && rp.AsKnown.IsZero() && len(rp.Recalls) == 0 {
		b.Acts = append(b.Acts, templates.Act{Href: "/releases/new?report=" + rp.Report.ID.String(), Word: p.T("do.write_release"), Key: "new"})
	}
	if inside(rp.Frame) {
		b.Acts = append(b.Acts, templates.Act{Href: "/notices/new?about=" + rp.Report.ID.String(), Word: p.T("do.issue_notice"), Quiet: true})
	}
	if holdsAny(rp.Frame, mayRecall...) && !slices.ContainsFunc(rp.Recalls, func(r casework.RecallRecord) bool { return r.Value.Recalled }) {
		b.Acts = append(b.Acts, templates.Act{Href: self + "/recall", Word: p.T("recalled.act"), Quiet: true})
	}
	return b
}

func (p speaker) filed(rp casework.ReportPage) string {
	return p.T("report.filed_at", "Time", p.Time(rp.Report.Created()))
}

func (p speaker) maybePeriod(v report.Report) string {
	if v.When.IsZero() {
		return ""
	}
	return p.Period(v.When)
}

func (p speaker) item(rp casework.ReportPage, it report.Item) itemView {
	v := itemView{ID: it.ID.String(), Ref: rp.Report.ID.Ref() + "." + itoa(it.Number), Text: it.Text, Lang: it.Lang, Gist: it.Gist, Number: it.Number, Grade: p.grade(it.Grade)}
	if v.Lang == "" {
		v.Lang = tongueOf(it.Text)
	}
	if it.GradeText != "" && v.Grade.Code == "" {
		v.Grade.Words = it.GradeText
	}
	add := func(name, value string) {
		if value != "" {
			v.Facts = append(v.Facts, templates.Fact{Name: p.T(name), Value: value})
		}
	}
	add("table.basis", p.basis(it.Basis))
	add("report.access", it.Access)
	if !it.When.IsZero() {
		add("report.speaks_of", p.Period(it.When))
	}
	add("table.place", dots(it.Place, it.Area))
	if c := it.Claim; c != nil {
		add("report.claim", dots(c.Subject, c.Predicate, c.Value))
		add("report.topic", c.Topic)
		if c.Importance != "" {
			add("report.importance", p.T("importance."+string(c.Importance)))
		}
	}
	for _, g := range rp.Regrades[it.ID] {
		v.Later = append(v.Later, line{Word: p.T("report.regrade"), On: p.Time(g.Created()), Text: g.Value.Reason, Grade: g.Value.Grade.String()})
	}
	for _, o := range rp.Outcomes[it.ID] {
		v.Later = append(v.Later, line{Word: p.result(o.Value.Result), On: p.Period(o.Value.On), Text: o.Value.Basis})
	}
	for _, x := range rp.Related[it.ID] {
		rel := relatedView{Word: p.T("link.word_supports"), Text: opening(x.Item.Text, 120), Contradicts: x.Contradicts,
			Chip: templates.Chip{Href: itemAddress(x.Report, x.Item.ID), Ref: x.Report.Ref() + "." + itoa(x.Item.Number)}}
		if x.Contradicts {
			rel.Word = p.T("link.word_contradicts")
		}
		if x.SameOrigin {
			rel.Origin = p.T("link.same_origin")
			if !x.Contradicts {
				rel.Note = p.T("link.same_origin_note")
			}
		}
		v.Related = append(v.Related, rel)
	}
	return v
}
