package web

import (
	"net/http"
	"strings"

	"cutout/internal/casework"
	"cutout/internal/compartment"
	"cutout/internal/contact"
	"cutout/internal/day"
	"cutout/internal/id"
	"cutout/internal/source"
	"cutout/internal/web/templates"
	"cutout/internal/wording"
)

// contactsPage is one page of contacts.
type contactsPage struct {
	Sub   string
	Acts  []templates.Act
	Lines []contactLine
	Pager templates.Pager
	Empty templates.Empty
}

func (s *Server) contacts(w http.ResponseWriter, r *http.Request) error {
	v, q := see(r), r.URL.Query()
	var of source.ID
	if given := q.Get("source"); given != "" {
		if err := readID(given, &of); err != nil {
			return err
		}
	}
	p, err := s.desk.Contacts(r.Context(), v.Officer, of, q.Get("cursor"), listLength)
	if err != nil {
		return err
	}
	b := contactsPage{Sub: v.Words.T("contacts.sub"), Empty: templates.Empty{Name: "contacts"}, Pager: s.pager(r, q.Get("cursor"), p.Next, countOf(v.Words, "count.contacts", p.Frame, "contact"))}
	if holds(p.Frame, "handler", "co-handler") {
		b.Acts = []templates.Act{{Href: "/contacts/record", Word: v.Words.T("do.record_contact"), Quiet: true}, {Href: "/contacts/new", Word: v.Words.T("do.plan_contact"), Key: "new"}}
		b.Empty.Act = &b.Acts[1]
	}
	for _, c := range p.Contacts {
		l := contactLineOf(v.Words, c, "", "")
		if src, ok := p.Sources[c.Value.Source]; ok {
			l.Code, l.SourceHref = src.Value.CodeName, "/sources/"+src.ID.String()
		}
		b.Lines = append(b.Lines, l)
	}
	return s.show(w, r, http.StatusOK, "contacts", v.Words.T("nav.contacts"), p.Frame, b)
}

// readID reads an id given in a query; what is malformed does not exist.
func readID[N id.Noun](given string, to *id.Of[N]) error {
	v, err := id.Parse[N](given)
	if err != nil {
		return errMissing
	}
	*to = v
	return nil
}

// contactPage is one contact: its plan beside what happened.
type contactPage struct {
	casework.ContactPage
	Title, Sub, SourceHref, State string
	Acts                          []templates.Act
	Facts                         []templates.Fact
	Plan, Record                  []particular
	Money                         []moneyLine
	Questions                     []contact.Question
	Missed                        string
	Reports                       []reportRow
}

func (b contactPage) compartments() map[compartment.ID]string { return ownName(b.Source) }

func (s *Server) contact(w http.ResponseWriter, r *http.Request) error {
	v := see(r)
	p, err := s.contactOf(r)
	if err != nil {
		return err
	}
	names, err := s.officerNames(r)
	if err != nil {
		return err
	}
	c := p.Contact.Value
	line := contactLineOf(v.Words, p.Contact, "", "")
	b := contactPage{ContactPage: p, Title: p.Contact.ID.Ref(), SourceHref: "/sources/" + p.Source.ID.String(), State: line.State}
	b.Sub = strings.Join([]string{line.Kind, line.State, p.Source.Value.CodeName}, " · ")
	at := "/contacts/" + p.Contact.ID.String()
	if p.Handles && c.Record == nil && c.Missed == nil {
		b.Acts = []templates.Act{{Href: at + "/record", Word: v.Words.T("do.record_contact"), Key: "new"}}
	} else if p.Handles && c.Record != nil && s.pages["/reports/new"] {
		b.Acts = []templates.Act{{Href: "/reports/new?contact=" + p.Contact.ID.String() + "&source=" + p.Source.ID.String(), Word: v.Words.T("do.file_report"), Key: "new"}}
	}
	b.Facts = []templates.Fact{{Name: v.Words.T("table.state"), Value: line.State}, {Name: v.Words.T("table.when"), Value: line.When},
		{Name: v.Words.T("table.place"), Value: orUnknown(v.Words, line.Place)}, {Name: v.Words.T("contact.welfare"), Value: v.Words.T("state.unknown")}}
	if x := c.Plan; x != nil {
		b.Plan = filled(v.Words, [][2]string{{"table.when", v.Words.Period(x.When) + " " + x.Time}, {"table.place", x.Place}, {"contact.participants", nameList(v.Words, names, x.Participants)}, {"contact.safety", x.Safety},
			{"contact.cover", x.Cover}, {"contact.fallback", x.Fallback}, {"contact.recontact", x.Recontact}, {"contact.channel", x.Channel}, {"contact.signal", x.Signal}, {"contact.changes", x.Changes}, {"contact.waiver", x.Waiver}})
	}
	if x := c.Record; x != nil {
		b.Facts[3].Value = orUnknown(v.Words, shorten(x.Welfare, 80))
		security := ""
		if x.Security != "" {
			security = v.Words.T("security." + string(x.Security))
		}
		if x.SecurityText != "" {
			security = strings.TrimPrefix(security+"\n"+x.SecurityText, "\n")
		}
		next := x.NextContact
		if x.NextOn != day.Never {
			next = strings.TrimPrefix(next+"\n"+v.Words.Day(x.NextOn), "\n")
		}
		b.Record = filled(v.Words, [][2]string{{"table.when", v.Words.Period(x.When) + " " + x.Time}, {"table.place", x.Place}, {"contact.participants", nameList(v.Words, names, x.Participants)}, {"contact.summary", x.Summary},
			{"contact.obtained", x.Obtained}, {"contact.demands", x.Demands}, {"contact.welfare", x.Welfare}, {"contact.security", security}, {"contact.new_risks", x.NewRisks}, {"contact.unforeseen_act", x.UnforeseenAct}, {"contact.next", next}})
		for _, m := range x.Money {
			b.Money = append(b.Money, moneyLineOf(v.Words, m))
		}
		if x.Interview != nil {
			b.Questions = x.Interview.Questions
		}
	}
	if c.Missed != nil {
		b.Missed = v.Words.T("missed." + string(c.Missed.By))
		if c.Missed.Text != "" {
			b.Missed += ": " + c.Missed.Text
		}
	}
	for _, x := range p.Reports {
		b.Reports = append(b.Reports, reportRowOf(x))
	}
	return s.show(w, r, http.StatusOK, "contact", b.Title, p.Frame, b)
}

func (s *Server) contactOf(r *http.Request) (casework.ContactPage, error) {
	var of contact.ID
	if err := idOf(r, "id", &of); err != nil {
		return casework.ContactPage{}, err
	}
	return s.desk.Contact(r.Context(), see(r).Officer, of)
}

func orUnknown(w *wording.Words, s string) string {
	if strings.TrimSpace(s) == "" {
		return w.T("state.unknown")
	}
	return s
}

// filled are the particulars that say something.
func filled(w *wording.Words, list [][2]string) (out []particular) {
	for _, x := range list {
		if t := strings.TrimSpace(x[1]); t != "" {
			out = append(out, particular{w.T(x[0]), t})
		}
	}
	return out
}

// apart keeps what a person typed from moving the words around it (U+2068 and U+2069, isolates).
func apart(s string) string { return "\u2068" + s + "\u2069" }

// nameList names those of the ids whom the reader knows, and says how many others there were.
func nameList(w *wording.Words, names map[string]string, ids []string) string {
	var out []string
	others := 0
	for _, x := range ids {
		if n := names[x]; n != "" {
			out = append(out, apart(n))
		} else {
			others++
		}
	}
	if others > 0 {
		out = append(out, w.T("contact.others", "N", others))
	}
	return strings.Join(out, comma(w))
}

// planContact plans a contact under an authority in force on its day.
func (s *Server) planContact(w http.ResponseWriter, r *http.Request) error {
	v := see(r)
	f, err := s.readForm(r)
	if err != nil {
		return err
	}
	if f.sent() {
		var d contact.Draft
		f.into(&d)
		if d.Plan == nil {
			d.Plan = &contact.PlanDraft{}
		}
		made, err := s.desk.PlanContact(r.Context(), v.Officer, d)
		if err == nil {
			return s.finished(w, r, f, "/contacts/"+made.String(), "flash.plan")
		}
		if err := f.take(err); err != nil {
			return err
		}
	}
	frame, err := s.desk.Around(r.Context(), v.Officer)
	if err != nil {
		return err
	}
	sources, err := s.sourceChoices(r, &frame)
	if err != nil {
		return err
	}
	colleagues, err := s.colleagues(r)
	if err != nil {
		return err
	}
	f.usual("plan.participants", v.Officer.ID.String())
	b := formPage{Title: v.Words.T("do.plan_contact"), Lead: v.Words.T("contact.plan_lead"), Form: f, Word: v.Words.T("contact.plan_file"), Cancel: "/contacts", Draft: true, Sections: []section{
		{Fields: []templates.Field{need(f.field("select", "source", "contact.source", "", sources...)), need(f.field("select", "type", "contact.type", "", choices(v.Words, "contact_type", contact.Types()...)...)),
			need(short(f.field("text", "plan.when", "table.when", "form.date_help"))), short(f.field("text", "plan.time", "contact.time", "contact.time_help")), f.field("text", "plan.place", "table.place", "contact.place_help")}},
		{Title: v.Words.T("contact.arrangements"), Fields: []templates.Field{need(rows(f.field("textarea", "plan.safety", "contact.safety", "contact.safety_help"), 3)), need(rows(f.field("textarea", "plan.fallback", "contact.fallback", "contact.fallback_help"), 2)),
			f.field("checks", "plan.participants", "contact.participants", "", colleagues...)}},
		{Title: v.Words.T("contact.more"), Folded: true, Fields: []templates.Field{rows(f.field("textarea", "plan.cover", "contact.cover", "contact.cover_help"), 2), rows(f.field("textarea", "plan.recontact", "contact.recontact", ""), 2),
			f.field("text", "plan.channel", "contact.channel", ""), f.field("text", "plan.signal", "contact.signal", "contact.signal_help"), rows(f.field("textarea", "plan.changes", "contact.changes", ""), 2),
			rows(f.field("textarea", "plan.waiver", "contact.waiver", "contact.waiver_help"), 2), f.field("select", "plan.waived_by", "contact.waived_by", "", colleagues...)}},
	}}
	return s.showForm(w, r, frame, b)
}

// sourceChoices are the sources whom the reader may name, the newest first. Their label joins that of the frame.
func (s *Server) sourceChoices(r *http.Request, frame *casework.Frame) ([]templates.Option, error) {
	p, err := s.desk.Sources(r.Context(), see(r).Officer, "", listLength)
	frame.Label = compartment.Join(frame.Label, p.Label)
	out := make([]templates.Option, len(p.Sources))
	for i, x := range p.Sources {
		out[i] = templates.Option{Value: x.ID.String(), Word: x.Value.CodeName}
	}
	return out, err
}

// recordContact writes down what happened at a contact: one that was planned, or one that nobody planned.
func (s *Server) recordContact(w http.ResponseWriter, r *http.Request) error {
	v := see(r)
	var of contact.ID
	var frame casework.Frame
	b := formPage{Title: v.Words.T("do.record_contact"), Lead: v.Words.T("contact.record_lead"), Word: v.Words.T("contact.record_file"), Cancel: "/contacts", Draft: true}
	f, err := s.readForm(r, "record.money")
	if err != nil {
		return err
	}
	b.Form = f
	var fixed []templates.Field
	if r.PathValue("id") != "" {
		p, err := s.contactOf(r)
		if err != nil {
			return err
		}
		of, frame = p.Contact.ID, p.Frame
		b.Title, b.Code, b.Sub, b.Cancel = of.Ref(), true, v.Words.T("contact.record_sub", "Source", p.Source.Value.CodeName), "/contacts/"+of.String()
		if x := p.Contact.Value.Plan; x != nil {
			f.usual("record.when", x.When.String())
			f.usual("record.time", x.Time)
			f.usual("record.place", x.Place)
			if !f.posted && len(f.Values["record.participants"]) == 0 {
				f.Values["record.participants"] = x.Participants
			}
		}
		f.Values.Set("source", p.Source.ID.String())
		f.Values.Set("type", string(p.Contact.Value.Type))
		fixed = []templates.Field{f.field("hidden", "source", "", ""), f.field("hidden", "type", "", "")}
	} else {
		if frame, err = s.desk.Around(r.Context(), v.Officer); err != nil {
			return err
		}
		sources, err := s.sourceChoices(r, &frame)
		if err != nil {
			return err
		}
		f.usual("record.participants", v.Officer.ID.String())
		fixed = []templates.Field{need(f.field("select", "source", "contact.source", "", sources...)), need(f.field("select", "type", "contact.type", "", choices(v.Words, "contact_type", contact.Types()...)...))}
	}
	if f.sent() {
		var d contact.Draft
		f.into(&d)
		if f.Get("missed.by") != "" && strings.TrimSpace(f.Get("record.summary")) == "" {
			d.Record = nil // the source or the officer did not come: there is nothing to record
		}
		made, err := s.desk.RecordContact(r.Context(), v.Officer, of, d)
		if err == nil {
			return s.finished(w, r, f, "/contacts/"+made.String(), "flash.contact")
		}
		if err := f.take(err); err != nil {
			return err
		}
		fixed[0].Faults, fixed[1].Faults = f.faults("source"), f.faults("type")
	}
	colleagues, err := s.colleagues(r)
	if err != nil {
		return err
	}
	b.Sections = s.recordSections(f, fixed, colleagues)
	return s.showForm(w, r, frame, b)
}
