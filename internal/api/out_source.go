package api

import (
	"cutout/internal/casework"
	"cutout/internal/contact"
	"cutout/internal/requirement"
	"cutout/internal/source"
)

// Source is a source's file, without who the source is.
type Source struct {
	Record
	CodeName        string   `json:"code_name"`
	Category        string   `json:"category"`
	Overlays        []string `json:"overlays,omitempty"`
	State           string   `json:"state"`
	StateReason     string   `json:"state_reason,omitempty"`
	Desk            string   `json:"desk,omitempty"`
	IdentityKind    string   `json:"identity_kind,omitempty"`
	ServiceContact  string   `json:"service_contact,omitempty"`
	Channel         string   `json:"channel,omitempty"`
	Motives         []string `json:"motives,omitempty"`
	Motive          string   `json:"motive,omitempty"`
	LawfulOrigin    string   `json:"lawful_origin,omitempty"`
	Vulnerability   string   `json:"vulnerability,omitempty"`
	Alternatives    string   `json:"alternatives,omitempty"`
	Placement       string   `json:"placement,omitempty"`
	OverallAccess   string   `json:"overall_access,omitempty"`
	OverallVerified string   `json:"overall_verified,omitempty"`
	Access          []Access `json:"access,omitempty"`
	AccessCaveat    string   `json:"access_caveat,omitempty"`
	Description     string   `json:"description,omitempty"`
	From            string   `json:"from,omitempty"`
	LegalStatus     string   `json:"legal_status,omitempty"`
	AgeBand         string   `json:"age_band,omitempty"`
	Purge           string   `json:"purge,omitempty"`
	Note            string   `json:"note,omitempty"`
}

// Access is one line of placement and access.
type Access struct {
	Topic    string `json:"topic"`
	Kind     string `json:"kind"`
	Verified string `json:"verified"`
	On       string `json:"on,omitempty"`
	Note     string `json:"note,omitempty"`
}

func (c *call) source(r casework.SourceRecord) Source {
	s := r.Value
	v := Source{Record: head(c, r.ID, r.Head), CodeName: s.CodeName, Category: s.Category, Overlays: s.Overlays, State: string(s.State),
		StateReason: s.StateReason, Desk: s.Desk.String(), IdentityKind: string(s.IdentityKind), ServiceContact: string(s.ServiceContact), Channel: s.Channel,
		Motives: s.Motives, Motive: s.Motive, LawfulOrigin: s.LawfulOrigin, Vulnerability: s.Vulnerability, Alternatives: s.Alternatives,
		Placement: s.Placement, OverallAccess: string(s.OverallAccess), OverallVerified: string(s.OverallVerified), AccessCaveat: s.AccessCaveat,
		Description: s.Description, From: s.From.Text, LegalStatus: s.LegalStatus, AgeBand: string(s.BornBand), Purge: until(s.Purge), Note: s.Note}
	for _, a := range s.Access {
		v.Access = append(v.Access, Access{a.Topic, string(a.Kind), string(a.Verified), a.On.Text, a.Note})
	}
	return v
}

// SourceLine is a line of the register.
type SourceLine struct {
	Record
	CodeName  string `json:"code_name"`
	Category  string `json:"category"`
	State     string `json:"state"`
	Handler   string `json:"handler,omitempty"`
	Authority string `json:"authority,omitempty" doc:"the one in force, if there is one"`
	Until     string `json:"until,omitempty" doc:"when it ends"`
}

func (c *call) sourceLine(l casework.SourceLine) SourceLine {
	v := SourceLine{Record: head(c, l.ID, l.Head), CodeName: l.Value.CodeName, Category: l.Value.Category, State: string(l.Value.State), Handler: l.Handler}
	if l.InForce != nil {
		v.Authority, v.Until = l.InForce.ID.String(), moment(l.InForce.Value.Until)
	}
	return v
}

// SourcePage is a source's file with what belongs to it, newest first.
type SourcePage struct {
	Source      Source       `json:"source"`
	InForce     string       `json:"in_force,omitempty" doc:"the authority that covers the use of the source"`
	Authorities []Authority  `json:"authorities,omitempty"`
	Roles       []Role       `json:"roles,omitempty"`
	Life        []LifeEvent  `json:"life,omitempty"`
	Contacts    []Contact    `json:"contacts,omitempty"`
	Reports     []ReportLine `json:"reports,omitempty"`
	Tasks       []Task       `json:"tasks,omitempty"`
	Notices     []NoticeLine `json:"notices,omitempty"`
	Assessments []Assessment `json:"assessments,omitempty"`
	Record      Scorecard    `json:"record"`
	Sealed      bool         `json:"sealed" doc:"an identity is held, sealed"`
	Openers     []string     `json:"openers,omitempty" doc:"the officers it is sealed to"`
	Mine        []string     `json:"mine,omitempty" doc:"the duties you hold for this source"`
}

// Scorecard is what became of a source's items, in what you may see.
type Scorecard struct {
	Items   int          `json:"items"`
	Decided int          `json:"decided"`
	ByBasis []BasisScore `json:"by_basis,omitempty"`
}

// BasisScore is how items of one basis of knowledge fared.
type BasisScore struct {
	Basis  string `json:"basis"`
	Items  int    `json:"items"`
	True   int    `json:"true"`
	False  int    `json:"false"`
	Partly int    `json:"partly"`
}

func (c *call) sourcePage(p casework.SourcePage) SourcePage {
	visible := map[source.ID]casework.SourceRecord{p.Source.ID: p.Source}
	v := SourcePage{Source: c.source(p.Source), Sealed: p.Seal.Exists, Openers: p.Seal.Openers, Mine: words(p.Mine),
		Record: Scorecard{Items: p.Record.Items, Decided: p.Record.Decided}}
	for _, b := range p.Record.ByBasis {
		v.Record.ByBasis = append(v.Record.ByBasis, BasisScore{string(b.Basis), b.Items, b.True, b.False, b.Partly})
	}
	if p.InForce != nil {
		v.InForce = p.InForce.ID.String()
	}
	for _, a := range p.Authorities {
		v.Authorities = append(v.Authorities, c.authority(a))
	}
	for _, r := range p.Roles {
		x := r.Value
		v.Roles = append(v.Roles, Role{shown(p.People, x.Person), p.People[x.Person], string(x.Role), x.From.Text, x.To.Text, shown(p.People, x.ApprovedBy)})
	}
	for _, e := range p.Life {
		v.Life = append(v.Life, LifeEvent{string(e.Value.Kind), e.Value.When.Text, e.Value.Text})
	}
	for _, x := range p.Contacts {
		v.Contacts = append(v.Contacts, c.contact(x))
	}
	for _, r := range p.Reports {
		v.Reports = append(v.Reports, c.reportLine(r, visible))
	}
	for _, t := range p.Tasks {
		v.Tasks = append(v.Tasks, c.task(t))
	}
	for _, n := range p.Notices {
		v.Notices = append(v.Notices, c.noticeLine(n))
	}
	for _, a := range p.Assessments {
		v.Assessments = append(v.Assessments, c.assessment(a))
	}
	return v
}

// Role is somebody's place around a source.
type Role struct {
	Person     string `json:"person,omitempty"`
	Name       string `json:"name,omitempty"`
	Role       string `json:"role"`
	From       string `json:"from,omitempty"`
	To         string `json:"to,omitempty"`
	ApprovedBy string `json:"approved_by,omitempty"`
}

// LifeEvent is an event of a source's life.
type LifeEvent struct {
	Kind string `json:"kind"`
	When string `json:"when"`
	Text string `json:"text,omitempty"`
}

// Authority is a decision that a source may be used.
type Authority struct {
	Record
	Source          string   `json:"source"`
	Kind            string   `json:"kind"`
	Ground          string   `json:"ground"`
	Necessity       string   `json:"necessity"`
	Proportionality string   `json:"proportionality"`
	Purpose         string   `json:"purpose"`
	Operation       string   `json:"operation"`
	Conduct         string   `json:"conduct"`
	Topics          []string `json:"topics,omitempty"`
	Collateral      string   `json:"collateral"`
	Confidential    string   `json:"confidential"`
	Risk            string   `json:"risk"`
	Oral            bool     `json:"oral,omitempty"`
	From            string   `json:"from"`
	Until           string   `json:"until"`
	ReviewBy        string   `json:"review_by,omitempty"`
	DecidedBy       string   `json:"decided_by"`
	DecidedAt       string   `json:"decided_at"`
	SelfAuthorized  bool     `json:"self_authorized,omitempty"`
	Refused         bool     `json:"refused,omitempty"`
	RefusalReason   string   `json:"refusal_reason,omitempty"`
	Pack            string   `json:"pack"`
	NeedsSignature  bool     `json:"needs_signature,omitempty"`
	SignedOn        string   `json:"signed_on,omitempty"`
	Reviews         []Review `json:"reviews,omitempty"`
	CancelledAt     string   `json:"cancelled_at,omitempty"`
	CancelNote      string   `json:"cancel_note,omitempty"`
}

// Review is a look at whether an authority is still needed.
type Review struct {
	On       string `json:"on"`
	By       string `json:"by"`
	Text     string `json:"text"`
	Negative string `json:"negative"`
	NextBy   string `json:"next_by,omitempty"`
}

func (c *call) authority(r casework.AuthorityRecord) Authority {
	a := r.Value
	v := Authority{Record: head(c, r.ID, r.Head), Source: a.Source.String(), Kind: a.Kind, Ground: a.Ground, Necessity: a.Necessity,
		Proportionality: a.Proportionality, Purpose: a.Purpose, Operation: a.Operation, Conduct: a.Conduct, Topics: a.Topics, Collateral: a.Collateral,
		Confidential: a.Confidential, Risk: a.Risk, Oral: a.Oral, From: moment(a.From), Until: moment(a.Until), ReviewBy: until(a.ReviewBy),
		DecidedBy: a.DecidedBy.String(), DecidedAt: moment(a.DecidedAt), SelfAuthorized: a.SelfAuthorized, Refused: a.Refused,
		RefusalReason: a.RefusalReason, Pack: a.PackVersion, NeedsSignature: a.NeedsSignature, SignedOn: a.SignedOn.Text}
	for _, x := range a.Reviews {
		v.Reviews = append(v.Reviews, Review{x.On.String(), x.By.String(), x.Text, x.Negative, until(x.NextBy)})
	}
	if a.Cancelled != nil {
		v.CancelledAt, v.CancelNote = moment(a.Cancelled.At), a.Cancelled.Note
	}
	return v
}

// Contact is a contact, planned, held or missed.
type Contact struct {
	Record
	Source   string       `json:"source"`
	Type     string       `json:"type"`
	Plan     *ContactPlan `json:"plan,omitempty"`
	Held     *ContactHeld `json:"record,omitempty"`
	MissedBy string       `json:"missed_by,omitempty"`
}

// ContactPlan is what was agreed before.
type ContactPlan struct {
	When      string `json:"when"`
	Time      string `json:"time,omitempty"`
	Place     string `json:"place"`
	Area      string `json:"area,omitempty"`
	Safety    string `json:"safety"`
	Cover     string `json:"cover,omitempty"`
	Fallback  string `json:"fallback"`
	Recontact string `json:"recontact,omitempty"`
}

// ContactHeld is what happened.
type ContactHeld struct {
	When        string `json:"when"`
	Time        string `json:"time,omitempty"`
	Place       string `json:"place,omitempty"`
	Area        string `json:"area,omitempty"`
	Summary     string `json:"summary"`
	Demands     string `json:"demands,omitempty"`
	Obtained    string `json:"obtained,omitempty"`
	Welfare     string `json:"welfare"`
	Security    string `json:"security,omitempty"`
	NewRisks    string `json:"new_risks,omitempty"`
	NextContact string `json:"next_contact,omitempty"`
	NextOn      string `json:"next_on,omitempty"`
}

func (c *call) contact(r casework.ContactRecord) Contact {
	v := Contact{Record: head(c, r.ID, r.Head), Source: r.Value.Source.String(), Type: string(r.Value.Type)}
	if p := r.Value.Plan; p != nil {
		v.Plan = &ContactPlan{p.When.Text, p.Time, p.Place, p.Area, p.Safety, p.Cover, p.Fallback, p.Recontact}
	}
	if x := r.Value.Record; x != nil {
		v.Held = held(*x)
	}
	if m := r.Value.Missed; m != nil {
		v.MissedBy = string(m.By)
	}
	return v
}

func held(x contact.Record) *ContactHeld {
	return &ContactHeld{x.When.Text, x.Time, x.Place, x.Area, x.Summary, x.Demands, x.Obtained, x.Welfare, string(x.Security), x.NewRisks, x.NextContact, until(x.NextOn)}
}

// Task is a requirement given to a source.
type Task struct {
	Record
	Requirement string `json:"requirement"`
	Source      string `json:"source"`
	Type        string `json:"type"`
	Topic       string `json:"topic"`
	Text        string `json:"text"`
	Due         string `json:"due,omitempty"`
	State       string `json:"state"`
}

func (c *call) task(r casework.TaskRecord) Task {
	t := r.Value
	return Task{head(c, r.ID, r.Head), t.Requirement.String(), t.Source.String(), string(t.Type), t.Topic, t.Text, until(t.Due), string(t.State)}
}

// Requirement is what the unit wants to know.
type Requirement struct {
	Record
	Kind          string   `json:"kind"`
	Parent        string   `json:"parent,omitempty"`
	Number        string   `json:"number"`
	Text          string   `json:"text"`
	Priority      int      `json:"priority"`
	Topic         string   `json:"topic,omitempty"`
	Area          string   `json:"area,omitempty"`
	LatestOfValue string   `json:"latest_of_value,omitempty"`
	Indicators    []string `json:"indicators,omitempty"`
	Requester     string   `json:"requester,omitempty"`
	State         string   `json:"state"`
	Reason        string   `json:"reason,omitempty"`
}

// requirement: whoever sees a requirement sees its parent, since its label is the parent's joined with a desk's.
func (c *call) requirement(r casework.RequirementRecord) Requirement {
	q := r.Value
	return Requirement{head(c, r.ID, r.Head), string(q.Kind), q.Parent.String(), q.Number, q.Text, q.Priority, q.Topic, q.Area,
		until(q.LatestOfValue), q.Indicators, q.Requester, string(q.State), q.Reason}
}

// RequirementPage is a requirement with what answers it.
type RequirementPage struct {
	Requirement Requirement   `json:"requirement"`
	Children    []Requirement `json:"children,omitempty"`
	Tasks       []Task        `json:"tasks,omitempty"`
	Reports     []ReportLine  `json:"reports,omitempty"`
}

// Coverage is the matrix of requirements by sources, in what you may see.
type Coverage struct {
	Requirements []Requirement `json:"requirements" nullable:"false"`
	Columns      []Column      `json:"columns" nullable:"false"`
	Rows         []Row         `json:"rows" nullable:"false"`
}

// Column is a source of the matrix, by its id, or a series whose source is not shown.
type Column struct {
	Key      string `json:"key"`
	CodeName string `json:"code_name,omitempty"`
}

// Row is the coverage of one requirement.
type Row struct {
	Requirement  string `json:"requirement"`
	Answers      int    `json:"answers"`
	Origins      int    `json:"origins" doc:"independent origins"`
	Freshest     string `json:"freshest,omitempty"`
	Gap          bool   `json:"gap,omitempty"`
	SingleOrigin bool   `json:"single_origin,omitempty"`
	Overdue      bool   `json:"overdue,omitempty"`
	Cells        []Cell `json:"cells,omitempty"`
}

// Cell is one requirement by one column.
type Cell struct {
	Column    string `json:"column"`
	Count     int    `json:"count"`
	FirstHand int    `json:"first_hand"`
	Freshest  string `json:"freshest,omitempty"`
}

func (c *call) coverage(p casework.CoveragePage) Coverage {
	v := Coverage{Requirements: []Requirement{}, Columns: []Column{}, Rows: []Row{}}
	for _, q := range p.Requirements {
		v.Requirements = append(v.Requirements, c.requirement(q))
	}
	for _, x := range p.Columns {
		col := Column{Key: x.Key}
		if x.Source != nil {
			col.CodeName = x.Source.Value.CodeName
		}
		v.Columns = append(v.Columns, col)
	}
	for _, r := range p.Rows {
		v.Rows = append(v.Rows, row(r))
	}
	return v
}

func row(r requirement.Row) Row {
	v := Row{r.Requirement.String(), r.Answers, r.Origins, r.Freshest.Text, r.Gap, r.SingleOrigin, r.Overdue, nil}
	for _, x := range r.Cells {
		v.Cells = append(v.Cells, Cell{x.Source, x.Count, x.FirstHand, x.Freshest.Text})
	}
	return v
}
