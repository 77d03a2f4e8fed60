package web

import (
	"net/http"
	"strings"
	"time"

	"cutout/internal/casework"
	"cutout/internal/custody"
	"cutout/internal/identity"
	"cutout/internal/officer"
	"cutout/internal/source"
	"cutout/internal/web/templates"
)

// openingRoutes are the requests to open an identity that is not sealed to who asks.
var openingRoutes = []Route{
	{Method: "GET", Pattern: "/openings", Handler: (*Server).openings, Name: "openings"},
	{Method: "GET", Pattern: "/openings/new", Handler: (*Server).askOpening, Name: "opening.new"},
	{Method: "POST", Pattern: "/openings/new", Handler: (*Server).askOpening, Name: "opening.ask", Limit: smallLimit},
	{Method: "GET", Pattern: "/openings/{id}", Handler: (*Server).opening, Name: "opening"},
	{Method: "POST", Pattern: "/openings/{id}/approve", Handler: (*Server).approveOpening, Name: "opening.approve", Limit: smallLimit},
	{Method: "POST", Pattern: "/openings/{id}/refuse", Handler: (*Server).refuseOpening, Name: "opening.refuse", Limit: smallLimit},
	{Method: "POST", Pattern: "/openings/{id}/withdraw", Handler: (*Server).withdrawOpening, Name: "opening.withdraw", Limit: smallLimit},
	{Method: "POST", Pattern: "/openings/{id}/open", Handler: (*Server).openApproved, Name: "opening.open", Limit: smallLimit},
}

// openingsPage lists the requests the reader takes part in.
type openingsPage struct {
	Lines []openingRow
	Pager templates.Pager
	Empty templates.Empty
}

type openingRow struct {
	Href, Ref, Code, Purpose, Who, State string
	Until                                time.Time
	Yours                                bool // it waits for the reader
}

func (s *Server) openings(w http.ResponseWriter, r *http.Request) error {
	sp := s.speaker(r)
	p, err := s.desk.Openings(r.Context(), see(r).Officer, listLength, r.URL.Query().Get("after"))
	if err != nil {
		return err
	}
	b := openingsPage{Pager: sp.pages(r, p.Next, sp.N("count.requests", len(p.Openings))), Empty: templates.Empty{Name: "openings"}}
	for _, l := range p.Openings {
		x := openingRow{Href: "/openings/" + l.ID.String(), Ref: l.ID.Ref(), Code: l.CodeName, Purpose: l.Purpose, Who: l.Names[l.Requester], State: sp.T("custody-state." + string(l.State)),
			Until: l.Expires, Yours: l.MayApprove || l.Mine && l.State == custody.Approved}
		if l.Mine && l.State == custody.Approved {
			x.State = sp.T("opening.yours_to_open")
		} else if l.MayApprove {
			x.State = sp.T("opening.yours_to_decide")
		}
		b.Lines = append(b.Lines, x)
	}
	return s.show(w, r, http.StatusOK, "openings", sp.T("nav.openings"), p.Frame, b)
}

// askOpening asks the approvers for the identity of one source, for one purpose.
func (s *Server) askOpening(w http.ResponseWriter, r *http.Request) error {
	v := see(r)
	f, err := s.readForm(r)
	if err != nil {
		return err
	}
	var of source.ID
	if of.UnmarshalText([]byte(f.Get("source"))) != nil || of.IsZero() {
		return errMissing
	}
	p, err := s.desk.Source(r.Context(), v.Officer, of, time.Time{})
	if err != nil {
		return err
	}
	if f.sent() {
		made, err := s.desk.RequestOpening(r.Context(), v.Officer, casework.OpeningDraft{Source: of.String(), Purpose: f.Get("purpose")})
		if err == nil {
			return s.done(w, r, "/openings/"+made.String(), "flash.opening_asked")
		}
		if err := f.take(err); err != nil {
			return err
		}
	}
	b := formPage{Title: p.Source.Value.CodeName, Code: true, Sub: v.Words.T("opening.ask"), Form: f, Word: v.Words.T("opening.ask"), Cancel: "/sources/" + of.String(),
		Lead: v.Words.T("opening.ask_lead"),
		Sections: []section{{Fields: []templates.Field{{Kind: "hidden", Name: "source", Value: of.String()},
			need(rows(f.field("textarea", "purpose", "opening.purpose", "opening.purpose_help"), 3))}}}}
	if len(p.Seal.Asked) < custody.Needed {
		b.Warn = v.Words.T("refused.no-approvers")
	} else {
		b.Sections[0].Note = v.Words.T("opening.asked_of", "Who", strings.Join(p.Seal.Asked, comma(v.Words)))
		if l, ok := s.desk.Pack().Limit("opening-request"); ok {
			b.Sections[0].Note += " " + v.Words.T("opening.stands_until", "Time", l.Clock.End(p.Now))
		}
	}
	return s.showForm(w, r, p.Frame, b)
}

// openingPage is one request: what is asked, who has said yes, and what the reader can do about it.
type openingPage struct {
	Self, Source, Title, Sub string
	Code                     bool
	Facts                    []templates.Fact
	Short                    string // of the hash an approval stands for
	Approve, Open, Withdraw  bool
	Form                     *form
	Refuse                   templates.Field
	Opened                   *identity.Particulars
}

func (s *Server) opening(w http.ResponseWriter, r *http.Request) error {
	return s.showOpening(w, r, &form{Values: map[string][]string{}, Status: http.StatusOK, words: see(r).Words}, nil)
}

func (s *Server) showOpening(w http.ResponseWriter, r *http.Request, f *form, opened *identity.Particulars) error {
	sp := s.speaker(r)
	var of custody.RequestID
	if err := idOf(r, "id", &of); err != nil {
		return err
	}
	p, err := s.desk.Opening(r.Context(), see(r).Officer, of)
	if err != nil {
		return err
	}
	b := openingPage{Self: "/openings/" + of.String(), Title: p.CodeName, Code: p.CodeName != "", Sub: dots(of.Ref(), sp.T("custody-state."+string(p.State))), Short: custody.Short(p.Hash),
		Approve: p.MayApprove, Open: p.Mine && p.State == custody.Approved, Withdraw: p.Mine && (p.State == custody.Waiting || p.State == custody.Approved), Form: f, Opened: opened}
	if b.Title == "" {
		b.Title = of.Ref()
	}
	if p.Mine {
		b.Source = "/sources/" + p.Source.String()
	}
	b.Facts = []templates.Fact{{Name: sp.T("opening.by"), Value: p.Names[p.Requester]}, {Name: sp.T("opening.purpose"), Value: p.Purpose}, {Name: sp.T("opening.made"), Value: sp.Time(p.Made)},
		{Name: sp.T("opening.until"), Value: sp.Time(p.Expires)}, {Name: sp.T("opening.approved_by"), Value: s.named(sp, p.Approved, p.Names)},
		{Name: sp.T("opening.reason"), Value: p.Reason}}
	b.Refuse = need(rows(f.field("textarea", "reason", "opening.refuse_why", "opening.refuse_help"), 2))
	return s.show(w, r, f.Status, "opening", b.Title, p.Frame, b)
}

// named are the names of officers in a line, or a word for none.
func (s *Server) named(sp speaker, of []officer.ID, names map[officer.ID]string) string {
	var out []string
	for _, o := range of {
		out = append(out, names[o])
	}
	if len(out) == 0 {
		return sp.T("custody.nobody_yet")
	}
	return strings.Join(out, comma(sp.Words))
}

// onOpening runs an act on a request and leads back to it.
func (s *Server) onOpening(w http.ResponseWriter, r *http.Request, message string, act func(custody.RequestID) error) error {
	var of custody.RequestID
	if err := idOf(r, "id", &of); err != nil {
		return err
	}
	if err := act(of); err != nil {
		return err
	}
	return s.done(w, r, "/openings/"+of.String(), message)
}

func (s *Server) approveOpening(w http.ResponseWriter, r *http.Request) error {
	return s.onOpening(w, r, "flash.opening_approved", func(of custody.RequestID) error { return s.desk.ApproveOpening(r.Context(), see(r).Officer, of) })
}

func (s *Server) withdrawOpening(w http.ResponseWriter, r *http.Request) error {
	return s.onOpening(w, r, "flash.opening_withdrawn", func(of custody.RequestID) error { return s.desk.EndOpening(r.Context(), see(r).Officer, of, "") })
}

func (s *Server) refuseOpening(w http.ResponseWriter, r *http.Request) error {
	f, err := s.readForm(r)
	if err != nil {
		return err
	}
	err = s.onOpening(w, r, "flash.opening_refused", func(of custody.RequestID) error {
		return s.desk.EndOpening(r.Context(), see(r).Officer, of, f.Get("reason"))
	})
	if err := f.take(err); err != nil {
		return err
	}
	if f.Status != http.StatusOK {
		return s.showOpening(w, r, f, nil)
	}
	return nil
}

// openApproved shows the identity in this one answer. The request is used up and the look on the log before it is shown;
// the page is kept nowhere, and loading it again shows nothing.
func (s *Server) openApproved(w http.ResponseWriter, r *http.Request) error {
	var of custody.RequestID
	if err := idOf(r, "id", &of); err != nil {
		return err
	}
	who, err := s.desk.OpenApproved(r.Context(), see(r).Officer, of)
	if err != nil {
		return err
	}
	defer who.Forget()
	opened, err := who.Disclose()
	if err != nil {
		return s.incident("identity", err)
	}
	defer opened.Wipe()
	return s.showOpening(w, r, &form{Values: map[string][]string{}, Status: http.StatusOK, words: see(r).Words}, &opened)
}
