package web

import (
	"net/http"
	"net/url"
	"strings"

	"cutout/internal/textindex"
	"cutout/internal/web/templates"
)

var searchPages = []Route{
	{Method: "GET", Pattern: "/search", Handler: (*Server).search, Name: "search"},
}

type searchBody struct {
	Form   *form
	Fields []templates.Field
	Hits   []hitView
	Pager  templates.Pager
	Empty  templates.Empty
	Asked  bool
}

type hitView struct {
	Kind, Ref, Href, Title string
	Snippet                []textindex.Segment
}

// searchKinds are the kinds a search can be narrowed to, in the order people think of them.
var searchKinds = []string{"report", "release", "issued", "product", "requirement", "notice", "party", "assessment"}

func (s *Server) search(w http.ResponseWriter, r *http.Request) error {
	sp := s.speaker(r)
	f := &form{Values: url.Values{}, Status: http.StatusOK, words: sp.Words}
	for k, v := range r.URL.Query() {
		f.Values[k] = v
	}
	f.usual("words", "all")
	b := searchBody{Form: f, Empty: templates.Empty{Name: "search", Query: f.Get("q")}}
	frame, err := s.desk.Around(r.Context(), see(r).Officer)
	if err != nil {
		return err
	}
	if strings.TrimSpace(f.Get("q")) != "" {
		p, err := s.desk.Search(r.Context(), see(r).Officer, f.Get("q"), f.Get("kind"), f.Get("words") == "any", f.Get("after"), pageSize/2)
		if err == nil {
			frame, b.Asked = p.Frame, true
		} else if err := f.take(err); err != nil {
			return err
		}
		for _, h := range p.Hits {
			v := hitView{Kind: sp.T("found." + h.Kind), Ref: h.Ref, Href: s.addressOf(h.ID), Title: h.Title, Snippet: h.Snippet}
			if h.Kind == "notice" {
				v.Title = sp.notice(h.Title)
			}
			if strings.TrimSpace(v.Title) == "" {
				v.Title = dots(v.Kind, h.Ref)
			}
			b.Hits = append(b.Hits, v)
		}
		b.Pager = sp.pages(r, p.Next, sp.N("count.results", len(p.Hits)))
	}
	for i := range f.Faults {
		if f.Faults[i].Field == "query" {
			f.Faults[i].Field = "q"
		}
	}
	q := f.field("text", "q", "search.words", "")
	b.Fields = []templates.Field{q, f.field("select", "kind", "table.kind", "", sp.options("found", searchKinds...)...),
		f.field("select", "words", "search.match", "", sp.options("search", "all", "any")...)}
	f.Faults = known(f.Faults, map[string]bool{"q": true, "kind": true, "words": true})
	return s.show(w, r, f.Status, "search", sp.T("nav.search"), frame, b)
}
