package requirement

import (
	"cutout/internal/draft"
	"cutout/internal/source"
	"slices"
	"strings"

	"cutout/internal/day"
	"cutout/internal/fault"
)

// TaskType is what a source may be asked to do. The list is closed: there is no task of influence, harm, deception of
// the public, or force, and no field for one.
type TaskType string

// The types of task.
const (
	Ask       TaskType = "ask"       // answer questions from what he knows
	Listen    TaskType = "listen"    // note what he hears in the ordinary course
	Observe   TaskType = "observe"   // look at a place or event he may lawfully be at
	Attend    TaskType = "attend"    // go to a meeting open to him
	Obtain    TaskType = "obtain"    // bring a document or object he may lawfully hold
	Introduce TaskType = "introduce" // bring two people together
	Carry     TaskType = "carry"     // take a message or object
	Check     TaskType = "check"     // verify one statement
)

// TaskTypes lists every type.
func TaskTypes() []TaskType {
	return []TaskType{Ask, Listen, Observe, Attend, Obtain, Introduce, Carry, Check}
}

// forbidden are the words of covert action and coercion, by which an attempt to enter one is told from a slip of the
// pen: both are refused, the first is also an entry of its own in the log (doctrine 6.1).
var forbidden = []string{"covert-action", "covert", "sabotage", "assassination", "assassinate", "kill", "raid", "propaganda", "disinformation",
	"blackmail", "coercion", "coerce", "threaten", "threat", "entrapment", "entrap", "abduction", "kidnap", "interrogation", "torture", "target", "targeting", "strike"}

// Forbidden reports whether a task type asks for covert action or coercion.
func Forbidden(taskType string) bool {
	words := strings.FieldsFunc(strings.ToLower(taskType), func(c rune) bool { return c == ' ' || c == '_' || c == '/' || c == ',' || c == '-' })
	for _, w := range append(words, strings.Join(words, "-")) {
		if slices.Contains(forbidden, w) {
			return true
		}
	}
	return false
}

// TaskState is where a task stands.
type TaskState string

// The states of a task.
const (
	Given     TaskState = "given"
	Done      TaskState = "done"
	Withdrawn TaskState = "withdrawn"
	Failed    TaskState = "failed"
)

// Task is a requirement, or part of one, given to a source.
type Task struct {
	Requirement ID        `json:"requirement"`
	Source      source.ID `json:"source"`
	Type        TaskType  `json:"type"`
	Topic       string    `json:"topic"` // held against the scope of the authority
	Text        string    `json:"text"`
	Criminal    bool      `json:"criminal,omitempty"` // would take part in crime: needs an authority of its own (R15)
	Due         day.Day   `json:"due"`                // day.Never when open
	State       TaskState `json:"state"`
}

// TaskDraft is a task as given.
type TaskDraft struct {
	Requirement string `json:"requirement" yaml:"requirement"`
	Source      string `json:"source" yaml:"source"`
	Type        string `json:"type" yaml:"type"`
	Topic       string `json:"topic" yaml:"topic"`
	Text        string `json:"text" yaml:"text"`
	Criminal    string `json:"criminal" yaml:"criminal"`
	Due         string `json:"due" yaml:"due"`
	State       string `json:"state" yaml:"state"`
}

// NewTask reads a task given today. The code task.forbidden marks an attempt to enter covert action or coercion.
func NewTask(d TaskDraft, words Vocabulary, today day.Day) (Task, fault.Faults) {
	r := draft.New(words)
	for _, f := range [][2]string{{"requirement", d.Requirement}, {"source", d.Source}, {"type", d.Type}, {"topic", d.Topic}, {"text", d.Text}} {
		r.Need(f[0], f[1])
	}
	t := Task{Topic: r.Identifier("topic", d.Topic), Text: r.Text("text", d.Text, draft.NoteLimit), Due: r.Day("due", d.Due),
		State: draft.One(r, "state", d.State, Given, Done, Withdrawn, Failed), Criminal: r.Flag("criminal", d.Criminal)}
	draft.Into(r, "source", d.Source, &t.Source)
	draft.Into(r, "requirement", d.Requirement, &t.Requirement)
	if Forbidden(d.Type) {
		r.Add("type", "task.forbidden")
	} else {
		t.Type = draft.One(r, "type", d.Type, TaskTypes()...)
	}
	if d.State == "" {
		t.State = Given
	}
	if t.State == Given && t.Due < today {
		r.Add("due", "field.past", "Given", t.Due.String())
	}
	return t, r.Faults
}
