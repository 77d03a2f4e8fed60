package web

import (
	"net/http"
	"net/url"
	"time"

	"cutout/internal/casework"
	"cutout/internal/compartment"
	"cutout/internal/day"
	"cutout/internal/source"
	"cutout/internal/web/templates"
	"cutout/internal/wording"
)

// listLength is how many lines a page of a list has.
const listLength = 50

// sourcesPage is one page of the register.
type sourcesPage struct {
	Sub   string
	Acts  []templates.Act
	Lines []sourceLine
	Pager templates.Pager
	Empty templates.Empty
}

// sourceLine is a source in the register.
type sourceLine struct {
	Href, Code, Description, Category, State, Handler string
	Authority                                         string
	Clock                                             *templates.Clock
	From                                              day.Day
}

func (s *Server) sources(w http.ResponseWriter, r *http.Request) error {
	v := see(r)
	cursor := r.URL.Query().Get("cursor")
	p, err := s.desk.Sources(r.Context(), v.Officer, cursor, listLength)
	if err != nil {
		return err
	}
	b := sourcesPage{Sub: v.Words.T("sources.sub"), Empty: templates.Empty{Name: "sources"}, Pager: s.pager(r, cursor, p.Next, countOf(v.Words, "count.sources", p.Frame, "source"))}
	if holds(p.Frame, "registrar", "intake", "handler") {
		b.Acts = []templates.Act{{Href: "/sources/new", Word: v.Words.T("do.register_source"), Key: "new"}}
		b.Empty.Act = &b.Acts[0]
	}
	for _, x := range p.Sources {
		l := sourceLine{Href: "/sources/" + x.ID.String(), Code: x.Value.CodeName, Description: x.Value.Description, Category: s.category(v.Words, x.Value.Category),
			State: v.Words.T("state." + string(x.Value.State)), Handler: x.Handler, From: day.Of(x.Created())}
		if x.InForce != nil {
			l.Authority, l.Clock = s.clock(v.Words, x.InForce, p.Now)
		} else if c, ok := s.desk.Pack().Category(x.Value.Category); ok && c.Authority == "" {
			l.Authority = v.Words.T("authority.not_needed")
		} else {
			l.Authority = v.Words.T("authority.none_in_force")
		}
		b.Lines = append(b.Lines, l)
	}
	return s.show(w, r, http.StatusOK, "sources", v.Words.T("nav.sources"), p.Frame, b)
}

// holds reports whether the reader holds one of the duties.
func holds(f casework.Frame, duties ...string) bool {
	for _, d := range f.Duties {
		for _, want := range duties {
			if string(d) == want {
				return true
			}
		}
	}
	return false
}

// countOf says how many of a kind the reader may see, or that there are more than the program counts.
func countOf(w *wording.Words, message string, f casework.Frame, kind string) string {
	c := f.Counts[kind]
	if c.More {
		return w.T("count.more_than", "Count", w.N(message, c.N))
	}
	return w.N(message, c.N)
}

// pager leads on by cursors, which are bound to the reader.
func (s *Server) pager(r *http.Request, cursor, next, shown string) templates.Pager {
	p := templates.Pager{Shown: shown}
	q := url.Values{}
	for k, vs := range r.URL.Query() {
		if k != "cursor" {
			q[k] = vs
		}
	}
	at := func() string {
		if len(q) == 0 {
			return r.URL.Path
		}
		return r.URL.Path + "?" + q.Encode()
	}
	if cursor != "" {
		p.First = at()
	}
	if next != "" {
		q.Set("cursor", next)
		p.Next = at()
	}
	return p
}

// category is the pack's name for a category of source; unknown is a word.
func (s *Server) category(w *wording.Words, code string) string {
	if c, ok := s.desk.Pack().Category(code); ok {
		return say(w, c.Name)
	}
	return w.T("state.unknown")
}

// clock says until when an authority in force covers, with the time used of the time allowed. It is late when the review
// or the end is less than a month off.
func (s *Server) clock(w *wording.Words, a *casework.AuthorityRecord, now time.Time) (string, *templates.Clock) {
	from, until, today := day.Of(a.Value.From), day.Of(a.Value.Until), day.Of(now)
	used, whole := int(today-from), max(1, int(until-from))
	c := &templates.Clock{Used: min(used, whole), Whole: whole, Late: until-today < 30, Label: w.T("clock.label", "Used", w.N("count.days", used), "Whole", w.N("count.days", whole))}
	said := w.T("date.until", "Day", until)
	if due := a.Value.ReviewDue(today); due != day.Never {
		said = w.T("authority.until_review", "Day", until, "Review", due)
		c.Late = c.Late || due-today < 7
	}
	return said, c
}

// stateOf is what an authority is at a moment: a state and, where one helps, the day it changed.
func stateOf(w *wording.Words, a casework.AuthorityRecord, now time.Time) string {
	v := a.Value
	switch {
	case v.Refused:
		return w.T("state.refused")
	case v.Cancelled != nil:
		return w.T("state.canceled")
	case now.Before(v.From):
		return w.T("state.not_begun")
	case !now.Before(v.Until):
		return w.T("state.lapsed")
	}
	if v.Covers(now) == nil {
		return w.T("state.in_force")
	}
	if v.NeedsSignature && v.SignedOn.IsZero() {
		return w.T("state.unsigned")
	}
	return w.T("state.review_overdue")
}

// newSource registers a source. Who he is goes to the vault by itself; nothing of it is kept in a draft.
func (s *Server) newSource(w http.ResponseWriter, r *http.Request) error {
	v := see(r)
	f, err := s.readForm(r, "access", "identity.names")
	if err != nil {
		return err
	}
	var hits *knownHits
	if f.asksKnown() {
		if hits, err = s.known(r, f); err != nil {
			return err
		}
	}
	if f.sent() {
		var d casework.SourceDraft
		f.into(&d)
		made, err := s.desk.RegisterSource(r.Context(), v.Officer, d)
		if err == nil {
			return s.finished(w, r, f, "/sources/"+made.String(), "flash.source")
		}
		if err := f.take(err); err != nil {
			return err
		}
	}
	frame, err := s.desk.Around(r.Context(), v.Officer)
	if err != nil {
		return err
	}
	desks, err := s.desks(r)
	if err != nil {
		return err
	}
	f.usual("desk", onlyDesk(desks))
	f.usual("state", string(source.Proposed))
	// What is typed here will be held at the level of a source's file: the label line says so from the first key.
	frame.Label.Level = max(frame.Label.Level, s.levelOfSources(f.Get("level")))
	p := formPage{Title: v.Words.T("do.register_source"), Lead: v.Words.T("source.new_lead"), Form: f, Word: v.Words.T("do.register"), Cancel: "/sources", Draft: true}
	p.Sections = append(s.sourceSections(f, desks, true), section{Title: v.Words.T("seal.section"), Note: v.Words.T("seal.section_note"), Sealed: true, Ask: true, Known: hits,
		List: f.list("identity.names", false, func(at string) []templates.Field {
			return []templates.Field{plainOnly(f.field("text", at+"full", "identity.name", "identity.name_help")), f.field("select", at+"kind", "identity.name_kind", "", choices(v.Words, "name_kind", "true", "alias", "former")...)}
		}),
		Fields: []templates.Field{short(f.field("text", "identity.born", "identity.born", "form.date_help")), plainOnly(f.field("text", "identity.born_at", "identity.born_at", "")),
			plainOnly(f.field("text", "identity.employer", "identity.employer", "")), plainOnly(f.field("text", "identity.post", "identity.post", "")),
			plainOnly(rows(f.field("textarea", "identity.marks", "identity.marks", ""), 2)), plainOnly(rows(f.field("textarea", "identity.note", "identity.note", ""), 2))}})
	return s.showForm(w, r, frame, p)
}

// levelOfSources is the level asked for, or the second highest of the pack, at which the door holds a source's file.
func (s *Server) levelOfSources(code string) compartment.Level {
	if l, ok := s.desk.Pack().Level(code); ok {
		return compartment.Level(l.Order)
	}
	return compartment.Level(max(len(s.desk.Pack().Levels)-2, 0))
}

// plainOnly keeps the browser from remembering what is typed.
func plainOnly(t templates.Field) templates.Field { t.Complete = "off"; return t }

// sourceSections are the fields of a source's file, without his identity. fresh adds what is given only once.
func (s *Server) sourceSections(f *form, desks []templates.Option, fresh bool) []section {
	w, pack := f.words, s.desk.Pack()
	var categories, overlays []templates.Option
	for _, c := range pack.Categories {
		categories = append(categories, templates.Option{Value: c.Code, Word: say(w, c.Name)})
	}
	for _, o := range pack.Overlays {
		overlays = append(overlays, templates.Option{Value: o.Code, Word: say(w, o.Name)})
	}
	first := section{Fields: []templates.Field{
		need(short(f.field("suggest", "category", "table.category", "form.search_vocabulary", categories...))),
		need(rows(f.field("textarea", "description", "source.description", "source.description_help"), 2)),
		f.field("select", "state", "table.state", "", choices(w, "state", source.Candidate, source.Proposed, source.Authorized, source.Active, source.Dormant)...),
		f.field("select", "desk", "table.desk", "source.desk_help", desks...),
		rows(f.field("textarea", "lawful_origin", "source.lawful_origin", "source.lawful_origin_help"), 2),
	}}
	if fresh {
		first.Fields = append(first.Fields, f.field("select", "level", "label.level", "source.level_help", s.levels(w)...), short(f.field("text", "code_name", "table.code_name", "source.code_name_help")))
	} else {
		first.Fields = append(first.Fields, rows(f.field("textarea", "state_reason", "source.state_reason", "source.state_reason_help"), 2))
	}
	return []section{first,
		{Title: w.T("source.access"), Note: w.T("source.access_note"), List: f.list("access", true, func(at string) []templates.Field {
			return []templates.Field{f.field("text", at+"topic", "source.topic", "source.topic_help"),
				f.field("select", at+"kind", "source.access_kind", "", choices(w, "access", "direct", "indirect", "hearsay", "none")...),
				f.field("select", at+"verified", "source.verified", "", choices(w, "verified", "verified", "unverified", "contradicted")...)}
		})},
		{Title: w.T("source.judgment"), Folded: true, Fields: []templates.Field{
			rows(f.field("textarea", "motives", "source.motives", "form.one_a_line"), 2), rows(f.field("textarea", "motive", "source.motive", ""), 2),
			rows(f.field("textarea", "vulnerability", "source.vulnerability", ""), 2), rows(f.field("textarea", "alternatives", "source.alternatives", "source.alternatives_help"), 2),
			rows(f.field("textarea", "placement", "source.placement", ""), 2)}},
		{Title: w.T("source.circumstances"), Folded: true, Fields: []templates.Field{
			f.field("select", "identity_kind", "source.identity_kind", "", choices(w, "identity_kind", source.Known, source.Claimed, source.Unknown, source.Collective)...),
			f.field("select", "service_contact", "source.service_contact", "", choices(w, "service_contact", source.Direct, source.Observed, source.Relayed, source.NoMeans)...),
			f.field("checks", "overlays", "source.overlays", "", overlays...),
			f.field("select", "age_band", "source.age_band", "", choices(w, "age", "under-16", "16-17", "adult")...),
			short(f.field("text", "adult_on", "source.adult_on", "form.day_help")), short(f.field("text", "from", "source.from", "form.date_help")),
			rows(f.field("textarea", "legal_status", "source.legal_status", "source.legal_status_help"), 2), rows(f.field("textarea", "note", "source.note", ""), 2)}},
	}
}
