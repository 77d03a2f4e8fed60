package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"cutout/internal/casework"
	"cutout/internal/compartment"
	"cutout/internal/dissemination"
	"cutout/internal/fault"
	"cutout/internal/grading"
	"cutout/internal/report"
	"cutout/internal/web/templates"
)

var releasePages = []Route{
	{Method: "GET", Pattern: "/releases", Handler: (*Server).releaseList, Name: "release.list"},
	{Method: "GET", Pattern: "/releases/new", Handler: (*Server).releaseNew, Name: "release.new"},
	{Method: "POST", Pattern: "/releases/new", Handler: (*Server).releaseNew, Name: "release.write"},
	{Method: "GET", Pattern: "/releases/{id}", Handler: (*Server).releasePage, Name: "release"},
	{Method: "GET", Pattern: "/releases/{id}/rewrite", Handler: (*Server).releaseRewrite, Name: "release.rewrite"},
	{Method: "POST", Pattern: "/releases/{id}/rewrite", Handler: (*Server).releaseRewrite, Name: "release.rewrite.save"},
	{Method: "POST", Pattern: "/releases/{id}/approve", Handler: (*Server).releaseApprove, Name: "release.approve", Limit: smallLimit},
	{Method: "POST", Pattern: "/releases/{id}/send", Handler: (*Server).releaseSend, Name: "release.send", Limit: smallLimit},
}

// outLine is one line of a list of what was written or sent.
type outLine struct {
	Href, Ref, Title, State, Marking, On, Unit string
	Readers, Cites                             int
	Recalled                                   bool
}

// outList is a list of releases, copies or products.
type outList struct {
	Acts  []templates.Act
	Lines []outLine
	Pager templates.Pager
	Empty templates.Empty
}

func (s *Server) releaseList(w http.ResponseWriter, r *http.Request) error {
	sp := s.speaker(r)
	p, err := s.desk.Releases(r.Context(), see(r).Officer, r.URL.Query().Get("after"), pageSize)
	if err != nil {
		return err
	}
	b := outList{Pager: sp.pages(r, p.Next, sp.N("count.releases", len(p.Releases))), Empty: templates.Empty{Name: "releases"}}
	for _, x := range p.Releases {
		l := outLine{Href: "/releases/" + x.ID.String(), Ref: x.ID.Ref(), Title: x.Value.Title, State: sp.T("state." + string(x.Value.State)),
			Marking: strings.Join(x.Value.Marking, " "), Readers: len(x.Value.Officers) + len(x.Value.Organizations), Recalled: p.Recalled[x.ID]}
		if !x.Value.SentOn.IsZero() {
			l.On = sp.Period(x.Value.SentOn)
		}
		b.Lines = append(b.Lines, l)
	}
	return s.show(w, r, http.StatusOK, "releases", sp.T("nav.releases"), p.Frame, b)
}

// releaseEditor is the page on which a release is written: what the source said on one side, the unit's words on the other.
type releaseEditor struct {
	Title, Action, Word, Cancel string
	Form                        *form
	Hidden, Fields              []templates.Field
	Items                       []releaseItemEdit
}

type releaseItemEdit struct {
	Number, Text, Lang, Gist, Basis string
	Grade                           gradeWord
	Fields                          []templates.Field
}

// original is one item that may go into a release, and where it stands in the form.
type original struct {
	of   report.ID
	item report.Item
}

func (s *Server) releaseNew(w http.ResponseWriter, r *http.Request) error {
	f, err := s.readForm(r)
	if err != nil {
		return err
	}
	items, frame, err := s.originals(r, f.Values["report"])
	if err != nil {
		return err
	}
	if f.posted {
		of, err := s.desk.WriteRelease(r.Context(), see(r).Officer, releaseDraft(f, items))
		if err == nil {
			return s.finished(w, r, f, "/releases/"+of.String(), "release.written")
		}
		if err := takeRelease(f, err, items); err != nil {
			return err
		}
	}
	return s.showReleaseEditor(w, r, f, items, frame, "/releases/new", "release.write", "/reports/"+f.Get("report"))
}

// releaseRewrite changes a release that is still a draft.
func (s *Server) releaseRewrite(w http.ResponseWriter, r *http.Request) error {
	var of dissemination.ID
	if err := idOf(r, "id", &of); err != nil {
		return err
	}
	f, err := s.readForm(r)
	if err != nil {
		return err
	}
	p, err := s.desk.Release(r.Context(), see(r).Officer, of)
	if err != nil {
		return err
	}
	var items []original
	for _, x := range p.Originals {
		items = append(items, original{x.Report, x.Item})
	}
	if f.posted {
		err := s.desk.RewriteRelease(r.Context(), see(r).Officer, of, releaseDraft(f, items))
		if err == nil {
			return s.finished(w, r, f, "/releases/"+of.String(), "release.rewritten")
		}
		if err := takeRelease(f, err, items); err != nil {
			return err
		}
	} else if f.Saved.IsZero() {
		refill(f, p.Release, items)
	}
	return s.showReleaseEditor(w, r, f, items, p.Frame, r.URL.Path, "do.save", "/releases/"+of.String())
}

// originals reads the reports a release is written from, in the order of the address.
func (s *Server) originals(r *http.Request, reports []string) (out []original, frame casework.Frame, err error) {
	if len(reports) == 0 || len(reports) > 20 {
		return nil, frame, errMissing
	}
	var labels []compartment.Label
	for _, t := range reports {
		var of report.ID
		if err := of.UnmarshalText([]byte(t)); err != nil || of.IsZero() {
			return nil, frame, errMissing
		}
		p, err := s.desk.Report(r.Context(), see(r).Officer, of, time.Time{})
		if err != nil {
			return nil, frame, err
		}
		labels = append(labels, p.Frame.Label)
		frame = p.Frame
		for _, it := range p.Report.Value.Items {
			out = append(out, original{of, it})
		}
	}
	frame.Label = compartment.Join(labels...)
	return out, frame, nil
}

// releaseDraft reads the form: the items whose box is ticked, in order.
func releaseDraft(f *form, items []original) casework.ReleaseDraft {
	var n casework.ReleaseDraft
	n.Title, n.Series, n.Conditions = f.Get("title"), f.Get("series"), f.Get("conditions")
	n.SourceDescription, n.Confidence, n.Level, n.OtherPerson = f.Get("source_description"), f.Get("confidence"), f.Get("level"), f.Get("other_person")
	n.Officers = f.Values["officers"]
	if t := f.Get("tlp"); t != "" {
		n.Marking = append(n.Marking, t)
	}
	n.Marking = append(n.Marking, f.Values["handling"]...)
	for i, x := range items {
		at := "items." + strconv.Itoa(i) + "."
		if f.Get(at+"use") == "" {
			continue
		}
		n.Items = append(n.Items, dissemination.ItemDraft{From: []string{x.item.ID.String()}, Text: f.Get(at + "text"), Lang: tongueOf(f.Get(at + "text")),
			Grade: f.Get(at + "grade"), Basis: f.Get(at + "basis")})
	}
	return n
}

// takeRelease puts the door's faults beside the fields: it counts chosen items, the page shows all.
func takeRelease(f *form, err error, items []original) error {
	var chosen []int
	for i := range items {
		if f.Get("items."+strconv.Itoa(i)+".use") != "" {
			chosen = append(chosen, i)
		}
	}
	if err := f.take(err); err != nil {
		return err
	}
	for i := range f.Faults {
		x := &f.Faults[i]
		parts := strings.Split(x.Field, ".")
		if len(parts) > 2 && parts[0] == "items" {
			if n, err := strconv.Atoi(parts[1]); err == nil && n < len(chosen) {
				parts[1] = strconv.Itoa(chosen[n])
				if parts[2] == "from" {
					parts = append(parts[:2], "use")
				}
			}
			x.Field = strings.Join(parts, ".")
		}
		switch {
		case x.Field == "items" && x.Code == "release.no-items" && len(items) > 0:
			x.Field = "items.0.use"
		case strings.HasPrefix(x.Field, "marking"):
			x.Field = "tlp"
			if x.Code == "marking.unknown" {
				x.Field = "handling"
			}
		}
	}
	return nil
}

// refill puts a release into the form for a change.
func refill(f *form, x casework.ReleaseFile, items []original) {
	v := x.Value
	f.Values = url.Values{"title": {v.Title}, "series": {v.Series}, "conditions": {v.Conditions}, "source_description": {v.SourceDescription},
		"confidence": {string(v.Confidence)}, "other_person": {v.OtherPerson}}
	for _, m := range v.Marking {
		if t, err := grading.ParseTLP(m); err == nil {
			f.Values.Set("tlp", string(t))
		} else {
			f.Values.Add("handling", m)
		}
	}
	for _, o := range v.Officers {
		f.Values.Add("officers", o.String())
	}
	for i, it := range items {
		for _, w := range v.Items {
			if slices.Contains(w.From, it.item.ID) {
				at := "items." + strconv.Itoa(i) + "."
				f.Values.Set(at+"use", "yes")
				f.Values.Set(at+"text", w.Text)
				f.Values.Set(at+"grade", w.Grade)
				f.Values.Set(at+"basis", string(w.Basis))
			}
		}
	}
}

func (s *Server) showReleaseEditor(w http.ResponseWriter, r *http.Request, f *form, items []original, frame casework.Frame, action, title, cancel string) error {
	sp := s.speaker(r)
	customers, err := s.desk.Recipients(r.Context(), see(r).Officer)
	if err != nil {
		return err
	}
	b := releaseEditor{Title: sp.T("do.write_release"), Action: action, Word: sp.T("release.keep"), Cancel: cancel, Form: f}
	for _, id := range f.Values["report"] {
		b.Hidden = append(b.Hidden, templates.Field{Kind: "hidden", Name: "report", Value: id})
	}
	fields := map[string]bool{}
	for i, x := range items {
		at := "items." + strconv.Itoa(i) + "."
		if len(items) == 1 {
			f.usual(at+"use", "yes")
		}
		if x.item.Grade != nil {
			f.usual(at+"grade", x.item.Grade.String())
		}
		f.usual(at+"basis", string(x.item.Basis))
		e := releaseItemEdit{Number: x.of.Ref() + "." + itoa(x.item.Number), Text: x.item.Text, Lang: x.item.Lang, Gist: x.item.Gist, Basis: sp.basis(x.item.Basis), Grade: sp.grade(x.item.Grade),
			Fields: []templates.Field{
				f.field("checks", at+"use", "release.use", "", templates.Option{Value: "yes", Word: sp.T("release.use_yes")}),
				rows(f.field("textarea", at+"text", "release.own_words", "release.own_words_help"), 5),
				short(f.field("text", at+"grade", "release.printed_grade", "release.printed_grade_help")),
				f.field("select", at+"basis", "release.basis", "release.basis_help", sp.bases()...)}}
		for _, x := range e.Fields {
			fields[x.Name] = true
		}
		b.Items = append(b.Items, e)
	}
	var readers, labels, codes []templates.Option
	for _, c := range customers {
		readers = append(readers, templates.Option{Value: c.ID.String(), Word: c.Name})
	}
	for _, t := range grading.TLPs() {
		labels = append(labels, templates.Option{Value: string(t), Word: string(t), Note: t.Wording().In(sp.Lang())})
	}
	for _, h := range grading.HandlingCodes(sp.pack.DefaultScheme) {
		codes = append(codes, templates.Option{Value: h.Code, Word: h.Code, Note: say(sp.Words, h.Wording)})
	}
	b.Fields = []templates.Field{need(f.field("text", "title", "table.title", "release.title_help")), f.field("text", "series", "reports.series", ""),
		need(f.field("checks", "officers", "table.readers", "release.readers_help", readers...)),
		need(f.field("radio", "tlp", "table.marking", "release.tlp_help", labels...))}
	if len(codes) > 0 {
		b.Fields = append(b.Fields, f.field("checks", "handling", "release.handling", "", codes...))
	}
	b.Fields = append(b.Fields, rows(f.field("textarea", "conditions", "release.conditions", "release.conditions_help"), 3),
		rows(f.field("textarea", "source_description", "release.source", "release.source_help"), 2),
		f.field("select", "confidence", "release.confidence", "release.confidence_help", sp.options("confidence", "low", "moderate", "high")...),
		f.field("select", "level", "editor.level", "release.level_help", sp.levels()...))
	if f.Get("other_person") != "" || slices.ContainsFunc(f.Faults, func(x fault.Fault) bool { return x.Code == "release.names-source" }) {
		b.Fields = append(b.Fields, rows(f.field("textarea", "other_person", "release.other_person", "release.other_person_help"), 2))
	}
	for _, x := range b.Fields {
		fields[x.Name] = true
	}
	fields["items"] = true
	f.Faults = known(f.Faults, fields)
	return s.show(w, r, f.Status, "release-new", b.Title, frame, b)
}

func (s *Server) releaseApprove(w http.ResponseWriter, r *http.Request) error {
	return s.step(w, r, "release.is_approved", func(of dissemination.ID) error { return s.desk.ApproveRelease(r.Context(), see(r).Officer, of) })
}

func (s *Server) releaseSend(w http.ResponseWriter, r *http.Request) error {
	return s.step(w, r, "release.is_sent", func(of dissemination.ID) error {
		_, err := s.desk.SendRelease(r.Context(), see(r).Officer, of)
		return err
	})
}

func (s *Server) step(w http.ResponseWriter, r *http.Request, message string, act func(dissemination.ID) error) error {
	var of dissemination.ID
	if err := idOf(r, "id", &of); err != nil {
		return err
	}
	if err := act(of); err != nil {
		return err
	}
	return s.done(w, r, "/releases/"+of.String(), message)
}
