package network

import (
	"cutout/internal/day"
	"cutout/internal/draft"
	"cutout/internal/fault"
	"cutout/internal/source"
)

// Post is an office somebody held, and the day its access was really taken away.
type Post struct {
	Person      ID         `json:"person"`
	Post        string     `json:"post"`
	From        day.Period `json:"from,omitzero"`
	To          day.Period `json:"to,omitzero"`
	AccessAsked bool       `json:"access_asked,omitempty"` // somebody looked whether access ended; AccessEnded is then the answer
	AccessEnded day.Period `json:"access_ended,omitzero"`
}

// PostDraft is a post as given.
type PostDraft struct {
	Person      string `json:"person" yaml:"person"`
	Post        string `json:"post" yaml:"post"`
	From        string `json:"from" yaml:"from"`
	To          string `json:"to" yaml:"to"`
	AccessAsked string `json:"access_asked" yaml:"access_asked"`
	AccessEnded string `json:"access_ended" yaml:"access_ended"`
}

// NewPost reads a post.
func NewPost(d PostDraft, words source.Vocabulary) (Post, fault.Faults) {
	r := draft.New(words)
	r.Need("post", d.Post)
	p := Post{Person: one(r, "person", d.Person), Post: r.Identifier("post", d.Post), From: r.Period("from", d.From), To: r.Period("to", d.To),
		AccessAsked: r.Flag("access_asked", d.AccessAsked), AccessEnded: r.Period("access_ended", d.AccessEnded)}
	r.Ordered(p.From, p.To, "to", "from")
	r.Ordered(p.From, p.AccessEnded, "access_ended", "from")
	return p, r.Faults
}

// Presence is a person recorded at a place on a day.
type Presence struct {
	Person ID         `json:"person"`
	When   day.Period `json:"when"`
	Place  string     `json:"place"`
	Record string     `json:"record,omitempty"` // what shows it: a duty roster, a receipt
}

// PresenceDraft is a presence as given.
type PresenceDraft struct {
	Person string `json:"person" yaml:"person"`
	When   string `json:"when" yaml:"when"`
	Place  string `json:"place" yaml:"place"`
	Record string `json:"record" yaml:"record"`
}

// NewPresence reads a presence.
func NewPresence(d PresenceDraft, words source.Vocabulary, today day.Day) (Presence, fault.Faults) {
	r := draft.New(words)
	r.Need("when", d.When)
	r.Need("place", d.Place)
	return Presence{one(r, "person", d.Person), r.Past("when", d.When, today), r.Identifier("place", d.Place), r.Text("record", d.Record, draft.NoteLimit)}, r.Faults
}

// LossLink is what the lost person was: source, witness, other.
type LossLink string

// Loss is a source, witness or other person arrested, killed or disappeared.
type Loss struct {
	When   day.Period `json:"when"`
	Source source.ID  `json:"source,omitzero"`
	Person ID         `json:"person,omitzero"`
	Link   LossLink   `json:"link"`
	Cause  string     `json:"cause,omitempty"`
	Office string     `json:"office,omitempty"` // who ran or held him
	Report string     `json:"report,omitempty"` // report id that tells of it
	Item   string     `json:"item,omitempty"`   // item id of the claim that tells of it
}

// LossDraft is a loss as given.
type LossDraft struct {
	When   string `json:"when" yaml:"when"`
	Source string `json:"source" yaml:"source"`
	Person string `json:"person" yaml:"person"`
	Link   string `json:"link" yaml:"link"`
	Cause  string `json:"cause" yaml:"cause"`
	Office string `json:"office" yaml:"office"`
	Report string `json:"report" yaml:"report"`
	Item   string `json:"item" yaml:"item"`
}

// NewLoss reads a loss.
func NewLoss(d LossDraft, words source.Vocabulary, today day.Day) (Loss, fault.Faults) {
	r := draft.New(words)
	r.Need("when", d.When)
	r.Need("link", d.Link)
	l := Loss{When: r.Past("when", d.When, today), Link: draft.One(r, "link", d.Link, LossLink("source"), "witness", "other"),
		Cause: r.Text("cause", d.Cause, draft.NoteLimit), Office: r.Identifier("office", d.Office),
		Report: r.Ref("report", d.Report, "rep"), Item: r.Ref("item", d.Item, "itm")}
	draft.Into(r, "source", d.Source, &l.Source)
	draft.Into(r, "person", d.Person, &l.Person)
	if l.Link == "source" && d.Source == "" {
		r.Need("source", d.Source)
	}
	return l, r.Faults
}

// LookAction is what somebody did in a system: search, open.
type LookAction string

// LookTarget is what the look was at: self, tradecraft, source, case, other.
type LookTarget string

// Look is an entry of another system's access record, brought in for review. The unit's own looks stand in its log.
type Look struct {
	When     day.Period `json:"when"`
	Person   ID         `json:"person"`
	System   string     `json:"system,omitempty"`
	Action   LookAction `json:"action"`
	Target   LookTarget `json:"target"`
	Assigned *bool      `json:"assigned,omitempty"` // nil: not known
	Count    int        `json:"count"`
	Report   string     `json:"report,omitempty"`
	Item     string     `json:"item,omitempty"`
}

// LookDraft is a look as given.
type LookDraft struct {
	When     string `json:"when" yaml:"when"`
	Person   string `json:"person" yaml:"person"`
	System   string `json:"system" yaml:"system"`
	Action   string `json:"action" yaml:"action"`
	Target   string `json:"target" yaml:"target"`
	Assigned string `json:"assigned" yaml:"assigned"`
	Count    string `json:"count" yaml:"count"`
	Report   string `json:"report" yaml:"report"`
	Item     string `json:"item" yaml:"item"`
}

// NewLook reads an entry of another system's access record.
func NewLook(d LookDraft, words source.Vocabulary, today day.Day) (Look, fault.Faults) {
	r := draft.New(words)
	for _, f := range [][2]string{{"when", d.When}, {"action", d.Action}, {"target", d.Target}} {
		r.Need(f[0], f[1])
	}
	return Look{r.Past("when", d.When, today), one(r, "person", d.Person), r.Identifier("system", d.System),
		draft.One(r, "action", d.Action, LookAction("search"), "open"),
		draft.One(r, "target", d.Target, LookTarget("self"), "tradecraft", "source", "case", "other"),
		r.Tri("assigned", d.Assigned), r.Number("count", d.Count, 1, 1, 1_000_000),
		r.Ref("report", d.Report, "rep"), r.Ref("item", d.Item, "itm")}, r.Faults
}

// KeyEvent is something that happened and that certain sources were placed to see coming.
type KeyEvent struct {
	When         day.Period  `json:"when"`
	What         string      `json:"what"`
	ExpectedFrom []source.ID `json:"expected_from,omitempty"`
}

// KeyEventDraft is a key event as given.
type KeyEventDraft struct {
	When         string   `json:"when" yaml:"when"`
	What         string   `json:"what" yaml:"what"`
	ExpectedFrom []string `json:"expected_from" yaml:"expected_from"`
}

// NewKeyEvent reads a key event. Its date may lie ahead.
func NewKeyEvent(d KeyEventDraft, words source.Vocabulary) (KeyEvent, fault.Faults) {
	r := draft.New(words)
	r.Need("when", d.When)
	r.Need("what", d.What)
	e := KeyEvent{When: r.Period("when", d.When), What: r.Text("what", d.What, draft.NoteLimit)}
	draft.IntoList(r, "expected_from", d.ExpectedFrom, &e.ExpectedFrom)
	return e, r.Faults
}

// one reads a party id that must be there.
func one(r *draft.Reading, field, s string) ID {
	r.Need(field, s)
	var v ID
	draft.Into(r, field, s, &v)
	return v
}
