package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"cutout/internal/casework"
	"cutout/internal/day"
	"cutout/internal/officer"
	"cutout/internal/web/templates"
	"cutout/internal/wording"
)

// watchPage is what needs the reader.
type watchPage struct {
	Sub      string
	Acts     []templates.Act
	Findings []templates.Finding
	Past     []templates.Finding
	Drafts   []keptDraft
	Waiting  []templates.Act // what others have asked of the reader
	Empty    templates.Empty
	Known    string
	ShowPast string // address of the page with, or without, what has ended
	PastWord string
}

// watch shows the findings, and with ?past=1 also those whose cause has ended.
func (s *Server) watch(w http.ResponseWriter, r *http.Request) error {
	v := see(r)
	past := r.URL.Query().Get("past") == "1"
	p, err := s.desk.Watch(r.Context(), v.Officer, past)
	if err != nil {
		return err
	}
	b := watchPage{Empty: templates.Empty{Name: "watch"}, Known: v.Words.T("date.as_known", "Time", p.Now), ShowPast: "/?past=1", PastWord: v.Words.T("watch.show_past")}
	if past {
		b.ShowPast, b.PastWord = "/", v.Words.T("watch.hide_past")
	}
	today := day.Of(p.Now)
	for _, f := range p.Findings {
		if f.Cleared == day.Never {
			b.Findings = append(b.Findings, s.finding(v.Words, f, today, true))
		} else {
			b.Past = append(b.Past, s.finding(v.Words, f, today, false))
		}
	}
	b.Sub = v.Words.N("watch.need_you", len(b.Findings), "Duties", dutyWords(v.Words, p.Duties))
	if len(b.Findings) == 0 {
		b.Sub = dutyWords(v.Words, p.Duties)
	}
	if slices.Contains(p.Duties, officer.Handler) && s.pages["/reports/new"] {
		b.Acts = []templates.Act{{Href: "/reports/new", Word: v.Words.T("do.file_report"), Key: "new"}}
	}
	if b.Drafts, err = s.drafts(r); err != nil {
		return err
	}
	if n := p.Waiting.Openings; n > 0 {
		b.Waiting = append(b.Waiting, templates.Act{Href: "/openings", Word: v.Words.N("waits.openings", n)})
	}
	if n := p.Waiting.Proposals; n > 0 {
		b.Waiting = append(b.Waiting, templates.Act{Href: "/custody", Word: v.Words.N("waits.proposals", n)})
	}
	return s.show(w, r, http.StatusOK, "watch", v.Words.T("nav.watch"), p.Frame, b)
}

// finding puts a finding into sentences. Whom or what it speaks of stands there by the name the reader knows it under.
func (s *Server) finding(w *wording.Words, f casework.FindingLine, today day.Day, open bool) templates.Finding {
	base := "finding." + f.Rule
	out := templates.Finding{Severity: string(f.Severity), Kind: w.T("severity." + string(f.Severity)), Title: w.T(base + ".title"), Why: s.reason(w, f)}
	switch {
	case !open:
		out.Due = w.T("date.ended", "Day", f.Cleared)
	case f.Due == day.Never:
		out.Due = w.N("date.open_for", max(0, int(today-f.Raised)))
	case f.Due < today:
		out.Due = w.T("date.since_due", "Day", f.Due)
	case f.Due == today:
		out.Due = w.T("date.due_today")
	default:
		out.Due = w.T("date.due", "Day", f.Due)
	}
	for _, k := range lastAct(f) {
		out.Due += " · " + w.T("finding.done."+k)
	}
	seen := map[string]bool{}
	for _, id := range append(slices.Clone(f.Subjects), f.Evidence...) {
		name := f.Names[id]
		if name == "" || seen[name] {
			continue
		}
		seen[name] = true
		out.Evidence = append(out.Evidence, templates.Chip{Href: s.addressOf(id), Ref: name, Note: kindWord(w, id)})
	}
	if open {
		out.Act = &templates.Act{Href: "/findings?" + url.Values{"rule": {f.Rule}, "key": {f.Key}}.Encode(), Word: w.T("do.answer"), Quiet: true}
	}
	return out
}

// lastAct is what was done last about an open finding, if anything.
func lastAct(f casework.FindingLine) []string {
	if len(f.Acts) == 0 {
		return nil
	}
	return []string{f.Acts[len(f.Acts)-1].Kind}
}

// reason is why the finding was raised. Its parameters are ids, days and numbers: an id becomes the record's name, or a
// word for "a record" where the reader has no name for it.
func (s *Server) reason(w *wording.Words, f casework.FindingLine) string {
	var kv []any
	for name, value := range f.Reason.Params {
		var said any = value
		switch d, err := day.Parse(value); {
		case err == nil && len(value) == len("2006-01-02"):
			said = d
		case f.Names[value] != "":
			said = f.Names[value]
		case isID(value):
			said = w.T("finding.a_record")
		case onlyNumber(value) && len(value) < 9:
			n, _ := strconv.Atoi(value) // nothing but a few digits
			said = n
		}
		kv = append(kv, name, said)
	}
	return w.T(f.Reason.Code, kv...)
}

// isID reports whether a text is the long form of a record's id.
func isID(s string) bool {
	_, rest, ok := strings.Cut(s, "_")
	return ok && len(rest) == 26 && !strings.ContainsAny(s, " .,")
}

// pageOf are the addresses of records by the prefix of their ids, and the word for each.
var pageOf = map[string]struct{ address, word string }{
	"src": {"/sources/", "kind.source"}, "rep": {"/reports/", "kind.report"}, "itm": {"", "kind.item"}, "con": {"/contacts/", "kind.contact"}, "aut": {"/authorities/", "kind.authority"},
	"req": {"/requirements/", "kind.requirement"}, "rel": {"/releases/", "kind.release"}, "iss": {"/inbox/", "kind.copy"}, "prd": {"/products/", "kind.product"}, "ntc": {"/notices/", "kind.notice"},
	"pty": {"", "kind.party"}, "off": {"", "kind.officer"}, "asm": {"", "kind.assessment"},
}

// addressOf is the page of a record met by its id alone; empty where there is none.
func (s *Server) addressOf(id string) string {
	prefix, _, _ := strings.Cut(id, "_")
	if p, ok := pageOf[prefix]; ok && p.address != "" && s.hasPage(p.address+"x") {
		return p.address + id
	}
	return ""
}

// kindWord is the word for what an id names.
func kindWord(w *wording.Words, id string) string {
	prefix, _, _ := strings.Cut(id, "_")
	if p, ok := pageOf[prefix]; ok {
		return w.T(p.word)
	}
	return ""
}

// answerPage is one finding with what was done about it and the answers there are.
type answerPage struct {
	Finding templates.Finding
	Act     string // what the rule suggests
	Acts    []casework.FindingAct
	Form    *form
	Fields  []templates.Field
}

// answerFinding shows one finding and takes the answer to it. The finding is named by its rule and key.
func (s *Server) answerFinding(w http.ResponseWriter, r *http.Request) error {
	v := see(r)
	f, err := s.readForm(r)
	if err != nil {
		return err
	}
	rule, key := f.Get("rule"), f.Get("key")
	if f.posted {
		if answered, err := s.acted(w, r, f, s.desk.AnswerFinding(r.Context(), v.Officer, rule, key, f.Get("do"), f.Get("reason")), "/", "flash.finding"); answered {
			return err
		}
	}
	p, err := s.desk.Watch(r.Context(), v.Officer, false)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(p.Findings, func(x casework.FindingLine) bool { return x.Rule == rule && x.Key == key })
	if i < 0 {
		return errMissing
	}
	b := answerPage{Finding: s.finding(v.Words, p.Findings[i], day.Of(p.Now), true), Acts: p.Findings[i].Acts, Form: f}
	b.Finding.Act = nil
	b.Act = v.Words.T("finding." + rule + ".act")
	b.Fields = []templates.Field{f.field("hidden", "rule", "", ""), f.field("hidden", "key", "", ""), rows(f.field("textarea", "reason", "finding.your_reason", "finding.your_reason_help"), 3)}
	return s.show(w, r, f.Status, "finding", b.Finding.Title, p.Frame, b)
}
