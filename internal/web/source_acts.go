package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"cutout/internal/casework"
	"cutout/internal/compartment"
	"cutout/internal/identity"
	"cutout/internal/officer"
	"cutout/internal/source"
	"cutout/internal/web/templates"
)

// aboutSource reads the source that a form is about: who may not see it meets the same page as for one that is missing.
func (s *Server) aboutSource(r *http.Request) (casework.SourcePage, error) {
	var of source.ID
	if err := idOf(r, "id", &of); err != nil {
		return casework.SourcePage{}, err
	}
	known, _, _ := knownOn(r)
	return s.desk.Source(r.Context(), see(r).Officer, of, known)
}

// editSource writes a new version of a source's file.
func (s *Server) editSource(w http.ResponseWriter, r *http.Request) error {
	v := see(r)
	p, err := s.aboutSource(r)
	if err != nil {
		return err
	}
	f, err := s.readForm(r, "access")
	if err != nil {
		return err
	}
	if !f.posted && f.Saved.IsZero() {
		if err := flatten(f.Values, p.Source.Value); err != nil {
			return err
		}
		f.Values.Set("age_band", string(p.Source.Value.BornBand))
	}
	if f.sent() {
		var d source.Draft
		f.into(&d)
		if answered, err := s.acted(w, r, f, s.desk.ReviseSource(r.Context(), v.Officer, p.Source.ID, d), "/sources/"+p.Source.ID.String(), "flash.source_revised"); answered {
			return err
		}
	}
	desks, err := s.desks(r)
	if err != nil {
		return err
	}
	b := formPage{Title: p.Source.Value.CodeName, Code: true, Sub: v.Words.T("source.edit_sub"), Form: f, Word: v.Words.T("do.save"), Cancel: "/sources/" + p.Source.ID.String(), Draft: true,
		Sections: s.sourceSections(f, desks, false)}
	// What the page has no field for travels along, so that a new version loses nothing.
	for _, name := range []string{"person", "subject", "identity_known_on", "holder", "parent", "channel", "introduced_by", "beneficiary", "declared", "believed", "real", "overall_access",
		"overall_verified", "access_caveat", "claimed_location", "location_proof", "closed_for_cause", "conduct_authority", "status_expires", "sixteen_on", "purge", "release_condition.text",
		"release_condition.from", "release_condition.met_on"} {
		for _, value := range f.Values[name] {
			b.Sections[0].Fields = append(b.Sections[0].Fields, templates.Field{Kind: "hidden", Name: name, Value: value})
		}
	}
	return s.showForm(w, r, p.Frame, b)
}

// flatten writes a record's fields into a form by their JSON names: texts as they stand, lists one a line, entries of
// structured lists counted from 0.
func flatten(to url.Values, record any) error {
	raw, err := json.Marshal(record)
	if err != nil {
		return err
	}
	var tree map[string]any
	if err := json.Unmarshal(raw, &tree); err != nil {
		return err
	}
	if b, ok := tree["beneficiary"].(map[string]any); ok { // the draft has its parts beside the rest
		for k, x := range b {
			tree[k] = x
		}
		delete(tree, "beneficiary")
	}
	spread(to, "", tree)
	return nil
}

func spread(to url.Values, name string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			if name != "" {
				k = name + "." + k
			}
			spread(to, k, x)
		}
	case []any:
		for i, x := range v {
			if s, ok := x.(string); ok {
				to.Add(name, s)
			} else {
				spread(to, name+"."+strconv.Itoa(i), x)
			}
		}
	case string:
		if v != "never" {
			to.Set(name, v)
		}
	case bool:
		if v {
			to.Set(name, "yes")
		}
	case float64:
		to.Set(name, fmt.Sprint(v))
	}
}

// assignableDuties are the duties an officer can hold for one source.
var assignableDuties = []officer.Duty{officer.Handler, officer.CoHandler, officer.Controller, officer.AuthorizingOfficer, officer.Analyst, officer.Validator, officer.ReleaseOfficer}

// assign gives an officer a duty for a source; relieve takes it back. Both are the same form.
func (s *Server) assign(w http.ResponseWriter, r *http.Request) error {
	return s.assignment(w, r, s.desk.Assign, "do.assign", "source.assign_lead", "flash.assigned")
}

func (s *Server) relieve(w http.ResponseWriter, r *http.Request) error {
	return s.assignment(w, r, s.desk.Relieve, "do.relieve", "source.relieve_lead", "flash.relieved")
}

// assigning is Assign or Relieve of the door.
type assigning func(context.Context, officer.Officer, casework.AssignDraft) error

func (s *Server) assignment(w http.ResponseWriter, r *http.Request, act assigning, word, lead, flash string) error {
	v := see(r)
	p, err := s.aboutSource(r)
	if err != nil {
		return err
	}
	f, err := s.readForm(r)
	if err != nil {
		return err
	}
	back := "/sources/" + p.Source.ID.String() + "/roles"
	if f.sent() {
		d := casework.AssignDraft{Source: p.Source.ID.String(), Officer: f.Get("officer"), Duty: f.Get("duty")}
		err := act(r.Context(), v.Officer, d)
		if err == nil {
			return s.finished(w, r, f, back, flash)
		}
		if err := f.take(err); err != nil {
			return err
		}
	}
	who, err := s.colleagues(r)
	if err != nil {
		return err
	}
	b := formPage{Title: p.Source.Value.CodeName, Code: true, Sub: v.Words.T(word), Lead: v.Words.T(lead), Form: f, Word: v.Words.T(word), Cancel: back, Sections: []section{{Fields: []templates.Field{
		need(f.field("select", "officer", "table.officer", "", who...)), need(f.field("select", "duty", "source.duty", "", choices(v.Words, "duty", assignableDuties...)...))}}}}
	return s.showForm(w, r, p.Frame, b)
}

// addRole records somebody's role around a source who is not given it by an assignment.
func (s *Server) addRole(w http.ResponseWriter, r *http.Request) error {
	v := see(r)
	p, err := s.aboutSource(r)
	if err != nil {
		return err
	}
	f, err := s.readForm(r)
	if err != nil {
		return err
	}
	back := "/sources/" + p.Source.ID.String() + "/roles"
	if f.sent() {
		var d source.RoleDraft
		f.into(&d)
		d.Source = p.Source.ID.String()
		if answered, err := s.acted(w, r, f, s.desk.AddRole(r.Context(), v.Officer, d), back, "flash.role"); answered {
			return err
		}
	}
	officers, err := s.colleagues(r)
	if err != nil {
		return err
	}
	parties, err := s.partyChoices(r, &p.Frame)
	if err != nil {
		return err
	}
	b := formPage{Title: p.Source.Value.CodeName, Code: true, Sub: v.Words.T("do.add_role"), Lead: v.Words.T("source.role_lead"), Form: f, Word: v.Words.T("do.save"), Cancel: back, Draft: true,
		Sections: []section{{Fields: []templates.Field{need(f.field("select", "person", "table.who", "source.role_who", slices.Concat(parties, officers)...)),
			need(f.field("select", "role", "source.role", "", choices(v.Words, "role", source.Roles()...)...)), need(short(f.field("text", "from", "source.role_from", "form.date_help"))),
			short(f.field("text", "to", "source.role_to", "source.role_to_help")), f.field("select", "approved_by", "source.approved_by", "", officers...), rows(f.field("textarea", "note", "source.note", ""), 2)}}}}
	return s.showForm(w, r, p.Frame, b)
}

// addEvent records something in a source's life; an event that ends the relationship changes his state with it.
func (s *Server) addEvent(w http.ResponseWriter, r *http.Request) error {
	v := see(r)
	p, err := s.aboutSource(r)
	if err != nil {
		return err
	}
	f, err := s.readForm(r)
	if err != nil {
		return err
	}
	back := "/sources/" + p.Source.ID.String() + "/roles"
	if f.sent() {
		var d source.LifeEventDraft
		f.into(&d)
		d.Source = p.Source.ID.String()
		if answered, err := s.acted(w, r, f, s.desk.RecordLife(r.Context(), v.Officer, d), back, "flash.event"); answered {
			return err
		}
	}
	b := formPage{Title: p.Source.Value.CodeName, Code: true, Sub: v.Words.T("do.record_event"), Lead: v.Words.T("source.event_lead"), Form: f, Word: v.Words.T("do.save"), Cancel: back, Draft: true,
		Sections: []section{{Fields: []templates.Field{need(f.field("select", "kind", "table.kind", "", choices(v.Words, "event", source.EventKinds()...)...)),
			need(short(f.field("text", "when", "table.when", "form.date_help"))), rows(f.field("textarea", "text", "source.event_text", ""), 3)}}}}
	return s.showForm(w, r, p.Frame, b)
}

// identityPage is the seal before and after it is opened.
type identityPage struct {
	Source      casework.SourceRecord
	Title, Href string
	Form        *form
	Reason      templates.Field
	Openers     string
	Yours       bool
	Opened      *identity.Particulars
}

func (b identityPage) compartments() map[compartment.ID]string { return ownName(b.Source) }

// openIdentity asks for a reason and shows the identity in this one answer. It is on the log before it is shown; the page
// is kept nowhere and cannot be reloaded without asking again.
func (s *Server) openIdentity(w http.ResponseWriter, r *http.Request) error {
	v := see(r)
	p, err := s.aboutSource(r)
	if err != nil {
		return err
	}
	f, err := s.readForm(r)
	if err != nil {
		return err
	}
	b := identityPage{Source: p.Source, Title: p.Source.Value.CodeName, Href: "/sources/" + p.Source.ID.String(), Form: f, Yours: p.Seal.Mine}
	for i, name := range p.Seal.Openers {
		if i > 0 {
			b.Openers += comma(v.Words)
		}
		b.Openers += name
	}
	if f.sent() {
		who, err := s.desk.OpenIdentity(r.Context(), v.Officer, p.Source.ID, f.Get("reason"))
		if err == nil {
			defer who.Forget()
			opened, err := who.Disclose()
			if err != nil {
				return s.incident("identity", err)
			}
			defer opened.Wipe()
			b.Opened = &opened
			return s.show(w, r, http.StatusOK, "identity", b.Title, p.Frame, b)
		}
		if err := f.take(err); err != nil {
			return err
		}
	}
	b.Reason = need(rows(f.field("textarea", "reason", "seal.reason", "seal.reason_help"), 2))
	return s.show(w, r, f.Status, "identity", b.Title, p.Frame, b)
}
