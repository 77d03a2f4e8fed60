package web

import (
	"net/http"
	"slices"
	"strings"

	"cutout/internal/casework"
	"cutout/internal/dissemination"
	"cutout/internal/officer"
	"cutout/internal/web/templates"
)

// The customer's own face: what he was sent, and nothing of where it came from.
var inboxPages = []Route{
	{Method: "GET", Pattern: "/inbox", Handler: (*Server).inboxList, Name: "issued.list"},
	{Method: "GET", Pattern: "/inbox/{id}", Handler: (*Server).inboxCopy, Name: "issued"},
	{Method: "POST", Pattern: "/inbox/{id}/acknowledge", Handler: (*Server).inboxAcknowledge, Name: "issued.acknowledge", Limit: smallLimit},
	{Method: "POST", Pattern: "/inbox/{id}/confirm", Handler: (*Server).inboxConfirm, Name: "issued.confirm", Limit: smallLimit},
	{Method: "POST", Pattern: "/inbox/{id}/feedback", Handler: (*Server).inboxFeedback, Name: "issued.feedback"},
}

func (s *Server) inboxList(w http.ResponseWriter, r *http.Request) error {
	sp := s.speaker(r)
	p, err := s.desk.Inbox(r.Context(), see(r).Officer, r.URL.Query().Get("after"), pageSize)
	if err != nil {
		return err
	}
	b := outList{Pager: sp.pages(r, p.Next, sp.N("count.releases", len(p.Copies))), Empty: templates.Empty{Name: "inbox"}}
	for _, x := range p.Copies {
		l := outLine{Href: "/inbox/" + x.ID.String(), Ref: x.ID.Ref(), Title: x.Value.Title, Marking: strings.Join(x.Value.Marking, " "),
			On: sp.Period(x.Value.SentOn), Unit: x.Value.Unit, Recalled: p.Recalled[x.ID], State: sp.T("inbox.unread")}
		if p.Acknowledged[x.ID] {
			l.State = sp.T("state.acknowledged")
		}
		b.Lines = append(b.Lines, l)
	}
	return s.show(w, r, http.StatusOK, "inbox", sp.T("inbox.title"), p.Frame, b)
}

// copyBody is a copy as its reader has it.
type copyBody struct {
	Recalls             []recallView
	Title, Sub, Marking string
	Acts                []templates.Act
	Items               []copyItem
	About               []templates.Fact
	Acknowledged        bool
	Acknowledge, Say    string
	Feedback            []line
	Form                *form
	Fields              []templates.Field
}

type copyItem struct {
	Number            int
	Text, Lang, Grade string
}

func (s *Server) inboxCopy(w http.ResponseWriter, r *http.Request) error {
	return s.showCopy(w, r, &form{Values: map[string][]string{}, Status: http.StatusOK, words: see(r).Words})
}

func (s *Server) showCopy(w http.ResponseWriter, r *http.Request, f *form) error {
	sp := s.speaker(r)
	var of casework.IssuedID
	if err := idOf(r, "id", &of); err != nil {
		return err
	}
	p, err := s.desk.Copy(r.Context(), see(r).Officer, of)
	if err != nil {
		return err
	}
	v, self := p.Copy.Value, "/inbox/"+of.String()
	b := copyBody{Recalls: sp.recalls(p.Recalls, p.Confirmed, self+"/confirm", p.Frame), Title: v.Title, Sub: dots(of.Ref(), v.Unit, sp.Period(v.SentOn)),
		Marking: strings.Join(v.Marking, " "), Acknowledged: p.Acknowledged, Acknowledge: self + "/acknowledge", Say: self + "/feedback", Form: f}
	for _, it := range v.Items {
		b.Items = append(b.Items, copyItem{it.Number, it.Text, it.Lang, it.Grade})
	}
	b.About = []templates.Fact{{Name: sp.T("inbox.from"), Value: v.Unit}, {Name: sp.T("table.marking"), Value: b.Marking}, {Name: sp.T("release.conditions"), Value: v.Conditions},
		{Name: sp.T("reports.series"), Value: v.Series}, {Name: sp.T("release.source"), Value: v.SourceDescription}, {Name: sp.T("release.confidence"), Value: sp.confidence(v.Confidence)}}
	for _, x := range p.Feedback {
		b.Feedback = append(b.Feedback, sp.worth(x.Value))
	}
	if len(p.Recalls) == 0 && holdsAny(p.Frame, officer.Analyst, officer.Customer, officer.CollectionManager, officer.ReleaseOfficer) {
		b.Acts = []templates.Act{{Href: "/products/new?cites=" + of.String(), Word: sp.T("products.write"), Quiet: true}}
	}
	b.Fields = []templates.Field{f.field("select", "value", "copy.worth", "", sp.options("worth", "1", "2", "3", "4", "5")...),
		f.field("select", "truth", "copy.truth", "", sp.options("state", "true", "partly", "false", "unknown")...),
		rows(f.field("textarea", "text", "copy.words", "copy.words_help"), 3)}
	f.Faults = known(f.Faults, map[string]bool{"value": true, "truth": true, "text": true})
	return s.show(w, r, f.Status, "copy", b.Title, p.Frame, b)
}

// onCopy runs an act on a copy and leads back to it.
func (s *Server) onCopy(w http.ResponseWriter, r *http.Request, message string, act func(casework.IssuedID) error) error {
	var of casework.IssuedID
	if err := idOf(r, "id", &of); err != nil {
		return err
	}
	if err := act(of); err != nil {
		return err
	}
	return s.done(w, r, "/inbox/"+of.String(), message)
}

func (s *Server) inboxAcknowledge(w http.ResponseWriter, r *http.Request) error {
	return s.onCopy(w, r, "copy.is_acknowledged", func(of casework.IssuedID) error { return s.desk.Acknowledge(r.Context(), see(r).Officer, of) })
}

func (s *Server) inboxConfirm(w http.ResponseWriter, r *http.Request) error {
	return s.onCopy(w, r, "recalled.is_confirmed", func(of casework.IssuedID) error {
		p, err := s.desk.Copy(r.Context(), see(r).Officer, of)
		if err != nil {
			return err
		}
		return s.confirmRecall(r, p.Recalls)
	})
}

// confirmRecall says that the reader has seen the mark named in the form, which is one of those on the page it was sent from.
func (s *Server) confirmRecall(r *http.Request, shown []casework.RecallRecord) error {
	var of casework.RecallID
	if err := of.UnmarshalText([]byte(r.FormValue("recall"))); err != nil || !slices.ContainsFunc(shown, func(x casework.RecallRecord) bool { return x.ID == of }) {
		return errMissing
	}
	return s.desk.ConfirmRecall(r.Context(), see(r).Officer, of)
}

func (s *Server) inboxFeedback(w http.ResponseWriter, r *http.Request) error {
	var of casework.IssuedID
	if err := idOf(r, "id", &of); err != nil {
		return err
	}
	f, err := s.readForm(r)
	if err != nil {
		return err
	}
	err = s.desk.Feedback(r.Context(), see(r).Officer, of, dissemination.FeedbackDraft{Value: f.Get("value"), Truth: f.Get("truth"), Text: f.Get("text")})
	if err == nil {
		return s.done(w, r, "/inbox/"+of.String(), "copy.said")
	}
	if err := f.take(err); err != nil {
		return err
	}
	return s.showCopy(w, r, f)
}
