package web

import (
	"net/http"
	"strings"
	"time"

	"cutout/internal/casework"
	"cutout/internal/dissemination"
	"cutout/internal/officer"
	"cutout/internal/report"
	"cutout/internal/web/templates"
)

var noticePages = []Route{
	{Method: "GET", Pattern: "/notices", Handler: (*Server).noticeList, Name: "notice.list"},
	{Method: "GET", Pattern: "/notices/new", Handler: (*Server).noticeNew, Name: "notice.new"},
	{Method: "POST", Pattern: "/notices/new", Handler: (*Server).noticeNew, Name: "notice.issue"},
	{Method: "GET", Pattern: "/notices/{id}", Handler: (*Server).noticePage, Name: "notice"},
	{Method: "POST", Pattern: "/notices/{id}/answer", Handler: (*Server).noticeAnswer, Name: "notice.answer"},
}

type listedNotice struct {
	Href, Ref, Kind, About, Text, On string
	Strikes                          bool
}

type noticeList struct {
	Acts  []templates.Act
	Lines []listedNotice
	Pager templates.Pager
	Empty templates.Empty
}

func (s *Server) noticeList(w http.ResponseWriter, r *http.Request) error {
	sp := s.speaker(r)
	p, err := s.desk.Notices(r.Context(), see(r).Officer, r.URL.Query().Get("after"), pageSize)
	if err != nil {
		return err
	}
	b := noticeList{Pager: sp.pages(r, p.Next, sp.N("count.notices", len(p.Notices))), Empty: templates.Empty{Name: "notices"},
		Acts: []templates.Act{{Href: "/notices/new", Word: sp.T("do.issue_notice"), Key: "new"}}}
	for _, x := range p.Notices {
		b.Lines = append(b.Lines, listedNotice{Href: "/notices/" + x.ID.String(), Ref: x.ID.Ref(), Kind: sp.notice(string(x.Value.Kind)), About: sp.about(x.Value.About, p.Names),
			Text: opening(x.Value.Text, 110), On: sp.Period(x.Value.On), Strikes: x.Value.Kind.Strikes()})
	}
	return s.show(w, r, http.StatusOK, "notices", sp.T("nav.notices"), p.Frame, b)
}

// about is the name of what a notice is about: the record's, when the reader may see it, or the words given.
func (p speaker) about(of string, names map[string]string) string {
	if name := names[of]; name != "" {
		return name
	}
	if _, _, coded := strings.Cut(of, "_"); coded && !strings.ContainsAny(of, " \t") {
		return p.T("notices.kept")
	}
	return of
}

func (s *Server) noticeNew(w http.ResponseWriter, r *http.Request) error {
	sp := s.speaker(r)
	f, err := s.readForm(r)
	if err != nil {
		return err
	}
	if f.posted {
		var n casework.NoticeDraft
		f.into(&n)
		of, err := s.desk.IssueNotice(r.Context(), see(r).Officer, n)
		if err == nil {
			return s.finished(w, r, f, "/notices/"+of.String(), "notices.issued")
		}
		if err := f.take(err); err != nil {
			return err
		}
	}
	frame, err := s.desk.Around(r.Context(), see(r).Officer)
	if err != nil {
		return err
	}
	var kinds, desks []templates.Option
	for _, k := range sp.pack.Notices {
		if k.Code == string(dissemination.RecallNotice) {
			continue // a recall is ordered from the report it takes back
		}
		o := templates.Option{Value: k.Code, Word: say(sp.Words, k.Name)}
		if dissemination.NoticeKind(k.Code).Strikes() {
			o.Word += " — " + sp.T("notices.strikes_short")
		}
		kinds = append(kinds, o)
	}
	fields := []templates.Field{need(f.field("select", "kind", "table.kind", "notices.kind_help", kinds...)), need(f.field("text", "about", "table.about", "notices.about_help")),
		need(rows(f.field("textarea", "text", "notices.text", "notices.text_help"), 6)), short(f.field("text", "on", "table.when", "form.date_help")),
		short(f.field("text", "earliest", "notices.earliest", "notices.earliest_help")), f.field("text", "threat_to", "notices.threat_to", "notices.threat_help"),
		short(f.field("text", "due", "notices.due", ""))}
	if !f.Values.Has("about") || f.Get("about") == "" || len(f.faults("desk")) > 0 {
		cs, err := s.desk.Compartments(r.Context(), see(r).Officer, false)
		if err != nil {
			return err
		}
		for _, c := range cs {
			desks = append(desks, templates.Option{Value: c.ID.String(), Word: c.Name})
		}
		fields = append(fields, f.field("select", "desk", "table.desk", "notices.desk_help", desks...))
	}
	return s.oneForm(w, r, frame, formPage{Title: sp.T("do.issue_notice"), Sub: sp.T("notices.new_sub"), Word: sp.T("do.issue_notice"), Cancel: "/notices", Form: f, Draft: true}, fields)
}

type noticeBody struct {
	Title, Sub, Text, Strikes, ReachNote, Action string
	Acts                                         []templates.Act
	About                                        []templates.Fact
	Readers                                      []reachedView
	Marked                                       []templates.Chip
	Answers                                      []line
	Form                                         *form
	Fields                                       []templates.Field
}

type reachedView struct {
	Name, Kind, Ref string
	Hops            int
	Acknowledged    bool
}

func (s *Server) noticePage(w http.ResponseWriter, r *http.Request) error {
	return s.showNotice(w, r, &form{Values: map[string][]string{}, Status: http.StatusOK, words: see(r).Words})
}

func (s *Server) showNotice(w http.ResponseWriter, r *http.Request, f *form) error {
	sp := s.speaker(r)
	var of dissemination.NoticeID
	if err := idOf(r, "id", &of); err != nil {
		return err
	}
	p, err := s.desk.Notice(r.Context(), see(r).Officer, of)
	if err != nil {
		return err
	}
	v := p.Notice.Value
	b := noticeBody{Title: sp.notice(string(v.Kind)), Sub: dots(of.Ref(), sp.about(v.About, p.Names), sp.Period(v.On)), Text: v.Text, Action: "/notices/" + of.String() + "/answer", Form: f}
	if v.Kind.Strikes() {
		b.Strikes = sp.T("notices.strikes")
	}
	issuer := p.Names[v.Issuer]
	if issuer == "" {
		issuer = v.Issuer
	}
	if at := s.addressOf(v.About); at != "" && p.Names[v.About] != "" {
		b.Acts = []templates.Act{{Href: at, Word: sp.T("notices.open_subject"), Quiet: true}}
	}
	b.About = []templates.Fact{{Name: sp.T("table.about"), Value: sp.about(v.About, p.Names)}, {Name: sp.T("notices.issuer"), Value: issuer}, {Name: sp.T("table.issued"), Value: sp.Period(v.On)},
		{Name: sp.T("notices.threat_to"), Value: v.ThreatTo}}
	if !v.Earliest.IsZero() {
		b.About = append(b.About, templates.Fact{Name: sp.T("notices.earliest"), Value: sp.Period(v.Earliest)})
	}
	answered := 0
	for _, x := range p.Readers {
		kind := sp.T("reached." + x.Kind)
		b.Readers = append(b.Readers, reachedView{x.Name, kind, x.Ref, x.Hops, x.Acknowledged})
		if x.Acknowledged {
			answered++
		}
	}
	if len(p.Readers) > 0 {
		b.ReachNote = sp.T("notices.reach_note", "All", len(p.Readers), "N", answered)
	}
	for _, m := range p.Marked {
		b.Marked = append(b.Marked, templates.Chip{Href: s.addressOf(m.Value.Of), Ref: shortRef(m.Value.Of), Note: sp.T("notices.hop", "N", m.Value.Hops)})
	}
	for _, a := range p.Responses {
		b.Answers = append(b.Answers, line{Word: sp.T("response." + string(a.Value.Response)), On: sp.Period(a.Value.On), Text: a.Value.Reasons})
	}
	b.Fields = []templates.Field{f.field("select", "response", "notices.response", "", sp.options("response", "noted", "followed", "partial", "overruled")...),
		rows(f.field("textarea", "reasons", "notices.reasons", "notices.reasons_help"), 3)}
	b.Fields[0].Required = true
	f.Faults = known(f.Faults, map[string]bool{"response": true, "reasons": true})
	return s.show(w, r, f.Status, "notice", b.Title, p.Frame, b)
}

func (s *Server) noticeAnswer(w http.ResponseWriter, r *http.Request) error {
	var of dissemination.NoticeID
	if err := idOf(r, "id", &of); err != nil {
		return err
	}
	f, err := s.readForm(r)
	if err != nil {
		return err
	}
	err = s.desk.AnswerNotice(r.Context(), see(r).Officer, dissemination.NoticeResponseDraft{Of: of.String(), Response: f.Get("response"), Reasons: f.Get("reasons")})
	if err == nil {
		return s.done(w, r, "/notices/"+of.String(), "notices.answered")
	}
	if err := f.take(err); err != nil {
		return err
	}
	return s.showNotice(w, r, f)
}

// reportRecall takes a report back, with everything that rests on it.
func (s *Server) reportRecall(w http.ResponseWriter, r *http.Request) error {
	sp := s.speaker(r)
	var of report.ID
	if err := idOf(r, "id", &of); err != nil {
		return err
	}
	f, err := s.readForm(r)
	if err != nil {
		return err
	}
	if f.posted {
		n, err := s.desk.Recall(r.Context(), see(r).Officer, dissemination.RecallDraft{Reports: []string{of.String()}, Reason: f.Get("reason")})
		if err == nil {
			return s.finished(w, r, f, "/notices/"+n.String(), "recalled.done")
		}
		if err := f.take(err); err != nil {
			return err
		}
	}
	p, err := s.desk.Report(r.Context(), see(r).Officer, of, time.Time{})
	if err != nil {
		return err
	}
	return s.oneForm(w, r, p.Frame, formPage{Title: sp.T("recalled.title"), Sub: dots(of.Ref(), titleOf(p.Report.Value)), Warn: sp.T("recalled.warning") + " " + sp.T("recalled.cited", "N", len(p.Releases)),
		Word: sp.T("recalled.order"), Cancel: "/reports/" + of.String(), Form: f}, []templates.Field{need(rows(f.field("textarea", "reason", "table.reason", "recalled.reason_help"), 5))})
}

// mayRecall are the duties of those who take reports back: what is shown to press, never what is allowed.
var mayRecall = []officer.Duty{officer.ReleaseOfficer, officer.Controller, officer.Validator, officer.Registrar}
