package web

import (
	"net/http"
	"strings"
	"time"

	"cutout/internal/authority"
	"cutout/internal/casework"
	"cutout/internal/compartment"
	"cutout/internal/day"
	"cutout/internal/officer"
	"cutout/internal/web/templates"
)

// authorityPage is one authority: what was decided, why, and what came of it.
type authorityPage struct {
	casework.AuthorityPage
	Title, Sub, Kind, State string
	SourceHref              string
	Acts                    []templates.Act
	Facts                   []templates.Fact
	Particulars             []particular
	Reviews                 []reviewLine
	Cancelled               *authority.Cancellation
	CancelledBy             string
}

func (b authorityPage) compartments() map[compartment.ID]string { return ownName(b.Source) }

type reviewLine struct {
	authority.Review
	Who string
}

func (s *Server) authority(w http.ResponseWriter, r *http.Request) error {
	v := see(r)
	p, err := s.authorityOf(r)
	if err != nil {
		return err
	}
	a := p.Authority.Value
	b := authorityPage{AuthorityPage: p, Title: p.Authority.ID.Ref(), Kind: s.authorityKind(v.Words, a.Kind), State: stateOf(v.Words, p.Authority, p.Now), SourceHref: "/sources/" + p.Source.ID.String()}
	b.Sub = strings.Join([]string{b.Kind, p.Source.Value.CodeName, a.Operation}, " · ")
	if a.Cancelled == nil && !a.Refused {
		at := "/authorities/" + p.Authority.ID.String()
		if holds(p.Frame, "authorizing") {
			b.Acts = append(b.Acts, templates.Act{Href: at + "/cancel", Word: v.Words.T("do.cancel_authority"), Quiet: true})
		}
		if holds(p.Frame, "authorizing", "controller") {
			b.Acts = append(b.Acts, templates.Act{Href: at + "/review", Word: v.Words.T("do.review"), Key: "new"})
		}
	}
	decided := v.Words.T("authority.granted")
	if a.Refused {
		decided = v.Words.T("state.refused")
	}
	names, err := s.officerNames(r)
	if err != nil {
		return err
	}
	state := templates.Fact{Name: v.Words.T("table.state"), Value: b.State}
	if a.Covers(p.Now) == nil {
		_, state.Clock = s.clock(v.Words, &p.Authority, p.Now)
	}
	review := templates.Fact{Name: v.Words.T("authority.next_review"), Value: v.Words.T("authority.no_review")}
	if due := a.ReviewDue(day.Of(p.Now)); due != day.Never {
		review.Value = v.Words.Day(due)
	}
	b.Facts = []templates.Fact{state, {Name: v.Words.T("authority.from"), Value: v.Words.Time(a.From)}, {Name: v.Words.T("authority.until"), Value: v.Words.Time(a.Until)}, review}
	ground := v.Words.T("state.unknown")
	if g, ok := s.desk.Pack().Term("grounds", a.Ground); ok {
		ground = say(v.Words, g.Name)
	}
	b.Particulars = []particular{{v.Words.T("authority.decision"), decided + " · " + v.Words.Time(a.DecidedAt) + who(names, a.DecidedBy)}, {v.Words.T("authority.ground"), ground}}
	for _, x := range [][2]string{{"authority.necessity", a.Necessity}, {"authority.proportionality", a.Proportionality}, {"authority.purpose", a.Purpose}, {"authority.conduct", a.Conduct},
		{"authority.topics", strings.Join(a.Topics, comma(v.Words))}, {"authority.collateral", a.Collateral}, {"authority.confidential", a.Confidential}, {"authority.risk", a.Risk},
		{"authority.urgency_reason", a.UrgencyReason}, {"authority.unreached_reason", a.UnreachedReason}, {"authority.refusal_reason", a.RefusalReason}, {"authority.pack", a.PackVersion}} {
		if x[1] != "" {
			b.Particulars = append(b.Particulars, particular{v.Words.T(x[0]), x[1]})
		}
	}
	if a.SelfAuthorized {
		b.Particulars = append(b.Particulars, particular{v.Words.T("authority.self"), v.Words.T("form.yes")})
	}
	for _, x := range a.Reviews {
		b.Reviews = append(b.Reviews, reviewLine{x, names[x.By.String()]})
	}
	if a.Cancelled != nil {
		b.Cancelled, b.CancelledBy = a.Cancelled, names[a.Cancelled.By.String()]
	}
	return s.show(w, r, http.StatusOK, "authority", b.Title, p.Frame, b)
}

// who is " · NAME" when the reader knows the officer by name.
func who(names map[string]string, o officer.ID) string {
	if n := names[o.String()]; n != "" {
		return " · " + n
	}
	return ""
}

// officerNames are the account names of the reader's colleagues by id.
func (s *Server) officerNames(r *http.Request) (map[string]string, error) {
	cs, err := s.desk.Colleagues(r.Context(), see(r).Officer)
	out := map[string]string{}
	for _, c := range cs {
		out[c.ID.String()] = c.Name
	}
	return out, err
}

func (s *Server) authorityOf(r *http.Request) (casework.AuthorityPage, error) {
	var of authority.ID
	if err := idOf(r, "id", &of); err != nil {
		return casework.AuthorityPage{}, err
	}
	return s.desk.Authority(r.Context(), see(r).Officer, of)
}

// newAuthority decides an application for the use of a source, with every particular the rules ask for.
func (s *Server) newAuthority(w http.ResponseWriter, r *http.Request) error {
	v := see(r)
	p, err := s.aboutSource(r)
	if err != nil {
		return err
	}
	f, err := s.readForm(r)
	if err != nil {
		return err
	}
	if f.sent() {
		var d authority.Draft
		f.into(&d)
		d.Source = p.Source.ID.String()
		made, err := s.desk.Grant(r.Context(), v.Officer, d)
		if err == nil {
			return s.finished(w, r, f, "/authorities/"+made.String(), "flash.authority")
		}
		if err := f.take(err); err != nil {
			return err
		}
	}
	kinds := make([]templates.Option, 0, len(s.desk.Pack().Authorities))
	for _, k := range s.desk.Pack().Authorities {
		kinds = append(kinds, templates.Option{Value: k.Code, Word: say(v.Words, k.Name)})
	}
	if c, ok := s.desk.Pack().Category(p.Source.Value.Category); ok {
		f.usual("kind", c.Authority)
	}
	topics := make([]string, 0, len(p.Source.Value.Access))
	for _, a := range p.Source.Value.Access {
		topics = append(topics, a.Topic)
	}
	f.usual("topics", strings.Join(topics, "\n"))
	long := func(name, help string) templates.Field {
		return need(rows(f.field("textarea", name, "authority."+name, help), 3))
	}
	b := formPage{Title: p.Source.Value.CodeName, Code: true, Sub: v.Words.T("do.decide_application"), Lead: v.Words.T("authority.lead"), Form: f, Word: v.Words.T("authority.decide"),
		Cancel: "/sources/" + p.Source.ID.String() + "/authority", Draft: true, Sections: []section{
			{Title: v.Words.T("authority.what"), Fields: []templates.Field{need(f.field("select", "kind", "authority.kind", "", kinds...)), need(f.field("select", "ground", "authority.ground", "", terms(v.Words, s.desk.Pack().Vocabulary("grounds"))...)),
				need(f.field("text", "operation", "authority.operation", "authority.operation_help")), long("purpose", ""), long("conduct", "authority.conduct_help"),
				need(rows(f.field("textarea", "topics", "authority.topics", "authority.topics_help"), 2))}},
			{Title: v.Words.T("authority.why"), Fields: []templates.Field{long("necessity", "authority.necessity_help"), long("proportionality", "authority.proportionality_help"), long("collateral", "authority.collateral_help"),
				long("confidential", "authority.confidential_help"), long("risk", "authority.risk_help"),
				f.field("select", "target_relation", "authority.target_relation", "authority.target_relation_help", choices(v.Words, "relation", "none", "parent", "responsible")...)}},
			{Title: v.Words.T("authority.dates"), Folded: true, Note: v.Words.T("authority.dates_note"), Fields: []templates.Field{short(f.field("text", "from", "authority.from", "authority.from_help")), short(f.field("text", "until", "authority.until", "authority.until_help")),
				short(f.field("text", "review_by", "authority.review_by", "form.day_help")), short(f.field("text", "signed_on", "authority.signed_on", "form.date_help")), short(f.field("text", "adverse_digest_on", "authority.adverse_digest_on", "form.date_help")),
				f.yes("self_authorized", "authority.self", "authority.self_help")}},
			{Title: v.Words.T("authority.urgent"), Folded: true, Note: v.Words.T("authority.urgent_note"), Fields: []templates.Field{f.yes("oral", "authority.oral", ""), rows(f.field("textarea", "urgency_reason", "authority.urgency_reason", ""), 2),
				rows(f.field("textarea", "unreached_reason", "authority.unreached_reason", ""), 2)}},
			{Title: v.Words.T("authority.refuse"), Folded: true, Note: v.Words.T("authority.refuse_note"), Fields: []templates.Field{f.yes("refused", "authority.refused", ""), rows(f.field("textarea", "refusal_reason", "authority.refusal_reason", ""), 2)}},
		}}
	return s.showForm(w, r, p.Frame, b)
}

// reviewAuthority records a review: what was looked at, and what speaks against.
func (s *Server) reviewAuthority(w http.ResponseWriter, r *http.Request) error {
	v := see(r)
	p, f, err := s.authorityForm(r)
	if err != nil {
		return err
	}
	at := "/authorities/" + p.Authority.ID.String()
	if f.sent() {
		var d authority.ReviewDraft
		f.into(&d)
		if answered, err := s.acted(w, r, f, s.desk.Review(r.Context(), v.Officer, p.Authority.ID, d), at, "flash.review"); answered {
			return err
		}
	}
	src, err := s.desk.Source(r.Context(), v.Officer, p.Source.ID, time.Time{})
	if err != nil {
		return err
	}
	p.Label = compartment.Join(p.Label, src.Label)
	var events []templates.Option
	for _, x := range src.Reports {
		events = append(events, templates.Option{Value: x.ID.String(), Word: x.ID.Ref() + " · " + reportRowOf(x).Title, Note: v.Words.Day(day.Of(x.Created()))})
	}
	for _, x := range src.Contacts {
		l := contactLineOf(v.Words, x, "", "")
		events = append(events, templates.Option{Value: x.ID.String(), Word: l.Ref + " · " + l.Kind, Note: l.State + comma(v.Words) + l.When})
	}
	b := formPage{Title: p.Authority.ID.Ref(), Code: true, Sub: v.Words.T("authority.review_sub", "Source", p.Source.Value.CodeName), Lead: v.Words.T("authority.review_lead"), Form: f, Word: v.Words.T("authority.review_file"), Cancel: at, Draft: true,
		Sections: []section{{Fields: []templates.Field{need(rows(f.field("textarea", "text", "authority.review_text", ""), 4)), need(rows(f.field("textarea", "negative", "authority.negative", "authority.negative_help"), 3)),
			short(f.field("text", "next_by", "authority.next_by", "authority.next_by_help"))}},
			{Title: v.Words.T("authority.sampled"), Folded: true, Note: v.Words.T("authority.sampled_note"), Fields: []templates.Field{f.field("checks", "events", "authority.events", "", events...), f.field("checks", "sample", "authority.sample", "", events...)}}}}
	return s.showForm(w, r, p.Frame, b)
}

// cancelAuthority ends an authority before its time, with the note and the debrief.
func (s *Server) cancelAuthority(w http.ResponseWriter, r *http.Request) error {
	v := see(r)
	p, f, err := s.authorityForm(r)
	if err != nil {
		return err
	}
	at := "/authorities/" + p.Authority.ID.String()
	if f.sent() {
		var d authority.CancelDraft
		f.into(&d)
		if answered, err := s.acted(w, r, f, s.desk.Cancel(r.Context(), v.Officer, p.Authority.ID, d), at, "flash.cancelled"); answered {
			return err
		}
	}
	b := formPage{Title: p.Authority.ID.Ref(), Code: true, Sub: v.Words.T("authority.cancel_sub", "Source", p.Source.Value.CodeName), Lead: v.Words.T("authority.cancel_lead"), Form: f, Word: v.Words.T("do.cancel_authority"), Cancel: at, Draft: true,
		Sections: []section{{Fields: []templates.Field{need(rows(f.field("textarea", "note", "authority.cancel_note", ""), 3)), need(rows(f.field("textarea", "debrief", "authority.debrief", "authority.debrief_help"), 3))}}}}
	return s.showForm(w, r, p.Frame, b)
}

func (s *Server) authorityForm(r *http.Request) (casework.AuthorityPage, *form, error) {
	p, err := s.authorityOf(r)
	if err != nil {
		return p, nil, err
	}
	f, err := s.readForm(r)
	return p, f, err
}
