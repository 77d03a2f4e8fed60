package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"cutout/internal/audit"
	"cutout/internal/casework"
	"cutout/internal/day"
	"cutout/internal/officer"
	"cutout/internal/report"
	"cutout/internal/source"
	"cutout/internal/web/templates"
	"cutout/internal/wording"
)

type (
	itemLine struct {
		Href, Ref, Text, Basis, Grade string
		Filed                         day.Day
	}
	contactLine struct {
		Href, Ref, Kind, State, Place, Code, SourceHref string
		When                                            string
	}
	reportRow struct {
		Href, Ref, Title string
		Items            int
		Filed            day.Day
		Grades           []string
	}
	authorityLine struct {
		Href, Ref, Kind, State, Operation string
		Until                             time.Time
		Clock                             *templates.Clock
	}
	roleLine struct {
		Role, Name, From, To, Officer, Duty string
		Held                                bool
	}
	noticeRow struct {
		Href, Ref, Kind, Text string
		On                    string
	}
	lifeLine   struct{ Kind, When, Text string }
	particular struct{ Name, Value string }
	logRow     struct {
		No      int
		At      time.Time
		Act     string
		Who     string
		Refused bool
	}
)

// shorten cuts a text for a list, at a word where it can.
func shorten(s string, limit int) string {
	r := []rune(s)
	if len(r) <= limit {
		return s
	}
	cut := string(r[:limit])
	if i := strings.LastIndexAny(cut, " \n"); i > limit/2 {
		cut = cut[:i]
	}
	return cut + "…"
}

// gradeChart draws the grades of one scheme, the one used last; nil when there are fewer than two.
func gradeChart(w *wording.Words, given []casework.GradePoint) *templates.GradeChart {
	if len(given) < 2 {
		return nil
	}
	scheme := given[len(given)-1].Mark.Scheme()
	c := templates.GradeChart{Name: w.T("chart.grades")}
	level := map[string]int{}
	for _, m := range scheme.SourceMarks() {
		if m.Standing == 0 && c.Apart == "" {
			c.Apart = m.Code
			continue
		}
		level[m.Code] = len(c.Scale)
		c.Scale = append(c.Scale, m.Code)
	}
	level[c.Apart] = len(c.Scale)
	for _, g := range given {
		if at, ok := level[g.Mark.Source()]; ok && g.Mark.Scheme() == scheme && g.Mark.Source() != "" {
			c.Points = append(c.Points, templates.GradeStep{When: w.Day(day.Of(g.On)), Grade: g.Grade, Level: at})
		}
	}
	if n := len(c.Points); n > mostGrades {
		c.Points = c.Points[n-mostGrades:]
	}
	if len(c.Points) < 2 {
		return nil
	}
	return &c
}

// mostGrades is how many grades the chart can show without their letters running into each other.
const mostGrades = 16

func (s *Server) basis(w *wording.Words, b report.Basis) string {
	if x, ok := s.desk.Pack().Basis(string(b)); ok {
		return say(w, x.Name)
	}
	return w.T("state.unknown")
}

func (s *Server) noticeKind(w *wording.Words, code string) string {
	if x, ok := s.desk.Pack().Notice(code); ok {
		return say(w, x.Name)
	}
	return code
}

func contactLineOf(w *wording.Words, c casework.ContactRecord, code, sourceHref string) contactLine {
	l := contactLine{Href: "/contacts/" + c.ID.String(), Ref: c.ID.Ref(), Kind: w.T("contact_type." + string(c.Value.Type)), Code: code, SourceHref: sourceHref}
	switch {
	case c.Value.Record != nil:
		l.State, l.When, l.Place = w.T("state.held"), w.Period(c.Value.Record.When), c.Value.Record.Place
	case c.Value.Missed != nil:
		l.State, l.When = w.T("state.missed"), w.Period(c.Value.Missed.When)
	case c.Value.Plan != nil:
		l.State, l.When, l.Place = w.T("state.planned"), w.Period(c.Value.Plan.When), c.Value.Plan.Place
	}
	return l
}

func reportRowOf(x casework.ReportRecord) reportRow {
	l := reportRow{Href: "/reports/" + x.ID.String(), Ref: x.ID.Ref(), Title: x.Value.Title, Items: len(x.Value.Items), Filed: day.Of(x.Created())}
	for _, it := range x.Value.Items {
		if it.Grade != nil && !slices.Contains(l.Grades, it.Grade.String()) {
			l.Grades = append(l.Grades, it.Grade.String())
		}
		if l.Title == "" {
			l.Title = shorten(it.Text, 80)
		}
	}
	return l
}

func (s *Server) authorityLineOf(w *wording.Words, a casework.AuthorityRecord, now time.Time) authorityLine {
	l := authorityLine{Href: "/authorities/" + a.ID.String(), Ref: a.ID.Ref(), Kind: s.authorityKind(w, a.Value.Kind), State: stateOf(w, a, now), Operation: a.Value.Operation, Until: a.Value.Until}
	if a.Value.Covers(now) == nil {
		_, l.Clock = s.clock(w, &a, now)
	}
	return l
}

func (s *Server) authorityKind(w *wording.Words, code string) string {
	if k, ok := s.desk.Pack().AuthorityKind(code); ok {
		return say(w, k.Name)
	}
	return w.T("state.unknown")
}

func roleLineOf(w *wording.Words, x casework.RoleRecord, people map[string]string, today day.Day) roleLine {
	l := roleLine{Role: w.T("role." + string(x.Value.Role)), Name: people[x.Value.Person], From: w.Period(x.Value.From), Held: x.Value.To.IsZero()}
	if !l.Held {
		l.To = w.Period(x.Value.To)
	}
	if l.Name == "" {
		l.Name = w.T("role.not_shown")
	}
	if duty, ok := dutyOf[x.Value.Role]; ok && l.Held && strings.HasPrefix(x.Value.Person, "off_") {
		l.Officer, l.Duty = x.Value.Person, string(duty)
	}
	return l
}

// dutyOf are the roles that Assign gives and Relieve ends.
var dutyOf = map[source.Role]officer.Duty{source.HandlerRole: officer.Handler, source.CoHandlerRole: officer.CoHandler, source.ControllerRole: officer.Controller,
	source.AuthorizingRole: officer.AuthorizingOfficer}

// particulars are what a source's file says of placement, access and judgment. What is not known says so.
func (s *Server) particulars(w *wording.Words, v source.Source) []particular {
	code := func(prefix, c string) string {
		if c == "" {
			return w.T("state.unknown")
		}
		return w.T(prefix + "." + c)
	}
	text := func(t string) string {
		if t == "" {
			return w.T("state.unknown")
		}
		return t
	}
	return []particular{{w.T("source.identity_kind"), code("identity_kind", string(v.IdentityKind))}, {w.T("source.service_contact"), code("service_contact", string(v.ServiceContact))},
		{w.T("source.lawful_origin"), text(v.LawfulOrigin)}, {w.T("source.motives"), text(strings.Join(v.Motives, comma(w)))}, {w.T("source.motive"), text(v.Motive)},
		{w.T("source.vulnerability"), text(v.Vulnerability)}, {w.T("source.alternatives"), text(v.Alternatives)}, {w.T("source.placement"), text(v.Placement)},
		{w.T("source.legal_status"), text(v.LegalStatus)}, {w.T("source.age_band"), code("age", string(v.BornBand))}}
}

// recordLog is who did what with the record, the newest first.
func (s *Server) recordLog(r *http.Request, b *sourcePage, object string) error {
	v := see(r)
	before, err := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	if err != nil {
		before = 0 // from the newest
	}
	p, err := s.desk.RecordLog(r.Context(), v.Officer, object, before)
	if err != nil {
		return err
	}
	for _, e := range p.Entries {
		l := logRow{No: int(e.Seq), At: e.Time, Act: actWord(v.Words, e.Act), Who: p.Names[e.Officer], Refused: e.Outcome != audit.Done}
		if l.Refused {
			l.Act = v.Words.T("log.outcome."+e.Outcome.String()) + ": " + l.Act
		}
		b.Log = append(b.Log, l)
	}
	if n := len(p.Entries); n > 0 && p.Before > 1 {
		b.LogMore = b.Href + "/log?before=" + strconv.FormatInt(p.Before, 10)
	}
	return nil
}

// actWord is an act of the log as a phrase; a word the catalogue lacks stands as it is in the log.
func actWord(w *wording.Words, act string) string {
	if w.Has("did." + act) {
		return w.T("did." + act)
	}
	return act
}
