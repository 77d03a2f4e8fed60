package exercise

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"

	"cutout/internal/casework"
	"cutout/internal/day"
	"cutout/internal/exercise/casefile"
	"cutout/internal/id"
	"cutout/internal/officer"
	"cutout/internal/source"
)

// player turns the moments of one case into acts, each by the officer whose duty it is. It knows which record of the unit
// each id of the file became, and nothing of what is expected to be found.
type player struct {
	desk   *casework.Desk
	crew   Crew
	file   *casefile.Case
	random io.Reader // of item ids; nil is the system's generator
	days   [][]casefile.Moment
	group  []casefile.Moment // of the day being played

	made    map[string]string // file id to record id
	back    map[string]string // record id to file id
	names   nameBook
	reports map[string]*filing
	claimOf map[string]string // file id of a claim to that of its report
	linked  map[[2]string]bool
	states  map[string]source.State    // of sources, as their lives went
	waiting map[string]casefile.Moment // records that name what is not there yet, and cannot be made without it
	left    map[Untranslated]int
	wrong   error
}

// Untranslated says that so many records of a kind, or later parts of one, became no act, and why.
type Untranslated struct {
	What  string `json:"what"`  // "topic", "contact", "contact/end"
	Why   string `json:"why"`   // "no rule reads it", "no source", "refused: …"
	Count int    `json:"count"` // how many
}

func newPlayer(d *casework.Desk, crew Crew, c *casefile.Case) *player {
	p := &player{desk: d, crew: crew, file: c, made: map[string]string{}, back: map[string]string{},
		reports: map[string]*filing{}, claimOf: map[string]string{}, linked: map[[2]string]bool{}, states: map[string]source.State{}, waiting: map[string]casefile.Moment{},
		left: map[Untranslated]int{}, names: newNameBook(c)}
	all := c.Timeline()
	for i := 0; i < len(all); {
		j := i
		for j < len(all) && all[j].Day == all[i].Day {
			j++
		}
		p.days = append(p.days, all[i:j])
		i = j
	}
	return p
}

// playDay plays the moments of one day.
func (p *player) playDay(ctx context.Context, group []casefile.Moment) error {
	if p.crew.MoveTo != nil {
		p.crew.MoveTo(group[0].Day)
	}
	p.group = group
	for _, m := range group {
		if err := ctx.Err(); err != nil {
			return err
		}
		p.moment(ctx, m)
		if p.wrong != nil {
			return p.wrong
		}
	}
	return nil
}

// today is the day on which the acts are dated.
func (p *player) today() day.Day { return day.Of(p.desk.Now().UTC()) }

// moment plays one moment. A later part of a record that could not be made yet tries the record again.
func (p *player) moment(ctx context.Context, m casefile.Moment) {
	if w, ok := p.waiting[m.ID]; ok && m.Part != casefile.Whole {
		if m.Part == casefile.PartLink {
			w.Record = m.Record
			w.Later = m.Later
			delete(p.waiting, m.ID)
			p.moment(ctx, w)
		}
		return
	}
	if m.Part != casefile.Whole && m.Part != casefile.PartOutcome && p.made[m.ID] == "" && m.Kind != casefile.KindClaim {
		return // its record was left out and counted
	}
	switch rec := m.Record.(type) {
	case *casefile.Organisation:
		p.organization(ctx, m, rec)
	case *casefile.Person:
		p.someone(ctx, m, rec)
	case *casefile.Source:
		p.source(ctx, m, rec)
	case *casefile.LifecycleEvent:
		p.life(ctx, m, rec)
	case *casefile.Role:
		p.role(ctx, m, rec)
	case *casefile.Contact:
		p.contact(ctx, m, rec)
	case *casefile.Report:
		p.report(ctx, m, rec)
	case *casefile.Claim:
		p.claim(ctx, m, rec)
	case *casefile.Dissemination:
		p.use(ctx, m, rec)
	case *casefile.Warning:
		p.notice(ctx, m, rec)
	case *casefile.Assessment:
		p.assessment(ctx, m, rec)
	case *casefile.Credit:
		p.credit(ctx, m, rec)
	case *casefile.Knows:
		p.knows(ctx, m, rec)
	default:
		p.leave(m, "no rule reads it")
	}
}

// kindNames are the words for kinds in lists of what was not translated.
var kindNames = map[casefile.Kind]string{casefile.KindOrganisation: "organisation", casefile.KindPerson: "person", casefile.KindTopic: "topic",
	casefile.KindSource: "source", casefile.KindLifecycle: "lifecycle", casefile.KindRole: "role", casefile.KindPost: "post",
	casefile.KindPresence: "presence", casefile.KindContact: "contact", casefile.KindUnavailable: "unavailable", casefile.KindKeyEvent: "key-event",
	casefile.KindReport: "report", casefile.KindClaim: "claim", casefile.KindDissemination: "dissemination", casefile.KindWarning: "warning",
	casefile.KindAssessment: "assessment", casefile.KindCredit: "credit", casefile.KindCollection: "collection",
	casefile.KindAccessEvent: "access-event", casefile.KindLoss: "loss", casefile.KindKnows: "who-knew"}

// leave counts a moment that became no act.
func (p *player) leave(m casefile.Moment, why string) {
	what := kindNames[m.Kind]
	if m.Part != casefile.Whole {
		what += "/" + string(m.Part)
	}
	p.left[Untranslated{What: what, Why: why}]++
}

// took reports whether the door took an act. What it refused or could not read is counted; a failure of the door, or of
// ctx, ends the play.
func (p *player) took(m casefile.Moment, err error) bool {
	if err == nil {
		return true
	}
	if k := casework.KindOf(err); k == casework.Internal {
		p.wrong = err
		return false
	}
	p.leave(m, string(casework.KindOf(err))+": "+err.Error())
	return false
}

// keep notes which record a file id became.
func (p *player) keep(file, record string) {
	p.made[file] = record
	p.back[record] = file
}

// wait puts a record off until what it cannot do without is there.
func (p *player) wait(m casefile.Moment) {
	if len(m.Later) == 0 {
		p.leave(m, "it names nothing on record")
		return
	}
	p.waiting[m.ID] = m
}

// present makes sure that an officer's keys are open.
func (p *player) present(ctx context.Context, o officer.Officer) {
	if p.crew.Present == nil || p.wrong != nil {
		return
	}
	if err := p.crew.Present(ctx, o); err != nil {
		p.wrong = err
	}
}

// untranslated lists what became no act, by kind.
func (p *player) untranslated() []Untranslated {
	for _, m := range p.waiting {
		p.leave(m, "what it rests on never came")
	}
	clear(p.waiting)
	var out []Untranslated
	for u, n := range p.left {
		u.Count = n
		out = append(out, u)
	}
	slices.SortFunc(out, func(a, b Untranslated) int { return cmp.Or(cmp.Compare(a.What, b.What), cmp.Compare(a.Why, b.Why)) })
	return out
}

// later is the moment of a record's later part on the day being played, if there is one.
func (p *player) later(of string, part casefile.Part) (casefile.Moment, bool) {
	i := slices.IndexFunc(p.group, func(m casefile.Moment) bool { return m.ID == of && m.Part == part })
	if i < 0 {
		return casefile.Moment{}, false
	}
	return p.group[i], true
}

// errNoCrew means that a crew lacks somebody it cannot play without.
var errNoCrew = errors.New("exercise: the crew needs a desk, a registrar, an intake officer and an analyst")

// place is somebody's duty around every source of a case.
type place struct {
	who  officer.Officer
	duty officer.Duty
}

func (c Crew) places() []place {
	all := []place{{c.Intake, officer.IntakeOfficer}, {c.Analyst, officer.Analyst}, {c.Handler, officer.Handler}, {c.Controller, officer.Controller},
		{c.Authorizing, officer.AuthorizingOfficer}, {c.Manager, officer.CollectionManager}, {c.Release, officer.ReleaseOfficer}, {c.Validator, officer.Validator}}
	return slices.DeleteFunc(all, func(p place) bool { return p.who.ID.IsZero() || p.who.ID == c.Registrar.ID })
}

// anyRecord draws ids whose noun the record type gives.
type anyRecord struct{}

// Prefix is never printed.
func (anyRecord) Prefix() (string, string) { return "any", "X" }

func drawn[I ~[16]byte](r io.Reader) I { return I(id.New[anyRecord](r)) }

// recordID reads which record a file id became, into an id of the noun asked for.
func recordID[N id.Noun](p *player, file string, into *id.Of[N]) bool {
	v, err := id.Parse[N](p.made[file])
	*into = v
	return err == nil
}
