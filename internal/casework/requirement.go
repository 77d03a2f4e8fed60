package casework

import (
	"context"
	"slices"

	"cutout/internal/compartment"
	"cutout/internal/officer"
	"cutout/internal/report"
	"cutout/internal/requirement"
	"cutout/internal/source"
	"cutout/internal/store"
)

var (
	actState        = act{"requirement.state", one(officer.CollectionManager)}
	actRestate      = act{"requirement.restate", one(officer.CollectionManager)}
	actTask         = act{"requirement.task", one(officer.CollectionManager, officer.Handler, officer.Controller)}
	actRequirement  = act{"requirement.look", inside}
	actRequirements = act{"requirement.list", inside}
)

// RequirementDraft is a requirement and the desk it belongs to.
type RequirementDraft struct {
	requirement.Draft `yaml:",inline"`
	Desk              string `json:"desk" yaml:"desk"`
	Level             string `json:"level" yaml:"level"`
}

// StateRequirement states what the unit wants to know.
func (d *Desk) StateRequirement(ctx context.Context, o officer.Officer, n RequirementDraft) (requirement.ID, error) {
	q, f := requirement.New(n.Draft, d.vocabulary())
	level := d.level(&f, n.Level, reportLevel(d.pack))
	if err := invalid(f); err != nil {
		return requirement.ID{}, err
	}
	var made requirement.ID
	err := d.do(ctx, o, actState, kindRequirement, "", func(w *work) error {
		label := compartment.Label{Level: level}
		if !q.Parent.IsZero() {
			p, err := exists[requirement.ID, requirement.Requirement](w, kindRequirement, "parent", q.Parent)
			if err != nil {
				return err
			}
			if !q.Kind.Under(p.Value.Kind) {
				return fieldFault("parent", "requirement.parent-kind", "Kind", string(q.Kind), "Parent", string(p.Value.Kind))
			}
			label = p.Label
		}
		if n.Desk != "" || q.Parent.IsZero() {
			l, err := w.deskLabel("desk", n.Desk)
			if err != nil {
				return err
			}
			label = compartment.Join(label, l)
		}
		made = fresh[requirement.ID](w)
		w.Entry().Object = made.String()
		return w.Insert(requirementEntry(w, made, q, label))
	})
	return made, err
}

func requirementEntry(w *work, of requirement.ID, q requirement.Requirement, label compartment.Label) store.Entering {
	e := store.Entering{Kind: kindRequirement, ID: of.Raw(), Label: label, Body: q, Terms: indexTerms(append([]string{q.Number, q.Text, q.Topic, q.Area}, q.Indicators...)...)}
	if !q.Parent.IsZero() {
		e.Marks = append(e.Marks, store.Ref("parent", q.Parent.Raw()))
	}
	if q.Topic != "" {
		e.Marks = append(e.Marks, w.Word("topic", q.Topic))
	}
	return e
}

// RestateRequirement writes a new version of a requirement.
func (d *Desk) RestateRequirement(ctx context.Context, o officer.Officer, of requirement.ID, n requirement.Draft) error {
	q, f := requirement.New(n, d.vocabulary())
	if err := invalid(f); err != nil {
		return err
	}
	return d.do(ctx, o, actRestate, kindRequirement, of.String(), func(w *work) error {
		old, err := read[requirement.ID, requirement.Requirement](w, kindRequirement, of)
		if err != nil {
			return err
		}
		if q.Kind != old.Value.Kind || q.Parent != old.Value.Parent {
			return fieldFault("kind", "requirement.moved")
		}
		return w.Revise(old.record, requirementEntry(w, of, q, old.Label))
	})
}

// GiveTask gives a requirement to a source to answer, under an authority in force whose scope takes the topic in.
func (d *Desk) GiveTask(ctx context.Context, o officer.Officer, n requirement.TaskDraft) (requirement.TaskID, error) {
	t, f := requirement.NewTask(n, d.vocabulary(), d.store.Today())
	if err := invalid(f); err != nil {
		return requirement.TaskID{}, err
	}
	var made requirement.TaskID
	err := d.do(ctx, o, actTask, kindTask, "", func(w *work) error {
		q, err := exists[requirement.ID, requirement.Requirement](w, kindRequirement, "requirement", t.Requirement)
		if err != nil {
			return err
		}
		s, err := exists[source.ID, source.Source](w, kindSource, "source", t.Source)
		if err != nil {
			return err
		}
		if err := w.mayTask(s, q.Value.Topic); err != nil {
			return err
		}
		made = fresh[requirement.TaskID](w)
		w.Entry().Object = made.String()
		return w.Insert(store.Entering{Kind: kindTask, ID: made.Raw(), Label: compartment.Join(q.Label, s.Label), Body: t,
			Marks: []store.Mark{store.Ref("requirement", q.ID.Raw()), store.Ref("source", s.ID.Raw())}})
	})
	return made, err
}

// mayTask asks whether a source may be tasked now: the pack must allow it for his category, and where the category needs
// an authority, one must be in force and take the topic in.
func (w *work) mayTask(s SourceRecord, topic string) error {
	c, ok := w.d.pack.Category(s.Value.Category)
	if ok && c.Taskable == "no" {
		return refused("task.category", "Category", c.Code)
	}
	for _, code := range s.Value.Overlays {
		if v, ok := w.d.pack.Overlay(code); ok && v.Taskable == "no" {
			return refused("task.category", "Category", code)
		}
	}
	if ok && c.Authority == "" {
		return nil
	}
	as, err := w.authorities(s.ID)
	if err != nil {
		return err
	}
	a, held := inForce(as, w.Now())
	if !held {
		return w.covered(s.ID, w.Now())
	}
	if topic != "" && !a.Value.InScope(topic) {
		return refused("task.scope", "Topic", topic, "Authority", a.ID.Ref())
	}
	return nil
}

// RequirementPage is a requirement with what answers it.
type RequirementPage struct {
	Frame
	Requirement RequirementRecord
	Parent      *RequirementRecord
	Children    []RequirementRecord
	Tasks       []TaskRecord
	Sources     map[source.ID]SourceRecord // of the tasks, as far as the officer may see them
	Reports     []ReportRecord
}

// Requirement shows one requirement.
func (d *Desk) Requirement(ctx context.Context, o officer.Officer, of requirement.ID) (p RequirementPage, err error) {
	err = d.look(ctx, o, actRequirement, kindRequirement, of.String(), func(w *work) error {
		p = RequirementPage{Sources: map[source.ID]SourceRecord{}}
		if p.Requirement, err = read[requirement.ID, requirement.Requirement](w, kindRequirement, of); err != nil {
			return err
		}
		if up, ok, err := maybe[requirement.ID, requirement.Requirement](w, kindRequirement, p.Requirement.Value.Parent); err != nil {
			return err
		} else if ok {
			p.Parent = &up
		}
		mark := []store.Mark{store.Ref("requirement", of.Raw())}
		if p.Children, _, err = list[requirement.ID, requirement.Requirement](w, store.Query{Kind: kindRequirement, Marks: []store.Mark{store.Ref("parent", of.Raw())}, Oldest: true}); err != nil {
			return err
		}
		if p.Tasks, _, err = list[requirement.TaskID, requirement.Task](w, store.Query{Kind: kindTask, Marks: mark}); err != nil {
			return err
		}
		var given []source.ID
		for _, t := range p.Tasks {
			given = append(given, t.Value.Source)
		}
		if p.Sources, err = w.sources(given...); err != nil {
			return err
		}
		if p.Reports, _, err = list[report.ID, report.Report](w, store.Query{Kind: kindReport, Marks: mark}); err != nil {
			return err
		}
		seen, _, err := w.veilAll(p.Reports)
		if err != nil {
			return err
		}
		for v, s := range seen {
			p.Sources[v] = s
		}
		return w.frame(&p.Frame)
	})
	return p, err
}

// CoveragePage is the matrix of requirements by sources, from what the officer may see.
type CoveragePage struct {
	Frame
	Requirements []RequirementRecord
	Rows         []requirement.Row
	Columns      []CoverageColumn
}

// CoverageColumn is a source of the matrix. A report whose source the officer may not see stands under its series or its
// description: a column never tells more than the reports do.
type CoverageColumn struct {
	Key    string
	Source *SourceRecord
}

// Coverage shows what nobody covers and what rests on one source.
func (d *Desk) Coverage(ctx context.Context, o officer.Officer) (p CoveragePage, err error) {
	err = d.look(ctx, o, actRequirements, kindRequirement, "", func(w *work) error {
		p = CoveragePage{}
		rs, err := all[requirement.ID, requirement.Requirement](w, store.Query{Kind: kindRequirement, Oldest: true})
		if err != nil {
			return err
		}
		p.Requirements = tree(rs)
		var wanted []requirement.Keyed
		var answers []requirement.Answer
		columns := map[string]CoverageColumn{}
		answered, err := lists[report.ID, report.Report](w, kindReport, "requirement", idsOf(p.Requirements)...)
		if err != nil {
			return err
		}
		var told []source.ID
		for _, rs := range answered {
			for _, r := range rs {
				told = append(told, r.Value.Source)
			}
		}
		known, err := w.sources(told...)
		if err != nil {
			return err
		}
		for _, q := range p.Requirements {
			wanted = append(wanted, requirement.Keyed{ID: q.ID, Requirement: q.Value})
			for _, r := range answered[q.ID] {
				col := CoverageColumn{Key: r.Value.Series}
				origin := w.originOf(r.Value, known)
				if s, ok := known[r.Value.Source]; ok {
					col = CoverageColumn{Key: s.ID.String(), Source: &s}
				} else if col.Key == "" {
					col.Key = "—"
				}
				columns[col.Key] = col
				for _, it := range r.Value.Items {
					answers = append(answers, requirement.Answer{Requirement: q.ID, Source: col.Key, Origin: origin, Fresh: it.When, Basis: string(it.Basis), Item: it.ID.String()})
				}
			}
		}
		p.Rows = requirement.Coverage(wanted, answers, w.Today())
		for _, c := range columns {
			p.Columns = append(p.Columns, c)
		}
		slices.SortFunc(p.Columns, func(a, b CoverageColumn) int {
			if a.Key < b.Key {
				return -1
			}
			return 1
		})
		return w.frame(&p.Frame)
	})
	return p, err
}

// tree puts requirements into reading order: each under its parent, roots by number.
func tree(rs []RequirementRecord) []RequirementRecord {
	under := map[requirement.ID][]RequirementRecord{}
	present := map[requirement.ID]bool{}
	for _, r := range rs {
		present[r.ID] = true
	}
	for _, r := range rs {
		p := r.Value.Parent
		if !present[p] {
			p = requirement.ID{}
		}
		under[p] = append(under[p], r)
	}
	var out []RequirementRecord
	var walk func(requirement.ID)
	walk = func(p requirement.ID) {
		kids := under[p]
		slices.SortStableFunc(kids, func(a, b RequirementRecord) int {
			if a.Value.Number < b.Value.Number {
				return -1
			}
			if a.Value.Number > b.Value.Number {
				return 1
			}
			return 0
		})
		for _, k := range kids {
			out = append(out, k)
			walk(k.ID)
		}
	}
	walk(requirement.ID{})
	return out
}
