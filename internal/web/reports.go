package web

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"cutout/internal/casework"
	"cutout/internal/fault"
	"cutout/internal/officer"
	"cutout/internal/report"
	"cutout/internal/source"
	"cutout/internal/web/templates"
)

var reportPages = []Route{
	{Method: "GET", Pattern: "/reports", Handler: (*Server).reportList, Name: "report.list"},
	{Method: "GET", Pattern: "/reports/new", Handler: (*Server).reportNew, Name: "report.new"},
	{Method: "POST", Pattern: "/reports/new", Handler: (*Server).reportNew, Name: "report.file"},
	{Method: "GET", Pattern: "/reports/{id}", Handler: (*Server).reportPage, Name: "report"},
	{Method: "POST", Pattern: "/reports/{id}/outcome", Handler: (*Server).reportOutcome, Name: "report.outcome"},
	{Method: "POST", Pattern: "/reports/{id}/regrade", Handler: (*Server).reportRegrade, Name: "report.regrade"},
	{Method: "POST", Pattern: "/reports/{id}/link", Handler: (*Server).reportLink, Name: "report.link"},
	{Method: "GET", Pattern: "/reports/{id}/recall", Handler: (*Server).reportRecall, Name: "report.recall"},
	{Method: "POST", Pattern: "/reports/{id}/recall", Handler: (*Server).reportRecall, Name: "report.recall.send"},
}

type listedReport struct {
	Href, Ref, Title, Source, SourceHref, Series, Received string
	Items                                                  int
	Grades                                                 []string
}

type reportList struct {
	Sub   string
	Acts  []templates.Act
	Lines []listedReport
	Pager templates.Pager
	Empty templates.Empty
}

func (s *Server) reportList(w http.ResponseWriter, r *http.Request) error {
	sp := s.speaker(r)
	var of source.ID
	if q := r.URL.Query().Get("source"); q != "" {
		if err := of.UnmarshalText([]byte(q)); err != nil {
			return errMissing
		}
	}
	p, err := s.desk.Reports(r.Context(), see(r).Officer, of, r.URL.Query().Get("after"), pageSize)
	if err != nil {
		return err
	}
	b := reportList{Sub: sp.T("reports.sub"), Pager: sp.pages(r, p.Next, sp.N("count.reports", len(p.Reports))), Empty: templates.Empty{Name: "reports"}}
	if holdsAny(p.Frame, officer.Handler, officer.CoHandler, officer.IntakeOfficer) {
		b.Acts = []templates.Act{{Href: "/reports/new", Word: sp.T("do.file_report"), Key: "new"}}
	}
	for _, x := range p.Reports {
		l := listedReport{Href: "/reports/" + x.ID.String(), Ref: x.ID.Ref(), Title: titleOf(x.Value), Series: x.Value.Series,
			Received: sp.Period(x.Value.Received), Items: len(x.Value.Items)}
		if src, ok := p.Sources[x.Value.Source]; ok {
			l.Source, l.SourceHref = src.Value.CodeName, s.link("/sources/"+src.ID.String())
		}
		for _, it := range x.Value.Items {
			if it.Grade != nil && len(l.Grades) < 6 {
				l.Grades = append(l.Grades, it.Grade.String())
			}
		}
		b.Lines = append(b.Lines, l)
	}
	return s.show(w, r, http.StatusOK, "reports", sp.T("nav.reports"), p.Frame, b)
}

// titleOf is the report's title, or the beginning of what it says.
func titleOf(r report.Report) string {
	switch {
	case r.Title != "":
		return r.Title
	case r.Summary != "":
		return opening(r.Summary, 80)
	case len(r.Items) > 0:
		return opening(r.Items[0].Text, 80)
	}
	return ""
}

// addForm is one of the forms under a report: what came to be known after it was filed.
type addForm struct {
	Word, Action string
	Fields       []templates.Field
	Open         bool
}

// reportPage shows a report; faults of a form under it stand in f, which is nil when nothing was posted.
func (s *Server) reportPage(w http.ResponseWriter, r *http.Request) error {
	return s.showReport(w, r, nil, "")
}

func (s *Server) showReport(w http.ResponseWriter, r *http.Request, f *form, part string) error {
	sp := s.speaker(r)
	var of report.ID
	if err := idOf(r, "id", &of); err != nil {
		return err
	}
	if f == nil {
		f = &form{Values: r.URL.Query(), Status: http.StatusOK, words: sp.Words}
	}
	var at time.Time
	if given := f.Get("known"); given != "" {
		if d, ok := fieldDay(given); ok {
			at = d.Add(1).Time().Add(-time.Second)
		} else {
			f.Faults.Add("known", "field.day", "Given", given)
			f.Status = http.StatusUnprocessableEntity
		}
	}
	p, err := s.desk.Report(r.Context(), see(r).Officer, of, at)
	if err != nil {
		return err
	}
	b := sp.reportBody(p, s.link)
	b.AsKnown = f.field("text", "known", "report.known_day", "report.known_help")
	b.AsKnown.Dir, b.AsKnown.Short = "ltr", true
	if at.IsZero() {
		b.Forms = sp.reportForms(p, f, part)
	}
	if !at.IsZero() {
		b.Now = "/reports/" + of.String()
	}
	b.Form = f
	return s.show(w, r, f.Status, "report", b.Title, p.Frame, b)
}

// reportForms are the three things that may be added to a filed report, for those whose duty it is.
func (p speaker) reportForms(rp casework.ReportPage, f *form, part string) (out []addForm) {
	base := "/reports/" + rp.Report.ID.String()
	var items []templates.Option
	for _, it := range rp.Report.Value.Items {
		items = append(items, templates.Option{Value: it.ID.String(), Word: p.T("form.item", "N", it.Number) + " · " + opening(it.Text, 60)})
	}
	if len(items) == 1 {
		for _, name := range []string{"outcome.item", "regrade.item", "link.from"} {
			f.usual(name, items[0].Value)
		}
	}
	if holdsAny(rp.Frame, officer.Analyst, officer.Validator, officer.CollectionManager) {
		out = append(out, addForm{p.T("report.do_outcome"), base + "/outcome", []templates.Field{
			f.field("select", "outcome.item", "table.item", "", items...),
			f.field("radio", "outcome.result", "table.result", "report.outcome_help", p.options("state", "true", "partly", "false", "unknown")...),
			short(f.field("text", "outcome.on", "report.outcome_on", "form.date_help")),
			f.field("textarea", "outcome.basis", "report.outcome_basis", ""),
			f.field("text", "outcome.evidence", "report.outcome_evidence", "report.outcome_evidence_help"),
		}, part == "outcome"})
	}
	if holdsAny(rp.Frame, officer.Analyst, officer.Validator) {
		grade := f.field("grade", "regrade.grade", "table.grade", "", p.scale(p.pack.DefaultScheme)...)
		grade.Help = p.gradeHelp(p.pack.DefaultScheme)
		out = append(out, addForm{p.T("report.do_regrade"), base + "/regrade", []templates.Field{
			f.field("select", "regrade.item", "table.item", "", items...), grade,
			f.field("textarea", "regrade.reason", "table.reason", "report.regrade_help"),
		}, part == "regrade"}, addForm{p.T("report.do_link"), base + "/link", []templates.Field{
			f.field("select", "link.from", "table.item", "", items...),
			f.field("radio", "link.kind", "report.link_kind", "", p.options("link", "supports", "contradicts")...),
			ltr(f.field("text", "link.to", "report.link_to", "report.item_ref_help")),
		}, part == "link"})
	}
	for i := range out {
		for j := range out[i].Fields {
			x := &out[i].Fields[j]
			if x.Name != "outcome.evidence" {
				x.Required = true
			}
			if x.Kind == "textarea" {
				x.Rows = 3
			}
		}
	}
	return out
}

func ltr(f templates.Field) templates.Field { f.Dir = "ltr"; return f }

// itemOf names the field of each form under a report that says which of its items is meant.
var itemOf = map[string]string{"outcome": "outcome.item", "regrade": "regrade.item", "link": "link.from"}

// later runs one of the forms under a report: sent on when it was taken, shown again with everything kept when not.
func (s *Server) later(w http.ResponseWriter, r *http.Request, part, message string, act func(f *form) error) error {
	var of report.ID
	if err := idOf(r, "id", &of); err != nil {
		return err
	}
	f, err := s.readForm(r)
	if err != nil {
		return err
	}
	p, err := s.desk.Report(r.Context(), see(r).Officer, of, time.Time{})
	if err != nil {
		return err
	}
	// The page of one report acts on the items of that report: the log must name what the officer was looking at.
	if item := f.Get(itemOf[part]); item != "" && !slices.ContainsFunc(p.Report.Value.Items, func(it report.Item) bool { return it.ID.String() == item }) {
		return errMissing
	}
	if err := act(f); err != nil {
		if err := f.take(err); err != nil {
			return err
		}
		f.Faults = under(part+".", f.Faults)
		return s.showReport(w, r, f, part)
	}
	return s.done(w, r, "/reports/"+of.String(), message)
}

func (s *Server) reportOutcome(w http.ResponseWriter, r *http.Request) error {
	return s.later(w, r, "outcome", "report.outcome_added", func(f *form) error {
		_, err := s.desk.RecordOutcome(r.Context(), see(r).Officer, report.OutcomeDraft{Item: f.Get("outcome.item"), Result: f.Get("outcome.result"),
			On: f.Get("outcome.on"), Basis: f.Get("outcome.basis"), Evidence: strings.Fields(f.Get("outcome.evidence"))})
		return err
	})
}

func (s *Server) reportRegrade(w http.ResponseWriter, r *http.Request) error {
	return s.later(w, r, "regrade", "report.regraded", func(f *form) error {
		return s.desk.Regrade(r.Context(), see(r).Officer, report.RegradeDraft{Item: f.Get("regrade.item"), Grade: f.Get("regrade.grade"), Reason: f.Get("regrade.reason")})
	})
}

func (s *Server) reportLink(w http.ResponseWriter, r *http.Request) error {
	return s.later(w, r, "link", "report.linked", func(f *form) error {
		var faults fault.Faults
		var from, to report.ItemID
		if err := from.UnmarshalText([]byte(f.Get("link.from"))); err != nil || from.IsZero() {
			faults.Add("from", "field.required")
		}
		kind := f.Get("link.kind")
		if kind != "supports" && kind != "contradicts" {
			faults.Add("kind", "field.required")
		}
		if strings.TrimSpace(f.Get("link.to")) == "" {
			faults.Add("to", "field.required")
		} else if ids, err := s.itemIDs(r.Context(), see(r).Officer, f.Get("link.to")); err != nil {
			return err
		} else if err := to.UnmarshalText([]byte(ids[0])); err != nil {
			faults.Add("to", "reference.unknown")
		}
		if len(faults) > 0 {
			return &casework.Error{Kind: casework.Invalid, Code: "invalid", Faults: faults}
		}
		return s.desk.LinkItems(r.Context(), see(r).Officer, from, to, kind == "contradicts")
	})
}

var itemRef = regexp.MustCompile(`(?i)^R-([0-9A-Z]{6})[.٫/](\d{1,2})$`)

// refPages bounds how far back a short reference is looked for.
const refPages = 10

// itemIDs reads references to items, parted by blanks, commas or lines: an item's long id, or what people read out
// ("R-7K2MQ4.2", an item's number after its report's reference). What names nothing the officer may see is left as it
// was typed, for the door to say so.
func (s *Server) itemIDs(ctx context.Context, o officer.Officer, typed string) ([]string, error) {
	out := strings.FieldsFunc(typed, func(c rune) bool { return strings.ContainsRune(" ,;،\n\r\t", c) })
	want := map[string][]int{}
	for i, t := range out {
		if m := itemRef.FindStringSubmatch(t); m != nil {
			key := strings.ToUpper("R-" + m[1] + "." + strings.TrimLeft(m[2], "0"))
			want[key] = append(want[key], i)
		} else if at := strings.LastIndexByte(t, '#'); at >= 0 {
			out[i] = t[at+1:]
		}
	}
	cursor := ""
	for page := 0; len(want) > 0 && page < refPages; page++ {
		p, err := s.desk.Reports(ctx, o, source.ID{}, cursor, 200)
		if err != nil {
			return nil, err
		}
		for _, x := range p.Reports {
			for _, it := range x.Value.Items {
				key := x.ID.Ref() + "." + itoa(it.Number)
				for _, i := range want[key] {
					out[i] = it.ID.String()
				}
				delete(want, key)
			}
		}
		if cursor = p.Next; cursor == "" {
			break
		}
	}
	return out, nil
}

// itemAddress is where an item stands.
func itemAddress(of report.ID, it report.ItemID) string {
	return "/reports/" + of.String() + "#" + it.String()
}
