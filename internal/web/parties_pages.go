package web

import (
	"net/http"

	"cutout/internal/casework"
	"cutout/internal/compartment"
	"cutout/internal/network"
	"cutout/internal/web/templates"
)

// partiesPage is one page of the persons and organizations the reader may name.
type partiesPage struct {
	Sub   string
	Acts  []templates.Act
	Lines []partyLine
	Pager templates.Pager
	Empty bool
}

type partyLine struct {
	Ref, Name, Kind, Variants, Note string
	Staff                           bool
}

func (s *Server) parties(w http.ResponseWriter, r *http.Request) error {
	v := see(r)
	cursor := r.URL.Query().Get("cursor")
	ps, next, err := s.desk.Parties(r.Context(), v.Officer, cursor)
	if err != nil {
		return err
	}
	frame, err := s.desk.Around(r.Context(), v.Officer)
	if err != nil {
		return err
	}
	for _, p := range ps { // the list was read by itself: its label is the join of what stands on it
		frame.Label = compartment.Join(frame.Label, p.Label)
	}
	b := partiesPage{Sub: v.Words.T("party.sub"), Acts: []templates.Act{{Href: "/parties/new", Word: v.Words.T("do.add_party"), Key: "new"}}, Pager: s.pager(r, cursor, next, ""), Empty: len(ps) == 0}
	for _, p := range ps {
		l := partyLine{Ref: p.ID.Ref(), Name: p.Value.Name, Kind: v.Words.T("party_kind." + string(p.Value.Kind)), Note: p.Value.Note, Staff: p.Value.Staff}
		if p.Value.OrgKind != "" {
			l.Kind = v.Words.T("org_kind." + string(p.Value.OrgKind))
		}
		for i, x := range p.Value.NameVariants {
			if i > 0 {
				l.Variants += comma(v.Words)
			}
			l.Variants += x
		}
		b.Lines = append(b.Lines, l)
	}
	return s.show(w, r, http.StatusOK, "parties", v.Words.T("nav.network"), frame, b)
}

// newParty puts a person or organization on a desk's list.
func (s *Server) newParty(w http.ResponseWriter, r *http.Request) error {
	v := see(r)
	f, err := s.readForm(r)
	if err != nil {
		return err
	}
	if f.sent() {
		var d casework.PartyDraft
		f.into(&d)
		_, err := s.desk.AddParty(r.Context(), v.Officer, d)
		if err == nil {
			return s.finished(w, r, f, "/parties", "flash.party")
		}
		if err := f.take(err); err != nil {
			return err
		}
	}
	frame, err := s.desk.Around(r.Context(), v.Officer)
	if err != nil {
		return err
	}
	desks, err := s.desks(r)
	if err != nil {
		return err
	}
	parties, err := s.partyChoices(r, &frame)
	if err != nil {
		return err
	}
	f.usual("desk", onlyDesk(desks))
	f.usual("kind", string(network.Person))
	b := formPage{Title: v.Words.T("do.add_party"), Lead: v.Words.T("party.lead"), Warn: v.Words.T("party.warn"), Form: f, Word: v.Words.T("do.add"), Cancel: "/parties", Draft: true, Sections: []section{
		{Fields: []templates.Field{need(f.field("radio", "kind", "table.kind", "", choices(v.Words, "party_kind", network.Person, network.Organization)...)), need(f.field("text", "name", "party.name", "party.name_help")),
			rows(f.field("textarea", "name_variants", "party.variants", "form.one_a_line"), 2), f.field("select", "desk", "table.desk", "", desks...)}},
		{Title: v.Words.T("party.more"), Folded: true, Fields: []templates.Field{f.field("select", "org_kind", "party.org_kind", "", choices(v.Words, "org_kind", network.OwnService, network.LiaisonService, network.Partner, network.Customer, network.Verifier,
			network.Oversight, network.Employer, network.Introducer, network.Opponent, network.CriminalGroup)...), f.field("checks", "member_of", "party.member_of", "", parties...), short(f.field("text", "country", "party.country", "")), rows(f.field("textarea", "note", "source.note", ""), 2)}},
	}}
	return s.showForm(w, r, frame, b)
}
