package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"cutout/internal/casework"
	"cutout/internal/compartment"
	"cutout/internal/day"
	"cutout/internal/requirement"
	"cutout/internal/source"
	"cutout/internal/web/templates"
	"cutout/internal/wording"
)

// freshDays is how old an answer may be to count as fresh in the matrix.
const freshDays = 90

// coveragePage is the matrix of requirements by sources.
type coveragePage struct {
	Sub     string
	Acts    []templates.Act
	Columns []coverageColumn
	Rows    []coverageRow
	Bare    int // open requirements that nobody answers
	Single  int // answered from one origin alone
	Overdue int
	Empty   templates.Empty
}

type coverageColumn struct{ Name, Href string }

type coverageRow struct {
	Href, Number, Text, Priority, State, Needed string
	Depth                                       int
	Gap, Single, Overdue                        bool
	Cells                                       []coverageCell
	Origins                                     int
}

type coverageCell struct {
	Class, Word, When string
}

func (s *Server) requirements(w http.ResponseWriter, r *http.Request) error {
	v := see(r)
	p, err := s.desk.Coverage(r.Context(), v.Officer)
	if err != nil {
		return err
	}
	today := day.Of(p.Now)
	b := coveragePage{Empty: templates.Empty{Name: "requirements"}}
	if holds(p.Frame, "collection-manager") {
		b.Acts = []templates.Act{{Href: "/requirements/new", Word: v.Words.T("do.state_requirement"), Key: "new"}}
		b.Empty.Act = &b.Acts[0]
	}
	for _, c := range p.Columns {
		x := coverageColumn{Name: c.Key}
		if c.Key == "—" {
			x.Name = v.Words.T("source.not_shown") // reports whose source and series the reader may not see
		}
		if c.Source != nil {
			x = coverageColumn{c.Source.Value.CodeName, "/sources/" + c.Source.ID.String()}
		}
		b.Columns = append(b.Columns, x)
	}
	depth := map[requirement.ID]int{}
	for i, q := range p.Requirements {
		if d, ok := depth[q.Value.Parent]; ok {
			depth[q.ID] = min(d+1, 3)
		} else {
			depth[q.ID] = 0
		}
		row := requirementRow(v.Words, q, depth[q.ID])
		if i < len(p.Rows) {
			c := p.Rows[i]
			row.Gap, row.Single, row.Overdue, row.Origins = c.Gap, c.SingleOrigin, c.Overdue, c.Origins
			for _, col := range p.Columns {
				row.Cells = append(row.Cells, cellOf(v.Words, c, col.Key, today))
			}
			b.Bare += count(c.Gap)
			b.Single += count(c.SingleOrigin)
			b.Overdue += count(c.Overdue)
		}
		b.Rows = append(b.Rows, row)
	}
	b.Sub = strings.Join([]string{v.Words.N("count.requirements", len(b.Rows)), v.Words.T("coverage.bare", "N", b.Bare), v.Words.T("coverage.single", "N", b.Single), v.Words.T("coverage.overdue", "N", b.Overdue)}, " · ")
	return s.show(w, r, http.StatusOK, "requirements", v.Words.T("nav.requirements"), p.Frame, b)
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func requirementRow(w *wording.Words, q casework.RequirementRecord, depth int) coverageRow {
	row := coverageRow{Href: "/requirements/" + q.ID.String(), Number: q.Value.Number, Text: q.Value.Text, Priority: w.T("requirement.priority_of", "N", q.Value.Priority), State: w.T("requirement_state." + string(q.Value.State)), Depth: depth}
	if q.Value.LatestOfValue != day.Never {
		row.Needed = w.Day(q.Value.LatestOfValue)
	}
	return row
}

// cellOf says how fresh a source's last answer is, and how many there are.
func cellOf(w *wording.Words, row requirement.Row, source string, today day.Day) coverageCell {
	i := slices.IndexFunc(row.Cells, func(c requirement.Cell) bool { return c.Source == source })
	if i < 0 {
		return coverageCell{Word: w.T("state.none")}
	}
	c := row.Cells[i]
	out := coverageCell{Class: "undated", Word: w.T("coverage.undated"), When: w.N("count.items", c.Count)}
	if !c.Freshest.IsZero() {
		out.Class, out.Word, out.When = "stale", w.T("matrix.stale"), w.Period(c.Freshest)
		if today-c.Freshest.Last <= freshDays {
			out.Class, out.Word = "fresh", w.T("matrix.fresh")
		}
	}
	return out
}

// requirementPage is one requirement with what answers it.
type requirementPage struct {
	Title, Sub, Href string
	Acts             []templates.Act
	Facts            []templates.Fact
	Text             string
	Parent           *coverageRow
	Children         []coverageRow
	Indicators       []string
	Reason           string
	Tasks            []taskLine
	Reports          []reportRow
}

type taskLine struct{ Ref, Type, Text, Code, SourceHref, State, Due string }

func (s *Server) requirement(w http.ResponseWriter, r *http.Request) error {
	v := see(r)
	p, err := s.requirementOf(r)
	if err != nil {
		return err
	}
	q := p.Requirement.Value
	b := requirementPage{Title: q.Number, Href: "/requirements/" + p.Requirement.ID.String(), Text: q.Text, Indicators: q.Indicators, Reason: q.Reason}
	b.Sub = strings.Join([]string{v.Words.T("requirement_kind." + string(q.Kind)), p.Requirement.ID.Ref()}, " · ")
	if holds(p.Frame, "collection-manager") {
		b.Acts = append(b.Acts, templates.Act{Href: b.Href + "/edit", Word: v.Words.T("do.edit"), Quiet: true, Key: "edit"})
	}
	if holds(p.Frame, "collection-manager", "handler", "controller") && q.State == requirement.Open {
		b.Acts = append(b.Acts, templates.Act{Href: b.Href + "/task", Word: v.Words.T("do.give_task"), Key: "new"})
	}
	needed := v.Words.T("requirement.no_end")
	if q.LatestOfValue != day.Never {
		needed = v.Words.Day(q.LatestOfValue)
	}
	b.Facts = []templates.Fact{{Name: v.Words.T("table.state"), Value: v.Words.T("requirement_state." + string(q.State))}, {Name: v.Words.T("table.priority"), Value: v.Words.Number(q.Priority), Note: v.Words.T("requirement.priority_note")},
		{Name: v.Words.T("table.needed_by"), Value: needed}, {Name: v.Words.T("requirement.topic"), Value: orUnknown(v.Words, q.Topic)}}
	if p.Parent != nil {
		x := requirementRow(v.Words, *p.Parent, 0)
		b.Parent = &x
	}
	for _, c := range p.Children {
		b.Children = append(b.Children, requirementRow(v.Words, c, 0))
	}
	for _, t := range p.Tasks {
		l := taskLine{Ref: t.ID.Ref(), Type: v.Words.T("task_type." + string(t.Value.Type)), Text: t.Value.Text, State: v.Words.T("task_state." + string(t.Value.State)), Due: v.Words.Day(t.Value.Due)}
		if src, ok := p.Sources[t.Value.Source]; ok {
			l.Code, l.SourceHref = src.Value.CodeName, "/sources/"+src.ID.String()
		}
		b.Tasks = append(b.Tasks, l)
	}
	for _, x := range p.Reports {
		b.Reports = append(b.Reports, reportRowOf(x))
	}
	return s.show(w, r, http.StatusOK, "requirement", b.Title, p.Frame, b)
}

func (s *Server) requirementOf(r *http.Request) (casework.RequirementPage, error) {
	var of requirement.ID
	if err := idOf(r, "id", &of); err != nil {
		return casework.RequirementPage{}, err
	}
	return s.desk.Requirement(r.Context(), see(r).Officer, of)
}

// newRequirement states what the unit wants to know.
func (s *Server) newRequirement(w http.ResponseWriter, r *http.Request) error {
	v := see(r)
	f, err := s.readForm(r)
	if err != nil {
		return err
	}
	if f.sent() {
		var d casework.RequirementDraft
		f.into(&d)
		made, err := s.desk.StateRequirement(r.Context(), v.Officer, d)
		if err == nil {
			return s.finished(w, r, f, "/requirements/"+made.String(), "flash.requirement")
		}
		if err := f.take(err); err != nil {
			return err
		}
	}
	p, err := s.desk.Coverage(r.Context(), v.Officer)
	if err != nil {
		return err
	}
	var parents []templates.Option
	for _, q := range p.Requirements {
		parents = append(parents, templates.Option{Value: q.ID.String(), Word: q.Value.Number + " · " + shorten(q.Value.Text, 60)})
	}
	desks, err := s.desks(r)
	if err != nil {
		return err
	}
	f.usual("desk", onlyDesk(desks))
	f.usual("priority", "3")
	b := formPage{Title: v.Words.T("do.state_requirement"), Lead: v.Words.T("requirement.lead"), Form: f, Word: v.Words.T("do.state_requirement"), Cancel: "/requirements", Draft: true, Sections: []section{
		{Fields: append(requirementFields(f, true), f.field("select", "parent", "requirement.parent", "requirement.parent_help", parents...), f.field("select", "desk", "table.desk", "", desks...))},
		requirementMore(f)}}
	return s.showForm(w, r, p.Frame, b)
}

func requirementFields(f *form, fresh bool) []templates.Field {
	kind := need(f.field("select", "kind", "table.kind", "", choices(f.words, "requirement_kind", requirement.PIR, requirement.EEI, requirement.SIR, requirement.RFI)...))
	if !fresh {
		kind = f.field("hidden", "kind", "", "")
	}
	priorities := make([]templates.Option, 5)
	for i := range priorities {
		priorities[i] = templates.Option{Value: strconv.Itoa(i + 1), Word: f.words.Number(i + 1)}
	}
	return []templates.Field{kind, need(short(f.field("text", "number", "requirement.number", "requirement.number_help"))), need(rows(f.field("textarea", "text", "requirement.text", "requirement.text_help"), 3)),
		f.field("select", "priority", "table.priority", "requirement.priority_note", priorities...), f.field("text", "topic", "requirement.topic", "requirement.topic_help"), short(f.field("text", "latest_of_value", "table.needed_by", "requirement.latest_help"))}
}

func requirementMore(f *form) section {
	return section{Title: f.words.T("requirement.more"), Folded: true, Fields: []templates.Field{rows(f.field("textarea", "indicators", "requirement.indicators", "form.one_a_line"), 3), f.field("text", "area", "requirement.area", ""),
		f.field("text", "requester", "requirement.requester", "requirement.requester_help")}}
}

// editRequirement writes a new version of a requirement; its kind and place stay.
func (s *Server) editRequirement(w http.ResponseWriter, r *http.Request) error {
	v := see(r)
	p, err := s.requirementOf(r)
	if err != nil {
		return err
	}
	f, err := s.readForm(r)
	if err != nil {
		return err
	}
	at := "/requirements/" + p.Requirement.ID.String()
	if !f.posted && f.Saved.IsZero() {
		if err := flatten(f.Values, p.Requirement.Value); err != nil {
			return err
		}
	}
	if f.sent() {
		var d requirement.Draft
		f.into(&d)
		if answered, err := s.acted(w, r, f, s.desk.RestateRequirement(r.Context(), v.Officer, p.Requirement.ID, d), at, "flash.requirement_edit"); answered {
			return err
		}
	}
	fields := append(requirementFields(f, false), f.field("hidden", "parent", "", ""),
		f.field("select", "state", "table.state", "", choices(f.words, "requirement_state", requirement.Drafted, requirement.Open, requirement.Answered, requirement.Waived, requirement.Closed)...),
		rows(f.field("textarea", "reason", "requirement.reason", "requirement.reason_help"), 2))
	b := formPage{Title: p.Requirement.Value.Number, Code: true, Sub: v.Words.T("do.edit"), Form: f, Word: v.Words.T("do.save"), Cancel: at, Draft: true, Sections: []section{{Fields: fields}, requirementMore(f)}}
	return s.showForm(w, r, p.Frame, b)
}

// giveTask gives a requirement to a source to answer.
func (s *Server) giveTask(w http.ResponseWriter, r *http.Request) error {
	v := see(r)
	p, err := s.requirementOf(r)
	if err != nil {
		return err
	}
	f, err := s.readForm(r)
	if err != nil {
		return err
	}
	at := "/requirements/" + p.Requirement.ID.String()
	if f.sent() {
		var d requirement.TaskDraft
		f.into(&d)
		d.Requirement = p.Requirement.ID.String()
		_, err := s.desk.GiveTask(r.Context(), v.Officer, d)
		if err == nil {
			return s.finished(w, r, f, at, "flash.task")
		}
		if err := f.take(err); err != nil {
			return err
		}
	}
	list, err := s.desk.Sources(r.Context(), v.Officer, "", listLength)
	if err != nil {
		return err
	}
	p.Label = compartment.Join(p.Label, list.Label)
	f.usual("topic", p.Requirement.Value.Topic)
	var sources []templates.Option
	for _, x := range list.Sources {
		sources = append(sources, templates.Option{Value: x.ID.String(), Word: x.Value.CodeName + " · " + accessWord(v.Words, x.Value, p.Requirement.Value.Topic)})
	}
	b := formPage{Title: p.Requirement.Value.Number, Code: true, Sub: p.Requirement.Value.Text, Lead: v.Words.T("task.lead"), Form: f, Word: v.Words.T("do.give_task"), Cancel: at, Draft: true, Sections: []section{{Fields: []templates.Field{
		need(f.field("select", "source", "contact.source", "task.source_help", sources...)), need(f.field("select", "type", "task.type", "task.type_help", choices(v.Words, "task_type", requirement.TaskTypes()...)...)),
		need(f.field("text", "topic", "requirement.topic", "task.topic_help")), need(rows(f.field("textarea", "text", "task.text", ""), 3)), short(f.field("text", "due", "task.due", "form.day_help"))}}}}
	return s.showForm(w, r, p.Frame, b)
}

// accessWord is how a source stands to a topic, so that a task goes to one who can answer it.
func accessWord(w *wording.Words, v source.Source, topic string) string {
	for _, a := range v.Access {
		if a.Topic == topic {
			return w.T("access." + string(a.Kind))
		}
	}
	return w.T("task.no_access")
}
