package web

import (
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"cutout/internal/casework"
	"cutout/internal/compartment"
	"cutout/internal/day"
	"cutout/internal/officer"
	"cutout/internal/source"
	"cutout/internal/web/templates"
	"cutout/internal/wording"
)

// sourceTabs are the views of a source's file, by the last part of the address.
var sourceTabs = []string{"overview", "access", "contacts", "reports", "authority", "roles", "notices", "log"}

// sourcePage is a source's file in one of its views.
type sourcePage struct {
	casework.SourcePage
	Title, Sub, Href, Tab string
	Acts                  []templates.Act
	Facts                 []templates.Fact
	Tabs                  []templates.Tab
	Known, KnownOn        string // the sentence that an earlier day is shown, and the day as typed
	KnownFault            string
	Today                 day.Day
	Seal                  templates.Seal
	Sealed                bool
	Chart                 *templates.GradeChart
	Bars                  []templates.Bar
	Decided               int
	Items                 []itemLine
	Contacts              []contactLine
	Reports               []reportRow
	Authorities           []authorityLine
	Roles                 []roleLine
	Notices               []noticeRow
	Life                  []lifeLine
	Particulars           []particular
	Log                   []logRow
	LogMore               string
	May                   map[string]bool // which acts the page offers
}

func (b sourcePage) compartments() map[compartment.ID]string { return ownName(b.Source) }

// ownName is a source's own compartment under his code name.
func ownName(s casework.SourceRecord) map[compartment.ID]string {
	return map[compartment.ID]string{s.Value.Own: s.Value.CodeName}
}

func (s *Server) source(w http.ResponseWriter, r *http.Request) error {
	var of source.ID
	if err := idOf(r, "id", &of); err != nil {
		return err
	}
	v := see(r)
	known, knownOn, bad := knownOn(r)
	p, err := s.desk.Source(r.Context(), v.Officer, of, known)
	if err != nil {
		return err
	}
	b := sourcePage{SourcePage: p, Title: p.Source.Value.CodeName, Href: "/sources/" + of.String(), Tab: "overview", KnownOn: knownOn, Today: day.Of(p.Now), May: s.offered(p)}
	if last := path.Base(r.URL.Path); slices.Contains(sourceTabs, last) {
		b.Tab = last
	}
	if bad {
		b.KnownFault = v.Words.T("source.known_fault")
	} else if !known.IsZero() {
		b.Known = v.Words.T("source.known", "Day", day.Of(known))
	}
	b.Sub = s.sourceSub(v.Words, p)
	b.Acts = s.sourceActs(v.Words, b)
	b.Facts = s.sourceFacts(v.Words, p)
	b.Tabs = sourceTabLine(v.Words, b, r.URL.Query().Get("known"))
	switch b.Tab {
	case "overview":
		s.overview(v.Words, &b)
	case "access":
		b.Particulars = s.particulars(v.Words, p.Source.Value)
	case "contacts":
		for _, c := range p.Contacts {
			b.Contacts = append(b.Contacts, contactLineOf(v.Words, c, b.Title, b.Href))
		}
	case "reports":
		for _, x := range p.Reports {
			b.Reports = append(b.Reports, reportRowOf(x))
		}
	case "authority":
		for _, a := range p.Authorities {
			b.Authorities = append(b.Authorities, s.authorityLineOf(v.Words, a, p.Now))
		}
	case "roles":
		for _, x := range p.Roles {
			b.Roles = append(b.Roles, roleLineOf(v.Words, x, p.People, b.Today))
		}
		for _, x := range p.Life {
			b.Life = append(b.Life, lifeLine{v.Words.T("event." + string(x.Value.Kind)), v.Words.Period(x.Value.When), x.Value.Text})
		}
	case "notices":
		for _, x := range p.Notices {
			b.Notices = append(b.Notices, noticeRow{s.addressOf(x.ID.String()), x.ID.Ref(), s.noticeKind(v.Words, string(x.Value.Kind)), x.Value.Text, v.Words.Period(x.Value.On)})
		}
	case "log":
		if err := s.recordLog(r, &b, of.String()); err != nil {
			return err
		}
	}
	return s.show(w, r, http.StatusOK, "source", b.Title, p.Frame, b)
}

// knownOn reads the day as known on which a file is asked for: what was known at its end. bad means it is no day.
func knownOn(r *http.Request) (at time.Time, typed string, bad bool) {
	typed = strings.TrimSpace(r.URL.Query().Get("known"))
	if typed == "" {
		return at, "", false
	}
	d, err := day.Parse(typed)
	if err != nil || d == day.Never {
		return at, typed, true
	}
	return d.Add(1).Time().Add(-time.Second), typed, false
}

func (s *Server) sourceSub(w *wording.Words, p casework.SourcePage) string {
	v := p.Source.Value
	parts := []string{w.T("state." + string(v.State))}
	if v.Description != "" {
		parts = append(parts, apart(strings.TrimRight(v.Description, ".")))
	}
	parts = append(parts, s.category(w, v.Category), w.T("source.registered", "Day", day.Of(p.Source.Created())))
	for _, x := range p.Roles {
		if name := p.People[x.Value.Person]; name != "" && x.Value.To.IsZero() && (x.Value.Role == source.HandlerRole || x.Value.Role == source.ControllerRole) {
			parts = append(parts, w.T("source.role_of", "Role", w.T("role."+string(x.Value.Role)), "Name", name))
		}
	}
	return strings.Join(parts, " · ")
}

// offered is which acts the page shows a way to. The door decides about them all again.
func (s *Server) offered(p casework.SourcePage) map[string]bool {
	mine := func(ds ...officer.Duty) bool {
		return slices.ContainsFunc(ds, func(d officer.Duty) bool { return slices.Contains(p.Mine, d) })
	}
	now := p.AsKnown.IsZero()
	return map[string]bool{
		"plan": now && mine(officer.Handler, officer.CoHandler), "report": now && mine(officer.Handler, officer.CoHandler) && s.pages["/reports/new"],
		"authority": now && holds(p.Frame, "authorizing"), "assign": now && holds(p.Frame, "registrar", "authorizing"),
		"edit": now && (holds(p.Frame, "registrar") || mine(officer.Handler, officer.CoHandler, officer.Controller)),
		"role": now && (holds(p.Frame, "registrar", "authorizing") || len(p.Mine) > 0), "event": now && (holds(p.Frame, "registrar", "intake") || len(p.Mine) > 0),
	}
}

// sourceActs are at most two buttons, those of the reader's nearest duty.
func (s *Server) sourceActs(w *wording.Words, b sourcePage) []templates.Act {
	id := b.Source.ID.String()
	var out []templates.Act
	switch {
	case b.May["plan"]:
		out = append(out, templates.Act{Href: "/contacts/new?source=" + id, Word: w.T("do.plan_contact"), Quiet: true})
		if b.May["report"] {
			out = append(out, templates.Act{Href: "/reports/new?source=" + id, Word: w.T("do.file_report"), Key: "new"})
		}
		return out
	case b.May["authority"]:
		return append(out, templates.Act{Href: b.Href + "/authority/new", Word: w.T("do.decide_application"), Key: "new"})
	case b.May["assign"]:
		out = append(out, templates.Act{Href: b.Href + "/edit", Word: w.T("do.edit"), Quiet: true, Key: "edit"}, templates.Act{Href: b.Href + "/assign", Word: w.T("do.assign"), Key: "new"})
		return out
	}
	if b.May["edit"] {
		out = append(out, templates.Act{Href: b.Href + "/edit", Word: w.T("do.edit"), Quiet: true, Key: "edit"})
	}
	return out
}

// sourceFacts are the four things asked first: may he be used, what is he worth, how has he fared, when was he met.
func (s *Server) sourceFacts(w *wording.Words, p casework.SourcePage) []templates.Fact {
	at := p.Now
	if !p.AsKnown.IsZero() {
		at = p.AsKnown
	}
	today := day.Of(at)
	authority := templates.Fact{Name: w.T("source.authority"), Value: w.T("authority.none")}
	if c, ok := s.desk.Pack().Category(p.Source.Value.Category); ok && c.Authority == "" {
		authority.Value, authority.Note = w.T("authority.not_needed"), w.T("authority.not_needed_note")
	}
	if p.InForce != nil {
		authority.Value = w.T("state.in_force")
		authority.Note, authority.Clock = s.clock(w, p.InForce, at)
	} else if len(p.Authorities) > 0 {
		authority.Value = stateOf(w, p.Authorities[0], at)
		authority.Note = w.T("authority.ended_note", "Day", day.Of(p.Authorities[0].Value.Until))
	}
	grade := templates.Fact{Name: w.T("source.grade"), Value: w.T("source.not_graded")}
	if g := p.Record.Grades; len(g) > 0 {
		last := g[len(g)-1]
		words, _ := last.Mark.Wording()
		grade.Grade, grade.Value = last.Mark.Source(), say(w, words)
		if grade.Grade == "" {
			grade.Grade, grade.Value = last.Grade, ""
		}
		grade.Note = w.T("source.graded_on", "Day", day.Of(last.On))
		for i := len(g) - 2; i >= 0; i-- {
			if g[i].Mark.Source() != last.Mark.Source() && g[i].Mark.Source() != "" {
				grade.Note = w.T("source.was_graded", "Grade", g[i].Mark.Source(), "Day", day.Of(g[i+1].On))
				break
			}
		}
	}
	record := templates.Fact{Name: w.T("source.record"), Value: w.T("source.none_decided"), Note: w.N("count.items", p.Record.Items)}
	if p.Record.Decided > 0 {
		good := 0
		for _, x := range p.Record.ByBasis {
			good += x.True
		}
		record.Value = w.T("chart.true_of", "True", good, "All", p.Record.Decided)
		record.Note = w.T("source.decided_of", "Decided", p.Record.Decided, "Items", w.N("count.items", p.Record.Items))
	}
	return []templates.Fact{authority, grade, record, lastContact(w, p, today)}
}

func lastContact(w *wording.Words, p casework.SourcePage, today day.Day) templates.Fact {
	f := templates.Fact{Name: w.T("source.last_contact"), Value: w.T("source.never_met")}
	last, next := day.Day(-1<<31), day.Never
	var welfare string
	for _, c := range p.Contacts {
		if rec := c.Value.Record; rec != nil && !rec.When.IsZero() && rec.When.Last > last {
			last, welfare = rec.When.Last, rec.Welfare
		}
		if pl := c.Value.Plan; pl != nil && c.Value.Record == nil && c.Value.Missed == nil && !pl.When.IsZero() && pl.When.First >= today {
			next = min(next, pl.When.First)
		}
	}
	switch ago := int(today - last); {
	case last == day.Day(-1<<31):
	case ago == 0:
		f.Value = w.T("date.today")
	case ago == 1:
		f.Value = w.T("date.yesterday")
	default:
		f.Value = w.N("date.days_ago", ago)
	}
	var notes []string
	if next != day.Never {
		notes = append(notes, w.T("source.next_planned", "Day", next))
	}
	if welfare == "" && last > 0 {
		notes = append(notes, w.T("source.no_welfare"))
	}
	f.Note = strings.Join(notes, comma(w))
	return f
}

func sourceTabLine(w *wording.Words, b sourcePage, known string) []templates.Tab {
	counts := map[string]int{"contacts": len(b.SourcePage.Contacts), "reports": len(b.SourcePage.Reports), "notices": len(b.SourcePage.Notices)}
	var out []templates.Tab
	for _, t := range sourceTabs {
		x := templates.Tab{Name: w.T("source." + t), Href: b.Href + "/" + t, Count: -1, Current: t == b.Tab}
		if t == "overview" {
			x.Href = b.Href
		}
		if known != "" {
			x.Href += "?" + url.Values{"known": {known}}.Encode()
		}
		if n, ok := counts[t]; ok && n > 0 {
			x.Count = n
		}
		out = append(out, x)
	}
	return out
}

// overview is the grades over time, how items of each basis fared, what he said last, and the seal.
func (s *Server) overview(w *wording.Words, b *sourcePage) {
	b.Sealed = b.SourcePage.Seal.Exists
	b.Seal = s.sealBox(w, b)
	b.Chart = gradeChart(w, b.Record.Grades)
	b.Decided = b.Record.Decided
	for _, x := range b.Record.ByBasis {
		b.Bars = append(b.Bars, templates.Bar{Name: s.basis(w, x.Basis), True: x.True, All: x.True + x.False + x.Partly})
	}
	for _, x := range b.SourcePage.Reports {
		for _, it := range x.Value.Items {
			if len(b.Items) == latestItems {
				return
			}
			l := itemLine{Href: "/reports/" + x.ID.String(), Ref: x.ID.Ref() + "." + strconv.Itoa(it.Number), Text: shorten(it.Text, 160), Basis: s.basis(w, it.Basis), Filed: day.Of(x.Created())}
			if it.Grade != nil {
				l.Grade = it.Grade.String()
			}
			b.Items = append(b.Items, l)
		}
	}
}

// sealBox says who can open the identity, alone and together, and what the reader can do about it.
func (s *Server) sealBox(w *wording.Words, b *sourcePage) templates.Seal {
	p := b.SourcePage.Seal
	out := templates.Seal{OpensTo: strings.Join(p.Openers, comma(w)), Yours: p.Mine, Destroyed: p.Destroyed, Act: &templates.Act{Href: b.Href + "/identity", Word: w.T("do.open_identity"), Quiet: true}}
	if p.Destroyed || !p.Exists {
		return out
	}
	if p.Together > 0 {
		out.Lines = append(out.Lines, w.N("seal.together", p.Together))
	} else {
		out.Lines = append(out.Lines, w.T("seal.not_together"))
	}
	if p.Recovery {
		out.Lines = append(out.Lines, w.T("seal.recovery"))
	} else {
		out.Lines = append(out.Lines, w.T("seal.no_recovery"))
	}
	if !b.AsKnown.IsZero() {
		return out
	}
	if p.Due != nil {
		out.Lines = append(out.Lines, speaker{w, s.desk.Pack()}.due(*p.Due)...)
		if p.Due.Due() && p.Due.Mine {
			out.More = append(out.More, templates.Act{Href: b.Href + "/reseal", Word: w.T("sealing.anew"), Quiet: true, Do: true})
		}
	}
	id := b.Source.ID.String()
	if !p.Mine && len(p.Asked) > 0 {
		out.More = append(out.More, templates.Act{Href: "/openings/new?source=" + id, Word: w.T("opening.ask"), Quiet: true})
	}
	if holds(b.Frame, "registrar") {
		out.More = append(out.More, templates.Act{Href: "/custody/destruction?source=" + id, Word: w.T("custody.propose_destruction"), Quiet: true})
	}
	return out
}

// latestItems is how many items the overview shows.
const latestItems = 8
