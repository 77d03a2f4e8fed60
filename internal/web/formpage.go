package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"cutout/internal/casework"
	"cutout/internal/compartment"
	"cutout/internal/officer"
	"cutout/internal/profile"
	"cutout/internal/web/templates"
	"cutout/internal/wording"
)

// formPage is a page that is a form: what it is for, its sections, and the button that hands it in.
type formPage struct {
	Title, Sub, Lead string
	Code             bool // Title is a code name or reference
	Form             *form
	Sections         []section
	Word, Cancel     string
	Draft            bool // what is typed is kept as a draft
	Warn             string
}

// section is a part of a form. A Folded one opens by itself when something in it is filled in or wrong. Sealed is drawn
// as the seal: what stands in it goes to the vault only, and is never kept as a draft.
type section struct {
	Title, Note    string
	Folded, Sealed bool
	Fields         []templates.Field
	List           *entries
	Ask            bool // with a button that asks whether the person is registered already
	Known          *knownHits
}

// entries is a repeated group: Rows as they stand, Pattern for one more. The list that the page's script works on is Main.
type entries struct {
	Name    string
	Rows    [][]templates.Field
	Pattern []templates.Field
	Main    bool
}

// Open reports whether a folded section has anything in it.
func (s section) Open() bool {
	return slices.ContainsFunc(s.Fields, func(f templates.Field) bool {
		return strings.TrimSpace(f.Value) != "" || len(f.Values) > 0 || len(f.Faults) > 0
	})
}

// list is a repeated group of a form; make gives the fields of an entry, whose names start with prefix. A form has at
// least one entry to start from.
func (f *form) list(name string, main bool, make func(prefix string) []templates.Field) *entries {
	e := &entries{Name: name, Main: main}
	for i := range max(1, f.count(name)) {
		e.Rows = append(e.Rows, make(name+"."+strconv.Itoa(i)+"."))
	}
	if main {
		e.Pattern = make(name + ".__N__.")
	}
	return e
}

// need marks a field as one that must be filled in.
func need(f templates.Field) templates.Field { f.Required = true; return f }

// short is a field for a date, a number or a code.
func short(f templates.Field) templates.Field { f.Short, f.Dir = true, "ltr"; return f }

// rows sets the height of a textarea.
func rows(f templates.Field, n int) templates.Field { f.Rows = n; return f }

func (s *Server) showForm(w http.ResponseWriter, r *http.Request, frame casework.Frame, p formPage) error {
	return s.show(w, r, p.Form.Status, "form", p.Title, frame, p)
}

// choices are the codes of a closed list with their words, "PREFIX.CODE" in the catalogue.
func choices[T ~string](w *wording.Words, prefix string, codes ...T) []templates.Option {
	out := make([]templates.Option, len(codes))
	for i, c := range codes {
		out[i] = templates.Option{Value: string(c), Word: w.T(prefix + "." + string(c))}
	}
	return out
}

// terms are the words of a vocabulary of the rule pack.
func terms(w *wording.Words, list []profile.Term) []templates.Option {
	out := make([]templates.Option, len(list))
	for i, t := range list {
		out[i] = templates.Option{Value: t.Code, Word: say(w, t.Name)}
	}
	return out
}

// yesNo is a single box that says yes.
func (f *form) yes(name, label, help string) templates.Field {
	t := f.field("checks", name, label, help)
	t.Options = []templates.Option{{Value: "yes", Word: f.words.T("form.yes")}}
	return t
}

// desks are the desks the officer holds.
func (s *Server) desks(r *http.Request) ([]templates.Option, error) {
	cs, err := s.desk.Compartments(r.Context(), see(r).Officer, false)
	if err != nil {
		return nil, err
	}
	out := make([]templates.Option, len(cs))
	for i, c := range cs {
		out[i] = templates.Option{Value: c.ID.String(), Word: c.Name}
	}
	return out, nil
}

// onlyDesk is the desk to put in when there is no choice.
func onlyDesk(desks []templates.Option) string {
	if len(desks) == 1 {
		return desks[0].Value
	}
	return ""
}

// colleagues are the officers whom the reader may name, with their duties.
func (s *Server) colleagues(r *http.Request) ([]templates.Option, error) {
	v := see(r)
	cs, err := s.desk.Colleagues(r.Context(), v.Officer)
	if err != nil {
		return nil, err
	}
	out := make([]templates.Option, len(cs))
	for i, c := range cs {
		out[i] = templates.Option{Value: c.ID.String(), Word: c.Name, Note: dutyWords(v.Words, c.Duties)}
	}
	return out, nil
}

// partyChoices are the persons and organizations whom the reader may name, the newest first. What stands among the
// choices stands on the page: its label joins that of the frame.
func (s *Server) partyChoices(r *http.Request, frame *casework.Frame) ([]templates.Option, error) {
	v := see(r)
	ps, _, err := s.desk.Parties(r.Context(), v.Officer, "")
	if err != nil {
		return nil, err
	}
	out := make([]templates.Option, len(ps))
	for i, p := range ps {
		out[i] = templates.Option{Value: p.ID.String(), Word: p.Value.Name}
		frame.Label = compartment.Join(frame.Label, p.Label)
	}
	return out, nil
}

// levels are the levels of the rule pack, the lowest first.
func (s *Server) levels(w *wording.Words) []templates.Option {
	var out []templates.Option
	for _, l := range s.desk.Pack().Levels {
		out = append(out, templates.Option{Value: l.Code, Word: say(w, l.Name)})
	}
	return out
}

func dutyWords(w *wording.Words, duties []officer.Duty) string {
	var out []string
	for _, d := range duties {
		out = append(out, w.T("duty."+string(d)))
	}
	return strings.Join(out, comma(w))
}

// comma stands between the members of a list, in the reader's script.
func comma(w *wording.Words) string {
	if w.Lang() == "ar" {
		return "، "
	}
	return ", "
}
