// Package requirement is what the unit wants to know: priority intelligence requirements broken into elements and
// specific requirements, requests for information, the tasks given to sources, and the matrix that shows what nobody
// covers. It has no task of covert action or coercion and refuses one that is written in.
package requirement

import (
	"cutout/internal/draft"
	"strconv"
	"strings"

	"cutout/internal/day"
	"cutout/internal/fault"
	"cutout/internal/id"
)

type kind struct{}

// Prefix names requirements "req_…" and "Q-…".
func (kind) Prefix() (string, string) { return "req", "Q" }

// ID names a requirement.
type ID = id.Of[kind]

type task struct{}

// Prefix names tasks "tsk_…" and "T-…".
func (task) Prefix() (string, string) { return "tsk", "T" }

// TaskID names a task.
type TaskID = id.Of[task]

// Vocabulary is what this package asks of the rule pack and the text checks.
type Vocabulary = draft.Vocabulary

// Kind is the step of a requirement.
type Kind string

// The kinds: a PIR is broken into EEIs, an EEI into SIRs; an RFI is another unit's question.
const (
	PIR Kind = "PIR"
	EEI Kind = "EEI"
	SIR Kind = "SIR"
	RFI Kind = "RFI"
)

// State is where a requirement stands.
type State string

// The states of a requirement. Waived means decided not to collect, with reasons.
const (
	Drafted  State = "draft"
	Open     State = "open"
	Answered State = "answered"
	Waived   State = "waived"
	Closed   State = "closed"
)

// Requirement is one question. Its Number is the unit's own ("PIR 2.1").
type Requirement struct {
	Kind          Kind     `json:"kind"`
	Parent        ID       `json:"parent,omitzero"`
	Number        string   `json:"number"`
	Text          string   `json:"text"`
	Priority      int      `json:"priority"` // 1 first to 5 last
	Topic         string   `json:"topic,omitempty"`
	Area          string   `json:"area,omitempty"`
	LatestOfValue day.Day  `json:"latest_of_value"` // after this day the answer is worth nothing; day.Never when open
	Indicators    []string `json:"indicators,omitempty"`
	Requester     string   `json:"requester,omitempty"` // organization code of an RFI
	State         State    `json:"state"`
	Reason        string   `json:"reason,omitempty"` // why waived or closed
}

// Draft is a requirement as given.
type Draft struct {
	Kind          string   `json:"kind" yaml:"kind"`
	Parent        string   `json:"parent" yaml:"parent"`
	Number        string   `json:"number" yaml:"number"`
	Text          string   `json:"text" yaml:"text"`
	Priority      string   `json:"priority" yaml:"priority"`
	Topic         string   `json:"topic" yaml:"topic"`
	Area          string   `json:"area" yaml:"area"`
	LatestOfValue string   `json:"latest_of_value" yaml:"latest_of_value"`
	Indicators    []string `json:"indicators" yaml:"indicators"`
	Requester     string   `json:"requester" yaml:"requester"`
	State         string   `json:"state" yaml:"state"`
	Reason        string   `json:"reason" yaml:"reason"`
}

// New reads a draft. An EEI or SIR needs a parent, a PIR has none; that the parent is of the kind above is for Under.
func New(d Draft, words Vocabulary) (Requirement, fault.Faults) {
	r := draft.New(words)
	for _, f := range [][2]string{{"kind", d.Kind}, {"number", d.Number}, {"text", d.Text}} {
		r.Need(f[0], f[1])
	}
	q := Requirement{Kind: draft.One(r, "kind", d.Kind, PIR, EEI, SIR, RFI), Number: r.Identifier("number", d.Number), Text: r.Text("text", d.Text, draft.NoteLimit),
		Priority: 3, Topic: r.Identifier("topic", d.Topic), Area: r.Identifier("area", d.Area), LatestOfValue: r.Day("latest_of_value", d.LatestOfValue),
		Indicators: r.Identifiers("indicators", d.Indicators), Requester: r.Identifier("requester", d.Requester),
		State: draft.One(r, "state", d.State, Drafted, Open, Answered, Waived, Closed), Reason: r.Text("reason", d.Reason, draft.NoteLimit)}
	draft.Into(r, "parent", d.Parent, &q.Parent)
	if d.State == "" {
		q.State = Open
	}
	if s := strings.TrimSpace(d.Priority); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > 5 {
			r.Add("priority", "field.number", "Given", s, "Low", "1", "High", "5")
		} else {
			q.Priority = n
		}
	}
	switch q.Kind {
	case PIR:
		if d.Parent != "" {
			r.Add("parent", "requirement.pir-parent")
		}
	case EEI, SIR:
		r.Need("parent", d.Parent)
	case RFI:
		r.Need("requester", d.Requester)
	}
	if q.State == Waived {
		r.Need("reason", d.Reason)
	}
	return q, r.Faults
}

// Under reports whether a requirement of kind k may stand under one of kind parent.
func (k Kind) Under(parent Kind) bool {
	return (k == EEI && parent == PIR) || (k == SIR && (parent == EEI || parent == RFI))
}

// Collection is an effort by another discipline that looked at an area ("imagery", "signals").
type Collection struct {
	When       day.Period `json:"when"`
	Area       string     `json:"area"`
	Discipline string     `json:"discipline"`
}

// CollectionDraft is such an effort as given.
type CollectionDraft struct {
	When       string `json:"when" yaml:"when"`
	Area       string `json:"area" yaml:"area"`
	Discipline string `json:"discipline" yaml:"discipline"`
}

// NewCollection reads an effort of collection.
func NewCollection(d CollectionDraft, words Vocabulary) (Collection, fault.Faults) {
	r := draft.New(words)
	for _, f := range [][2]string{{"when", d.When}, {"area", d.Area}, {"discipline", d.Discipline}} {
		r.Need(f[0], f[1])
	}
	return Collection{r.Period("when", d.When), r.Identifier("area", d.Area), r.Identifier("discipline", d.Discipline)}, r.Faults
}

// Topic is a subject with a fact of its own: nothing about it can be true before NotBefore.
type Topic struct {
	Name      string     `json:"name"`
	NotBefore day.Period `json:"not_before,omitzero"`
}

// TopicDraft is a topic as given.
type TopicDraft struct {
	Name      string `json:"name" yaml:"name"`
	NotBefore string `json:"not_before" yaml:"not_before"`
}

// NewTopic reads a topic.
func NewTopic(d TopicDraft, words Vocabulary) (Topic, fault.Faults) {
	r := draft.New(words)
	r.Need("name", d.Name)
	return Topic{r.Identifier("name", d.Name), r.Period("not_before", d.NotBefore)}, r.Faults
}
