package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"cutout/internal/casework"
	"cutout/internal/contact"
	"cutout/internal/grading"
	"cutout/internal/report"
	"cutout/internal/source"
	"cutout/internal/web/templates"
)

// reportEditor is the page on which a report is written.
type reportEditor struct {
	Sub, Action, Autosave, Cancel string
	Form                          *form
	Hidden, Head, HeadLong, More  []templates.Field
	MoreOpen                      bool
	Schemes                       bool
	Scheme                        templates.Field
	Items                         []itemFields
	Pattern                       itemFields
	Saved                         time.Time
	Blocked                       bool
	Empty                         templates.Empty
}

// itemFields are the fields of one item: the words, what stands beside them, and the claim in a form that can be compared.
type itemFields struct {
	Legend               string
	N                    string
	Words, Beside, Claim []templates.Field
	Links                []templates.Field
	Open                 bool
}

func (s *Server) reportNew(w http.ResponseWriter, r *http.Request) error {
	f, err := s.readForm(r, "items")
	if err != nil {
		return err
	}
	switch f.Get("do") {
	case "drop":
		if err := s.desk.KeepDraft(r.Context(), see(r).Officer, draftName(f.Path, f.Of), nil); err != nil {
			return err
		}
		return s.done(w, r, "/reports", "editor.dropped")
	case "keep":
		if err := s.saveDraft(r, see(r).Officer, f.Path); err != nil {
			return err
		}
		f.Saved = s.desk.Now()
	}
	if f.sent() {
		of, err := s.fileReport(r, f)
		if err == nil {
			return s.finished(w, r, f, "/reports/"+of.String(), "editor.filed")
		}
		if err := f.take(err); err != nil {
			return err
		}
	}
	return s.showEditor(w, r, f)
}

// fileReport hands the form in.
func (s *Server) fileReport(r *http.Request, f *form) (report.ID, error) {
	var n casework.ReportDraft
	f.into(&n)
	scheme := f.Get("scheme")
	for i := range n.Items {
		it := &n.Items[i]
		if it.Lang == "" { // the page says that the language is recognized when it is left empty
			it.Lang = tongueOf(it.Text)
		}
		if it.Grade != "" && scheme != "" {
			it.Scheme = scheme
		}
		if c := it.Claim; c != nil {
			for _, list := range []*[]string{&c.Supports, &c.Contradicts} {
				var ids []string
				for _, typed := range *list {
					part, err := s.itemIDs(r.Context(), see(r).Officer, typed)
					if err != nil {
						return report.ID{}, err
					}
					ids = append(ids, part...)
				}
				*list = ids
			}
		}
	}
	return s.desk.FileReport(r.Context(), see(r).Officer, n)
}

// editorOf says what a report being written is about: a contact, a source, or yet to be chosen.
type editorOf struct {
	frame   casework.Frame
	sub     string
	sources []templates.Option
	blocked bool
}

func (s *Server) editorOf(r *http.Request, f *form, sp speaker) (e editorOf, err error) {
	o := see(r).Officer
	var c contact.ID
	var of source.ID
	switch {
	case f.Get("contact") != "":
		if err := c.UnmarshalText([]byte(f.Get("contact"))); err != nil || c.IsZero() {
			return e, errMissing
		}
		p, err := s.desk.Contact(r.Context(), o, c)
		if err != nil {
			return e, err
		}
		e.frame = p.Frame
		e.sub = dots(c.Ref(), p.Source.Value.CodeName)
		if rec := p.Contact.Value.Record; rec != nil {
			e.sub = dots(e.sub, sp.Period(rec.When))
			if !rec.When.IsZero() {
				f.usual("received", rec.When.String())
			}
		}
	case f.Get("source") != "" && !f.Values.Has("choose"):
		if err := of.UnmarshalText([]byte(f.Get("source"))); err != nil || of.IsZero() {
			return e, errMissing
		}
		p, err := s.desk.Source(r.Context(), o, of, time.Time{})
		if err != nil {
			return e, err
		}
		e.frame, e.sub = p.Frame, dots(of.Ref(), p.Source.Value.CodeName)
	default:
		p, err := s.desk.Sources(r.Context(), o, "", 200)
		if err != nil {
			return e, err
		}
		e.frame, e.sub, e.blocked = p.Frame, sp.T("editor.sub"), len(p.Sources) == 0
		for _, x := range p.Sources {
			e.sources = append(e.sources, templates.Option{Value: x.ID.String(), Word: dots(x.Value.CodeName, x.ID.Ref())})
		}
	}
	return e, nil
}

func (s *Server) showEditor(w http.ResponseWriter, r *http.Request, f *form) error {
	sp := s.speaker(r)
	about, err := s.editorOf(r, f, sp)
	if err != nil {
		return err
	}
	needs, err := s.needs(r)
	if err != nil {
		return err
	}
	f.usual("scheme", string(sp.pack.DefaultScheme))
	b := reportEditor{Sub: about.sub, Action: f.Path, Autosave: "/drafts" + f.Path, Form: f, Saved: f.Saved, Cancel: "/reports", Schemes: len(sp.pack.Schemes) > 1,
		Blocked: about.blocked && !f.posted, Empty: templates.Empty{Name: "editor"}}
	if about.sources != nil {
		b.Hidden = append(b.Hidden, templates.Field{Kind: "hidden", Name: "choose", Value: "yes"})
		src := f.field("select", "source", "reports.source", "editor.source_help", about.sources...)
		src.Required = true
		b.Head = append(b.Head, src)
	} else {
		for _, name := range []string{"contact", "source"} {
			if v := f.Get(name); v != "" {
				b.Hidden = append(b.Hidden, templates.Field{Kind: "hidden", Name: name, Value: v})
			}
		}
	}
	b.Head = append(b.Head, f.field("text", "title", "table.title", "editor.title_help"), f.field("text", "series", "reports.series", "editor.series_help"),
		short(f.field("text", "received", "reports.received", "form.date_help")), short(f.field("text", "when", "report.when", "editor.when_help")))
	if len(needs) > 0 {
		b.HeadLong = append(b.HeadLong, f.field("checks", "requirements", "report.answers", "editor.needs_help", needs...))
	}
	b.More = []templates.Field{rows(f.field("textarea", "summary", "report.summary", "editor.summary_help"), 3),
		rows(f.field("textarea", "source_context", "report.context", "editor.context_help"), 2),
		rows(f.field("textarea", "comments", "report.comments", "editor.comments_help"), 3),
		f.field("select", "level", "editor.level", "editor.level_help", sp.levels()...),
		f.field("checks", "close", "editor.close", "editor.close_help", templates.Option{Value: "yes", Word: sp.T("editor.close_yes")})}
	for _, x := range b.More {
		b.MoreOpen = b.MoreOpen || x.Value != "" || len(x.Faults) > 0
	}
	scheme := grading.Scheme(f.Get("scheme"))
	if !slices.Contains(sp.pack.Schemes, scheme) {
		scheme = sp.pack.DefaultScheme
	}
	var schemes []templates.Option
	for _, x := range sp.pack.Schemes {
		schemes = append(schemes, templates.Option{Value: string(x), Word: say(sp.Words, x.Name())})
	}
	b.Scheme = f.field("select", "scheme", "editor.scheme", "editor.scheme_help", schemes...)
	for i := range max(f.count("items"), 1) {
		b.Items = append(b.Items, sp.itemFields(f, i, scheme))
	}
	blank := &form{Values: url.Values{}, words: f.words}
	b.Pattern = sp.itemFields(blank, -1, scheme)
	f.Faults = known(f.Faults, b.names())
	return s.show(w, r, f.Status, "report-new", sp.T("do.file_report"), about.frame, b)
}

// names are the fields of the page, for the links of the fault summary.
func (b reportEditor) names() map[string]bool {
	out := map[string]bool{"items": true}
	for _, list := range [][]templates.Field{b.Head, b.HeadLong, b.More, {b.Scheme}} {
		for _, x := range list {
			out[x.Name] = true
		}
	}
	for _, it := range b.Items {
		for _, list := range [][]templates.Field{it.Words, it.Beside, it.Claim, it.Links} {
			for _, x := range list {
				out[x.Name] = true
			}
		}
	}
	return out
}

// needs are the requirements the officer may see, for a report to name what it answers.
func (s *Server) needs(r *http.Request) (out []templates.Option, err error) {
	p, err := s.desk.Coverage(r.Context(), see(r).Officer)
	if casework.KindOf(err) == casework.Refused && err != nil {
		return nil, nil // whose duty is not with requirements names none
	}
	for _, q := range p.Requirements {
		if q.Value.State == "open" && len(out) < mostNeeds {
			out = append(out, templates.Option{Value: q.ID.String(), Word: dots(q.Value.Number, opening(q.Value.Text, 90))})
		}
	}
	return out, err
}

// mostNeeds bounds the list of requirements in the editor.
const mostNeeds = 60

func (p speaker) gradeHelp(s grading.Scheme) string {
	return p.T("editor.grade_help", "Example", exampleOf(s))
}

// exampleOf is a grade as it is typed in the scheme: its second source mark and its second content mark.
func exampleOf(s grading.Scheme) string {
	a, b := s.SourceMarks(), s.ContentMarks()
	if len(a) < 2 || len(b) < 2 {
		return ""
	}
	if s == grading.Prose {
		return a[1].Code + "/" + b[1].Code
	}
	return a[1].Code + b[1].Code
}

// itemFields are the fields of item i; -1 is the pattern from which the page's script makes new ones.
func (p speaker) itemFields(f *form, i int, scheme grading.Scheme) itemFields {
	n := "__N__"
	v := itemFields{Legend: p.T("form.item", "N", 1)}
	if i >= 0 {
		n = strconv.Itoa(i)
		v.Legend = p.T("form.item", "N", i+1)
	}
	v.N = n
	at := "items." + n + "."
	lang := f.field("suggest", at+"lang", "form.language_of_text", "editor.lang_help", p.tongues()...)
	v.Words = []templates.Field{
		need(rows(f.field("textarea", at+"text", "editor.text", "editor.text_help"), 6)),
		short(lang),
		rows(f.field("textarea", at+"gist", "report.gist", "editor.gist_help"), 2)}
	grade := f.field("grade", at+"grade", "table.grade", "", p.scale(scheme)...)
	if scheme == grading.Prose {
		grade.Kind, grade.Options = "text", nil
	}
	grade.Help = p.gradeHelp(scheme)
	v.Beside = []templates.Field{
		need(f.field("select", at+"basis", "table.basis", "editor.basis_help", p.bases()...)),
		grade,
		f.field("text", at+"access", "report.access", "editor.access_help"),
		short(f.field("text", at+"when", "report.speaks_of", "form.date_help")),
		f.field("text", at+"place", "table.place", ""),
		f.field("text", at+"area", "editor.area", "editor.area_help")}
	c := at + "claim."
	v.Claim = []templates.Field{f.field("text", c+"subject", "editor.subject", ""), f.field("text", c+"predicate", "editor.predicate", ""),
		f.field("text", c+"value", "editor.value", ""), f.field("text", c+"topic", "report.topic", ""),
		f.field("select", c+"importance", "report.importance", "", p.options("importance", "high", "low")...)}
	v.Links = []templates.Field{ltr(rows(f.field("textarea", c+"supports", "link.supports", "report.item_ref_help"), 2)),
		ltr(rows(f.field("textarea", c+"contradicts", "link.contradicts", "report.item_ref_help"), 2))}
	for _, x := range append(slices.Clone(v.Claim), v.Links...) {
		v.Open = v.Open || x.Value != "" || len(x.Faults) > 0
	}
	return v
}
