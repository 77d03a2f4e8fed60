package exercise

import (
	"cmp"
	"context"

	"cutout/internal/casework"
	"cutout/internal/exercise/casefile"
	"cutout/internal/network"
	"cutout/internal/source"
)

func (p *player) organization(ctx context.Context, m casefile.Moment, rec *casefile.Organisation) {
	n := network.PartyDraft{Kind: string(network.Organization), Name: p.name(rec.Name), OrgKind: rec.Kind.Value, Country: p.name(rec.Country),
		RivalOf: p.records(rec.RivalOf.Value, "pty"), Note: p.words(rec.Detail)}
	if n.Name == "" {
		n.Name = rec.ID
	}
	if n.OrgKind == "" {
		n.OrgKind = string(network.Partner) // the kind of which no rule says anything
	}
	p.party(ctx, m, n)
}

func (p *player) someone(ctx context.Context, m casefile.Moment, rec *casefile.Person) {
	n := network.PartyDraft{Kind: string(network.Person), Name: p.names.neutral[rec.ID], Staff: flag(rec.Staff), Note: p.words(rec.Role)}
	if org := p.record(rec.Organisation.Value, "pty"); org != "" {
		n.MemberOf = []string{org}
	}
	p.party(ctx, m, n)
}

func (p *player) party(ctx context.Context, m casefile.Moment, n network.PartyDraft) {
	if m.Part == casefile.Whole {
		made, err := p.desk.AddParty(ctx, p.crew.Registrar, casework.PartyDraft{PartyDraft: n, Desk: p.crew.Desk.String()})
		if p.took(m, err) {
			p.keep(m.ID, made.String())
		}
		return
	}
	var of network.ID
	if recordID(p, m.ID, &of) {
		p.took(m, p.desk.ReviseParty(ctx, p.crew.Registrar, of, n))
	}
}

// source registers a source without an identity, and gives the crew their places around him.
func (p *player) source(ctx context.Context, m casefile.Moment, rec *casefile.Source) {
	n := p.sourceDraft(rec)
	if m.Part != casefile.Whole {
		var of source.ID
		if recordID(p, m.ID, &of) {
			p.took(m, p.desk.ReviseSource(ctx, p.crew.Registrar, of, n))
		}
		return
	}
	made, err := p.desk.RegisterSource(ctx, p.crew.Registrar, casework.SourceDraft{Draft: n})
	if !p.took(m, err) {
		return
	}
	p.keep(m.ID, made.String())
	for _, x := range p.crew.places() {
		if !p.took(m, p.desk.Assign(ctx, p.crew.Registrar, casework.AssignDraft{Source: made.String(), Officer: x.who.ID.String(), Duty: string(x.duty)})) {
			return
		}
	}
}

func (p *player) sourceDraft(rec *casefile.Source) source.Draft {
	n := source.Draft{State: string(cmp.Or(p.states[rec.ID], source.Active)), Desk: p.crew.Desk.String(), Person: p.record(rec.Person.Value, "pty"),
		IdentityKind: rec.Identity.Value, IdentityKnownOn: p.past(rec.IdentityKnownOn), Motive: p.words(rec.Motive), Placement: p.words(rec.PlacementAndAccess),
		ServiceContact: rec.ServiceContact.Value, Holder: p.record(rec.Holder.Value, "pty"), OverallAccess: rec.Access.Value,
		OverallVerified: rec.AccessVerified.Value, AccessCaveat: p.words(rec.AccessCaveat), Parent: p.record(rec.Parent.Value, "src"),
		Channel: p.ref(rec.Channel), From: p.past(rec.From), IntroducedBy: p.records(rec.IntroducedBy.Value, "pty", "src"),
		ClaimedLocation: p.name(rec.ClaimedLocation), LocationProof: rec.LocationProof.Value, Description: p.words(rec.Category)}
	switch code := rec.CategoryCode.Value; {
	case code == "SUBJECT":
		n.Subject, n.State = "yes", string(source.Candidate)
	default:
		n.Category = code
		if _, ok := p.desk.Pack().Category(code); !ok {
			n.Category = ""
		}
	}
	if n.Parent != "" && n.Channel == "" {
		n.Channel = n.Parent // as the watch reads it: whoever has no channel of his own on record is heard through the one above him
	}
	if c := rec.ReleaseCondition; c.Has() && p.words(c.Value.Text) != "" {
		n.ReleaseCondition = &source.ConditionDraft{Text: p.words(c.Value.Text), From: p.past(c.Value.From), MetOn: p.past(c.Value.MetOn)}
	}
	if source.State(n.State).Ended() {
		n.StateReason = "as the case file says"
	}
	if a := rec.Authorisation; a.Has() {
		n.ConductAuthority = a.Value.ConductAuthority.Value
	}
	return n
}

// stateAfter is the state in which the door leaves a source after a step of his life.
var stateAfter = map[string]source.State{"opened": source.Active, "closed": source.Closed, "barred": source.Barred, "lost": source.Lost, "ended": source.Closed}

func (p *player) life(ctx context.Context, m casefile.Moment, rec *casefile.LifecycleEvent) {
	of := p.record(m.Holder, "src")
	switch {
	case m.Part != casefile.Whole:
		p.leave(m, "no rule reads it")
	case of == "":
		p.leave(m, "its source was left out")
	default:
		n := source.LifeEventDraft{Source: of, Kind: rec.Kind.Value, When: p.past(rec.Date), Text: p.words(rec.Event)}
		if n.Kind == "" {
			n.Kind = "other"
		}
		if n.When == "" {
			n.When = m.Day.String()
		}
		if p.took(m, p.desk.RecordLife(ctx, p.crew.Registrar, n)) {
			if s := stateAfter[n.Kind]; s != "" {
				p.states[m.Holder] = s
			}
			p.made[m.ID] = of // a step of a life has no id of its own in a case
		}
	}
}

func (p *player) role(ctx context.Context, m casefile.Moment, rec *casefile.Role) {
	n := source.RoleDraft{Source: p.record(rec.Source.Value, "src"), Person: p.record(rec.Person.Value, "pty", "src"), Role: rec.Role.Value,
		From: p.past(rec.From), To: p.past(rec.To), ApprovedBy: p.record(rec.ApprovedBy.Value, "pty"), Relationship: p.words(rec.Relationship),
		RelationshipApprovedBy: p.record(rec.RelationshipApprovedBy.Value, "pty")}
	if rec.RelationshipApprovedBy.Set {
		n.RelationshipKnown = "yes"
	}
	if n.Role == "authorising-officer" {
		n.Role = string(source.AuthorizingRole)
	}
	if n.From == "" {
		n.From = m.Day.String()
	}
	if before(n.To, n.From) {
		n.To = ""
	}
	if n.RelationshipApprovedBy == n.Person {
		n.RelationshipApprovedBy = "" // his own approval is none
	}
	if n.Role == "" {
		p.leave(m, "no kind")
		return
	}
	if m.Part == casefile.Whole {
		if n.Source == "" || n.Person == "" {
			p.wait(m)
			return
		}
		made, err := p.desk.RecordRole(ctx, p.crew.Registrar, n)
		if p.took(m, err) {
			p.keep(m.ID, made.String())
		}
		return
	}
	var of source.RoleID
	if recordID(p, m.ID, &of) {
		p.took(m, p.desk.ReviseRole(ctx, p.crew.Registrar, of, n))
	}
}

func (p *player) knows(ctx context.Context, m casefile.Moment, rec *casefile.Knows) {
	n := network.KnowsDraft{Knower: p.record(rec.Knower.Value, "pty", "src"), Subject: p.record(rec.Subject.Value, "pty", "src"),
		What: p.words(rec.Knew), From: p.past(rec.From)}
	if n.Knower == "" {
		n.KnowerText = p.name(rec.Knower)
	}
	if n.Subject == "" || n.Knower+n.KnowerText == "" || (n.Knower == "" && len(m.Later) > 0) {
		p.wait(m)
		return
	}
	if p.took(m, p.desk.AddKnows(ctx, p.crew.Registrar, n)) {
		p.made[m.ID] = n.Subject // who knew whom has no id of its own in a case
	}
}
