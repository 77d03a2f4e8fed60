package casework

import (
	"context"
	"slices"

	"cutout/internal/compartment"
	"cutout/internal/day"
	"cutout/internal/fault"
	"cutout/internal/identity"
	"cutout/internal/leak"
	"cutout/internal/officer"
	"cutout/internal/source"
	"cutout/internal/store"
	"cutout/internal/vault"
)

var (
	actRegister = act{"source.register", one(officer.Registrar, officer.IntakeOfficer, officer.Handler)}
	actRevise   = act{"source.revise", append(one(officer.Registrar), line...)}
	actSource   = act{"source.look", inside}
	actSources  = act{"source.list", inside}
	actAssign   = act{"source.assign", one(officer.Registrar, officer.AuthorizingOfficer)}
	actRelieve  = act{"source.relieve", one(officer.Registrar, officer.AuthorizingOfficer)}
	actRole     = act{"source.role", append(one(officer.Registrar, officer.AuthorizingOfficer), line...)}
	actLife     = act{"source.event", append(one(officer.Registrar, officer.IntakeOfficer), line...)}
)

// SourceDraft is a source to be registered: what is known of it, how closely it is held, and, apart from all that, who it
// is. Identity may be nil: a letter writer is registered without a person.
type SourceDraft struct {
	source.Draft `yaml:",inline"`
	Level        string          `json:"level" yaml:"level"`         // code of a level; blank is the pack's level for sources
	CodeName     string          `json:"code_name" yaml:"code_name"` // blank: the server gives one
	Identity     *identity.Draft `json:"identity" yaml:"identity"`
}

// RegisterSource opens a source's file in a compartment of its own, held at first by the officer who registers it. The
// identity is sealed to him before anything is written; no other record, index or log line holds it.
func (d *Desk) RegisterSource(ctx context.Context, o officer.Officer, n SourceDraft) (source.ID, error) {
	var f fault.Faults
	s, faults := source.New(n.Draft, d.vocabulary(), d.store.Today())
	f = append(f, faults...)
	level := d.level(&f, n.Level, sourceLevel(d.pack))
	var person identity.Person
	if n.Identity != nil {
		p, faults := identity.New(*n.Identity, d.vocabulary(), d.store.Today())
		f.Merge("identity.", faults)
		person = p
	}
	if n.CodeName != "" {
		f = append(f, d.vocabulary().Identifier("code_name", n.CodeName)...)
	}
	if err := invalid(f); err != nil {
		return source.ID{}, err
	}
	// A source with no person has a code name only: it is kept for the check when the officer's keys are open, and is no
	// reason to keep him from registering when they are not.
	nameKey, keyErr := d.nameKey(ctx, o)
	if keyErr != nil && (n.Identity != nil || KindOf(keyErr) != Refused) {
		return source.ID{}, keyErr
	}
	var lock vault.KeyName
	if n.Identity != nil {
		var err error
		if lock, err = d.ring.New(); err != nil {
			return source.ID{}, d.report(actRegister.word, shown(err))
		}
	}
	var made source.ID
	err := d.do(ctx, o, actRegister, kindSource, "", func(w *work) error {
		if err := w.reaches("desk", s.Desk); err != nil {
			return err
		}
		if err := w.parties("introduced_by", s.IntroducedBy...); err != nil {
			return err
		}
		for _, by := range s.Introducers {
			if _, err := exists[source.ID, source.Source](w, kindSource, "introduced_by", by); err != nil {
				return err
			}
		}
		if !s.Parent.IsZero() {
			if _, err := exists[source.ID, source.Source](w, kindSource, "parent", s.Parent); err != nil {
				return err
			}
		}
		s := s
		made = fresh[source.ID](w)
		s.Own = fresh[compartment.ID](w)
		s.CodeName = n.CodeName
		if s.CodeName == "" {
			var err error
			r := w.Random()
			if leak.On("code_counter") {
				r = w.d.randomOf(officer.Officer{})
			}
			if s.CodeName, err = source.SuggestCodeName(r); err != nil {
				return err
			}
		}
		if err := w.AddCompartment(store.Compartment{ID: s.Own, Kind: "source"}); err != nil {
			return err
		}
		if err := w.hand(o.ID, s.Own, day.Never); err != nil {
			return err
		}
		w.Entry().Object = made.String()
		label := compartment.Label{Level: level, Compartments: []compartment.ID{s.Own}, Originator: w.Scope().Org()}
		if err := w.putSource(made, s, label); err != nil {
			return err
		}
		if n.Identity != nil {
			if err := w.sealIdentity(made, label, person, lock); err != nil {
				return err
			}
		}
		if keyErr != nil {
			return nil
		}
		return w.keepTokens(made, s.CodeName, label, person, nameKey)
	})
	if err != nil && !lock.IsZero() {
		_ = d.ring.Destroy(lock) // nothing was sealed under it
	}
	return made, err
}

func sourceMarks(w *work, s source.Source) []store.Mark {
	marks := []store.Mark{w.Word("code-name", s.CodeName), w.Word("category", s.Category)}
	if !s.Desk.IsZero() {
		marks = append(marks, store.Ref("desk", s.Desk.Raw()))
	}
	if !s.Parent.IsZero() {
		marks = append(marks, store.Ref("parent", s.Parent.Raw()))
	}
	if !s.Person.IsZero() {
		marks = append(marks, store.Ref("person", s.Person.Raw()))
	}
	for _, a := range s.Access {
		marks = append(marks, w.Word("topic", a.Topic))
	}
	return marks
}

func (w *work) putSource(of source.ID, s source.Source, label compartment.Label) error {
	if err := w.MarkDue("source " + of.String()); err != nil {
		return err
	}
	e := store.Entering{Kind: kindSource, ID: of.Raw(), Label: label, Body: s, Marks: sourceMarks(w, s)}
	if !s.Parent.IsZero() {
		e.Cites = []store.ID{s.Parent.Raw()} // a notice on a source reaches his sub-sources
	}
	return w.Insert(e)
}

// ReviseSource writes a new version of a source's file: code name, compartments and identity stay as they are.
func (d *Desk) ReviseSource(ctx context.Context, o officer.Officer, of source.ID, n source.Draft) error {
	s, f := source.New(n, d.vocabulary(), d.store.Today())
	if err := invalid(f); err != nil {
		return err
	}
	return d.do(ctx, o, actRevise, kindSource, of.String(), func(w *work) error {
		old, err := read[source.ID, source.Source](w, kindSource, of)
		if err != nil {
			return err
		}
		if !w.holds(one(officer.Registrar)) {
			if err := w.need(of, line...); err != nil {
				return err
			}
		}
		s := s
		s.CodeName, s.Own = old.Value.CodeName, old.Value.Own
		if s.Desk.IsZero() {
			s.Desk = old.Value.Desk
		}
		if err := w.MarkDue("source " + of.String()); err != nil {
			return err
		}
		return w.Revise(old.record, store.Entering{Kind: kindSource, Label: old.Label, Body: s, Marks: sourceMarks(w, s)})
	})
}

// AssignDraft gives an officer a place around a source.
type AssignDraft struct {
	Source  string `json:"source" yaml:"source"`
	Officer string `json:"officer" yaml:"officer"`
	Duty    string `json:"duty" yaml:"duty"`
}

// Assign gives an officer a duty for one source, and with it the source's compartment. Two duties that check each other
// never meet in one person: handler and controller are different people (R8). Whoever assigns and can open the identity
// seals it to a handler, co-handler or controller in the same act.
func (d *Desk) Assign(ctx context.Context, o officer.Officer, n AssignDraft) error {
	of, who, duty, err := d.parseAssign(n)
	if err != nil {
		return err
	}
	key, keyErr := d.key(o)
	err = d.do(ctx, o, actAssign, kindSource, of.String(), func(w *work) error {
		s, err := read[source.ID, source.Source](w, kindSource, of)
		if err != nil {
			return err
		}
		a, err := w.Account(who)
		if err != nil || a.Rights.Closed {
			return fieldFault("officer", "reference.unknown")
		}
		for _, g := range a.Rights.Grants {
			if g.On(w.Today()) && (g.Source == of.Raw() && officer.Conflict(g.Duty, duty) || unitConflict(g.Duty, duty)) {
				return fieldFault("duty", "officer.conflict", "Duty", string(duty), "Other", string(g.Duty))
			}
		}
		if a.Rights.Clearance < s.Label.Level {
			return fieldFault("officer", "officer.clearance")
		}
		if err := w.SetRights(who, func(r *store.Rights) {
			r.Grants = append(r.Grants, officer.Grant{Officer: who, Duty: duty, Source: of.Raw(), From: w.Today(), Until: day.Never})
		}); err != nil {
			return err
		}
		if err := w.hand(who, s.Value.Own, day.Never); err != nil {
			return err
		}
		if role := roleOf(duty); role != "" {
			if err := w.putRole(fresh[source.RoleID](w), s, source.RolePeriod{Source: of, Person: who.String(), Role: role, From: day.On(w.Today()), ApprovedBy: o.ID.String()}); err != nil {
				return err
			}
		}
		if !slices.Contains(line, duty) || keyErr != nil {
			return nil
		}
		return w.shareIdentity(of, who, key)
	})
	if err == nil && keyErr == nil && slices.Contains(nameKeyDuties, duty) {
		if _, err := d.openNameKey(ctx, o, false); KindOf(err) == Internal && err != nil {
			return err
		}
	}
	return err
}

func (d *Desk) parseAssign(n AssignDraft) (source.ID, officer.ID, officer.Duty, error) {
	var f fault.Faults
	of, err := parseID[source.ID](n.Source)
	if err != nil {
		f.Add("source", "field.id", "Given", "")
	}
	who, err := parseID[officer.ID](n.Officer)
	if err != nil {
		f.Add("officer", "field.id", "Given", "")
	}
	duty, ok := officer.ParseDuty(n.Duty)
	if !ok {
		f.Add("duty", "field.code", "Given", n.Duty, "Vocabulary", "duty")
	}
	if ok && (duty == officer.Administrator || duty == officer.Inspector || duty == officer.Customer || duty == officer.Trustee) {
		f.Add("duty", "officer.not-per-source", "Duty", n.Duty)
	}
	return of, who, duty, invalid(f)
}

// roleOf is the role around a source that goes with a duty for it. Whoever only reads or reviews has none.
func roleOf(duty officer.Duty) source.Role {
	switch duty {
	case officer.Handler:
		return source.HandlerRole
	case officer.CoHandler:
		return source.CoHandlerRole
	case officer.Controller:
		return source.ControllerRole
	case officer.AuthorizingOfficer:
		return source.AuthorizingRole
	}
	return ""
}

// Relieve ends an officer's duty for a source; his compartment goes with his last duty there.
func (d *Desk) Relieve(ctx context.Context, o officer.Officer, n AssignDraft) error {
	of, who, duty, err := d.parseAssign(n)
	if err != nil {
		return err
	}
	return d.do(ctx, o, actRelieve, kindSource, of.String(), func(w *work) error {
		s, err := read[source.ID, source.Source](w, kindSource, of)
		if err != nil {
			return err
		}
		left, had := false, false
		if err := w.SetRights(who, func(r *store.Rights) {
			for i := range r.Grants {
				g := &r.Grants[i]
				if g.Source != of.Raw() || !g.On(w.Today()) {
					continue
				}
				if g.Duty == duty {
					g.Until, had = w.Today(), true
				} else {
					left = true
				}
			}
		}); err != nil {
			return err
		}
		if !had {
			return fieldFault("duty", "officer.not-held")
		}
		rs, err := all[source.RoleID, source.RolePeriod](w, store.Query{Kind: kindRole, Marks: []store.Mark{store.Ref("source", of.Raw())}})
		if err != nil {
			return err
		}
		for _, r := range rs {
			if r.Value.Person == who.String() && r.Value.Role == roleOf(duty) && r.Value.To.IsZero() {
				r.Value.To = day.On(w.Today())
				if err := w.Revise(r.record, store.Entering{Kind: kindRole, Label: r.Label, Body: r.Value, Marks: roleMarks(r.Value)}); err != nil {
					return err
				}
			}
		}
		if left {
			return nil
		}
		return w.takeBack(who, s.Value.Own)
	})
}

func roleMarks(p source.RolePeriod) []store.Mark {
	m := []store.Mark{store.Ref("source", p.Source.Raw())}
	if who, ok := rawID(p.Person); ok {
		m = append(m, store.Ref("person", who))
	}
	return m
}

func (w *work) putRole(of source.RoleID, s SourceRecord, p source.RolePeriod) error {
	if err := w.MarkDue("source " + s.ID.String()); err != nil {
		return err
	}
	return w.Insert(store.Entering{Kind: kindRole, ID: of.Raw(), Label: s.Label, Body: p, Marks: roleMarks(p)})
}

// AddRole records somebody's role around a source who is not given it by Assign: a recruiter, a cutout, a courier, or an
// officer of another service.
func (d *Desk) AddRole(ctx context.Context, o officer.Officer, n source.RoleDraft) error {
	_, err := d.RecordRole(ctx, o, n)
	return err
}

// RecordRole is AddRole for who needs the id of the role period.
func (d *Desk) RecordRole(ctx context.Context, o officer.Officer, n source.RoleDraft) (source.RoleID, error) {
	var made source.RoleID
	p, f := source.NewRole(n, d.vocabulary())
	if err := invalid(f); err != nil {
		return made, err
	}
	err := d.do(ctx, o, actRole, kindSource, p.Source.String(), func(w *work) error {
		s, err := exists[source.ID, source.Source](w, kindSource, "source", p.Source)
		if err != nil {
			return err
		}
		made = fresh[source.RoleID](w)
		return w.putRole(made, s, p)
	})
	return made, err
}

// RecordLife adds an event to a source's life. An event that ends the relationship changes his state with it.
func (d *Desk) RecordLife(ctx context.Context, o officer.Officer, n source.LifeEventDraft) error {
	e, f := source.NewLifeEvent(n, d.vocabulary(), d.store.Today())
	if err := invalid(f); err != nil {
		return err
	}
	said, err := d.heard(ctx, o, e.Text)
	if err != nil {
		return err
	}
	return d.do(ctx, o, actLife, kindSource, e.Source.String(), func(w *work) error {
		s, err := exists[source.ID, source.Source](w, kindSource, "source", e.Source)
		if err != nil {
			return err
		}
		if err := w.unnamed("text", said, s.ID); err != nil {
			return err
		}
		if err := w.MarkDue("source " + e.Source.String()); err != nil {
			return err
		}
		if err := w.Insert(store.Entering{Kind: kindLife, ID: fresh[store.ID](w), Label: s.Label, Body: e,
			Marks: []store.Mark{store.Ref("source", e.Source.Raw())}}); err != nil {
			return err
		}
		state := map[source.EventKind]source.State{"opened": source.Active, "closed": source.Closed, "barred": source.Barred,
			"lost": source.Lost, "ended": source.Closed}[e.Kind]
		if state == "" || s.Value.State == state {
			return nil
		}
		s.Value.State = state
		return w.Revise(s.record, store.Entering{Kind: kindSource, Label: s.Label, Body: s.Value, Marks: sourceMarks(w, s.Value)})
	})
}
