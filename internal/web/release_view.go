package web

import (
	"net/http"
	"strings"

	"cutout/internal/casework"
	"cutout/internal/dissemination"
	"cutout/internal/officer"
	"cutout/internal/report"
	"cutout/internal/web/templates"
)

// releaseBody is a release on its page: what the source said on one side, what readers see on the other.
type releaseBody struct {
	Recalls     []recallView
	Title, Sub  string
	Marking     string
	Acts        []templates.Act
	Facts       []templates.Fact
	Items       []releaseItemView
	About       []templates.Fact
	Readers     []readerView
	ReadersNote string
	Feedback    []line
}

type releaseItemView struct {
	Number                          int
	Text, Lang, Grade, Basis, Drift string
	Originals                       []originalView
}

type originalView struct {
	Chip                    templates.Chip
	Text, Lang, Gist, Basis string
	Grade                   gradeWord
}

type readerView struct {
	Name, State string
}

func (s *Server) releasePage(w http.ResponseWriter, r *http.Request) error {
	sp := s.speaker(r)
	var of dissemination.ID
	if err := idOf(r, "id", &of); err != nil {
		return err
	}
	p, err := s.desk.Release(r.Context(), see(r).Officer, of)
	if err != nil {
		return err
	}
	v := p.Release.Value
	b := releaseBody{Title: v.Title, Recalls: sp.recalls(p.Recalls, nil, "", p.Frame), Marking: strings.Join(v.Marking, " "), Sub: dots(of.Ref(), sp.T("state."+string(v.State)), v.Series)}
	self := "/releases/" + of.String()
	switch release := holdsAny(p.Frame, officer.ReleaseOfficer); {
	case v.State == dissemination.Drafted:
		if p.MayStep && holdsAny(p.Frame, officer.ReleaseOfficer, officer.AuthorizingOfficer, officer.CollectionManager) {
			b.Acts = append(b.Acts, templates.Act{Href: self + "/approve", Word: sp.T("do.approve"), Do: true})
		}
		if release || holdsAny(p.Frame, officer.Analyst) {
			b.Acts = append(b.Acts, templates.Act{Href: self + "/rewrite", Word: sp.T("do.edit"), Key: "edit", Quiet: true})
		}
	case v.State == dissemination.Approved && release:
		b.Acts = append(b.Acts, templates.Act{Href: self + "/send", Word: sp.T("do.send"), Do: true})
	case v.State == dissemination.Sent && inside(p.Frame):
		b.Acts = append(b.Acts, templates.Act{Href: "/notices/new?about=" + of.String(), Word: sp.T("do.issue_notice"), Quiet: true})
	}
	had := 0
	for _, x := range p.Readers {
		state := sp.T("release.not_sent")
		if x.Acknowledged {
			had++
			state = sp.T("state.acknowledged")
		} else if v.State == dissemination.Sent {
			state = sp.T("state.not_acknowledged")
		}
		b.Readers = append(b.Readers, readerView{x.Name, state})
	}
	for _, org := range v.Organizations {
		b.Readers = append(b.Readers, readerView{org, ""})
	}
	if v.State == dissemination.Sent {
		b.ReadersNote = sp.T("release.read_by", "N", had, "All", len(p.Readers))
	}
	sent := sp.T("release.not_sent")
	if !v.SentOn.IsZero() {
		sent = sp.Period(v.SentOn)
	}
	approver := p.Approver
	if approver == "" {
		approver = sp.T("release.nobody_yet")
	}
	b.Facts = []templates.Fact{{Name: sp.T("table.state"), Value: sp.T("state." + string(v.State))}, {Name: sp.T("release.written_by"), Value: p.Writer},
		{Name: sp.T("release.approved_by"), Value: approver, Note: sp.T("release.two_people")}, {Name: sp.T("table.released"), Value: sent}}
	for i, it := range v.Items {
		b.Items = append(b.Items, sp.releaseItem(i, it, p.Originals))
	}
	b.About = []templates.Fact{{Name: sp.T("table.marking"), Value: b.Marking}, {Name: sp.T("reports.series"), Value: v.Series}, {Name: sp.T("release.conditions"), Value: v.Conditions},
		{Name: sp.T("release.source"), Value: v.SourceDescription}, {Name: sp.T("release.confidence"), Value: sp.confidence(v.Confidence)},
		{Name: sp.T("release.other_person"), Value: v.OtherPerson}}
	for _, x := range p.Feedback {
		b.Feedback = append(b.Feedback, sp.worth(x.Value))
	}
	return s.show(w, r, http.StatusOK, "release", b.Title, p.Frame, b)
}

func (p speaker) releaseItem(i int, it dissemination.ReleaseItem, from []casework.OriginalItem) releaseItemView {
	v := releaseItemView{Number: i + 1, Text: it.Text, Lang: it.Lang, Grade: it.Grade}
	if it.Basis != "" {
		v.Basis = p.basis(it.Basis)
	}
	for _, id := range it.From {
		for _, x := range from {
			if x.Item.ID != id {
				continue
			}
			v.Originals = append(v.Originals, originalView{Chip: templates.Chip{Href: itemAddress(x.Report, id), Ref: x.Report.Ref() + "." + itoa(x.Item.Number)},
				Text: x.Item.Text, Lang: x.Item.Lang, Gist: x.Item.Gist, Basis: p.basis(x.Item.Basis), Grade: p.grade(x.Item.Grade)})
			if it.Basis != "" && it.Basis.Rank() > x.Item.Basis.Rank() {
				v.Drift = p.T("release.drift", "Said", p.basis(x.Item.Basis), "Stated", p.basis(it.Basis))
			}
		}
	}
	return v
}

func (p speaker) confidence(c dissemination.Confidence) string {
	if c == "" {
		return ""
	}
	return p.T("confidence." + string(c))
}

// worth is what a reader said of a copy.
func (p speaker) worth(v dissemination.Feedback) line {
	word := ""
	if v.Value > 0 {
		word = p.T("worth." + itoa(v.Value))
	}
	if v.Truth != "" && v.Truth != report.NotDecided {
		word = dots(word, p.result(v.Truth))
	}
	return line{Word: word, On: p.Period(v.On), Text: v.Text}
}
