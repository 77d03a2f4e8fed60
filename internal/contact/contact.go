// Package contact is the plan and the record of every time the unit and a source come together: a meeting, an interview,
// a letter, a dead drop, a signal; and the money offered and paid. It has no field for force, threat or pressure.
package contact

import (
	"cutout/internal/compartment"
	"cutout/internal/day"
	"cutout/internal/id"
	"cutout/internal/requirement"
	"cutout/internal/source"
)

type kind struct{}

// Prefix names contacts "con_…" and "C-…".
func (kind) Prefix() (string, string) { return "con", "C" }

// ID names a contact.
type ID = id.Of[kind]

// Type is the way of coming together.
type Type string

// Types lists every type of contact.
func Types() []Type {
	return []Type{"approach", "meeting", "debriefing", "interview", "brush-pass", "dead-drop", "letter", "parcel", "radio", "telephone",
		"signal", "broadcast", "medical", "social", "liaison-meeting", "review-meeting", "tip-off"}
}

// InPerson reports whether officer and source are in one place.
func (t Type) InPerson() bool {
	return t == "meeting" || t == "debriefing" || t == "interview" || t == "brush-pass" || t == "social"
}

// Contact is one contact: planned, held, or both. A contact nobody planned has no Plan; one that has not happened, no Record.
type Contact struct {
	Source   source.ID      `json:"source,omitzero"` // zero for a contact with nobody yet known, or about a source with others
	Desk     compartment.ID `json:"desk,omitzero"`   // where a contact without a source is held
	Type     Type           `json:"type"`
	TypeText string         `json:"type_text,omitempty"`
	Plan     *Plan          `json:"plan,omitempty"`
	Record   *Record        `json:"record,omitempty"`
	Missed   *Missed        `json:"missed,omitempty"`
}

// Plan is what was agreed before.
type Plan struct {
	When         day.Period           `json:"when"`
	Time         string               `json:"time,omitempty"` // hh:mm in the unit's zone
	Place        string               `json:"place"`          // coarse on purpose
	Area         string               `json:"area,omitempty"`
	Participants []string             `json:"participants"` // officer, party and source ids
	Safety       string               `json:"safety"`
	Cover        string               `json:"cover,omitempty"`     // why the two are in one place
	Fallback     string               `json:"fallback"`            // if it cannot be held
	Recontact    string               `json:"recontact,omitempty"` // how contact is restored after a break
	Channel      string               `json:"channel,omitempty"`   // agreed way of arranging it
	Signal       string               `json:"signal,omitempty"`    // agreed sign by which each knows the other, by reference
	Changes      string               `json:"changes,omitempty"`   // what differs from the last plan, after a warning
	Tasks        []requirement.TaskID `json:"tasks,omitempty"`
	Adult        string               `json:"adult,omitempty"` // the adult to be present with a child
	Waiver       string               `json:"waiver,omitempty"`
	WaivedBy     string               `json:"waived_by,omitempty"` // officer id who allowed a precaution to be left out
}

// Missed is a contact that did not take place.
type Missed struct {
	By   MissedBy   `json:"by"`
	When day.Period `json:"when,omitzero"`
	Text string     `json:"text,omitempty"`
}

// MissedBy is who did not come: source, officer, both, unknown.
type MissedBy string

// Record is what happened.
type Record struct {
	When                day.Period           `json:"when"`
	Time                string               `json:"time,omitempty"`
	Place               string               `json:"place,omitempty"`
	Area                string               `json:"area,omitempty"`
	Side                Side                 `json:"side,omitempty"`
	Participants        []string             `json:"participants"` // officer, party and source ids
	Summary             string               `json:"summary"`
	Tasks               []requirement.TaskID `json:"tasks,omitempty"`
	Demands             string               `json:"demands,omitempty"` // what the source asked for
	Obtained            string               `json:"obtained,omitempty"`
	Welfare             string               `json:"welfare"`
	Security            SecurityCheck        `json:"security,omitempty"`
	SecurityText        string               `json:"security_text,omitempty"`
	Money               []Money              `json:"money,omitempty"`
	NewRisks            string               `json:"new_risks,omitempty"`
	NextContact         string               `json:"next_contact,omitempty"`
	NextOn              day.Day              `json:"next_on"` // day.Never when none is agreed
	Account             Account              `json:"account,omitempty"`
	EarlierAccount      ID                   `json:"earlier_account,omitzero"` // the contact in which he told it otherwise
	Authentication      Authentication       `json:"authentication,omitempty"`
	Attributable        bool                 `json:"attributable,omitempty"`   // a personal or attributable device or channel was used
	Duress              bool                 `json:"duress,omitempty"`         // the agreed sign of being under force was given
	AnswerAwaited       bool                 `json:"answer_awaited,omitempty"` // an approach that calls for an answer
	AnsweredOn          day.Period           `json:"answered_on,omitzero"`
	DisclosesIdentityOf []string             `json:"discloses_identity_of,omitempty"` // source or party ids
	Safeguards          *Safeguards          `json:"safeguards,omitempty"`
	Interview           *Interview           `json:"interview,omitempty"`
	UnforeseenAct       string               `json:"unforeseen_act,omitempty"` // outside the authority, recorded at once (R14)
	Adult               string               `json:"adult,omitempty"`          // the adult present with a child (R5)
}

// Side is whose contact it was: own, or the opponent's with his own source.
type Side string

// SecurityCheck is what was seen around the contact: surveillance, none.
type SecurityCheck string

// Account is whether he tells it for the first time: first, repeated, changed.
type Account string

// Authentication is whether the agreed sign was right: matched, mismatched, none.
type Authentication string

// Given is whether a safeguard was met: recorded, not-recorded.
type Given string

// Safeguards are the conditions of a fair interview; empty means not known.
type Safeguards struct {
	Voluntary   Given `json:"voluntary,omitempty"`
	NoPromise   Given `json:"no_promise,omitempty"`
	Interpreter Given `json:"interpreter,omitempty"`
}

// Mendez lists the thirteen safeguards of the Mendez principles, as codes, in their order.
func Mendez() []string {
	return []string{"rights", "silence", "reasons", "interpretation", "relative", "lawyer", "doctor", "outside-contact", "registration",
		"recording", "review-and-sign", "judge", "complaints"}
}

// Interview is what a debriefing or interview adds to the record.
type Interview struct {
	Custody        bool       `json:"custody,omitempty"`
	Registration   string     `json:"registration,omitempty"` // capture tag or registry number of a detainee
	Met            []string   `json:"met,omitempty"`          // codes of Mendez that were met
	Unmet          string     `json:"unmet,omitempty"`        // why the others were not
	Interpreter    string     `json:"interpreter,omitempty"`  // party id
	ConsentVersion string     `json:"consent_version,omitempty"`
	ConsentUses    []string   `json:"consent_uses,omitempty"` // interview, photograph, court, media, partner
	Phases         []string   `json:"phases,omitempty"`       // PEACE, in the order held
	Breaks         int        `json:"breaks,omitempty"`
	Withdrawn      bool       `json:"withdrawn,omitempty"`      // he ended it or took consent back
	OtherAccounts  string     `json:"other_accounts,omitempty"` // has he already told this elsewhere
	Questions      []Question `json:"questions,omitempty"`
}

// Question is a line of the question log.
type Question struct {
	Kind   QuestionKind `json:"kind"`
	Text   string       `json:"text"`
	Answer string       `json:"answer"` // "does not know" is an answer
}

// QuestionKind is open, repeat (asked before, reworded) or control (the answer is known).
type QuestionKind string
