package source

import (
	"cutout/internal/day"
	"cutout/internal/draft"
	"cutout/internal/fault"
	"cutout/internal/id"
)

type rolePeriod struct{}

// Prefix names role periods "rol_…" and "RO-…".
func (rolePeriod) Prefix() (string, string) { return "rol", "RO" }

// RoleID names a role period.
type RoleID = id.Of[rolePeriod]

// Role is what somebody is to a source for a time: the recruiter need not be the handler, and stays known for life.
type Role string

// The roles.
const (
	HandlerRole     Role = "handler"
	CoHandlerRole   Role = "co-handler"
	ControllerRole  Role = "controller"
	AuthorizingRole Role = "authorizing-officer"
	RecruiterRole   Role = "recruiter"
	CutoutRole      Role = "cutout"
	CourierRole     Role = "courier"
	AccessAgentRole Role = "access-agent"
	SupportRole     Role = "support"
)

// Roles lists every role in reading order.
func Roles() []Role {
	return []Role{HandlerRole, CoHandlerRole, ControllerRole, AuthorizingRole, RecruiterRole, CutoutRole, CourierRole, AccessAgentRole, SupportRole}
}

// GoBetween reports whether the role carries between the unit and a source, so that its exposure exposes him.
func (r Role) GoBetween() bool {
	return r == CutoutRole || r == CourierRole || r == AccessAgentRole || r == SupportRole
}

// RolePeriod is one role of one person around one source, with its dates.
type RolePeriod struct {
	Source                 ID         `json:"source"`
	Person                 string     `json:"person"` // officer, party or source id, long form
	Role                   Role       `json:"role"`
	From                   day.Period `json:"from,omitzero"`
	To                     day.Period `json:"to,omitzero"`                  // zero while held
	ApprovedBy             string     `json:"approved_by,omitempty"`        // officer or party id
	Relationship           string     `json:"relationship,omitempty"`       // a tie from before or outside the work
	RelationshipKnown      bool       `json:"relationship_known,omitempty"` // somebody answered whether it was approved
	RelationshipApprovedBy string     `json:"relationship_approved_by,omitempty"`
	Note                   string     `json:"note,omitempty"`
}

// RoleDraft is a role period as given.
type RoleDraft struct {
	Source                 string `json:"source" yaml:"source"`
	Person                 string `json:"person" yaml:"person"`
	Role                   string `json:"role" yaml:"role"`
	From                   string `json:"from" yaml:"from"`
	To                     string `json:"to" yaml:"to"`
	ApprovedBy             string `json:"approved_by" yaml:"approved_by"`
	Relationship           string `json:"relationship" yaml:"relationship"`
	RelationshipKnown      string `json:"relationship_known" yaml:"relationship_known"`
	RelationshipApprovedBy string `json:"relationship_approved_by" yaml:"relationship_approved_by"`
	Note                   string `json:"note" yaml:"note"`
}

// NewRole reads a role period.
func NewRole(d RoleDraft, words Vocabulary) (RolePeriod, fault.Faults) {
	r := draft.New(words)
	for _, f := range [][2]string{{"source", d.Source}, {"person", d.Person}, {"role", d.Role}, {"from", d.From}} {
		r.Need(f[0], f[1])
	}
	p := RolePeriod{Source: draft.ID[kind](r, "source", d.Source), Person: r.Ref("person", d.Person, "off", "pty", "src"),
		Role: draft.One(r, "role", d.Role, Roles()...), From: r.Period("from", d.From), To: r.Period("to", d.To),
		ApprovedBy: r.Ref("approved_by", d.ApprovedBy, "off", "pty"), Relationship: r.Text("relationship", d.Relationship, draft.NoteLimit),
		RelationshipKnown:      r.Flag("relationship_known", d.RelationshipKnown),
		RelationshipApprovedBy: r.Ref("relationship_approved_by", d.RelationshipApprovedBy, "off", "pty"), Note: r.Text("note", d.Note, draft.NoteLimit)}
	r.Ordered(p.From, p.To, "to", "from")
	if p.RelationshipApprovedBy != "" && p.RelationshipApprovedBy == p.Person {
		r.Add("relationship_approved_by", "source.role.own-approval")
	}
	return p, r.Faults
}

// On reports whether the role may be held on the day: vague dates count in favor of being held.
func (p RolePeriod) On(d day.Day) bool {
	return !p.From.IsZero() && p.From.First <= d && (p.To.IsZero() || d <= p.To.Last)
}

// SelfChecked lists the people who hold, on the day, two roles of one source that check each other (R8: the handler and
// the controller or authorizing officer are different people).
func SelfChecked(periods []RolePeriod, on day.Day) []string {
	held := map[string]map[Role]bool{}
	var order []string
	for _, p := range periods {
		if !p.On(on) {
			continue
		}
		if held[p.Person] == nil {
			held[p.Person] = map[Role]bool{}
			order = append(order, p.Person)
		}
		held[p.Person][p.Role] = true
	}
	var out []string
	for _, who := range order {
		h := held[who]
		if (h[HandlerRole] || h[CoHandlerRole]) && (h[ControllerRole] || h[AuthorizingRole]) {
			out = append(out, who)
		}
	}
	return out
}

// EventKind is what happened in a source's life.
type EventKind string

// EventKinds lists every kind of event.
func EventKinds() []EventKind {
	return []EventKind{"approach", "opened", "identified", "contact", "reviewed", "post", "closed", "barred", "withdrawn",
		"recanted", "lost", "exposed", "released", "ended", "insider-confirmed", "other"}
}

// LifeEvent is one event in the life of a source or of a person looked into.
type LifeEvent struct {
	Source ID         `json:"source"`
	Kind   EventKind  `json:"kind"`
	When   day.Period `json:"when"`
	Text   string     `json:"text,omitempty"`
}

// LifeEventDraft is a life event as given.
type LifeEventDraft struct {
	Source string `json:"source" yaml:"source"`
	Kind   string `json:"kind" yaml:"kind"`
	When   string `json:"when" yaml:"when"`
	Text   string `json:"text" yaml:"text"`
}

// NewLifeEvent reads a life event.
func NewLifeEvent(d LifeEventDraft, words Vocabulary, today day.Day) (LifeEvent, fault.Faults) {
	r := draft.New(words)
	for _, f := range [][2]string{{"source", d.Source}, {"kind", d.Kind}, {"when", d.When}} {
		r.Need(f[0], f[1])
	}
	return LifeEvent{draft.ID[kind](r, "source", d.Source), draft.One(r, "kind", d.Kind, EventKinds()...), r.Past("when", d.When, today),
		r.Text("text", d.Text, draft.NoteLimit)}, r.Faults
}

// Unavailable is a time in which a source could not be reached or could not see.
type Unavailable struct {
	Source ID         `json:"source"`
	From   day.Period `json:"from"`
	To     day.Period `json:"to,omitzero"`
	Reason string     `json:"reason,omitempty"`
}

// UnavailableDraft is such a time as given.
type UnavailableDraft struct {
	Source string `json:"source" yaml:"source"`
	From   string `json:"from" yaml:"from"`
	To     string `json:"to" yaml:"to"`
	Reason string `json:"reason" yaml:"reason"`
}

// NewUnavailable reads a time of absence.
func NewUnavailable(d UnavailableDraft, words Vocabulary) (Unavailable, fault.Faults) {
	r := draft.New(words)
	r.Need("source", d.Source)
	r.Need("from", d.From)
	u := Unavailable{draft.ID[kind](r, "source", d.Source), r.Period("from", d.From), r.Period("to", d.To), r.Text("reason", d.Reason, draft.NoteLimit)}
	r.Ordered(u.From, u.To, "to", "from")
	return u, r.Faults
}
