package web

import (
	"errors"
	"net/http"
	"strings"

	"encoding/json"

	"cutout/internal/casework"
	"cutout/internal/identity"
	"cutout/internal/source"
	"cutout/internal/web/templates"
)

// keyRoutes are questions about persons and the officer's own key.
var keyRoutes = []Route{
	{Method: "GET", Pattern: "/known", Handler: (*Server).knownPerson, Name: "known.form"},
	{Method: "POST", Pattern: "/known", Handler: (*Server).knownPerson, Name: "known", Limit: 64 << 10},
	{Method: "GET", Pattern: "/key-file", Handler: (*Server).keyFile, Name: "keyfile.form"},
	{Method: "POST", Pattern: "/key-file", Handler: (*Server).keyFile, Name: "keyfile", Limit: smallLimit},
}

// sealingPage lists identities to seal anew.
type sealingPage struct {
	Lines []sealingRow
	Pager templates.Pager
	Empty templates.Empty
}

type sealingRow struct {
	Href, Code string
	Why        []string
	Mine       bool
}

func (s *Server) sealings(w http.ResponseWriter, r *http.Request) error {
	sp := s.speaker(r)
	p, err := s.desk.Sealings(r.Context(), see(r).Officer, listLength, r.URL.Query().Get("after"))
	if err != nil {
		return err
	}
	b := sealingPage{Pager: sp.pages(r, p.Next, sp.N("count.identities", len(p.Due))), Empty: templates.Empty{Name: "sealing"}}
	for _, l := range p.Due {
		b.Lines = append(b.Lines, sealingRow{"/sources/" + l.Source.String(), l.CodeName, sp.due(l), l.Mine})
	}
	return s.show(w, r, http.StatusOK, "sealing", sp.T("sealing.title"), p.Frame, b)
}

// due says in sentences what there is to seal anew.
func (p speaker) due(l casework.Sealing) (out []string) {
	if len(l.Missing) > 0 {
		out = append(out, p.T("sealing.missing", "Who", strings.Join(l.Missing, comma(p.Words))))
	}
	if len(l.Surplus) > 0 {
		out = append(out, p.T("sealing.surplus", "Who", strings.Join(l.Surplus, comma(p.Words))))
	}
	if l.Strange > 0 {
		out = append(out, p.T("sealing.strange", "N", l.Strange))
	}
	if l.Recovery {
		out = append(out, p.T("sealing.recovery"))
	}
	if l.Alone {
		out = append(out, p.T("sealing.alone"))
	}
	return out
}

// reseal seals a source's identity anew and leads back to where the button stood.
func (s *Server) reseal(w http.ResponseWriter, r *http.Request) error {
	var of source.ID
	if err := idOf(r, "id", &of); err != nil {
		return err
	}
	if err := s.desk.Reseal(r.Context(), see(r).Officer, of); err != nil {
		return err
	}
	back := "/sources/" + of.String()
	if r.FormValue("back") == "sealing" {
		back = "/custody/sealing"
	}
	return s.done(w, r, back, "flash.resealed")
}

// knownHits is the answer to whether a person is registered already: how sure, and whom to ask.
type knownHits struct{ Lines []string }

// asksKnown reports whether the form's button asks whether the person typed in it is registered already.
func (f *form) asksKnown() bool { return f.posted && f.Values.Get("do") == "known" }

// known asks the door about the person typed into a form, under identity.…; what was typed stays there.
func (s *Server) known(r *http.Request, f *form) (*knownHits, error) {
	sp := s.speaker(r)
	var d struct {
		Identity identity.Draft `json:"identity"`
	}
	f.into(&d)
	hits, err := s.desk.Known(r.Context(), see(r).Officer, d.Identity)
	if err != nil {
		var e *casework.Error
		if errors.As(err, &e) && e.Kind == casework.Invalid {
			under := *e
			under.Faults = nil
			for _, x := range e.Faults {
				x.Field = "identity." + x.Field
				under.Faults = append(under.Faults, x)
			}
			err = &under
		}
		return nil, f.take(err)
	}
	out := &knownHits{}
	for _, k := range hits {
		who := k.Ask
		if who == "" {
			who = sp.T("known.a_registrar")
		}
		out.Lines = append(out.Lines, sp.T("known."+string(k.Sureness), "Who", who))
	}
	return out, nil
}

// knownPerson asks without registering anybody.
func (s *Server) knownPerson(w http.ResponseWriter, r *http.Request) error {
	v := see(r)
	f, err := s.readForm(r, "identity.names")
	if err != nil {
		return err
	}
	var hits *knownHits
	if f.sent() {
		if hits, err = s.known(r, f); err != nil {
			return err
		}
	}
	frame, err := s.desk.Around(r.Context(), v.Officer)
	if err != nil {
		return err
	}
	who := s.personSection(f)
	who.Note, who.Known = v.Words.T("known.note"), hits
	return s.showForm(w, r, frame, formPage{Title: v.Words.T("known.title"), Lead: v.Words.T("known.lead"), Form: f, Word: v.Words.T("known.ask"), Cancel: "/", Sections: []section{who}})
}

// personSection is what a person is recognized by.
func (s *Server) personSection(f *form) section {
	return section{Title: f.words.T("seal.section"), Sealed: true, List: f.list("identity.names", false, func(at string) []templates.Field {
		return []templates.Field{plainOnly(f.field("text", at+"full", "identity.name", "identity.name_help")), f.field("select", at+"kind", "identity.name_kind", "", choices(f.words, "name_kind", "true", "alias", "former")...)}
	}), Fields: []templates.Field{short(f.field("text", "identity.born", "identity.born", "form.date_help")),
		plainOnly(f.field("text", "identity.documents.0.kind", "identity.document", "")), short(f.field("text", "identity.documents.0.number", "identity.document_number", ""))}}
}

// keyFilePage offers the officer his own key.
type keyFilePage struct{}

// keyFile sends the officer his own key, sealed under his passphrase, for his own machine.
func (s *Server) keyFile(w http.ResponseWriter, r *http.Request) error {
	v := see(r)
	if r.Method == http.MethodPost {
		k, err := s.desk.KeyFile(r.Context(), v.Officer)
		if err != nil {
			return err
		}
		b, err := json.MarshalIndent(k, "", "  ")
		if err != nil {
			return err
		}
		return sendFile(w, "cutout-key.json", "application/json", append(b, '\n'))
	}
	frame, err := s.desk.Around(r.Context(), v.Officer)
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, "keyfile", v.Words.T("keyfile.title"), frame, keyFilePage{})
}
