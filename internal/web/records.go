package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"cutout/internal/casework"
	"cutout/internal/day"
	"cutout/internal/dissemination"
	"cutout/internal/fault"
	"cutout/internal/grading"
	"cutout/internal/officer"
	"cutout/internal/profile"
	"cutout/internal/report"
	"cutout/internal/textindex"
	"cutout/internal/web/templates"
	"cutout/internal/wording"
)

// speaker says the codes of records in the reader's language: the pack's names where the pack has one, else a message.
type speaker struct {
	*wording.Words
	pack *profile.Pack
}

func (s *Server) speaker(r *http.Request) speaker { return speaker{see(r).Words, s.desk.Pack()} }

func (p speaker) basis(b report.Basis) string {
	if x, ok := p.pack.Basis(string(b)); ok {
		return say(p.Words, x.Name)
	}
	return string(b)
}

func (p speaker) bases() (out []templates.Option) {
	for _, b := range p.pack.Bases {
		out = append(out, templates.Option{Value: b.Code, Word: say(p.Words, b.Name)})
	}
	return out
}

func (p speaker) notice(kind string) string {
	if x, ok := p.pack.Notice(kind); ok {
		return say(p.Words, x.Name)
	}
	return kind
}

func (p speaker) result(r report.Result) string { return p.T("state." + string(r)) }

// gradeWord is a grade with what its marks mean.
type gradeWord struct{ Code, Words string }

func (p speaker) grade(g *report.Grade) gradeWord {
	if g == nil || g.IsZero() {
		return gradeWord{}
	}
	out := gradeWord{Code: g.String()}
	var words []string
	for _, m := range []struct {
		code string
		axis []grading.Mark
	}{{g.Source(), g.Scheme().SourceMarks()}, {g.Content(), g.Scheme().ContentMarks()}} {
		for _, x := range m.axis {
			if x.Code == m.code {
				words = append(words, x.Wording.In(p.Lang()))
			}
		}
	}
	out.Words = strings.Join(words, " · ")
	return out
}

// scale is what the keys of a scheme mean, source marks first.
func (p speaker) scale(s grading.Scheme) (out []templates.Option) {
	for _, m := range append(s.SourceMarks(), s.ContentMarks()...) {
		word := m.Wording.In(p.Lang())
		if !m.Verified {
			word += " (" + p.T("grade.confirm_wording") + ")"
		}
		out = append(out, templates.Option{Value: m.Code, Word: word})
	}
	return out
}

func (p speaker) levels() (out []templates.Option) {
	for _, l := range p.pack.Levels {
		out = append(out, templates.Option{Value: l.Code, Word: say(p.Words, l.Name)})
	}
	return out
}

// options are codes worded by the messages "PREFIX.CODE".
func (p speaker) options(prefix string, codes ...string) (out []templates.Option) {
	for _, c := range codes {
		out = append(out, templates.Option{Value: c, Word: p.T(prefix + "." + c)})
	}
	return out
}

// tongues are languages offered by name; any other code may be typed.
func (p speaker) tongues() []templates.Option {
	return p.options("tongue", "en", "ar", "fr", "es", "ru", "zh", "fa", "ku", "tr", "ps", "so", "sw", "uk", "he", "de")
}

// dots joins the parts of a line that are not empty.
func dots(parts ...string) string {
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
	if len(parts) > 1 {
		for i := range parts { // each part keeps its own direction and its place in the line
			parts[i] = "\u2068" + parts[i] + "\u2069"
		}
	}
	return strings.Join(parts, " · ")
}

// opening is the beginning of a text, for a line of a list.
func opening(text string, runes int) string {
	line, _, cut := strings.Cut(strings.TrimSpace(text), "\n")
	if utf8.RuneCountInString(line) > runes {
		line, cut = string([]rune(line)[:runes]), true
	}
	if cut {
		line += "…"
	}
	return line
}

// recallView is a mark of a recall or notice as it stands on top of what it marks.
type recallView struct {
	Title, Text, ID, Confirm, Notice string
	Confirmed                        bool
}

// recalls words the marks on a record. confirm is where its reader says that he has seen them; empty where nobody is
// asked. Only those who work with raw records are led to the notice.
func (p speaker) recalls(rs []casework.RecallRecord, confirmed map[casework.RecallID]bool, confirm string, f casework.Frame) (out []recallView) {
	for _, r := range rs {
		v := recallView{ID: r.ID.String(), Confirmed: confirmed[r.ID]}
		on := p.Period(r.Value.On)
		key := "recalled.doubt"
		if r.Value.Recalled {
			key = "recalled.taken"
		}
		v.Title = p.T(key+"_title", "On", on, "Kind", p.notice(string(r.Value.Kind)))
		if r.Value.Recalled && r.Value.Kind == dissemination.RecallNotice {
			v.Title = p.T("recalled.plain_title", "On", on)
		}
		v.Text = p.T(key, "On", on)
		if r.Value.Hops > 2 { // a release and its copy are one step to its reader
			v.Text += " " + p.T("recalled.hops", "N", r.Value.Hops)
		}
		if confirm != "" && !v.Confirmed {
			v.Confirm = confirm
		}
		if inside(f) && !r.Value.Notice.IsZero() {
			v.Notice = "/notices/" + r.Value.Notice.String()
		}
		out = append(out, v)
	}
	return out
}

// holdsAny reports whether the reader holds one of the duties: what is shown to press, never what is allowed.
func holdsAny(f casework.Frame, duties ...officer.Duty) bool {
	return slices.ContainsFunc(f.Duties, func(d officer.Duty) bool { return slices.Contains(duties, d) })
}

// line is one dated word in a short log inside a record.
type line struct {
	Word, On, Text, Grade string
}

// chipText is a chip and a text beside it.
type chipText struct {
	Chip templates.Chip
	Text string
}

// pages leads on through a list whose addresses carry the cursor in "after".
func (p speaker) pages(r *http.Request, next, shown string) templates.Pager {
	q := r.URL.Query()
	out := templates.Pager{Shown: shown}
	at := func(cursor string) string {
		v := url.Values{}
		for k, vs := range q {
			if k != "after" {
				v[k] = vs
			}
		}
		if cursor != "" {
			v.Set("after", cursor)
		}
		if len(v) == 0 {
			return r.URL.Path
		}
		return r.URL.Path + "?" + v.Encode()
	}
	if q.Get("after") != "" {
		out.First = at("")
	}
	if next != "" {
		out.Next = at(next)
	}
	return out
}

// pageSize is how many lines a list shows at a time.
const pageSize = 40

// link is the address when the table has a page for it.
func (s *Server) link(path string) string {
	if s.hasPage(path) {
		return path
	}
	return ""
}

// under puts faults of a part of a page under the part's prefix.
func under(prefix string, faults fault.Faults) (out fault.Faults) {
	for _, x := range faults {
		if x.Field != "" {
			x.Field = prefix + x.Field
		}
		out = append(out, x)
	}
	return out
}

// known brings each fault to the nearest field of the page it speaks of, so that every link of the summary leads
// somewhere: "items.0.claim.supports.2" stands at "items.0.claim.supports".
func known(faults fault.Faults, fields map[string]bool) fault.Faults {
	out := slices.Clone(faults)
	for i, x := range out {
		name := x.Field
		for name != "" && !fields[name] {
			cut := strings.LastIndexByte(name, '.')
			name = name[:max(cut, 0)]
		}
		out[i].Field = name
	}
	return out
}

// fieldDay is the end of a day given in an address, for "as known on".
func fieldDay(s string) (day.Day, bool) {
	d, err := day.Parse(strings.TrimSpace(s))
	return d, err == nil && d != day.Never
}

// tongueOf is the language a text shows by itself; empty where it gives too little sign.
func tongueOf(text string) string {
	switch l := textindex.Language(text); {
	case l != "und":
		return l
	case textindex.Script(text) == "Arab":
		return "ar"
	}
	return ""
}

func itoa(n int) string { return strconv.Itoa(n) }

// join writes a list into one field, one entry a line.
func join(values []string) string { return strings.Join(values, "\n") }

// oneForm shows a page that is one form of one part, its faults led to its fields.
func (s *Server) oneForm(w http.ResponseWriter, r *http.Request, frame casework.Frame, p formPage, fields []templates.Field) error {
	names := map[string]bool{}
	for _, x := range fields {
		names[x.Name] = true
	}
	p.Form.Faults = known(p.Form.Faults, names)
	p.Sections = []section{{Fields: fields}}
	return s.showForm(w, r, frame, p)
}
