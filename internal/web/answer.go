package web

import (
	"bytes"
	"errors"
	"net/http"
	"slices"
	"strings"

	"cutout/internal/casework"
	"cutout/internal/compartment"
	"cutout/internal/fault"
	"cutout/internal/id"
	"cutout/internal/leak"
	"cutout/internal/officer"
	"cutout/internal/web/templates"
	"cutout/internal/wording"
)

// statuses is the one table from the door's kinds of error to answers.
var statuses = map[casework.Kind]int{
	casework.NotFound: http.StatusNotFound,
	casework.Refused:  http.StatusForbidden,
	casework.Invalid:  http.StatusUnprocessableEntity,
	casework.Conflict: http.StatusConflict,
	casework.Internal: http.StatusInternalServerError,
}

// errMissing is the answer to an address that names nothing; the door's own answer to a record that is missing or hidden
// leads to the same page.
var errMissing = &casework.Error{Kind: casework.NotFound, Code: "notfound"}

func codeOf(err error) string {
	var e *casework.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// idOf reads a record's id from the address. Whatever is malformed does not exist.
func idOf[N id.Noun](r *http.Request, name string, to *id.Of[N]) error {
	v, err := id.Parse[N](r.PathValue(name))
	if err != nil {
		return errMissing
	}
	*to = v
	return nil
}

// answer maps an error of a handler to its page. An account that was closed or a key that timed out asks to sign in.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, err error) {
	var e *casework.Error
	if !errors.As(err, &e) {
		err = s.incident(r.Method+" "+r.Pattern, err)
	} else if v := see(r); e.Code == "refused.account" || v.Officer.ID.IsZero() && unproved(e) {
		v.Away, v.Officer = v.Officer, officer.Officer{}
		s.askSignIn(w, r)
		return
	} else if unproved(e) {
		if err = s.askPresence(w, r, e); err == nil {
			return
		}
	}
	s.wrong(w, r, err)
}

// unproved reports whether the door wants to know again that it is the officer who sits there.
func unproved(e *casework.Error) bool {
	return e.Code == "refused.locked" || e.Code == "refused.present-again"
}

// wrongPage is an error page with the one reason for it, where the door gives one.
type wrongPage struct {
	templates.Wrong
	Why    string
	Faults fault.Faults
}

// wrong writes the page of an error. It says nothing that depends on what the address named: no path, no id, no counts.
func (s *Server) wrong(w http.ResponseWriter, r *http.Request, err error) {
	v := see(r)
	kind := casework.KindOf(err)
	body := wrongPage{Wrong: templates.Wrong{Kind: string(kind)}}
	var e *casework.Error
	if errors.As(err, &e) {
		body.Incident, body.Faults = e.Params["Incident"], e.Faults
		if kind == casework.Refused {
			body.Why = because(v.Words, e)
		}
		if e.Code == "full" || e.Code == "unknown" { // failures with words of their own
			body.Kind = e.Code
		}
	}
	status := statuses[kind]
	if body.Kind == "full" {
		status = http.StatusInsufficientStorage
	}
	page := templates.Page{Lang: v.Words.Lang(), Theme: v.Theme, Tone: "grey", Label: s.desk.Unit().Name, Title: v.Words.T("error." + body.Kind + "_title"), Path: "/", Body: body, Now: s.desk.Now()}
	if !v.Officer.ID.IsZero() {
		page.Officer, page.Rail = v.Officer.Name, s.rail(casework.Frame{Duties: officer.Duties()})
	}
	var b bytes.Buffer
	if err := templates.Render(&b, "wrong", page); err != nil {
		s.logs.Error("page", "name", "wrong", "error", err.Error())
		http.Error(w, "Cutout: "+http.StatusText(status), status)
		return
	}
	write(w, status, &b)
}

// because words a refusal.
func because(w *wording.Words, e *casework.Error) string {
	if !w.Has(e.Code) {
		return ""
	}
	var kv []any
	for name, value := range e.Params {
		switch name {
		case "Duty", "Acting", "Other":
			if w.Has("duty." + value) {
				value = w.T("duty." + value)
			}
		}
		kv = append(kv, name, value)
	}
	return w.T(e.Code, kv...)
}

func write(w http.ResponseWriter, status int, b *bytes.Buffer) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // a reader who hung up is nobody's fault
}

// show writes a page in its frame: rail, label line, reader. title is the text of the window, already in the reader's
// language.
func (s *Server) show(w http.ResponseWriter, r *http.Request, status int, page, title string, frame casework.Frame, body any) error {
	v := see(r)
	var names map[compartment.ID]string
	if b, ok := body.(compartmented); ok {
		names = b.compartments()
	}
	label, tone := s.labelLine(v.Words, frame.Label, names)
	p := templates.Page{Lang: v.Words.Lang(), Theme: v.Theme, Tone: tone, Label: label, Title: title, Section: inRail(r.URL.Path), Rail: s.rail(frame),
		Officer: v.Officer.Name, Duties: dutyWords(v.Words, frame.Duties), Path: r.URL.RequestURI(), Now: frame.Now, Body: body}
	if r.Method != http.MethodGet {
		p.Path = r.URL.Path
	}
	if status == http.StatusOK {
		p.Flash = s.flash(r)
	}
	return s.render(w, status, page, p)
}

// alone writes a page without a rail, for a reader who is not signed in.
func (s *Server) alone(w http.ResponseWriter, r *http.Request, status int, page, title string, body any) error {
	path := "/"
	if r.Method == http.MethodGet {
		path = r.URL.RequestURI()
	}
	return s.aloneAt(w, r, status, page, title, path, body)
}

// aloneAt is alone for an answer whose address is not one to come back to.
func (s *Server) aloneAt(w http.ResponseWriter, r *http.Request, status int, page, title, path string, body any) error {
	v := see(r)
	return s.render(w, status, page, templates.Page{Lang: v.Words.Lang(), Theme: v.Theme, Tone: "grey", Label: s.desk.Unit().Name, Title: v.Words.T(title), Path: path, Now: s.desk.Now(), Body: body})
}

func (s *Server) render(w http.ResponseWriter, status int, page string, p templates.Page) error {
	var b bytes.Buffer
	if err := templates.Render(&b, page, p); err != nil {
		return s.incident("page "+page, err)
	}
	if leak.On("etag") {
		w.Header().Set("ETag", s.together().validator())
	}
	if leak.On("gzip_len") {
		w.Header().Set("Content-Encoding", "deflate")
		s.together().pack(&b)
	}
	write(w, status, &b)
	return nil
}

// compartmented is a page that knows what its readers call some of the compartments in its label: a source's own goes by
// the code name that stands on the page.
type compartmented interface {
	compartments() map[compartment.ID]string
}

// tones fits the pack's color tokens to those of the style sheet.
var tones = map[string]string{"level-1": "grey", "level-2": "blue", "level-3": "red", "level-4": "violet"}

// labelLine says how closely what is on the page is held: level, compartments, and to whom it may go.
func (s *Server) labelLine(w *wording.Words, l compartment.Label, names map[compartment.ID]string) (text, tone string) {
	tone = "grey"
	var parts []string
	if level, ok := s.desk.Pack().LevelOf(uint8(l.Level)); ok {
		parts = append(parts, say(w, level.Name))
		if t, ok := tones[level.Color]; ok {
			tone = t
		}
	}
	others := 0
	for _, c := range l.Compartments {
		if n := names[c]; n != "" {
			parts = append(parts, n)
		} else {
			others++
		}
	}
	if others > 0 {
		parts = append(parts, compartments(w, others))
	}
	if len(l.Releasable) > 0 {
		var orgs []string
		for _, o := range l.Releasable {
			if o != compartment.Nobody {
				orgs = append(orgs, string(o))
			}
		}
		if len(orgs) == 0 {
			parts = append(parts, w.T("label.nobody"))
		} else {
			parts = append(parts, w.T("label.releasable", "To", strings.Join(orgs, ", ")))
		}
	}
	return strings.Join(parts, " · "), tone
}

func compartments(w *wording.Words, n int) string {
	if n == 1 {
		return w.T("label.compartment")
	}
	return w.T("label.compartments", "N", n)
}

// inRail is the rail's name for the first part of an address.
func inRail(path string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if name, ok := sections[first]; ok {
		return name
	}
	return first
}

// sections are the addresses whose first part is not the rail's own name for where they belong.
var sections = map[string]string{"": "watch", "authorities": "sources", "tasks": "requirements", "parties": "network",
	"log": "oversight", "officers": "oversight", "unit": "oversight", "known": "sources", "key-file": "custody"}

// counted is which number of the frame stands beside a section.
var counted = map[string]string{"sources": "source", "requirements": "requirement", "contacts": "contact", "reports": "report", "releases": "release", "inbox": "issued"}

// insiders are the sections of raw records, of no use to customers, inspectors and administrators.
var insiders = []string{"sources", "requirements", "contacts", "reports", "releases", "notices", "network", "openings"}

// inside reports whether the reader works with raw records.
func inside(f casework.Frame) bool {
	return slices.ContainsFunc(f.Duties, func(d officer.Duty) bool {
		return d != officer.Customer && d != officer.Inspector && d != officer.Trustee && d != officer.Administrator
	})
}

// rail is the sections there are pages for, less those in which the reader would find only refusals.
func (s *Server) rail(f casework.Frame) []templates.RailLink {
	var out []templates.RailLink
	for _, l := range templates.Rail(nil) {
		if !s.pages[l.Href] || (!inside(f) && slices.Contains(insiders, l.Name)) {
			continue
		}
		if l.Name == "inbox" && !holds(f, "customer") && f.Counts["issued"].N == 0 || l.Name == "products" && !holdsAny(f, mayProduce...) || l.Name == "oversight" && !holds(f, "inspector") {
			continue // of use to those it is for
		}
		if l.Name == "watch" {
			l.Href = "/"
		}
		if c, ok := f.Counts[counted[l.Name]]; ok {
			l.Count, l.More = c.N, c.More
		}
		if l.Name == "custody" && !holdsAny(f, append(deciders, officer.Inspector)...) {
			continue
		}
		if n := map[string]int{"openings": f.Waiting.Openings, "custody": f.Waiting.Proposals}[l.Name]; n > 0 {
			l.Count = n
		}
		if l.Name == "watch" && f.Counts != nil {
			l.Count = f.Findings
		}
		out = append(out, l)
	}
	return out
}
